"""The verdict on a proposal among many is that of `assess` on it alone."""

import gc
from pathlib import Path

from llmchoose.assessment import assess
from llmchoose.estimate.formulas.distributions import band
from llmchoose.knowledge.load import Knowledge
from llmchoose.policy.check import Terms, check
from llmchoose.profile.find import candidates
from llmchoose.profile.load import load_profile
from llmchoose.survey.model import Block

SHIPPED = Path(__file__).parents[2] / "profiles"


def test_the_verdicts_are_those_of_assess(knowledge: Knowledge) -> None:
    checked = check(candidates([str(SHIPPED)]), knowledge, Terms())
    assert checked.proposals
    for one in checked.proposals:
        alone = assess(load_profile(one.path, knowledge), knowledge)
        decision = alone.decision
        best = decision.recommended.approach.id if decision.recommended else None
        assert (one.recommended, one.confidence) == (best, decision.confidence)
        assert one.approach == (alone.profile.get("decision.approach") or best)
        estimate = alone.estimates[str(one.approach)]
        assert one.total_usd == band(estimate.total_usd)
        assert one.one_time_usd == band(estimate.one_time_usd)
        assert one.lower_bound == estimate.lower_bound
        closed = [
            (gate.id, gate.reason)
            for ranked in decision.ranked
            if ranked.approach.id == one.approach
            for gate in ranked.gates
            if not gate.passed
        ]
        said = " ".join(f.message for f in checked.findings if f.path == one.path)
        for _, reason in closed if one.decided else []:
            assert reason in said


def test_processes_side_by_side_find_the_same(knowledge: Knowledge, tmp_path: Path) -> None:
    for place in range(160):
        text = (SHIPPED / "quickstart.yaml").read_text("utf-8")
        changed = text.replace("Norrland", f"Norrland {place}")
        (tmp_path / f"{place:03}.profile.yaml").write_text(changed, "utf-8")
    files = candidates([str(tmp_path)])
    alone, together = (check(files, knowledge, Terms(workers=workers)) for workers in (1, 2))
    assert alone == together
    assert len(together.proposals) == 160


def test_a_block_is_let_go_once_it_is_judged(knowledge: Knowledge, tmp_path: Path) -> None:
    """Processes of a large check collect no cycles: one around a block would fill the memory."""
    (tmp_path / "broken.profile.yaml").write_text("name: [", "utf-8")
    files = candidates([str(SHIPPED), str(tmp_path)])
    gc.collect()
    before = _blocks()
    gc.disable()
    try:
        check(files, knowledge, Terms())
        assert _blocks() <= before
    finally:
        gc.enable()


def _blocks() -> int:
    return sum(isinstance(one, Block) for one in gc.get_objects())

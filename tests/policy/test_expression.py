"""Rules of one's own: what they read, and that none of them harms or holds up the others."""

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from llmchoose.errors import InputError, Mark
from llmchoose.knowledge.load import Knowledge
from llmchoose.policy.check import Terms, check
from llmchoose.policy.expression import Judge, Outcome
from llmchoose.policy.load import load_policy
from llmchoose.policy.model import OwnRule, Place
from llmchoose.policy.record import Record, schema_of
from llmchoose.profile.find import Candidate

NOTHING: Record = {"profile": {}, "estimate": {}, "decision": {}}
NINE = "[1,2,3,4,5,6,7,8,9]"
GROWING = "['aaaaaaaaaaaaaaaa']" + ".map(x, x+x+x+x+x+x+x+x)" * 9 + " != []"
ROUND = f"{NINE}.all(a, {NINE}.all(b, {NINE}.all(c, {NINE}.all(d, {NINE}.all(e, e > 0)))))"
PROFILE = """\
name: Letters
owner: Ada
task: {kind: qa, gap: [knowledge, format], prompt_baseline: 40%..60%}
compute: {owned: [8 x A100-80GB]}
budget: {one_time: $50k}
team: {engineers: 3}
ops: {refresh: 6 weeks}
trials: [{approach: prompt, score: 55%, examples: 200}]
"""


def rule(text: str, name: str = "own") -> OwnRule:
    return OwnRule(name, name, "error", text, "said", (Place(Mark("policy.yaml", 1, 1), text),))


@pytest.fixture
def judged(knowledge: Knowledge, tmp_path: Path) -> Callable[[str], bool | str]:
    """A function from an expression to what it says of the profile above: True, False or why."""
    profile = tmp_path / "profile.yaml"
    profile.write_text(PROFILE, "utf-8")

    def say(expression: str) -> bool | str:
        policy = tmp_path / "policy.yaml"
        policy.write_text(f"rules:\n  - id: own\n    when: |\n      {expression}\n", "utf-8")
        terms = Terms(load_policy(policy, knowledge))
        found = check([Candidate(str(profile), named=True)], knowledge, terms).findings
        unjudged = [one.message for one in found if one.rule == "P-UNJUDGED"]
        return unjudged[0] if unjudged else any(one.rule == "own" for one in found)

    return say


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("profile.owner == 'Ada'", True),
        ("profile.budget.one_time > 40000 && profile.budget.one_time < 60000", True),
        ("profile.ops.refresh == 42.0", True),
        ("'knowledge' in profile.task.gap && profile.task.gap[0] == 'knowledge'", True),
        ("profile.task.prompt_baseline > 0.4 && profile.task.prompt_baseline < 0.6", True),
        ("has(profile.constraints.dpia)", False),
        ("!has(profile.constraints.dpia) && profile.name.startsWith('Let')", True),
        ("profile.compute.owned.exists(o, o.count >= 8)", True),
        ("profile.trials.exists(t, t.approach == 'prompt' && t.score > 0.5)", True),
        ("estimate.cost.total_usd.p10 < estimate.cost.total_usd.p90", True),
        ("estimate.cost.one_time_usd.p50 > 0.01 * profile.budget.one_time", True),
        ("estimate.approach == decision.approach", True),
        ("estimate.gates.all(g, g.passed || g.kind == 'soft')", True),
        ("decision.confidence > 0 && decision.probability_best.rag <= 1", True),
        ("has(decision.agrees_with_decision)", False),
        ("estimate.cost.lower_bound", False),
    ],
)
def test_an_expression_reads_profile_estimate_and_decision(
    expression: str, holds: bool, judged: Callable[[str], bool | str]
) -> None:
    assert judged(expression) is holds


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("profile.budget.monthly < 5000", "monthly"),
        ("profile.budget.monthly == 5000.0", "monthly"),
        ("profile.budget.monthly != 5000.0", "monthly"),
        ("profile.status == 'proposed'", "status"),
        ("profile.status in ['draft', 'proposed']", "status"),
        ("!profile.task.citations_required", "citations_required"),
        ("profile.task.citations_required == false", "citations_required"),
        ("'gdpr' in profile.constraints.regulations", "regulations"),
        ("estimate.energy_kwh.p50 < 5000", "energy_kwh"),
        ("profile.decision.approach != 'rag'", "approach"),
    ],
)
def test_what_is_unknown_is_neither_zero_nor_different(
    expression: str, unknown: str, judged: Callable[[str], bool | str]
) -> None:
    assert f"it reads {unknown}, which this proposal does not have" in str(judged(expression))


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("has(profile.status) && profile.status == 'proposed'", False),
        ("size(profile.decision.combine_with) == 0", True),
        ("size(profile.decision.waivers) == 0", True),
        ("profile.trials[0].score * 2.0 > 1.0", True),
        ("2.0 * profile.compute.owned[0].count == 16.0", True),
    ],
)
def test_what_is_asked_for_first_is_judged(
    expression: str, holds: bool, judged: Callable[[str], bool | str]
) -> None:
    assert judged(expression) is holds


def test_faults_at_run_time_are_sentences(judged: Callable[[str], bool | str]) -> None:
    assert "entry 5 of a list of 1" in str(judged("profile.trials[5].score > 0.5"))
    assert "divides by zero" in str(judged("1 / int(profile.team.engineers - 3.0) > 0"))


def outcomes(knowledge: Knowledge, *texts: str, seconds: float = 20.0) -> list[list[Outcome]]:
    """What some expressions say of an empty proposal, and of another one."""
    schema = schema_of(knowledge)
    rules = [rule(text, str(place)) for place, text in enumerate(texts)]
    with closing(Judge(rules, schema, seconds)) as judge:
        judge.check()
        return [judge.judge(NOTHING), judge.judge(NOTHING)]


def test_an_expression_of_too_many_steps_is_stopped_and_named(knowledge: Knowledge) -> None:
    first, second = outcomes(knowledge, "true", ROUND, "false")
    assert [one.holds for one in first] == [True, None, False]
    assert "too many steps" in first[1].fault
    assert [one.rule for one in second] == ["0", "2"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux alone")
def test_an_expression_that_grows_without_end_is_stopped(knowledge: Knowledge) -> None:
    first, second = outcomes(knowledge, GROWING, "true")
    assert "too much memory" in first[0].fault
    assert [one.holds for one in second] == [True]


def test_an_expression_that_takes_too_long_is_killed(knowledge: Knowledge) -> None:
    first, second = outcomes(knowledge, "true", GROWING, "true", seconds=0.02)
    assert [one.holds for one in first] == [True, None, True]
    assert "no answer in 0.02 seconds" in first[1].fault
    assert [one.holds for one in second] == [True, True]


def test_matching_is_linear(knowledge: Knowledge) -> None:
    text = f"'{'a' * 1500}'.matches('(a*)*(a*)*(a*)*b')"
    assert [one.holds for one in outcomes(knowledge, text, seconds=2)[0]] == [False]


@pytest.mark.parametrize(
    "text", ["open('/etc/passwd')", "__import__('os')", "profile.__class__", "exec('1')"]
)
def test_there_is_no_way_to_run_code(text: str, knowledge: Knowledge) -> None:
    with pytest.raises(InputError):
        outcomes(knowledge, text)


def test_without_cel_the_expression_says_what_to_install(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cel_expr_python.py").write_text(
        "raise ImportError('no module', name='cel_expr_python')", "utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InputError) as caught:
        outcomes(knowledge, "true")
    assert caught.value.problems[0].hint == "pip install 'llmchoose[policy]'"
    assert caught.value.problems[0].mark is not None

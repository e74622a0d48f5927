"""What must hold of the choice whatever the project."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmchoose.assessment import Assessment, assess
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.load import parse_profile
from llmchoose.report.formats import json as json_report

KINDS = ("classification", "extraction", "qa", "generation", "summarization", "code", "sequence")
GAPS = ("knowledge", "behaviour", "format", "language", "reasoning", "none")
KNOWLEDGE = load_knowledge()
TUNE = ("managed_finetune", "lora", "full_finetune", "continued_pretrain")
FEW = settings(max_examples=12, deadline=None, derandomize=True)


def assessed(**more: str) -> Assessment:
    lines = [f"{key}: {value}" for key, value in more.items()]
    sections: dict[str, list[str]] = {}
    for line in lines:
        section, _, rest = line.partition(".")
        sections.setdefault(section, []).append("  " + rest)
    body = "\n".join(f"{name}:\n" + "\n".join(rows) for name, rows in sections.items())
    profile = parse_profile(f"name: p\n{body}\n".encode(), "p.yaml", KNOWLEDGE)
    return assess(profile, KNOWLEDGE, samples=60)


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    some = {
        "task.kind": draw(st.sampled_from(KINDS)),
        "task.gap": draw(st.sampled_from(GAPS)),
        "task.base_model_coverage": f"{draw(st.integers(2, 97))}%",
        "data.labelled_examples": str(draw(st.sampled_from([0, 30, 300, 5000, 100000]))),
        "budget.one_time": f"${draw(st.sampled_from([5, 40, 300, 5000]))}k",
        "time.deadline": f"{draw(st.sampled_from([20, 90, 400]))} days",
        "team.experience": draw(st.sampled_from(["prompting", "tuning", "pretraining"])),
    }
    kept = draw(st.sets(st.sampled_from(sorted(some)), min_size=3))
    return {name: answer for name, answer in some.items() if name in kept | {"task.kind"}}


def chance_of(found: Assessment, names: tuple[str, ...]) -> float:
    return sum(r.probability_best for r in found.decision.ranked if r.approach.id in names)


def open_ones(found: Assessment) -> set[str]:
    return {one.approach.id for one in found.decision.ranked if one.feasible}


@FEW
@given(projects())
def test_more_budget_closes_nothing(project: dict[str, str]) -> None:
    small = assessed(**{**project, "budget.one_time": "$20k"})
    large = assessed(**{**project, "budget.one_time": "$2M"})
    assert open_ones(small) <= open_ones(large)


@FEW
@given(projects())
def test_more_labels_never_lower_tuning_against_prompting(project: dict[str, str]) -> None:
    project = {"task.gap": "behaviour", "task.base_model_coverage": "60%", **project}
    before: float | None = None
    for examples in (0, 100, 1000, 20_000, 2_000_000):
        found = assessed(**{**project, "data.labelled_examples": str(examples)})
        weighed = found.decision.weighed
        prompt, *tuned = (weighed.names.index(name) for name in ("prompt", *TUNE[:3]))
        benefit = weighed.benefit.mean(axis=-1)
        lead = float(max(benefit[place] for place in tuned) - benefit[prompt])
        assert before is None or lead >= before - 2e-3, examples
        before = lead


@FEW
@given(projects())
def test_a_shorter_deadline_never_favours_training(project: dict[str, str]) -> None:
    before: float | None = None
    for days in (700, 200, 60, 20):
        found = assessed(**{**project, "time.deadline": f"{days} days"})
        chance = chance_of(found, ("scratch",))
        assert before is None or chance <= before + 1e-3, days
        before = chance


@FEW
@given(projects())
def test_an_input_that_nothing_reads_changes_nothing(project: dict[str, str]) -> None:
    plain = assessed(**project)
    more = assessed(**project, **{"ops.owner": "somebody", "data.anonymisation": "none"})
    assert [one.probability_best for one in plain.decision.ranked] == [
        one.probability_best for one in more.decision.ranked
    ]
    for name, estimate in plain.estimates.items():
        assert estimate.total_usd.tolist() == more.estimates[name].total_usd.tolist()


@FEW
@given(projects())
def test_chances_add_up_and_the_order_of_keys_changes_no_byte(project: dict[str, str]) -> None:
    found = assessed(**project)
    if found.decision.recommended:
        assert chance_of(found, tuple(found.decision.weighed.names)) == pytest.approx(1, abs=1e-5)
    turned = assessed(**dict(reversed(project.items())))
    assert json_report.render(found) == json_report.render(turned)


def test_every_number_of_a_reason_has_a_source(knowledge: Knowledge) -> None:
    profiles = Path(__file__).parents[2] / "profiles"
    from llmchoose.profile.load import load_profile

    for path in sorted(profiles.glob("*.yaml")):
        decision = assess(load_profile(path, knowledge), knowledge).decision
        for said in (decision.reasons, decision.risks, decision.plan, decision.partners):
            for sources in (one.sources for one in said):
                assert sources, path.stem
                assert all(knowledge.cite(name) for name in sources)


def test_two_reports_that_differ_in_one_input_differ_in_their_reasons() -> None:
    base = {"task.kind": "qa", "task.base_model_coverage": "60%", "data.labelled_examples": "3k"}
    for change in (
        {"task.gap": "behaviour"},
        {"task.gap": "knowledge"},
        {"task.base_model_coverage": "95%"},
        {"task.citations_required": "true"},
        {"data.labelled_examples": "100"},
        {"team.experience": "none"},
    ):
        texts = [
            [one.text for one in found.decision.reasons]
            + [(one.field, one.chance) for one in found.outlook.influences]
            for found in (assessed(**base), assessed(**{**base, **change}))
        ]
        assert texts[0] != texts[1], change

"""How an id came out in a profile: the numbers are those of the report, and they add up."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.decision.benefit import charges
from llmchoose.decision.quality import expected_quality
from llmchoose.estimate.inputs import Inputs
from llmchoose.explanation.choice import CHARGED_BY, reached
from llmchoose.explanation.kinds import KINDS
from llmchoose.explanation.kinds.kind import Kind
from llmchoose.explanation.lookup import explain, page_of
from llmchoose.explanation.model import Index, Listing, Page
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.outcome.points import benefit_lines, fit_lines
from llmchoose.outcome.quality import RESTS_ON
from llmchoose.outcome.sections import explained
from llmchoose.profile.load import load_profile, parse_profile, set_value
from llmchoose.report.explanation import json as json_report
from llmchoose.report.explanation import markdown, terminal
from llmchoose.report.formats.json import as_dict

ROOT = Path(__file__).parents[2]
PROFILES = ["quickstart", "minimal", "swallow-2023", "nyutron-2021", "bloomberggpt-2022"]
TRIED = b"""
name: Tried
task: {kind: extraction, metric: f1, quality_target: 0.8}
trials:
  - {approach: prompt, metric: f1, score: 0.86, examples: 900}
  - {approach: lora, metric: f1, score: 0.9, examples: 900}
data: {labelled_examples: 3k}
"""


@pytest.fixture(scope="module", params=[*PROFILES, "tried"])
def assessment(request: pytest.FixtureRequest, knowledge: Knowledge) -> Assessment:
    if request.param == "tried":
        profile = parse_profile(TRIED, "tried.yaml", knowledge)
    else:
        profile = load_profile(ROOT / "profiles" / f"{request.param}.yaml", knowledge)
    return assess(profile, knowledge, samples=100)


@pytest.fixture(scope="module")
def quickstart(knowledge: Knowledge) -> Assessment:
    return assess(load_profile(ROOT / "profiles/quickstart.yaml", knowledge), knowledge)


@pytest.fixture(scope="module")
def reported(assessment: Assessment) -> dict[str, Any]:
    """The report that the pages are held against."""
    return as_dict(assessment)


@cache
def _pages(name: str, knowledge: Knowledge) -> tuple[Page, ...]:
    found = explain(name, knowledge)
    assert not isinstance(found, Index)
    return found


def _page(name: str, assessment: Assessment) -> Page:
    return explained(_pages(name, assessment.knowledge), assessment)[0]


def _data(name: str, assessment: Assessment, section: str = "profile") -> Any:
    found = json_report.as_dict(_page(name, assessment))["sections"][section]
    return json.loads(json.dumps(found["data"], allow_nan=False))


def test_the_lines_of_every_approach_add_up_to_its_fit_and_net_benefit(
    assessment: Assessment,
) -> None:
    for one in assessment.decision.ranked:
        fit = sum(line.points for line in fit_lines(one, assessment))
        benefit = sum(line.points for line in benefit_lines(one, assessment))
        assert fit == pytest.approx(float(np.mean(one.fit)), abs=1e-6)
        assert benefit == pytest.approx(float(np.mean(one.net_benefit)), abs=1e-6)


def test_the_lines_that_a_page_shows_add_up_to_what_it_says_they_do(
    assessment: Assessment,
) -> None:
    for one in assessment.decision.ranked:
        for key, draws in (("fit", one.fit), ("net_benefit", one.net_benefit)):
            found = _data(one.approach.id, assessment, f"profile_{key}")
            assert found["mean"] == pytest.approx(float(np.mean(draws)), abs=1e-6)
            lines = sum(line["points"] for line in found["lines"])
            assert lines == pytest.approx(found["mean"], abs=1e-6)


def test_lines_that_a_measured_score_brings_are_among_them(knowledge: Knowledge) -> None:
    profile = parse_profile(TRIED, "tried.yaml", knowledge)
    ids = {line["id"] for line in _data("lora", assess(profile, knowledge), "profile_fit")["lines"]}
    assert {"trials", "G-REACHED", "ladder"} <= ids
    benefit = _data("lora", assess(profile, knowledge), "profile_net_benefit")["lines"]
    assert {"net_benefit.reached", "net_benefit.beyond", "G-REACHED"} <= {
        line["id"] for line in benefit
    }


def test_an_approach_has_the_numbers_of_the_report(
    assessment: Assessment, reported: dict[str, Any]
) -> None:
    for report in reported["approaches"]:
        found = _data(report["approach"], assessment)
        same = ("rank", "feasible", "probability_best", "fit", "net_benefit", "quality")
        assert {key: found[key] for key in same} == {key: report[key] for key in same}
        for key in ("one_time_usd", "monthly_usd", "total_usd"):
            assert found[key] == report["cost"][key]
        assert found["time_to_production_days"] == report["time_to_production_days"]
        costs = _data(report["approach"], assessment, "profile_cost")
        assert [(one["item"], one["usd"]) for one in costs] == [
            (one["item"], one["usd"]) for one in report["cost"]["breakdown"]
        ]


def test_criteria_have_the_numbers_of_the_report(
    assessment: Assessment, reported: dict[str, Any]
) -> None:
    keys = ("value", "score", "weight", "contribution")
    for criterion in assessment.knowledge.rulebook.criteria:
        wanted = {
            report["approach"]: {key: one[key] for key in keys}
            for report in reported["approaches"]
            for one in report["criteria"]
            if one["id"] == criterion.id
        }
        if wanted:
            found = _data(criterion.id, assessment, "profile_scores")
            assert {one["approach"]: {key: one[key] for key in keys} for one in found} == wanted


def test_gates_have_the_verdicts_of_the_report(
    assessment: Assessment, reported: dict[str, Any]
) -> None:
    for gate in assessment.knowledge.rulebook.gates:
        wanted = {
            (report["approach"], one["passed"], one["reason"])
            for report in reported["approaches"]
            for one in report["gates"]
            if one["id"] == gate.id
        }
        found = _data(gate.id, assessment)
        assert {(one["approach"], one["passed"], one["reason"]) for one in found} == wanted


def test_assumptions_have_the_numbers_of_the_report(
    assessment: Assessment, reported: dict[str, Any]
) -> None:
    for wanted in reported["assumptions"]:
        found = _data(wanted["input"], assessment)
        assert (found["assumed"], found["source"]) == (wanted["value"], wanted["source"])
        assert found["given"] is None


def test_a_charge_takes_off_what_the_ranking_does(assessment: Assessment) -> None:
    for charge in assessment.knowledge.rulebook.net_benefit.charges:
        found = _data(f"net_benefit.{charge.id}", assessment, "profile_points")
        by_name = {one["approach"]: one["points"] for one in found}
        for one in assessment.decision.ranked:
            taken = float(np.mean(one.charges[charge.id]))
            assert by_name[one.approach.id] == pytest.approx(-taken, abs=1e-6)


def test_the_page_of_the_measured_target_is_that_of_the_gate_that_is_held(
    knowledge: Knowledge,
) -> None:
    found = assess(parse_profile(TRIED, "tried.yaml", knowledge), knowledge, samples=100)
    stated = reached(knowledge)
    held = [
        (one.approach.id, gate)
        for one in found.decision.ranked
        for gate in one.gates
        if gate.id == stated.id
    ]
    assert {name for name, _ in held} == set(stated.excludes)
    for _, gate in held:
        assert (gate.kind, gate.sources) == (stated.kind, stated.sources)
        assert set(gate.about) == {"trials", "task.prompt_baseline", "task.quality_target"}


class Watched(Inputs):
    """Inputs that note which fields somebody asks for."""

    asked: set[str] = set()  # noqa: RUF012 shared by the copies on purpose

    def stated(self, name: str) -> Any:
        self.asked.add(name)
        return super().stated(name)

    def number(self, name: str) -> Any:
        self.asked.add(name)
        return super().number(name)

    def flag(self, name: str) -> Any:
        self.asked.add(name)
        return super().flag(name)

    def word(self, name: str) -> Any:
        self.asked.add(name)
        return super().word(name)

    def masks(self, name: str) -> Any:
        self.asked.add(name)
        return super().masks(name)


def _watched(assessment: Assessment) -> Watched:
    return Watched(**{name: getattr(assessment.inputs, name) for name in Inputs.__match_args__})


def test_charges_rest_on_the_fields_that_the_model_asks_for(quickstart: Assessment) -> None:
    book = quickstart.knowledge.rulebook.net_benefit
    for charge in book.charges:
        inputs = _watched(quickstart)
        inputs.asked.clear()
        alone = replace(book, charges=(charge,))
        for one in quickstart.knowledge.approaches:
            charges(inputs, one, quickstart.estimates, alone)
        assert set(inputs.asked) == set(CHARGED_BY[charge.id]), charge.id


def test_the_quality_rests_on_the_fields_that_the_model_asks_for(quickstart: Assessment) -> None:
    inputs = _watched(quickstart)
    inputs.asked.clear()
    expected_quality(inputs)
    assert inputs.asked | {"task.gap", "trials"} == set(RESTS_ON)


def _static(kind: Kind, row: Any, knowledge: Knowledge) -> Page:
    # What rests on a source is looked for in all tables, which takes long for all of them.
    if kind.part == "sources":
        return Page(kind.name, kind.ids(row)[0], "", "", ())
    return page_of(kind, row, knowledge)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_id_of_a_kind_can_be_explained_in_a_profile(
    kind: str, quickstart: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = next(one for one in KINDS if one.name == kind)
    monkeypatch.setenv("COLUMNS", "60")
    for row in made.rows(quickstart.knowledge):
        page = _static(made, row, quickstart.knowledge)
        (found,) = explained((page,), quickstart)
        assert len(found.sections) > len(page.sections)
        keys = [section.key for section in found.sections]
        assert len(keys) == len(set(keys))
        assert any(key.startswith("profile") for key in keys)
        json_report.render((found,))
        assert "## In Norrland" in markdown.render((found,)) or "profile" not in keys
        lines = terminal.render((found,), plain=True).splitlines()
        assert max(map(len, lines)) <= 60


def test_what_nothing_depends_on_says_so(quickstart: Assessment) -> None:
    for name in ("goodput", "almanac-2023", "agri-ft"):
        said = terminal.render((_page(name, quickstart),), plain=True)
        assert "nothing in this profile does directly" in said


def test_a_field_that_clues_move_names_them(knowledge: Knowledge) -> None:
    text = b"name: x\ntask: {kind: qa, citations_required: true}\n"
    found = assess(parse_profile(text, "x.yaml", knowledge), knowledge, samples=100)
    ids = _data("task.gap", found, "profile_clues")
    assert ids == ["base", "task.citations_required.true", "task.kind.qa"]
    assert _data("task.kind.qa", found) == {"holds": True, "counts": True}
    assert _data("task.kind.chat", found) == {"holds": False, "counts": False}


def test_a_changed_answer_is_named_as_such(quickstart: Assessment) -> None:
    changed = set_value(quickstart.profile, "data.labelled_examples=900", quickstart.knowledge)
    found = assess(changed, quickstart.knowledge, samples=100)
    said = terminal.render((_page("data.labelled_examples", found),), plain=True)
    assert "900 examples, given by --set" in said


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("gap_fit", "criteria: [{id: gap_fit, weight: 0, range: [0, 20]}]"),
        ("money", "net_benefit: {charges: [{id: money, weight: 0, range: [0, 1]}]}"),
    ],
)
def test_without_it_is_what_a_rulebook_without_it_recommends(
    name: str, change: str, quickstart: Assessment, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"extends: shipped\n{change}\n")
    best = assess(quickstart.profile, load_knowledge(rulebook=file)).decision.recommended
    assert best is not None
    listing = _page(name, quickstart).sections
    entries = [entry for one in listing if isinstance(one, Listing) for entry in one.entries]
    (said,) = (entry.text for entry in entries if entry.label == "without it")
    assert said.startswith(f"{best.approach.id} would be recommended")
    assert said.endswith(f"{best.probability_best:.0%} to be the best")


def test_a_closure_leads_from_coverage_to_quality(quickstart: Assessment) -> None:
    found = _data("rag.knowledge", quickstart)
    rag = next(one for one in quickstart.decision.ranked if one.approach.id == "rag")
    assert found["start"] + found["room"] == pytest.approx(1)
    assert found["quality"] == pytest.approx(float(np.mean(rag.quality)), abs=1e-6)
    assert found["gap_weight"] == 1


def test_a_rulebook_of_ones_own_is_explained_too(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("extends: shipped\nnet_benefit: {charges: [{id: money, weight: 0.25}]}\n")
    own = load_knowledge(rulebook=file)
    found = assess(load_profile(ROOT / "profiles/quickstart.yaml", own), own, samples=100)
    assert "0.25" in terminal.render((_page("money", found),), plain=True)

"""Whole reports of the shipped profiles, for a person to read: UPDATE=1 rewrites them."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile, parse_profile
from llmchoose.report.formats import json as json_report
from llmchoose.report.formats import markdown, terminal

ROOT = Path(__file__).parents[2]
PROFILES = sorted((ROOT / "profiles").glob("*.yaml"))
SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture(scope="module")
def assessments(knowledge: Knowledge) -> dict[str, Assessment]:
    return {path.stem: assess(load_profile(path, knowledge), knowledge) for path in PROFILES}


def _same(path: Path, text: str) -> None:
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{path.name} changed; UPDATE=1 rewrites it"


@pytest.mark.parametrize("name", [path.stem for path in PROFILES])
def test_the_report_of_a_shipped_profile(
    name: str, assessments: dict[str, Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _same(SNAPSHOTS / f"{name}.txt", terminal.render_all([assessments[name]], plain=True))


def test_the_markdown_report(assessments: dict[str, Assessment]) -> None:
    _same(SNAPSHOTS / "quickstart.md", markdown.render_all([assessments["quickstart"]]))


def test_the_wide_report(
    assessments: dict[str, Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    text = terminal.render_all([assessments["quickstart"]], plain=True)
    _same(SNAPSHOTS / "quickstart-160.txt", text)


TOP = [
    "schema_version",
    "tool",
    "generated_from",
    "profile",
    "assumptions",
    "recommendation",
    "approaches",
    "next_experiment",
    "trials",
    "flips",
    "break_even",
    "value_of_information",
    "answers",
    "plan",
    "risks",
    "sources",
]
RECOMMENDATION = {
    "approach",
    "family",
    "combine_with",
    "combinations",
    "techniques",
    "confidence",
    "confidence_words",
    "second",
    "models_agree",
    "agrees_with_decision",
    "summary",
    "reasons",
}
APPROACH = {
    "approach",
    "family",
    "rank",
    "feasible",
    "gates",
    "quality",
    "net_benefit",
    "fit",
    "probability_best",
    "criteria",
    "techniques",
    "cost",
    "compute",
    "time_to_production_days",
    "energy_kwh",
    "tco2e",
}
COMPUTE = {"flops", "gpu", "n_gpus", "gpu_hours", "wall_clock_days", "memory_gb_per_gpu"}


@pytest.mark.parametrize("name", [path.stem for path in PROFILES])
def test_the_json_answers_the_contract(name: str, assessments: dict[str, Assessment]) -> None:
    report = json.loads(json_report.render(assessments[name]))
    assert list(report) == TOP
    assert set(report["recommendation"]) >= RECOMMENDATION
    assert len(report["approaches"]) == 7
    assert [one["rank"] for one in report["approaches"]] == list(range(1, 8))
    for one in report["approaches"]:
        assert set(one) >= APPROACH
        assert set(one["compute"]) >= COMPUTE
        assert {"one_time_usd", "monthly_usd", "total_usd", "lower_bound", "breakdown"} <= set(
            one["cost"]
        )
        for item in one["cost"]["breakdown"]:
            assert item["usd"] is not None or one["cost"]["lower_bound"]
    shares = sum(one["probability_best"] for one in report["approaches"])
    assert shares == pytest.approx(1, abs=1e-4)


def test_a_combination_says_what_both_cost_and_what_the_second_adds(
    assessments: dict[str, Assessment],
) -> None:
    report = json.loads(json_report.render(assessments["swallow-2023"]))
    found = report["recommendation"]
    assert found["combine_with"] == ["rag"]
    (both,) = found["combinations"]
    assert both["approaches"] == ["continued_pretrain", "rag"]
    assert {"quality", "cost", "time_to_production_days", "adds", "reason", "sources"} <= set(both)
    assert {"one_time_usd", "monthly_usd", "total_usd"} <= set(both["cost"])
    assert set(both["adds"]) == {"quality", "total_usd"}
    alone = next(one for one in report["approaches"] if one["approach"] == "continued_pretrain")
    assert both["quality"]["p50"] > alone["quality"]["p50"]
    assert both["time_to_production_days"]["p50"] > alone["time_to_production_days"]["p50"]


@pytest.mark.parametrize("name", [path.stem for path in PROFILES])
def test_a_technique_says_what_it_takes_and_saves(
    name: str, assessments: dict[str, Assessment]
) -> None:
    report = json.loads(json_report.render(assessments[name]))
    for one in report["approaches"]:
        for technique in one["techniques"]:
            assert {"id", "usd_once", "usd_saved", "reason", "sources"} <= set(technique)
            assert technique["usd_saved"] is None or technique["usd_saved"]["p50"] >= 0


@pytest.mark.parametrize("name", [path.stem for path in PROFILES])
def test_bands_are_in_order_and_every_source_is_listed(
    name: str, assessments: dict[str, Assessment]
) -> None:
    report = json.loads(json_report.render(assessments[name]))
    listed = {source["id"] for source in report["sources"]}
    for node in _walk(report):
        if {"p10", "p50", "p90"} <= set(node):
            assert node["p10"] <= node["p50"] <= node["p90"]
        for source in node.get("sources", []):
            assert isinstance(source, dict) or source in listed


def _walk(node: Any) -> Any:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from _walk(value)


def test_numbers_leave_with_six_significant_digits(assessments: dict[str, Assessment]) -> None:
    for node in _walk(json.loads(json_report.render(assessments["quickstart"]))):
        for value in node.values():
            if isinstance(value, float):
                assert value == float(f"{value:.5e}")


def test_a_hostile_name_cannot_become_markup(knowledge: Knowledge) -> None:
    text = 'name: "<script>alert(1)</script> | [x](javascript:1) [red]bold[/red]"\ntask: {kind: qa}'
    found = assess(parse_profile(text.encode(), "x.yaml", knowledge), knowledge)
    page = markdown.render_all([found])
    assert "<script>" not in page
    assert not re.search(r"(?<!\\)\]\(", page)
    assert "[red]bold[/red]" in terminal.render_all([found], plain=True)


def test_when_nothing_is_feasible_the_report_says_which_gates(knowledge: Knowledge) -> None:
    text = (
        "name: x\ntask: {kind: qa, base_model_coverage: not_at_all, gap: none}\n"
        "constraints: {must_own_weights: hold, open_licence_ok: false, api_allowed: false}\n"
        "compute: {max_gpus: 0}\n"
    )
    found = assess(parse_profile(text.encode(), "x.yaml", knowledge), knowledge)
    report = json_report.as_dict(found)
    if found.decision.recommended is None:
        assert report["recommendation"]["approach"] is None
        assert "G-" in report["recommendation"]["summary"]
    assert terminal.render_all([found], plain=True)


def test_several_reports_follow_each_other(assessments: dict[str, Assessment]) -> None:
    several = [assessments["quickstart"], assessments["minimal"]]
    assert terminal.render_all(several, plain=True).count("All approaches side by side") == 2
    assert len(json_report.render_all(several).splitlines()) == 2

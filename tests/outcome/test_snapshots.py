"""Pages with a profile as a reader sees them: UPDATE=1 rewrites the snapshots."""

import os
from pathlib import Path

import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.explanation.lookup import explain
from llmchoose.explanation.model import Explanation, Index
from llmchoose.knowledge.load import Knowledge
from llmchoose.outcome.sections import explained
from llmchoose.profile.load import load_profile
from llmchoose.report.explanation import json as json_report
from llmchoose.report.explanation import markdown, terminal

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
SHOWN = (
    "gap_fit",
    "G-BUDGET",
    "lora",
    "money",
    "data.labelled_examples",
    "rag.knowledge",
    "work.person_weeks.lora",
)


@pytest.fixture(scope="module")
def quickstart(knowledge: Knowledge) -> Assessment:
    return assess(load_profile(ROOT / "profiles/quickstart.yaml", knowledge), knowledge)


def _found(name: str, assessment: Assessment) -> Explanation:
    found = explain(name, assessment.knowledge)
    assert not isinstance(found, Index)
    return explained(found, assessment)


def _same(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed; UPDATE=1 rewrites it"


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_with_a_profile_at_80_columns(
    name: str, quickstart: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _same(f"{name}.txt", terminal.render(_found(name, quickstart), plain=True))


def test_markdown_and_json_with_a_profile(quickstart: Assessment) -> None:
    found = _found("net_benefit.time", quickstart)
    _same("charge.md", markdown.render(found))
    _same("charge.json", json_report.render(found))

"""Whole reports of comparisons, for a person to read: UPDATE=1 rewrites them."""

import os
from pathlib import Path

import pytest

from llmchoose.assessment import assess
from llmchoose.comparison.review import Review, review
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile
from llmchoose.report.comparison import json as json_report
from llmchoose.report.comparison import markdown, terminal

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
EDITS = (
    ("requests_per_day: 2k", "requests_per_day: 20k"),
    ("deadline: 20 weeks", "deadline: 10 weeks"),
    ("engineers: 2", "engineers: 4"),
    ("gap: knowledge  ", "gap: behaviour"),
    ("support assistant", "support assistant of all sites"),
)


@pytest.fixture(scope="module")
def found(knowledge: Knowledge) -> Review:
    old = (ROOT / "profiles" / "quickstart.yaml").read_text("utf-8")
    new = old + "decision: {approach: lora}\n"
    for before, after in EDITS:
        assert before in new
        new = new.replace(before, after, 1)
    sides = [
        assess(parse_profile(text.encode(), path, knowledge), knowledge)
        for path, text in (("main:profile.yaml", old), ("profile.yaml", new))
    ]
    return review([(sides[0], sides[1]), (None, sides[0])])


def _same(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed; UPDATE=1 rewrites it"


def _first(found: Review) -> Review:
    return Review(found.comparisons[:1], {}, 0)


@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_in_a_terminal(found: Review, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    text = terminal.render(_first(found), several=False, plain=True)
    assert max(map(len, text.splitlines())) <= int(width)
    _same(f"comparison-{width}.txt", text)


def test_in_markdown(found: Review) -> None:
    _same("comparison.md", markdown.render(_first(found), several=False, plain=True))


def test_in_json(found: Review) -> None:
    _same("comparison.json", json_report.render(_first(found), several=False, plain=True))


def test_several_have_their_totals_first(found: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = terminal.render(found, several=True, plain=True)
    _same("comparison-several.txt", text)

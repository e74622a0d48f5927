"""The formats of a check: whole pages for a person to read (UPDATE=1 rewrites them), and limits."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from llmchoose.policy.model import Checked
from llmchoose.report.check import github, gitlab, junit, markdown, sarif, terminal
from llmchoose.report.check import json as json_report

SNAPSHOTS = Path(__file__).parent / "snapshots" / "check"
FORMATS: Mapping[str, tuple[ModuleType, str]] = {
    "json": (json_report, "json"),
    "github": (github, "github.txt"),
    "sarif": (sarif, "sarif"),
    "junit": (junit, "xml"),
    "gitlab": (gitlab, "gitlab.json"),
    "markdown": (markdown, "md"),
    "terminal": (terminal, "txt"),
}
Many = Callable[[int], Checked]


def _same(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed; UPDATE=1 rewrites it"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["checked", "passing"])
def test_the_whole_page(
    name: str, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    module, suffix = FORMATS[name]
    _same(f"{kind}.{suffix}", module.render(request.getfixturevalue(kind), plain=True))


@pytest.mark.parametrize("width", [60, 160])
def test_the_page_in_other_widths(
    width: int, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _same(f"checked-{width}.txt", terminal.render(checked, plain=True))


def test_every_format_is_a_file_with_render() -> None:
    folder = Path(terminal.__file__).parent
    assert {path.stem for path in folder.glob("[!_]*.py")} == set(FORMATS)


def test_a_terminal_gets_colour_and_no_other_escapes(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured, plain = terminal.render(checked), terminal.render(checked, plain=True)
    assert "\x1b[1;31merror[P-BASELINE]" in coloured
    assert "\x1b" not in plain
    assert "\x1b[31m" not in coloured


def test_more_than_a_few_waivers_are_counted(checked: Checked) -> None:
    waived = [one for one in checked.findings if one.waived and one.waived.by == "profile"]
    several = Checked(**{**vars(checked), "findings": tuple(waived * 6)})
    text = terminal.render(several, plain=True)
    assert "6 findings are waived: 6 by the proposals, 0 by the policy" in text
    assert "in the move" not in text


def test_the_day_is_said_where_nobody_gave_it_and_a_rule_asks_for_it(passing: Checked) -> None:
    said = "as of 2026-11-21, the day of the knowledge"
    assert said in terminal.render(passing, plain=True).replace("\n  ", " ")
    given = Checked(**{**vars(passing), "today_given": True})
    unasked = Checked(**{**vars(passing), "rules": ()})
    for one in (given, unasked):
        assert said not in terminal.render(one, plain=True).replace("\n  ", " ")


def test_nothing_to_check_is_said(passing: Checked) -> None:
    none = Checked(**{**vars(passing), "proposals": (), "today_given": True})
    assert terminal.render(none, plain=True).startswith("no proposals to check")
    for module, _ in FORMATS.values():
        assert isinstance(module.render(none, plain=True), str)


def test_github_shows_ten_of_a_kind_and_says_what_is_left_out(many: Many) -> None:
    lines = github.render(many(12)).splitlines()
    kinds = [line.partition(" ")[0] for line in lines]
    assert kinds == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"] * 10
    assert "7 further findings" in lines[-1]
    assert "in 2.yaml" not in lines[-1]
    assert "3 in 10.yaml" in lines[-1]


def test_github_shows_all_where_they_are_few(many: Many) -> None:
    lines = github.render(many(10)).splitlines()
    assert len(lines) == 30
    assert "further" not in lines[-1]


def test_github_names_a_few_files_of_those_left_out(many: Many) -> None:
    last = github.render(many(40)).splitlines()[-1]
    assert "further files" in last
    assert len(last) < 400


def test_sarif_keeps_the_gravest_that_github_takes(
    many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 5)
    (run,) = json.loads(sarif.render(many(3)))["runs"]
    assert [one["level"] for one in run["results"]] == ["error"] * 3 + ["warning"] * 2
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "4 further findings" in told["message"]["text"]


@pytest.mark.parametrize("number", [1, 300, 3000])
def test_a_comment_is_never_too_long(number: int, many: Many) -> None:
    text = markdown.render(many(number))
    assert len(text.encode()) < 65_536
    assert text.count("<details") == text.count("</details>")
    assert ("left out for length" in text) == (number > 1)
    if number == 3000:
        shown = text.count("\n- **")
        assert f"{9000 - shown:,} further entries left out" in text


def test_a_thousand_findings_take_a_thousand_blocks(many: Many) -> None:
    text = terminal.render(many(1000), plain=True)
    assert text.count(" --> ") == 3000
    assert text.endswith("GPU-hours\n")


def test_fingerprints_of_a_gitlab_report_are_its_own(many: Many) -> None:
    twice = many(2)
    twice = Checked(**{**vars(twice), "findings": twice.findings * 2})
    names = [one["fingerprint"] for one in json.loads(gitlab.render(twice))]
    assert len(names) == len(set(names)) == 12

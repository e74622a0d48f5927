"""A check as SARIF 2.1.0, for GitHub's code scanning and other readers of findings."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from llmchoose import __version__
from llmchoose.errors import visible
from llmchoose.policy.model import SEVERITIES, Checked, Finding, RuleInForce
from llmchoose.report.check._words import (
    end_column,
    granted,
    one_line,
    said,
    shortened,
    without_empty,
)
from llmchoose.report.markup import escape

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# GitHub refuses a run with more results, and longer texts.
MOST_RESULTS, LONGEST_TEXT, LONGEST_NAME, LONGEST_LINE = 25_000, 1024, 255, 1000
PROBLEM: Mapping[str, str] = {"error": "error", "warning": "warning", "note": "recommendation"}
# What a reader would take for a link of the message.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def render(checked: Checked, *, plain: bool = False) -> str:
    """One run, on one line."""
    del plain  # JSON has no colour
    return one_line({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(checked)]})


def _run(checked: Checked) -> dict[str, Any]:
    rules = _rules(checked)
    places = {one["id"]: place for place, one in enumerate(rules)}
    findings = _kept(checked.findings)
    left = len(checked.findings) - len(findings)
    driver = {"name": "llmchoose", "semanticVersion": __version__, "rules": rules}
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": "llmchoose/check/"},
        "invocations": [_invocation(left)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, places[one.rule]) for one in findings],
    }


def _invocation(left: int) -> dict[str, Any]:
    if not left:
        return {"executionSuccessful": True}
    text = (
        f"{left:,} further findings are left out, the least grave: GitHub takes {MOST_RESULTS:,}."
    )
    told = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [told]}


def _kept(findings: Sequence[Finding]) -> Sequence[Finding]:
    """All findings, or the gravest of too many, waived ones last."""
    if len(findings) <= MOST_RESULTS:
        return findings
    weighed = sorted(
        findings, key=lambda one: (one.waived is not None, SEVERITIES.index(one.severity))
    )
    return weighed[:MOST_RESULTS]


def _rules(checked: Checked) -> list[dict[str, Any]]:
    """Every rule, and those that only findings name."""
    known = {one.id for one in checked.rules}
    other = {one.rule: one for one in checked.findings if one.rule not in known}
    unnamed = [
        RuleInForce(name, one.title, one.severity, one.severity, own=True, fix=one.fix)
        for name, one in other.items()
    ]
    return [_rule(one) for one in (*checked.rules, *unnamed)]


def _rule(one: RuleInForce) -> dict[str, Any]:
    level = one.default if one.grade == "off" else one.grade
    configuration: dict[str, Any] = {"enabled": one.grade != "off"}
    if level != "off":
        configuration["level"] = level
    fields = {
        "id": one.id,
        "name": _name(one.title),
        "shortDescription": _text(one.title or one.id),
        "fullDescription": _text(one.rationale or one.title or one.id),
        "help": _help(one),
        "defaultConfiguration": configuration,
    }
    tags = ["llm", "policy", "own-rule" if one.own else "shipped-rule"]
    if one.limit_name:
        tags.append(one.limit_name)
    properties = {"tags": tags, "problem.severity": PROBLEM.get(level, "recommendation")}
    return {**without_empty(fields), "properties": properties}


def _name(title: str) -> str:
    """A title as an identifier: `PromptingWasMeasuredBeforeTuning`."""
    words = re.findall(r"[A-Za-z0-9]+", title)
    return "".join(word[0].upper() + word[1:] for word in words)[:LONGEST_NAME]


def _help(one: RuleInForce) -> dict[str, str]:
    fix, why = one.fix or one.title or one.id, one.rationale
    parts = [escape(visible(text)) for text in (why, fix) if text]
    return {"text": fix, "markdown": "\n\n".join(parts)}


def _text(text: str) -> dict[str, str]:
    return {"text": shortened(text, LONGEST_TEXT)}


def _result(one: Finding, rule: int) -> dict[str, Any]:
    result = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": one.severity,
        "message": _text(_LINK.sub(r"\\[", said(one))),
        "locations": [{"physicalLocation": _location(one)}],
        # Empty says of a finding that nobody waived it.
        "suppressions": _suppressions(one),
    }
    if one.fingerprint:
        result["partialFingerprints"] = {"llmchoose/v1": one.fingerprint}
    return result


def _suppressions(one: Finding) -> list[dict[str, Any]]:
    if one.waived is None:
        return []
    kind = "inSource" if one.waived.by == "profile" else "external"
    justification = shortened(granted(one.waived), LONGEST_TEXT)
    return [{"kind": kind, "status": "accepted", "justification": justification}]


def _location(one: Finding) -> dict[str, Any]:
    mark, line = one.place.mark, one.place.line
    start = max(1, mark.column)
    region: dict[str, Any] = {
        "startLine": max(1, mark.line),
        "startColumn": start,
        "endColumn": max(start, end_column(one)),
    }
    found: dict[str, Any] = {"artifactLocation": _artifact(mark.path), "region": region}
    meant = line[start - 1 : region["endColumn"] - 1]
    if meant and len(meant) <= LONGEST_LINE:
        region["snippet"] = {"text": meant}
    if meant and len(line) <= LONGEST_LINE:
        found["contextRegion"] = {"startLine": region["startLine"], "snippet": {"text": line}}
    return found


def _artifact(path: str) -> dict[str, str]:
    """A file below the root of the sources, or wherever it is."""
    address = quote(_bytes(path), safe="/")
    if path.startswith("/"):
        return {"uri": f"file://{address}"}
    return {"uri": address, "uriBaseId": "%SRCROOT%"}


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, which no file system gives
        return path.encode("utf-8", "backslashreplace")

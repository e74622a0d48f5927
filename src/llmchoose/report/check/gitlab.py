"""A check as GitLab takes it for the code quality of a merge request."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from llmchoose.policy.model import Checked, Finding
from llmchoose.report.check._words import from_root, one_line, said

SEVERITY: Mapping[str, str] = {"error": "major", "warning": "minor", "note": "info"}


def render(checked: Checked, *, plain: bool = False) -> str:
    """One array of the findings that count."""
    del plain  # JSON has no colour
    seen = Counter[str]()
    return one_line([_finding(one, seen) for one in checked.findings if one.waived is None])


def _finding(one: Finding, seen: Counter[str]) -> dict[str, Any]:
    # GitLab keeps one finding of those that share a fingerprint.
    name = one.fingerprint or f"{one.rule} {one.path} {one.key}"
    seen[name] += 1
    return {
        "description": f"{said(one)} {one.fix}".rstrip(),
        "check_name": one.rule,
        "fingerprint": name if seen[name] == 1 else f"{name}-{seen[name]}",
        "severity": SEVERITY[one.severity],
        "location": {"path": from_root(one.path), "lines": {"begin": one.place.mark.line}},
    }

"""What the formats of a check say in the same words, and the forms that several of them need."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from llmchoose.errors import NOT_TEXT
from llmchoose.policy.model import SEVERITIES, Checked, Finding, Proposal, Totals, Waived
from llmchoose.report.phrases import money, span

# What JSON lets stand as it is, and a terminal or a strict reader would stumble over.
_RAW = re.compile(f"{NOT_TEXT.pattern}|[\ud800-\udfff]")


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def found(counts: Mapping[str, int]) -> str:
    """Findings by severity, and those that are waived: `2 errors, 1 warning; 1 waived`."""
    parts = [counted(counts[one], one) for one in SEVERITIES if counts[one]]
    text = ", ".join(parts) or "nothing found"
    return f"{text}; {counts['waived']:,} waived" if counts["waived"] else text


def tallied(findings: Iterable[Finding]) -> dict[str, int]:
    """What `Checked.counts` says, of some findings."""
    counts: dict[str, int] = dict.fromkeys((*SEVERITIES, "waived"), 0)
    for one in findings:
        counts["waived" if one.waived else one.severity] += 1
    return counts


def clean(checked: Checked) -> bool:
    """Whether there is nothing to say but that all is well."""
    return not checked.findings and not checked.gone


def summary(checked: Checked) -> str:
    """How many proposals, and what was found: `3 proposals: 2 errors, 1 warning; 1 waived`."""
    return f"{counted(len(checked.proposals), 'proposal')}: {found(checked.counts)}"


def costs(totals: Totals | Proposal) -> str:
    """Money until production and over the horizon, and GPU-hours; empty without any."""
    parts = []
    if totals.one_time_usd is not None:
        parts.append(f"{money(totals.one_time_usd)} until production")
    if totals.total_usd is not None:
        parts.append(f"{money(totals.total_usd)} over the horizon")
    if totals.gpu_hours is not None:
        parts.append(f"{span(totals.gpu_hours)} GPU-hours")
    text = ", ".join(parts)
    return f"at least {text}" if text and totals.lower_bound else text


def said(finding: Finding) -> str:
    """What is wrong, with what was probably meant."""
    return f"{finding.message} ({finding.hint})" if finding.hint else finding.message


def granted(waived: Waived) -> str:
    """Who has waived a finding and until when, where that stands, and why."""
    if waived.by == "baseline":
        return "known when the baseline was written"
    by = f" by {waived.approved_by}" if waived.approved_by else ""
    until = f" until {waived.expires}" if waived.expires else ""
    where = f" ({waived.where})" if waived.where else ""
    return f"waived{by}{until}{where}: {waived.reason}"


def unwaived(checked: Checked) -> list[Finding]:
    """Findings that count, the gravest first."""
    counting = (one for one in checked.findings if one.waived is None)
    return sorted(counting, key=lambda one: SEVERITIES.index(one.severity))


def position(finding: Finding) -> str:
    """Where a finding is: `path:line:column`."""
    mark = finding.place.mark
    return f"{mark.path}:{mark.line}:{mark.column}"


def end_column(finding: Finding) -> int:
    """The column after the last one that is meant."""
    return finding.place.mark.column + max(1, finding.place.width)


def from_root(path: str) -> str:
    """A path as services compare it with those of the repository."""
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def shortened(text: str, most: int) -> str:
    """A text that a service would refuse or cut, with a mark where it ends."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def one_line(data: object) -> str:
    """Data as one line of JSON that holds no raw control characters and is always UTF-8."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return f"{_RAW.sub(_escaped, text)}\n"


def _escaped(letter: re.Match[str]) -> str:
    code = f"\\u{ord(letter[0]):04x}"
    # Many readers refuse half of a pair, even escaped: it stays to be seen as a text.
    return f"\\{code}" if "\ud800" <= letter[0] <= "\udfff" else code


def without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of some data says anything."""
    return {key: value for key, value in data.items() if value not in (None, "")}

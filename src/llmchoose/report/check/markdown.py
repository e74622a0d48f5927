"""A check as Markdown for the comment on a pull request: what it comes to first, details folded."""

from collections.abc import Iterable, Iterator, Sequence

from llmchoose.errors import visible
from llmchoose.policy.model import SEVERITIES, Checked, Finding, Proposal
from llmchoose.report.check._words import (
    costs,
    counted,
    found,
    granted,
    said,
    shortened,
    summary,
    tallied,
    unwaived,
)
from llmchoose.report.markup import escape
from llmchoose.report.phrases import money, span

# A bot finds its own comment by it.
MARKER = "<!-- llmchoose check -->"
# GitHub takes 65,536 characters; counted in bytes, so that nobody's way of counting matters.
LIMIT, TABLE, WAIVED = 65_000, 20_000, 12_000
LONGEST_NAME, LONGEST_TEXT = 200, 1000
# More findings than these are folded.
OPEN = 10
HEAD = ("proposal", "approach", "until production", "over the horizon", "GPU-hours", "findings")


def render(checked: Checked, *, plain: bool = False) -> str:
    """Whether it passed and what it costs, a table of proposals, findings, waivers."""
    del plain  # Markdown has no colour
    head = f"{MARKER}\n{_verdict(checked)}"
    table, waived = _table(checked), _waivers(checked)
    room = LIMIT - sum(_size(part) for part in (head, table, waived))
    parts = (head, table, _findings(checked, room), waived, _day(checked))
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(checked: Checked) -> str:
    word = "failed" if checked.failed else "passed"
    total = costs(checked.totals)
    text = f"**llmchoose check {word}.** {summary(checked)}."
    return f"{text} Together {_text(total)}." if total else text


def _day(checked: Checked) -> str:
    parts = [f"Judged as of {checked.today}."]
    if checked.skipped:
        parts.append(f"{counted(len(checked.skipped), 'YAML file')} skipped: not a profile.")
    if checked.gone:
        parts.append(
            f"Of the baseline {checked.gone:,} not found again: `--write-baseline` drops them."
        )
    return " ".join(parts)


def _table(checked: Checked) -> str:
    if not checked.proposals:
        return ""
    by_path: dict[str, list[Finding]] = {one.path: [] for one in checked.proposals}
    for one in checked.findings:
        by_path.setdefault(one.path, []).append(one)
    proposals = sorted(checked.proposals, key=lambda one: _gravest(by_path[one.path]))
    rows = (_row(_cells(one, by_path[one.path])) for one in proposals)
    shown, left = _fitting(rows, TABLE)
    lines = [_row(HEAD), _row(["---"] * len(HEAD)), *shown]
    table = "\n".join(lines)
    return f"{table}\n\n{_more(left, 'proposal')}" if left else table


def _gravest(findings: Iterable[Finding]) -> int:
    """Place of a proposal in the table: those with errors come first."""
    counting = (SEVERITIES.index(one.severity) for one in findings if one.waived is None)
    return min(counting, default=len(SEVERITIES))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(one: Proposal, findings: Iterable[Finding]) -> Iterator[str]:
    path = _text(one.path, LONGEST_NAME)
    yield f"{_text(one.name, LONGEST_NAME)}<br>{path}" if one.name else path
    yield _text(_approach(one))
    for figures in (one.one_time_usd, one.total_usd):
        yield _text(money(figures, at_least=one.lower_bound)) if figures else "-"
    yield span(one.gpu_hours) if one.gpu_hours else "-"
    yield found(tallied(findings))


def _approach(one: Proposal) -> str:
    chosen = one.approach or "none"
    if not one.decided:
        return f"{chosen} (recommended)" if one.approach else chosen
    agrees = one.recommended in (None, one.approach)
    return chosen if agrees else f"{chosen} ({one.recommended} is recommended)"


def _findings(checked: Checked, room: int) -> str:
    findings = unwaived(checked)
    title = counted(len(findings), "finding")
    return _folded(title, [_finding(one) for one in findings], room, unfold=len(findings) <= OPEN)


def _finding(one: Finding) -> str:
    head = f"**{one.severity}** {_text(one.rule)} {_place(one)}: {_text(said(one), LONGEST_TEXT)}"
    return f"- {head}\n  *Help:* {_text(one.fix, LONGEST_TEXT)}" if one.fix else f"- {head}"


def _waivers(checked: Checked) -> str:
    lines = [
        f"- {_text(one.rule)} {_place(one)}: {_text(granted(one.waived), LONGEST_TEXT)}"
        for one in checked.findings
        if one.waived is not None
    ]
    return _folded(f"{len(lines):,} waived", lines, WAIVED, unfold=False)


def _folded(title: str, lines: Sequence[str], room: int, *, unfold: bool) -> str:
    """A list behind a line that opens it, as long as there is room; empty of nothing."""
    if not lines:
        return ""
    start = f"<details{' open' if unfold else ''}>\n<summary>{title}</summary>\n\n"
    end = "\n\n</details>"
    shown, left = _fitting(lines, room - len(start) - len(end) - LONGEST_TEXT)
    body = ["\n".join(shown), _more(left, "entry")]
    return start + "\n\n".join(part for part in body if part) + end


def _fitting(lines: Iterable[str], room: int) -> tuple[list[str], int]:
    """The first lines that there is room for, and how many are left out."""
    every = list(lines)
    for place, line in enumerate(every):
        room -= _size(line) + 1
        if room < 0:
            return every[:place], len(every) - place
    return every, 0


def _more(left: int, noun: str) -> str:
    if not left:
        return ""
    plural = "entries" if noun == "entry" else f"{noun}s"
    named = noun if left == 1 else plural
    return f"… and {left:,} further {named} left out for length; llmchoose check prints all."


def _place(one: Finding) -> str:
    """A path with its line, as code where Markdown can quote it."""
    text = f"{visible(shortened(one.path, LONGEST_NAME))}:{one.place.mark.line}"
    return _text(text) if "`" in text or text != text.strip() else f"`{text}`"


def _text(text: str, most: int = LONGEST_TEXT) -> str:
    """Text of others: no markup, no formula, nobody called by name."""
    marked = escape(visible(shortened(text, most))).replace("&", "&amp;").replace("$", "\\$")
    # A mark without width keeps names from being notified.
    return marked.replace("@", "@&#8203;")


def _size(text: str) -> int:
    return len(text.encode())

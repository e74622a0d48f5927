"""A check for a terminal: each finding with its line and what to do, then what it comes to."""

from collections.abc import Iterator
from functools import lru_cache
from textwrap import wrap

from llmchoose.errors import SHOWN, show_place, visible
from llmchoose.policy.model import SEVERITIES, Checked, Finding
from llmchoose.report.check._words import clean, costs, counted, granted, said, summary
from llmchoose.report.screen import Line, printed, terminal_width

STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
PASSED = "bold green"
# So many waivers are still read one by one.
FEW = 5
# Rules that judge by the day.
DATED = ("P-FACT-AGE", "P-WAIVER")


def render(checked: Checked, *, plain: bool = False) -> str:
    """Findings that count in the order of files and lines, then a summary.

    Args:
        checked: What was found.
        plain: Write no colour whatever the terminal says (for files).
    """
    width = terminal_width()
    return printed(list(_lines(checked, width)), width, plain=plain)


def _lines(checked: Checked, width: int) -> Iterator[Line]:
    if clean(checked):
        yield from _filled(_passed(checked), width, PASSED)
    else:
        for one in checked.findings:
            if one.waived is None:
                yield from _block(one, width)
                yield "", ""
        for text in _waived(checked):
            yield from _filled(text, width)
        style = next((STYLES[one] for one in SEVERITIES if checked.counts[one]), PASSED)
        yield from _filled(summary(checked), width, style)
        for text in _below(checked):
            yield from _filled(text, width)
    if checked.skipped:
        files = counted(len(checked.skipped), "YAML file")
        shown = ", ".join(checked.skipped[:FEW]) + (" …" if len(checked.skipped) > FEW else "")
        yield from _filled(f"{files} skipped: not a profile ({shown})", width)


def _block(one: Finding, width: int) -> Iterator[Line]:
    style, place = STYLES[one.severity], one.place
    yield from _filled(f"{one.severity}[{one.rule}]: {_headline(one)}", width, style)
    gutter = " " * len(str(place.mark.line))
    # Room for the gutter and for the marks of what is cut off.
    room = min(SHOWN, width - len(gutter) - len(" | ……"))
    where, line, carets = show_place(place.mark, place.line, place.width, one.hint, room)
    yield where, ""
    if place.line.strip():
        yield line, ""
        yield carets, style
    # A hint beside the carets says what to do already.
    for text in () if one.hint and line.strip() else _help(one.fix, f"{gutter} = help: ", width):
        yield text, ""


def _headline(one: Finding) -> str:
    return one.message if one.place.line.strip() else said(one)


@lru_cache(maxsize=256)
def _help(fix: str, start: str, width: int) -> tuple[str, ...]:
    """What to do, wrapped under itself; many findings of a rule share it."""
    further = " " * len(start)
    return tuple(
        wrap(
            visible(fix),
            width,
            initial_indent=start,
            subsequent_indent=further,
            break_on_hyphens=False,
        )
    )


def _filled(text: str, width: int, style: str = "") -> Iterator[Line]:
    """A paragraph whose further lines stand under its first, a little in."""
    lines = wrap(visible(text), width, subsequent_indent="  ", break_on_hyphens=False)
    return ((line, style) for line in lines)


def _waived(checked: Checked) -> Iterator[str]:
    """Waivers by name while they are few, else how many; the baseline as a number."""
    told = [one for one in checked.findings if one.waived and one.waived.by != "baseline"]
    if len(told) <= FEW:
        for one in told:
            if one.waived:
                yield f"{one.rule} in {one.path}:{one.place.mark.line} {granted(one.waived)}"
    else:
        own = sum(one.waived is not None and one.waived.by == "profile" for one in told)
        yield (
            f"{len(told):,} findings are waived: {own:,} by the proposals, "
            f"{len(told) - own:,} by the policy"
        )
    known = checked.counts["waived"] - len(told)
    if known:
        yield f"{counted(known, 'finding')} known when the baseline was written"


def _passed(checked: Checked) -> str:
    number = len(checked.proposals)
    if not number:
        return "no proposals to check"
    text = f"{counted(number, 'proposal')} {'passes' if number == 1 else 'pass'}"
    day, total = _day(checked), costs(checked.totals)
    held = f" {checked.policy}" if checked.policy else ""
    return f"{text}{held}{f' {day}' if day else ''}{f': {total}' if total else ''}"


def _below(checked: Checked) -> Iterator[str]:
    if checked.policy:
        yield f"held against {checked.policy}"
    total = costs(checked.totals)
    if total:
        yield f"together {total}"
    if checked.gone:
        entries = "entry" if checked.gone == 1 else "entries"
        yield (
            f"{checked.gone:,} {entries} of the baseline not found again: "
            "--write-baseline FILE drops what is mended"
        )
    day = _day(checked)
    if day:
        yield day


def _day(checked: Checked) -> str:
    """The day that was taken for today, where nobody said one and a rule asks for it."""
    asks = any(one.id in DATED and one.grade != "off" for one in checked.rules)
    if checked.today_given or not asks:
        return ""
    return f"as of {checked.today}, the day of the knowledge; --today says another"

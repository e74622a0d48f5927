"""Recommendations held against real decisions, for a terminal."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from llmchoose.backtest.summary import Summary
from llmchoose.errors import visible
from llmchoose.report.decisions import wording

WIDTH = 100
Row = tuple[str, ...]


def render(summary: Summary, approaches: Sequence[str]) -> str:
    """The whole report.

    Args:
        summary: What is reported.
        approaches: Approaches in the order of the ladder.
    """
    lines = [*headline(summary), *_details(summary, approaches), "", *_paragraph(wording.LEGEND)]
    return "\n".join(visible(line).rstrip() for line in [*lines, ""])


def headline(summary: Summary) -> Iterator[str]:
    """Agreement, the rules of thumb, and the confidence."""
    cases = summary.parts[0.0].seen.cases
    whose = "real" if summary.history is None else "of your own"
    yield f"recommendations held against {cases} {whose} decisions"
    yield from ("", *_table([wording.AGREEMENT_HEAD, *wording.agreement_rows(summary)]))
    if summary.history:
        yield from wording.skipped_words(summary.history)
    yield from ("", "instead, by rule of thumb", "")
    yield from _table([wording.RULES_HEAD, *wording.rule_rows(summary)])
    yield from ("", "how sure: what was said, and how often it was right", "")
    yield from _table([wording.CALIBRATION_HEAD, *wording.calibration_rows(summary)])
    yield ""
    for text in wording.calibration_words(summary):
        yield from _paragraph(text)


def _details(summary: Summary, approaches: Sequence[str]) -> Iterator[str]:
    for name, groups in summary.groups.items():
        yield from ("", f"by {name}", "")
        yield from _table([wording.GROUP_HEAD, *wording.group_rows(groups)])
    yield from ("", "recommended (rows) and chosen (columns)", "")
    yield from _table(wording.confusion_rows(summary, approaches))
    if summary.regretted:
        yield from ("", "choices that were regretted", "")
    for verdict in summary.regretted:
        yield from _paragraph(f"{verdict.decided.id}: {wording.regret_words(verdict)}")
    if summary.disagreements:
        yield from ("", "where an expert would not accept it", "")
    for one in summary.disagreements:
        yield from _paragraph(f"{one.round.decided.id}: {wording.disagreement_words(one)}")
    if summary.knobs:
        yield from ("", "constants behind the recommendation", "")
        yield from _table(wording.knob_rows(summary.knobs))
        yield from ("", *_paragraph(wording.miss_words(summary)))


def _paragraph(text: str) -> list[str]:
    return wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """The first column to the left, the others to the right."""
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for first, *rest in rows:
        cells = (f"{cell:>{size}}" for cell, size in zip(rest, wide[1:], strict=True))
        yield "  ".join((f"{first:<{wide[0]}}", *cells)).rstrip()

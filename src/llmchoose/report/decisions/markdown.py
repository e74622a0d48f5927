"""Recommendations held against real decisions, as Markdown."""

from collections.abc import Iterator, Sequence

from llmchoose.backtest.summary import Summary
from llmchoose.report.decisions import wording
from llmchoose.report.markup import escape

Row = tuple[str, ...]
BLOCK_HEAD = ("rule", "acceptable", "family")


def render(summary: Summary, approaches: Sequence[str]) -> str:
    """The whole report.

    Args:
        summary: What is reported.
        approaches: Approaches in the order of the ladder.
    """
    parts = [part for section in _sections(summary, approaches) for part in section]
    return "\n\n".join(parts) + "\n"


def block(summary: Summary) -> str:
    """The small table of the documentation."""
    rows = [row[: len(BLOCK_HEAD)] for row in wording.rule_rows(summary)]
    return _table([BLOCK_HEAD, *rows]) + "\n"


def _sections(summary: Summary, approaches: Sequence[str]) -> Iterator[list[str]]:
    yield ["# Recommendations held against real decisions", escape(wording.LEGEND)]
    yield [_table([wording.AGREEMENT_HEAD, *wording.agreement_rows(summary)])]
    if summary.history:
        yield [escape(line) for line in wording.skipped_words(summary.history)]
    yield ["## Rules of thumb", _table([wording.RULES_HEAD, *wording.rule_rows(summary)])]
    sure = _table([wording.CALIBRATION_HEAD, *wording.calibration_rows(summary)])
    yield ["## How sure", sure, _list(wording.calibration_words(summary))]
    for name, groups in summary.groups.items():
        table = _table([wording.GROUP_HEAD, *wording.group_rows(groups)])
        yield [f"## By {name}", table]
    confused = _table(wording.confusion_rows(summary, approaches))
    yield ["## Recommended (rows) and chosen (columns)", confused]
    if summary.regretted:
        told = [f"{one.decided.id}: {wording.regret_words(one)}" for one in summary.regretted]
        yield ["## Choices that were regretted", _list(told)]
    if summary.disagreements:
        told = [
            f"{one.round.decided.id}: {wording.disagreement_words(one)}"
            for one in summary.disagreements
        ]
        yield ["## Where an expert would not accept it", _list(told)]
    if summary.knobs:
        counts = _table([("constants", ""), *wording.knob_rows(summary.knobs)])
        yield ["## Constants behind the recommendation", counts, wording.miss_words(summary)]


def _list(texts: Sequence[str]) -> str:
    return "\n".join(f"- {escape(text)}" for text in texts)


def _table(rows: Sequence[Row]) -> str:
    head, *body = [f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])

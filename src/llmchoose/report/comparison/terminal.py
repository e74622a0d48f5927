"""A comparison for a terminal: the total first, then which input did it, then the detail."""

from collections.abc import Iterable, Iterator, Sequence

from llmchoose.comparison.model import TOTAL, Comparison
from llmchoose.comparison.review import Review
from llmchoose.report import changes
from llmchoose.report.changes import Row
from llmchoose.report.screen import (
    Line,
    columns,
    cut,
    listed,
    printed,
    terminal_width,
    wrapped,
)

DEARER, CHEAPER = "red", "green"
HEAD = ("before", "after", "change")


def render(review: Review, *, several: bool, plain: bool) -> str:
    """All comparisons; of several the totals first.

    Args:
        review: What changed.
        several: A folder was compared, however many profiles changed in it.
        plain: Write no colour whatever the terminal says (for files).
    """
    width = terminal_width()
    lines = list(_together(review, width)) if several else []
    lines += [line for one in review.comparisons for line in _report(one, width)]
    return printed(lines, width, plain=plain)


def _together(review: Review, width: int) -> Iterator[Line]:
    yield from wrapped(changes.count_words(review), width, "bold")
    if not review.comparisons:
        return
    yield "", ""
    yield from _figures("all together", changes.total_rows(review), width)
    yield "", ""
    yield from _plain_table("profile", map(changes.summary_row, review.comparisons), width)
    yield "", ""


def _report(found: Comparison, width: int) -> Iterator[Line]:
    name = cut(changes.name_of(found), width - 1)
    yield f"{name} {'─' * (width - len(name) - 1)}", "bold"
    yield from wrapped(changes.about(found), width, "dim")
    yield "", ""
    moved = found.proposed.figures[TOTAL].p50 or 0.0
    styles = {"Total": f"bold {_style(moved)}".strip()}
    rows = [("Total", changes.total_words(found)), *changes.advice(found)]
    yield from listed(rows, width, styles | ({"Do": "bold yellow"} if found.turned else {}))
    for title, lines in _sections(found, width):
        yield "", ""
        yield title, "bold underline"
        yield from lines
    yield "", ""


def _sections(found: Comparison, width: int) -> Iterator[tuple[str, Iterator[Line]]]:
    if found.kind == "same":
        return
    if found.inputs:
        yield "Which input did it", _inputs(found, width)
    yield (
        "Cost, time and energy",
        _figures("", changes.figure_rows(found.proposed), width),
    )
    yield "Cost by item, in the middle", _items(found, width)
    yield "All approaches", _approaches(found, width)


def _inputs(found: Comparison, width: int) -> Iterator[Line]:
    rows = changes.inputs_words(found)
    styles = {label: _style(usd) for label, _, usd in rows}
    yield from listed([(label, text) for label, text, _ in rows], width, styles)
    for text in (changes.method_words(found), changes.turning_words(found)):
        yield from wrapped(text, width, "dim")


def _figures(title: str, rows: Iterable[Row], width: int) -> Iterator[Line]:
    """Middles with their bands below; a list where the screen is too narrow for that."""
    found = list(rows)
    cells: list[tuple[str, ...]] = [(title, *HEAD)]
    for row in found:
        cells += [(row.label, row.old, row.new, row.change), ("", row.old_band, row.new_band, "")]
    header, *body = columns(cells)
    if max(map(len, (header, *body))) > width:
        yield from listed([(row.label, _told(row)) for row in found], width)
        yield from wrapped(changes.MIDDLES, width, "dim")
        return
    yield header, "bold"
    for row, (middle, band) in zip(found, zip(body[::2], body[1::2], strict=True), strict=True):
        yield middle, _style(row.rises)
        if band.strip():
            yield band, "dim"
    yield from wrapped(changes.MIDDLES, width, "dim")


def _items(found: Comparison, width: int) -> Iterator[Line]:
    rows, same = changes.item_rows(found.proposed)
    if rows:
        yield from _plain_table("item", rows, width)
    if same:
        yield from wrapped(
            f"{same} {'item' if same == 1 else 'items'} did not change.", width, "dim"
        )


def _approaches(found: Comparison, width: int) -> Iterator[Line]:
    rows = list(changes.approach_rows(found))
    cells = [("approach", "best", *HEAD)]
    cells += [(name, chance, row.old, row.new, row.change) for name, chance, row in rows]
    return _table(cells, [row.rises for _, _, row in rows], width)


def _plain_table(title: str, rows: Iterable[Row], width: int) -> Iterator[Line]:
    found = list(rows)
    cells = [(title, *HEAD), *((row.label, row.old, row.new, row.change) for row in found)]
    return _table(cells, [row.rises for row in found], width)


def _table(cells: Sequence[Sequence[str]], rises: Sequence[float], width: int) -> Iterator[Line]:
    header, *body = columns(cells)
    if max(map(len, (header, *body))) > width:
        yield from listed([(row[0], "; ".join(row[1:])) for row in cells], width)
        return
    yield header, "bold"
    for text, rise in zip(body, rises, strict=True):
        yield text, _style(rise)


def _told(row: Row) -> str:
    old, new = (
        f"{middle} ({band})" if band else middle
        for middle, band in ((row.old, row.old_band), (row.new, row.new_band))
    )
    said = changes.between(old, new)
    return said if row.change == row.old or row.change == row.new else f"{row.change}: {said}"


def _style(rises: float) -> str:
    return "" if not rises else DEARER if rises > 0 else CHEAPER

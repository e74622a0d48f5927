"""A sweep as a table: what is recommended with each answer, and where that changes."""

import json
import math
from collections.abc import Callable, Mapping
from itertools import groupby

from llmchoose.quantity.short import short
from llmchoose.report.markup import escape
from llmchoose.report.screen import columns, cut, listed, printed, terminal_width, wrapped
from llmchoose.sweep import Cell, Sweep, Turn

SCHEMA_VERSION = 1
NOTHING = "nothing"


def terminal(found: Sweep, *, plain: bool) -> str:
    """One row for each answer; of two inputs a grid."""
    width = terminal_width()
    table = columns(_table(found))
    if max(map(len, table)) > width and len(found.axes) > 1:
        lines = list(listed(_stretches(found), width))
    else:
        lines = [(cut(text, width), "" if place else "bold") for place, text in enumerate(table)]
    lines.append(("", ""))
    for text in _said(found):
        lines += wrapped(text, width)
    return printed(lines, width, plain=plain)


def markdown(found: Sweep, *, plain: bool) -> str:
    """The same table in Markdown."""
    del plain  # Markdown has no colour
    head, *rows = _table(found)
    table = [head, ["---"] * len(head), *rows]
    lines = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in table]
    return (
        "\n".join(lines) + "\n\n" + "\n".join(f"- {escape(text)}" for text in _said(found)) + "\n"
    )


def as_json(found: Sweep, *, plain: bool) -> str:
    """Axes, cells and turns as one object."""
    del plain  # JSON has no colour
    data = {
        "schema_version": SCHEMA_VERSION,
        "axes": [{"input": axis.field, "values": list(axis.texts)} for axis in found.axes],
        "cells": [_plain(cell) for cell in found.cells],
        "turns": [vars(turn) for turn in found.turns],
    }
    return json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"


RENDERERS: Mapping[str, Callable[..., str]] = {
    "terminal": terminal,
    "markdown": markdown,
    "json": as_json,
}


def _table(found: Sweep) -> list[list[str]]:
    if len(found.axes) == 1:
        head = [found.axes[0].field, "recommended", "best", "middle cost", "middle days"]
        return [head, *(_row(cell) for cell in found.cells)]
    first, second = found.axes
    names = [cell.approach or NOTHING for cell in found.cells]
    wide = len(second.texts)
    return [
        [f"{first.field} \\ {second.field}", *second.texts],
        *([text, *names[at * wide : (at + 1) * wide]] for at, text in enumerate(first.texts)),
    ]


def _stretches(found: Sweep) -> list[tuple[str, str]]:
    """A grid too wide for the screen: by answer of the first input, stretches of the other."""
    first, second = found.axes
    names = [cell.approach or NOTHING for cell in found.cells]
    wide = len(second.texts)
    rows = [(first.field, f"by {second.field}")]
    for at, text in enumerate(first.texts):
        line = zip(second.texts, names[at * wide : (at + 1) * wide], strict=True)
        said = []
        for name, group in groupby(line, key=lambda pair: pair[1]):
            ends = [answer for answer, _ in group]
            where = ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
            said.append(f"{name} at {where}")
        rows.append((text, "; ".join(said)))
    return rows


def _row(cell: Cell) -> list[str]:
    if cell.approach is None:
        return [cell.texts[0], NOTHING, "-", "-", "-"]
    cost, days = f"${short(cell.total_usd, 2)}", short(cell.days, 2)
    return [cell.texts[0], cell.approach, f"{cell.chance:.0%}", cost, days]


def _said(found: Sweep) -> list[str]:
    if len(found.axes) > 1:
        return [f"{len({cell.approach for cell in found.cells})} recommendation(s) in this grid."]
    if not found.turns:
        return ["The recommendation is the same all along."]
    return [_turn(turn) for turn in found.turns]


def _turn(turn: Turn) -> str:
    return (
        f"From {turn.before or NOTHING} to {turn.after or NOTHING} between {turn.field} "
        f"{turn.last} and {turn.first}."
    )


def _plain(cell: Cell) -> dict[str, object]:
    figures = {"total_usd": cell.total_usd, "time_to_production_days": cell.days}
    return {
        "values": list(cell.texts),
        "recommendation": cell.approach,
        "probability_best": cell.chance,
        **{name: None if math.isnan(value) else value for name, value in figures.items()},
    }

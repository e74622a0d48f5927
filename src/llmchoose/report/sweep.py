"""A sweep as a table: what is recommended with each answer, and where that changes."""

import json
import math
from collections.abc import Callable, Mapping

from llmchoose.quantity.short import short
from llmchoose.report.markup import escape
from llmchoose.report.screen import Line, columns, cut, printed, terminal_width, wrapped
from llmchoose.sweep import Cell, Sweep, Turn

SCHEMA_VERSION = 1
NOTHING = "nothing"


def terminal(found: Sweep, *, plain: bool) -> str:
    """One row for each answer; of two inputs a grid."""
    width = terminal_width()
    lines: list[Line] = [
        (cut(text, width), "" if place else "bold")
        for place, text in enumerate(columns(_table(found)))
    ]
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
        head = [found.axes[0].field, "recommended", "best", "cost over the horizon", "days"]
        return [head, *(_row(cell) for cell in found.cells)]
    first, second = found.axes
    names = [cell.approach or NOTHING for cell in found.cells]
    wide = len(second.texts)
    return [
        [f"{first.field} \\ {second.field}", *second.texts],
        *([text, *names[at * wide : (at + 1) * wide]] for at, text in enumerate(first.texts)),
    ]


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

"""Rows of fitted.csv: constants fitted to all runs, and spreads from runs that no fit has seen."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from llmchoose.backtest.fitting import Fit, Parameter, Regression, Words, fit, left_out
from llmchoose.backtest.judging import Spread, spread_of
from llmchoose.estimate.formulas.distributions import Z90

DIGITS = 4


@dataclass(frozen=True)
class FittedRow:
    """A row of fitted.csv as text."""

    id: str
    value: str
    unit: str
    low: str
    high: str
    source: str
    as_of: str
    note: str


def rows_of(
    regression: Regression,
    spreads: Sequence[tuple[str, str, Words | None]],
    source: str,
    as_of: str,
) -> list[FittedRow]:
    """The rows of one quantity.

    Args:
        regression: What is fitted.
        spreads: Id and unit of each spread row, and which runs it is made of (a mask as words
            `yes`; all runs when None).
        source: Id of the source that says how the fit was made.
        as_of: Date of the rows.
    """
    found, errors = fit(regression), left_out(regression)
    rows = [_constant(one, found, source, as_of) for one in regression.parameters]
    for name, unit, mask in spreads:
        used = np.ones(errors.size, bool) if mask is None else mask == "yes"
        spread = spread_of(errors[used], regression.family[used])
        note = f"measured over predicted, {used.sum()} runs of families left out of the fit"
        rows.append(spread_row(name, spread, unit, source, as_of, note))
    return rows


def _constant(parameter: Parameter, found: Fit, source: str, as_of: str) -> FittedRow:
    value, sd = found.values[parameter.id], found.sds.get(parameter.id)
    if sd is None:
        held = (parameter.source, as_of, parameter.note)
        return FittedRow(parameter.id, f"{value:.6g}", parameter.unit, "", "", *held)
    centre = float(np.log(value)) if parameter.scale == "log" else value
    low, high = (_text(parameter.value(centre + side * Z90 * sd)) for side in (-1, 1))
    return FittedRow(
        parameter.id, _text(value), parameter.unit, low, high, source, as_of, parameter.note
    )


def spread_row(
    name: str,
    spread: Spread,
    unit: str,
    source: str,
    as_of: str,
    note: str,
    middle: float = 1.0,
) -> FittedRow:
    """A spread as a row."""
    low, high = _text(spread.low), _text(spread.high)
    return FittedRow(name, _text(middle), unit, low, high, source, as_of, note)


def _text(value: float) -> str:
    return f"{value:.{DIGITS}g}"


def as_csv(rows: Iterable[Any], kind: type[Any] = FittedRow) -> str:
    """Text of a table that the fit writes, rows of one `kind` sorted by id."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [one.name for one in fields(kind)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in sorted(rows, key=lambda row: row.id))
    return text.getvalue()

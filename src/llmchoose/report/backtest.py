"""The error tables of the backtest, for a terminal, as JSON and as Markdown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from llmchoose.backtest.judging import Errors, Judged, by_group, errors_of, of_rules
from llmchoose.backtest.own import OwnRuns
from llmchoose.backtest.verdicts import Verdicts
from llmchoose.errors import visible
from llmchoose.estimate.formulas.distributions import significant

Tables = Mapping[str, Sequence[Judged]]
HEAD = ("", "runs", "median", "in 2x", "p10-p90", "p90/p10", "bias")
# The picture reaches from a quarter to four times the measured figure.
REACH, CELLS = np.log(4.0), 57
BLOCKS = " ▁▂▃▄▅▆▇█"
FEWEST = 3


def render_json(tables: Tables, verdicts: Verdicts | None, own: OwnRuns | None) -> str:
    """Every table as plain data."""
    data = {
        "schema_version": 1,
        "quantities": [
            {"name": name, **_as_dict(one)} for name, found in tables.items() for one in found
        ],
        "verdicts": None if verdicts is None else _rounded(asdict(verdicts)),
        "own": None
        if own is None
        else {
            **_as_dict(own.judged),
            "learned": [asdict(row) for row in own.rows],
            "notes": list(own.notes),
        },
    }
    return json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"


def _as_dict(judged: Judged) -> dict[str, Any]:
    return {
        "quantity": judged.quantity,
        "unit": judged.unit,
        "errors": _rounded(asdict(errors_of(judged))),
        "groups": {
            group: {name: _rounded(asdict(one)) for name, one in by_group(judged, group).items()}
            for group in judged.groups
        },
        "rules": {name: _rounded(asdict(one)) for name, one in of_rules(judged).items()},
        "runs": [
            {
                "id": judged.ids[i],
                "measured": significant(float(judged.measured[i])),
                "p10": significant(float(judged.low[i])),
                "p50": significant(float(judged.predicted[i])),
                "p90": significant(float(judged.high[i])),
            }
            for i in range(len(judged.ids))
        ],
    }


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: significant(value, 4) if isinstance(value, float) else value
        for key, value in values.items()
    }


def render_terminal(
    tables: Tables, verdicts: Verdicts | None, own: OwnRuns | None, *, listed: bool = False
) -> str:
    """A table and a picture for each quantity.

    Args:
        tables: Bundled runs by quantity.
        verdicts: How often `fits` was right.
        own: The user's runs.
        listed: Show every run.
    """
    lines: list[str] = []
    for found in tables.values():
        for judged in found:
            lines += [*_page(judged), *(_runs(judged) if listed else []), ""]
    if verdicts is not None:
        lines += [*_verdicts(verdicts), ""]
    if own is not None:
        lines += [*_page(own.judged), *_runs(own.judged), *_learned(own), ""]
    # The shipped constants have seen none of somebody's own runs.
    foot = LEGEND if own is None else OWN_LEGEND
    return "\n".join(visible(line) for line in [*lines, *foot, ""])


LEGEND = (
    "Each run is predicted by a fit in which its family has no part. median: of the absolute",
    "error; in 2x: between half and twice the measured figure; p10-p90: measured figures inside",
    "the band, 80% if it is honest; p90/p10: its width; bias: predicted over measured.",
)


OWN_LEGEND = (
    "Each run is predicted by the shipped constants. median: of the absolute error; in 2x: between",
    "half and twice the measured figure; p10-p90: measured figures inside the band; p90/p10: its",
    "width; bias: predicted over measured.",
)


def _page(judged: Judged) -> list[str]:
    whole = errors_of(judged)
    rows = [("all", whole)]
    lines = [f"{judged.quantity} ({judged.unit})", ""]
    for group in judged.groups:
        rows.append((group, None))  # type: ignore[arg-type]
        rows += [(f"  {name}", one) for name, one in by_group(judged, group).items()]
    rules = of_rules(judged)
    if rules:
        rows.append(("instead, by rule of thumb", None))  # type: ignore[arg-type]
        rows += [(f"  {name}", one) for name, one in rules.items()]
    return lines + _table(rows) + ["", *_picture(judged)]


def _table(rows: Sequence[tuple[str, Errors | None]]) -> list[str]:
    wide = max(len(name) for name, _ in rows)
    cells = [HEAD, *((name, *_cells(one)) for name, one in rows)]
    return [
        (f"{name:<{wide}}" + "".join(f"{cell:>9}" for cell in rest)).rstrip()
        for name, *rest in cells
    ]


def _cells(errors: Errors | None) -> tuple[str, ...]:
    if errors is None:
        return ()
    band = "" if errors.coverage is None else f"{errors.coverage:.0%}"
    width = "" if errors.spread is None else f"{errors.spread:.2f}"
    return (
        f"{errors.runs:,}",
        f"{errors.median_ape:.1%}",
        f"{errors.within_2x:.0%}",
        band,
        width,
        f"{errors.bias:.2f}",
    )


def _picture(judged: Judged) -> list[str]:
    """How predicted over measured is spread, from a quarter to four times, one row of blocks."""
    ratio = np.clip(np.log(judged.predicted / judged.measured), -REACH, REACH)
    place = np.minimum(((ratio + REACH) / (2 * REACH) * CELLS).astype(int), CELLS - 1)
    counts = np.bincount(place, minlength=CELLS)
    top = max(int(counts.max()), 1)
    bars = "".join(BLOCKS[int(np.ceil(8 * count / top))] for count in counts)
    marks = [" "] * CELLS
    for share in (0.25, 0.5, 1.0, 2.0, 4.0):
        at = min(int((np.log(share) + REACH) / (2 * REACH) * CELLS), CELLS - 1)
        marks[at] = "|"
    scale = f"{'1/4':<14}{'1/2':<13}{'1':^3}{'2':>13}{'4x':>14}"
    return [
        f"predicted / measured; the highest block is {top} runs",
        f"  {bars.rstrip()}",
        f"  {''.join(marks)}",
        f"  {scale}",
    ]


def _runs(judged: Judged) -> list[str]:
    wide = min(max(len(name) for name in judged.ids), 40)
    lines = ["", f"{'':<{wide}}{'measured':>13}{'p10':>12}{'p50':>12}{'p90':>12}"]
    for i, name in enumerate(judged.ids):
        figures = (judged.low[i], judged.predicted[i], judged.high[i])
        inside = " " if figures[0] <= judged.measured[i] <= figures[2] else "*"
        row = "".join(f"{_figure(value):>12}" for value in figures)
        lines.append(
            f"{name[:wide]:<{wide}}{_figure(judged.measured[i]):>13}{row} {inside}".rstrip()
        )
    starred = any(line.endswith("*") for line in lines)
    return [*lines, *(["* outside the band"] if starred else [])]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _verdicts(verdicts: Verdicts) -> list[str]:
    return [
        "does a tuning fit? (95 % of the card)",
        "",
        f"  fits says what happened      {verdicts.right:.0%} of {verdicts.runs:,} runs",
        f"  called safe and died of it   {verdicts.safely:.0%} of {verdicts.out_of_memory:,} runs "
        "out of memory",
        f"  called safe and ran          {verdicts.ran_safely:.0%} of "
        f"{verdicts.runs - verdicts.out_of_memory:,} runs that ended well",
    ]


def _learned(own: OwnRuns) -> list[str]:
    lines = ["", "what they teach: measured over predicted, for your next run"]
    lines += [f"  {row.id:<28}{row.low} to {row.value} to {row.high}" for row in own.rows]
    return [*lines, *(f"note: {note}" for note in own.notes)]


def _best_rule(judged: Judged) -> str:
    rules = of_rules(judged)
    if not rules:
        return ""
    name, one = min(rules.items(), key=lambda rule: rule[1].median_ape)
    return f"{name}: {one.median_ape:.0%}, {one.within_2x:.0%} within 2x"


def render_markdown(tables: Tables, verdicts: Verdicts | None) -> str:
    """The headline table of the documentation."""
    columns = ("quantity", "runs", "median error", "within 2x", "inside p10 to p90", "p90/p10")
    lines = [f"| {' | '.join(columns)} | best rule of thumb |", "|---" * 7 + "|"]
    for found in tables.values():
        for judged in found:
            one = errors_of(judged)
            lines.append(
                f"| {judged.quantity} | {one.runs} | {one.median_ape:.1%} | {one.within_2x:.0%} "
                f"| {one.coverage or 0:.0%} | {one.spread or 0:.2f} | {_best_rule(judged)} |"
            )
    if verdicts is None:
        return "\n".join(lines) + "\n"
    lines.append(
        f"\nOf {verdicts.runs} tuning runs on a known card, `fits` says what happened for "
        f"{verdicts.right:.0%}; of {verdicts.out_of_memory} that ran out of memory, "
        f"{verdicts.safely:.0%} were called safe, of the others {verdicts.ran_safely:.0%}: "
        "`fits_safely` errs on the side of care."
    )
    return "\n".join(lines) + "\n"

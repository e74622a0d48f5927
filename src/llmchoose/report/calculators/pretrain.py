"""The pretraining calculator's result, for a terminal and as JSON."""

import json
from dataclasses import asdict
from textwrap import fill
from typing import Any

from llmchoose.decision.wording import short
from llmchoose.estimate.distributions import Array, Band, band, significant
from llmchoose.estimate.pretraining import PretrainingEstimate

WIDTH = 80


def render_json(estimate: PretrainingEstimate) -> str:
    """The contract of `estimate pretrain --format json`."""
    return json.dumps(as_dict(estimate), ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(estimate: PretrainingEstimate) -> dict[str, Any]:
    """The result as plain data."""
    return {
        "schema_version": 1,
        "inputs": {key: value for key, value in asdict(estimate.run).items() if value is not None}
        | {"tokens": estimate.tokens},
        "flops": significant(estimate.flops),
        "gpu": estimate.gpu.id,
        "n_gpus": estimate.n_gpus,
        "mfu": _band(estimate.mfu),
        "goodput": _band(estimate.goodput),
        "gpu_hours": _band(estimate.gpu_hours),
        "wall_clock_days": _band(estimate.wall_clock_days),
        "cost_usd": _band(estimate.cost_usd),
        "purchase_usd": _band(estimate.purchase_usd),
        "cluster_usd": _band(estimate.cluster_usd),
        "energy_kwh": _band(estimate.energy_kwh),
        "tco2e": _band(estimate.tco2e),
        "lower_bound": estimate.cost_usd is None,
        "options": [],
        "notes": list(estimate.notes),
        "sources": list(estimate.sources),
    }


def render_terminal(estimate: PretrainingEstimate) -> str:
    """Figures in a column, p10 to p90 with the median between."""
    run = estimate.run
    rows = [
        ("", "p10", "p50", "p90"),
        ("MFU while running", *_cells(estimate.mfu, ".0%")),
        ("goodput", *_cells(estimate.goodput, ".0%")),
        ("GPU-hours", *_cells(estimate.gpu_hours, ",.0f")),
        ("wall-clock days", *_cells(estimate.wall_clock_days, ",.1f")),
        (
            f"rent ({run.plan})" if run.plan != "owned" else "owned, per run",
            *_cells(estimate.cost_usd, "$"),
        ),
        (
            f"buying {estimate.n_gpus:,} bare card{'s' * (estimate.n_gpus > 1)}",
            *_cells(estimate.purchase_usd, "$"),
        ),
        ("  with servers and network", *_cells(estimate.cluster_usd, "$")),
        ("energy, kWh", *_cells(estimate.energy_kwh, ",.0f")),
        ("emissions, tCO2e", *_cells(estimate.tco2e, ",.1f")),
    ]
    wide = max(len(row[0]) for row in rows)
    head = (
        f"{short(run.params)} parameters, {short(estimate.tokens)} tokens, "
        f"{estimate.flops:.3g} FLOPs, {estimate.n_gpus:,} x {estimate.gpu.name}"
    )
    lines = [
        head,
        "",
        *(
            f"{name:<{wide}}  {low:>14}  {middle:>14}  {high:>14}".rstrip()
            for name, low, middle, high in rows
        ),
    ]
    sources = fill(f"sources: {', '.join(estimate.sources)}", WIDTH, break_on_hyphens=False)
    return "\n".join([*lines, "", *estimate.notes, sources, ""])


def _band(values: Array | None) -> dict[str, float] | None:
    return None if values is None else asdict(band(values))


def _cells(values: Array | None, style: str) -> tuple[str, str, str]:
    if values is None:
        return "unknown", "unknown", "unknown"
    figures: Band = band(values)
    low, middle, high = (
        f"${short(value)}" if style == "$" else f"{value:{style}}"
        for value in (figures.p10, figures.p50, figures.p90)
    )
    return low, middle, high

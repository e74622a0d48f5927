"""The pretraining calculator's result, for a terminal and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np

from llmchoose.estimate.formulas.distributions import Array, median, significant
from llmchoose.estimate.pretrain.calculator import PretrainingEstimate
from llmchoose.estimate.pretrain.options import Option
from llmchoose.quantity.short import short
from llmchoose.report.calculators import page

# Options beyond these differ little; JSON has them all.
MOST_SHOWN = 8


def render_json(estimate: PretrainingEstimate, *, explain: bool = False) -> str:
    """The contract of `estimate pretrain --format json`."""
    found = as_dict(estimate)
    if explain:
        found["explanation"] = page.terms_as_data(estimate.terms)
    return json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(estimate: PretrainingEstimate) -> dict[str, Any]:
    """The result as plain data; options by the middle of their draws."""
    return {
        "schema_version": 1,
        "inputs": {key: value for key, value in asdict(estimate.run).items() if value is not None}
        | {"tokens": estimate.tokens},
        "flops": significant(estimate.flops),
        "gpu": estimate.gpu.id,
        "n_gpus": estimate.n_gpus,
        "mfu": page.band_of(estimate.mfu),
        "goodput": page.band_of(estimate.goodput),
        "gpu_hours": page.band_of(estimate.gpu_hours),
        "wall_clock_days": page.band_of(estimate.wall_clock_days),
        "cost_usd": page.band_of(estimate.cost_usd),
        "purchase_usd": page.band_of(estimate.purchase_usd),
        "cluster_usd": page.band_of(estimate.cluster_usd),
        "plans": [{"plan": name, "usd": page.band_of(usd)} for name, usd in estimate.plans.items()],
        "break_even": {
            "owned_utilisation": _reachable(estimate.owned_utilisation),
            "owned_hours": _reachable(estimate.owned_hours),
        },
        "energy_kwh": page.band_of(estimate.energy_kwh),
        "tco2e": page.band_of(estimate.tco2e),
        "lower_bound": estimate.cost_usd is None,
        "options": [_option(one) for one in estimate.options],
        "notes": list(estimate.notes),
        "sources": list(estimate.sources),
    }


def _reachable(values: Array | None) -> dict[str, float | None] | None:
    """A band in which what cannot be reached is null."""
    found = page.band_of(values)
    if found is None:
        return None
    return {name: value if isfinite(value) else None for name, value in found.items()}


def _option(option: Option) -> dict[str, Any]:
    return {
        "gpu": option.gpu.id,
        "n_gpus": option.n_gpus,
        "gpu_hours": significant(option.gpu_hours),
        "wall_clock_days": significant(option.wall_clock_days),
        "cost_usd": page.number(option.cost_usd),
    }


def render_terminal(estimate: PretrainingEstimate, *, explain: bool = False) -> str:
    """Figures in a column, p10 to p90 with the median between."""
    run, count = estimate.run, estimate.n_gpus
    paid = f"rent ({run.plan})" if run.plan != "owned" else "owned, per run"
    head = (
        f"{short(run.params or 0.0)} parameters, {short(estimate.tokens)} tokens, "
        f"{estimate.flops:.3g} FLOPs, {count:,} x {estimate.gpu.name}"
    )
    rows = [
        page.line("MFU while running", estimate.mfu, ".0%"),
        page.line("goodput", estimate.goodput, ".0%"),
        page.line("GPU-hours", estimate.gpu_hours, _style(estimate.gpu_hours, 100, ",.0f")),
        page.line("wall-clock days", estimate.wall_clock_days, _style(estimate.wall_clock_days)),
        page.line("dollars a GPU-hour", _hourly(estimate), ",.2f"),
        page.line(paid, estimate.cost_usd, "$"),
        page.line(f"buying {count:,} bare card{'s' * (count > 1)}", estimate.purchase_usd, "$"),
        page.line("  with servers and network", estimate.cluster_usd, "$"),
        page.line("energy, kWh", estimate.energy_kwh, ",.0f"),
        page.line("emissions, tCO2e", estimate.tco2e, ",.1f"),
    ]
    return page.printed(
        [
            head,
            "",
            *page.table(rows),
            *_options(estimate.options),
            *_plans(estimate),
            *(page.explained(estimate.terms) if explain else []),
            *page.foot(estimate.notes, estimate.sources),
            "",
        ]
    )


def _hourly(estimate: PretrainingEstimate) -> Array | None:
    usd = estimate.cost_usd
    return None if usd is None else np.asarray(usd / estimate.gpu_hours)


def _style(values: Array, whole_from: float = 0.5, large: str = ",.1f") -> str:
    """Figures of a short run keep two digits."""
    return large if median(values) >= whole_from else ".2g"


def _options(options: Sequence[Option]) -> list[str]:
    shown = options[:MOST_SHOWN]
    more = f", the first {len(shown)} of {len(options)}" if len(options) > len(shown) else ""
    return page.pairs(
        (
            (
                f"{one.n_gpus:,} x {one.gpu.name}",
                f"{one.wall_clock_days:,.3g} days, "
                + ("price unknown" if one.cost_usd is None else f"${short(one.cost_usd)}"),
            )
            for one in shown
        ),
        f"What meets it, the cheapest first{more}",
    )


def _plans(estimate: PretrainingEstimate) -> list[str]:
    """The other ways to pay, and from where on owning is the cheaper one."""
    known = [
        (name, f"${short(median(usd))}")
        for name, usd in estimate.plans.items()
        if usd is not None and name != estimate.run.plan
    ]
    share = estimate.owned_utilisation
    even = None if share is None else median(share)
    if even is not None and estimate.owned_hours is not None:
        known.append(("owning pays off", _from(even, median(estimate.owned_hours))))
    return page.pairs(known, "Paid otherwise")


def _from(share: float, hours: float) -> str:
    if share > 1:
        return "never within the life of the cards, at these prices"
    return f"from {share:.0%} of their life at work, {hours:,.0f} hours each"

"""An approach in one assessment: place, chances, what made fit and net benefit, cost, gates."""

from typing import Any

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.decision.rank import Ranked
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array, band
from llmchoose.explanation.model import Entry, Listing, Section, Table
from llmchoose.outcome import parts
from llmchoose.outcome.parts import as_data, cited, here, maybe_spread, points, spread
from llmchoose.outcome.points import Line, benefit_lines, fit_lines

HEAD = ("from", "how", "points")


def approach_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """Everything that put an approach in its place."""
    one, estimate = parts.approach(assessment, name), assessment.estimates[name]
    return (
        here(assessment, _place(one, estimate), _data(one, estimate)),
        _sum("profile_fit", "What its fit is made of", fit_lines(one, assessment), one.fit),
        _sum(
            "profile_net_benefit",
            "What its net benefit is made of",
            benefit_lines(one, assessment),
            one.net_benefit,
        ),
        _items(estimate),
        _gates(one),
    )


def _place(one: Ranked, estimate: Estimate) -> tuple[Entry, ...]:
    least = "at least " if estimate.lower_bound else ""
    closed = "" if one.feasible else ", closed by a hard gate"
    return (
        Entry("rank", f"{one.rank}{closed}"),
        Entry(
            "best",
            f"{one.probability_best:.1%} of the draws: {one.by_fit:.1%} by fit, "
            f"{one.by_benefit:.1%} by net benefit",
        ),
        Entry("fit", spread(band(one.fit))),
        Entry("net benefit", spread(band(one.net_benefit))),
        Entry("quality", _quality(one)),
        Entry("until production", least + spread(band(estimate.one_time_usd), "usd")),
        Entry("a month", least + spread(band(estimate.monthly_usd), "usd")),
        Entry("over the horizon", least + spread(band(estimate.total_usd), "usd")),
        Entry("time", spread(band(estimate.time_days), "days")),
    )


def _quality(one: Ranked) -> str:
    after = spread(band(one.quality), "fraction")
    if np.array_equal(one.prior, one.quality):
        return f"{after} of the task, with no trial of its own"
    return f"{after} of the task, {spread(band(one.prior), 'fraction')} before the trials"


def _data(one: Ranked, estimate: Estimate) -> dict[str, Any]:
    draws: dict[str, Array] = {
        "fit": one.fit,
        "net_benefit": one.net_benefit,
        "quality": one.quality,
        "quality_before_trials": one.prior,
        "one_time_usd": estimate.one_time_usd,
        "monthly_usd": estimate.monthly_usd,
        "total_usd": estimate.total_usd,
        "time_to_production_days": estimate.time_days,
    }
    return {
        "rank": one.rank,
        "feasible": one.feasible,
        "probability_best": one.probability_best,
        "by_fit": one.by_fit,
        "by_net_benefit": one.by_benefit,
        **{name: as_data(band(values)) for name, values in draws.items()},
    }


def _sum(key: str, title: str, lines: tuple[Line, ...], draws: Array) -> Section:
    total = parts.mean(draws)
    rows = [(line.id, line.text, points(line.points)) for line in lines]
    data = {
        "lines": [{"id": line.id, "points": line.points} for line in lines],
        "mean": total,
    }
    return Table(key, title, HEAD, (*rows, ("together", "mean of the draws", points(total))), data)


def _items(estimate: Estimate) -> Section:
    per = {"one_time": "once", "monthly": "a month"}
    entries = tuple(
        Entry(item.name, f"{maybe_spread(item.usd, 'usd')} {per[item.when]}{cited(item.source)}")
        for item in estimate.items
    )
    data = [
        {"item": item.name, "usd": None if item.usd is None else as_data(band(item.usd))}
        for item in estimate.items
    ]
    return Listing("profile_cost", "What it costs, line by line", entries, data)


def _gates(one: Ranked) -> Section:
    entries = tuple(
        Entry(gate.id, "passed" if gate.passed else f"closed, {gate.kind}: {gate.reason}")
        for gate in one.gates
    )
    return Listing("profile_gates", "Its gates", entries)

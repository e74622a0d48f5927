"""Predictions of runs that the fit has not seen, with their bands, and how wrong they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from llmchoose.backtest.fitting import Regression, Rows, Words, left_out
from llmchoose.estimate.formulas.distributions import Array

HIGH = 0.9
TWICE = np.log(2)
# Fewer rows than this tell nothing of a middle.
FEWEST = 3


@dataclass(frozen=True)
class Spread:
    """Measured over predicted on unseen runs, p10 and p90: nothing is moved, only widened."""

    low: float
    high: float


@dataclass(frozen=True)
class Judged:
    """Runs with what was measured and what was predicted without their family.

    Attributes:
        quantity: What is judged, in words; `unit` what it is measured in.
        measured: Figures of the runs; `predicted` the p50 of the estimate, `low` and `high` its
            p10 and p90.
        groups: For each table of errors, the group of every run: by hardware, kind, size …
        rules: What people reckon with instead, by name: their predictions.
    """

    quantity: str
    unit: str
    ids: tuple[str, ...]
    measured: Array
    predicted: Array
    low: Array
    high: Array
    groups: Mapping[str, Words]
    rules: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Errors:
    """How wrong the predictions of some runs are.

    Attributes:
        runs: How many.
        median_ape: Median of |predicted / measured - 1|.
        mean_abs_log: Mean of |ln(predicted / measured)|.
        within_2x: Share between half and twice the measured figure.
        bias: Median of predicted / measured.
        coverage: Share of measured figures between p10 and p90; None without bands.
        spread: Median of p90 / p10; None without bands.
    """

    runs: int
    median_ape: float
    mean_abs_log: float
    within_2x: float
    bias: float
    coverage: float | None = None
    spread: float | None = None


def spread_of(errors: Array, family: Words) -> Spread:
    """Quantiles of errors in which a family of many runs counts for its square root.

    Quantiles of few runs lie too near: the level is raised by the finite-sample term of conformal
    prediction, 1 + 1 / n, with the effective number of weighted runs for n.

    Args:
        errors: ln(measured / predicted) of runs that the fit has not seen.
        family: Family of each.

    Source: Lei et al. 2018, Distribution-free predictive inference for regression, theorem 2.1;
        effective number: Kish 1965, section 11.7.
    """
    sizes = {name: np.sum(family == name) for name in np.unique(family)}
    weight = np.array([sizes[name] ** -0.5 for name in family])
    order = np.argsort(errors, kind="stable")
    place = np.cumsum(weight[order]) - weight[order] / 2
    effective = weight.sum() ** 2 / np.sum(weight**2)
    level = min(HIGH * (1 + 1 / effective), 1.0)
    low, high = np.exp(np.interp([1 - level, level], place / weight.sum(), errors[order]))
    # The fit has its middle already: the middle of few families would be chance.
    return Spread(min(float(low), 1.0), max(float(high), 1.0))


def bands(errors: Array, family: Words, kinds: Words) -> tuple[Array, Array]:
    """p10 and p90 of measured over predicted for every run, from other families of its kind.

    Args:
        errors: ln(measured / predicted), each run's family having had no part in the fit.
        family: Family of each run.
        kinds: Runs of one kind share a spread.
    """
    low, high = np.ones(errors.size), np.ones(errors.size)
    for kind in np.unique(kinds):
        for name in np.unique(family[kinds == kind]):
            own = (kinds == kind) & (family == name)
            others = (kinds == kind) & (family != name)
            used = others if others.sum() >= FEWEST else kinds == kind
            found = spread_of(errors[used], family[used])
            low[own], high[own] = found.low, found.high
    return low, high


def judge(
    quantity: str,
    unit: str,
    ids: tuple[str, ...],
    regression: Regression,
    groups: Mapping[str, Words],
    kinds: Words | None = None,
    rules: Mapping[str, Array] | None = None,
) -> Judged:
    """Predict every run from a fit without its family, with a band from the other families."""
    errors = left_out(regression)
    same = np.full(errors.size, "all") if kinds is None else kinds
    low, high = bands(errors, regression.family, same)
    bare = np.exp(regression.truth - errors)
    measured = np.exp(regression.truth)
    return Judged(quantity, unit, ids, measured, bare, bare * low, bare * high, groups, rules or {})


def errors_of(judged: Judged, rows: Rows | None = None) -> Errors:
    """How wrong the estimate is on some runs, all when left out."""
    used = np.ones(judged.measured.size, bool) if rows is None else rows
    inside = (judged.low <= judged.measured) & (judged.measured <= judged.high)
    bare = point_errors(judged.measured[used], judged.predicted[used])
    return Errors(
        bare.runs,
        bare.median_ape,
        bare.mean_abs_log,
        bare.within_2x,
        bare.bias,
        float(np.mean(inside[used])),
        float(np.median((judged.high / judged.low)[used])),
    )


def point_errors(measured: Array, predicted: Array) -> Errors:
    """How wrong single figures without a band are."""
    ratio = predicted / measured
    off = np.abs(np.log(ratio))
    return Errors(
        runs=measured.size,
        median_ape=float(np.median(np.abs(ratio - 1))),
        mean_abs_log=float(np.mean(off)),
        within_2x=float(np.mean(off <= TWICE)),
        bias=float(np.median(ratio)),
    )


def by_group(judged: Judged, group: str) -> dict[str, Errors]:
    """Errors for each value of a group: by the number its word begins with, then by text."""
    names = judged.groups[group]
    ordered = sorted(map(str, np.unique(names)), key=_order)
    return {name: errors_of(judged, names == name) for name in ordered}


def _order(name: str) -> tuple[float, str]:
    digits = re.match(r"\d+", name)
    return (float(digits[0]) if digits else 0.0, name)


def of_rules(judged: Judged) -> dict[str, Errors]:
    """Errors of what people reckon with instead, on the runs that a rule speaks of."""
    found = {}
    for name, predicted in judged.rules.items():
        known = np.isfinite(predicted)
        found[name] = point_errors(judged.measured[known], predicted[known])
    return found

"""Break-even: the volume or the time at which two approaches cost the same."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.what_if import Tried, WhatIf
from llmchoose.estimate.formulas.distributions import Array, significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.quantity import Quantity

# Where the costs of two approaches cross: fields, and the ends between which anybody looks.
SPANS = {"traffic.requests_per_day": (1.0, 1e8), "time.horizon": (0.5, 120.0)}
COARSE = 7
CLOSER = (0.9, 0.97, 1.0, 1.03, 1.1)
MOST = 4


@dataclass(frozen=True, eq=False, repr=False)
class BreakEven:
    """Two approaches whose middle totals over the horizon are equal at a value of an input."""

    cheaper_below: str
    cheaper_above: str
    field: str
    at: float


@dataclass(frozen=True, eq=False, repr=False)
class Crossing:
    """Where two totals were seen to cross, roughly."""

    pair: tuple[str, str]
    field: str
    at: float


def rough_values(inputs: Inputs) -> list[WhatIf]:
    """Values of each input at which totals are set side by side."""
    return [
        WhatIf(name, Quantity(value, value))
        for name, (low, high) in SPANS.items()
        for value in np.geomspace(low, high, COARSE).tolist()
        if name in inputs.knowledge.fields
    ]


def crossings(
    changes: Sequence[WhatIf], tried: Tried, base: str, others: Sequence[str]
) -> list[Crossing]:
    """Where the total of the recommended approach crosses another's, nearest pairs first."""
    found = []
    for name in SPANS:
        rows = [place for place, change in enumerate(changes) if change.field == name]
        values = [_value(changes[place]) for place in rows]
        for other in others:
            apart = _apart(tried, base, other)[rows]
            at = _zero(values, apart)
            if at is not None:
                found.append(Crossing((base, other), name, at))
    return found[:MOST]


def finer_values(found: Sequence[Crossing]) -> list[WhatIf]:
    """Values around each rough crossing."""
    return [
        WhatIf(one.field, Quantity(value, value))
        for one in found
        for value in (significant(one.at * share, 6) for share in CLOSER)
    ]


def break_evens(
    found: Sequence[Crossing], changes: Sequence[WhatIf], tried: Tried
) -> tuple[BreakEven, ...]:
    """Crossings at the full number of draws; those that moved out of sight are left out."""
    result = []
    for place, one in enumerate(found):
        rows = list(range(place * len(CLOSER), (place + 1) * len(CLOSER)))
        values = [_value(changes[row]) for row in rows]
        apart = _apart(tried, *one.pair)[rows]
        at = _zero(values, apart)
        if at is not None and _close(values, apart, at):
            below, above = one.pair if apart[0] < 0 else one.pair[::-1]
            result.append(BreakEven(below, above, one.field, significant(at, 4)))
    return tuple(result)


def _close(values: Sequence[float], apart: Array, at: float) -> bool:
    """Whether the crossing lies between neighbours, not in a jump of whole machines."""
    near = sorted(range(len(values)), key=lambda place: abs(math.log(values[place] / at)))[:2]
    return bool(max(abs(apart[place]) for place in near) < 0.1)


def _apart(tried: Tried, one: str, other: str) -> Array:
    """Logarithm of one middle total over another, for each row."""
    return np.asarray(np.log(tried.totals[one] / tried.totals[other]))


def _zero(values: Sequence[float], apart: Array) -> float | None:
    """The first value at which a curve changes its sign, between two points on log scales."""
    for left in range(len(values) - 1):
        here, there = float(apart[left]), float(apart[left + 1])
        if here == 0 or here * there < 0:
            share = here / (here - there) if here != there else 0.0
            step = math.log(values[left + 1] / values[left])
            return values[left] * math.exp(share * step)
    return None


def _value(change: WhatIf) -> float:
    assert isinstance(change.value, Quantity)  # noqa: S101 only numbers are tried here
    return change.value.low

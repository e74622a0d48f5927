"""Flips of the rulebook: the smallest change of one weight that changes the recommendation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.decision.rank import Parts, Weighed, chances, parts_of, thinned
from llmchoose.estimate.formulas.distributions import Array, significant
from llmchoose.knowledge.rules import Rulebook

# A weight is first moved to these multiples of itself, on every so many draws.
MULTIPLES = ((0.75, 0.5, 0.25, 0.0), (1.33, 2.0, 3.0, 4.0))
THINNED, HALVINGS, DIGITS = 8, 12, 3


@dataclass(frozen=True, eq=False, repr=False)
class WeightFlip:
    """A weight, how far it has to move, and what is recommended then.

    Attributes:
        usual: The new weight lies within the range in which practitioners would put it.
    """

    id: str
    before: float
    after: float
    approach: str
    usual: bool


def weight_flips(weighed: Weighed, book: Rulebook) -> tuple[WeightFlip, ...]:
    """The smallest change of each weight that turns the choice of a single profile."""
    parts, base = parts_of(weighed), int(weighed.best())
    thin = thinned(parts, THINNED)
    found = []
    for whole, few in zip(_weights(parts, book), _weights(thin, book), strict=True):
        after = _nearest(whole, few, weighed, book, base)
        if after is not None:
            best = _best(weighed, book, *whole.change(after))
            low, high = whole.ends
            name = weighed.names[best]
            found.append(WeightFlip(whole.id, whole.weight, after, name, low <= after <= high))
    return tuple(sorted(found, key=lambda one: (not one.usual, abs(one.after / one.before - 1))))


@dataclass(frozen=True, eq=False, repr=False)
class Weight:
    """A weight that counts: its range, and what both models say with another one."""

    id: str
    weight: float
    ends: tuple[float, float]
    change: "Changed"


Changed = Callable[[float], tuple[Array, Array]]


def _weights(parts: Parts, book: Rulebook) -> Iterator[Weight]:
    for one in book.criteria:
        if one.id in parts.points:
            change = _for_criterion(parts, one.id, one.weight)
            yield Weight(one.id, one.weight, one.range, change)
    for charge in book.net_benefit.charges:
        if charge.weight and charge.id in parts.charges:
            change = _for_charge(parts, charge.id, charge.weight)
            yield Weight(charge.id, charge.weight, charge.range, change)


def _for_criterion(parts: Parts, name: str, weight: float) -> Changed:
    counted, gained = parts.points[name]

    def change(value: float) -> tuple[Array, Array]:
        more = value / weight - 1
        total = np.maximum(parts.total + more * counted, 1e-12)
        return (parts.gained + more * gained) / total + parts.moved, parts.benefit

    return change


def _for_charge(parts: Parts, name: str, weight: float) -> Changed:
    taken = parts.charges[name]

    def change(value: float) -> tuple[Array, Array]:
        return parts.fit, parts.benefit - (value / weight - 1) * taken

    return change


def _best(weighed: Weighed, book: Rulebook, fit: Array, benefit: Array) -> int:
    """Place of the approach that both models together put first."""
    noise = book.ladder.noise
    by_fit, by_benefit = (chances(draws, weighed.open, noise) for draws in (fit, benefit))
    share = weighed.trusted
    chance = share * by_fit + (1 - share) * by_benefit
    return int(replace(weighed, chance=chance).best())


def _nearest(
    whole: Weight, few: Weight, weighed: Weighed, book: Rulebook, base: int
) -> float | None:
    """The weight nearest to the present one that flips, in round figures; None where none does."""
    ends = []
    for multiples in MULTIPLES:
        for value in (multiple * whole.weight for multiple in multiples):
            if _best(weighed, book, *few.change(value)) == base:
                continue
            found = _halved(whole, value, weighed, book, base)
            if found is not None:
                ends.append(found)
                break
    return min(ends, key=lambda value: abs(value - whole.weight), default=None)


def _halved(
    whole: Weight, turns: float, weighed: Weighed, book: Rulebook, base: int
) -> float | None:
    """Where the choice turns before a value; None where all draws together do not turn there."""
    holds = whole.weight

    def flips(value: float) -> bool:
        return _best(weighed, book, *whole.change(value)) != base

    if not flips(turns):
        return None
    for _ in range(HALVINGS):
        half = (holds + turns) / 2
        holds, turns = (holds, half) if flips(half) else (half, turns)
    outward = significant(turns + (turns - holds) * 2, DIGITS)
    return outward if flips(outward) else turns

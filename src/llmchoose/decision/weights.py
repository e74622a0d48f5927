"""Flips of the rulebook: the smallest change of one weight that changes the recommendation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.decision.fit import SMALLEST
from llmchoose.decision.rank import Parts, Weighed, both, chances, parts_of
from llmchoose.estimate.formulas.distributions import Array, significant
from llmchoose.knowledge.rules import Charge, Criterion, Rulebook

# A weight is first moved to these multiples of itself, the nearest first.
MULTIPLES = ((0.75, 0.5, 0.25, 0.0), (1.33, 2.0, 3.0, 4.0))
HALVINGS, DIGITS = 12, 3


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


@dataclass(frozen=True, eq=False, repr=False)
class Weight:
    """A weight that counts.

    Attributes:
        ends: The range in which practitioners would put it.
        chance: Chances of all approaches, first axis, with other values of it, second axis.
    """

    id: str
    weight: float
    ends: tuple[float, float]
    chance: Callable[[Sequence[float]], Array]


def weight_flips(weighed: Weighed, book: Rulebook) -> tuple[WeightFlip, ...]:
    """The smallest change of each weight that turns the choice of a single profile."""
    base, found = int(weighed.best()), []
    for one in _weights(weighed, book):
        after = _nearest(one, weighed, base)
        if after is not None:
            name = weighed.names[_best(weighed, one, [after])[0]]
            usual = one.ends[0] <= after <= one.ends[1]
            found.append(WeightFlip(one.id, one.weight, after, name, usual))
    return tuple(sorted(found, key=lambda one: (not one.usual, abs(one.after / one.before - 1))))


def _weights(weighed: Weighed, book: Rulebook) -> Iterator[Weight]:
    parts, noise = parts_of(weighed), book.ladder.noise
    for one in book.criteria:
        if one.id in parts.points:
            chance = _for_criterion(weighed, parts, one, noise)
            yield Weight(one.id, one.weight, one.range, chance)
    for charge in book.net_benefit.charges:
        if charge.weight and charge.id in parts.charges:
            chance = _for_charge(weighed, parts, charge, noise)
            yield Weight(charge.id, charge.weight, charge.range, chance)


def _for_criterion(
    weighed: Weighed, parts: Parts, criterion: Criterion, noise: float
) -> Callable[[Sequence[float]], Array]:
    """Another weight moves fit alone."""
    counted, gained = (values[:, None] for values in parts.points[criterion.id])

    def chance(values: Sequence[float]) -> Array:
        more = np.asarray(values)[:, None] / criterion.weight - 1
        total = np.maximum(parts.total[..., None, :] + more * counted, SMALLEST)
        fit = (parts.gained[:, None] + more * gained) / total + parts.moved[:, None]
        by_fit = chances(fit, weighed.open[:, None], noise)
        return both(by_fit, weighed.chance_by_benefit[:, None], weighed.trusted)

    return chance


def _for_charge(
    weighed: Weighed, parts: Parts, charge: Charge, noise: float
) -> Callable[[Sequence[float]], Array]:
    """Another weight moves net benefit alone."""
    taken = parts.charges[charge.id][:, None]

    def chance(values: Sequence[float]) -> Array:
        more = np.asarray(values)[:, None] / charge.weight - 1
        by_benefit = chances(parts.benefit[:, None] - more * taken, weighed.open[:, None], noise)
        return both(weighed.chance_by_fit[:, None], by_benefit, weighed.trusted)

    return chance


def _best(weighed: Weighed, one: Weight, values: Sequence[float]) -> list[int]:
    """Place of the approach that both models together put first, with each value."""
    open_ = np.broadcast_to(weighed.open[:, None], (len(weighed.names), len(values), 1))
    tried = replace(weighed, chance=one.chance(values), open=open_)
    return [int(place) for place in tried.best()]


def _nearest(one: Weight, weighed: Weighed, base: int) -> float | None:
    """The value nearest to the present one that flips, in round figures; None where none does."""
    tried = [multiple * one.weight for side in MULTIPLES for multiple in side]
    best = dict(zip(tried, _best(weighed, one, tried), strict=True))
    ends = []
    for side in MULTIPLES:
        values = [multiple * one.weight for multiple in side]
        turns = next((value for value in values if best[value] != base), None)
        if turns is not None:
            ends.append(_halved(one, turns, weighed, base))
    return min(ends, key=lambda value: abs(value - one.weight), default=None)


def _halved(one: Weight, turns: float, weighed: Weighed, base: int) -> float:
    """Where the choice turns before a value that turns it."""
    holds = one.weight

    def flips(value: float) -> bool:
        return _best(weighed, one, [value])[0] != base

    for _ in range(HALVINGS):
        half = (holds + turns) / 2
        holds, turns = (holds, half) if flips(half) else (half, turns)
    outward = significant(turns + (turns - holds) * 2, DIGITS)
    return outward if flips(outward) else turns

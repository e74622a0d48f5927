"""Seeded draws, and the distributions that bend them.

A draw belongs to a seed and a name, never to the order of questions: leaving a field out or adding
one changes no other draw. Every array has the sample axis last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from random import Random
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Scale = Literal["log", "log1p", "logit", "linear"]

Z90 = NormalDist().inv_cdf(0.90)
Z95 = NormalDist().inv_cdf(0.95)
Z975 = NormalDist().inv_cdf(0.975)
SHORT = 2**15
FEW_DRAWS = 2000
FRACTION_LIMITS = (0.005, 0.995)


@lru_cache(maxsize=4)
def _strata(samples: int) -> Array:
    """Normal scores at the middle of `samples` equal slices of probability."""
    normal = NormalDist()
    scores = np.array([normal.inv_cdf((i + 0.5) / samples) for i in range(samples)])
    scores.setflags(write=False)
    return scores


@lru_cache(maxsize=4)
def _shuffled(seed: int, samples: int) -> NDArray[np.intp]:
    """The slices in a random order that all names of a seed begin from."""
    bits = Random(seed).randbytes(8 * samples)  # noqa: S311 no secret
    order = np.argsort(np.frombuffer(bits, "<u8"), kind="stable")
    order.setflags(write=False)
    return order


@lru_cache(maxsize=1024)
def _order(seed: int, name: str, samples: int) -> NDArray[np.intp]:
    """The slices in the order of a name: the shuffled ones, walked before and after by a step.

    Shuffling once for a seed, and walking places and slices by steps that share no factor with
    their number, is a permutation of its own for each name at a tenth of the time of shuffling.
    """
    draw = Random(f"{seed}:{name}")  # noqa: S311 no secret
    places = _walked(np.arange(samples, dtype=np.int64), draw, samples)
    order = _walked(np.take(_shuffled(seed, samples), places), draw, samples)
    order.setflags(write=False)
    return order


def _walked(places: NDArray[np.intp], draw: Random, samples: int) -> NDArray[np.intp]:
    """Places times a step, from a start on, round and round: a permutation of them."""
    start, step = draw.randrange(samples), 1 + draw.randrange(samples)
    while gcd(step, samples) > 1:
        step = step % samples + 1
    # Short integers divide faster; their products stay below the square of `samples`.
    walked: NDArray[Any] = places.astype(np.uint32 if samples < SHORT else np.uint64)
    walked *= step
    walked += start
    walked %= samples
    return walked.astype(np.intp)


@dataclass(frozen=True)
class Draws:
    """Standard draws of one seed: one shuffled set of equal slices a name.

    `part_of` is the size of a larger set of which only every so many a draw is taken.

    Slices (Latin hypercube) instead of free draws: each name's quantiles are exact at any number
    of samples. Python's own generator and a stable sort give the same order on every machine.
    """

    seed: int
    samples: int
    part_of: int = 0

    def normal(self, name: str) -> Array:
        """Normal scores of `name`, shape (samples,)."""
        return self.some(_strata(self.whole)[_order(self.seed, name, self.whole)])

    def uniform(self, name: str) -> Array:
        """Probabilities strictly between 0 and 1, shape (samples,)."""
        return self.some((_order(self.seed, name, self.whole) + 0.5) / self.whole)

    @property
    def whole(self) -> int:
        """Draws of the set that these are, or are a part of."""
        return self.part_of or self.samples

    def some(self, values: Array) -> Array:
        """Of the whole set's draws those that these are: evenly spread over it."""
        return values[:: self.whole // self.samples][: self.samples] if self.part_of else values

    def fewer(self, samples: int) -> "Draws":
        """A part of the same draws."""
        return Draws(self.seed, samples, self.samples) if samples < self.samples else self


def _forward(values: Array, scale: Scale) -> Array:
    if scale == "log":
        return np.log(values)
    if scale == "log1p":
        return np.log1p(values)
    if scale == "logit":
        inside = np.clip(values, *FRACTION_LIMITS)
        return np.log(inside / (1 - inside))
    return values


def _back(values: Array, scale: Scale) -> Array:
    if scale == "log":
        return np.exp(values)
    if scale == "log1p":
        return np.maximum(np.expm1(values), 0.0)
    if scale == "logit":
        return 1 / (1 + np.exp(-values))
    return values


def interval(z: Array, low: Array | float, high: Array | float, scale: Scale) -> Array:
    """Draw from the normal whose p5 and p95 are `low` and `high` on the given scale.

    Args:
        z: Normal scores, sample axis last.
        low: p5; broadcasts against z.
        high: p95; equal to `low` for an exact value, which is then returned as it stands.
        scale: log for positive counts and money, log1p where zero is allowed, logit for fractions.
    """
    lower, upper = np.asarray(low, float), np.asarray(high, float)
    start, end = _forward(lower, scale), _forward(upper, scale)
    drawn = _back((start + end) / 2 + (end - start) / (2 * Z95) * z, scale)
    return np.where(lower == upper, lower, drawn)


def three_point(
    z: Array, p10: Array | float, p50: Array | float, p90: Array | float, scale: Scale
) -> Array:
    """Draw so that p10, p50 and p90 are kept: two half-normals joined at the median.

    Args:
        z: Normal scores, sample axis last.
        p10: Tenth percentile; broadcasts against z, as the others do.
        p50: Median.
        p90: Ninetieth percentile.
        scale: Scale on which each half is normal.
    """
    low, middle, high = (np.asarray(value, float) for value in (p10, p50, p90))
    exact = (low == middle) & (middle == high)
    if np.all(exact):
        return np.broadcast_to(middle, np.broadcast_shapes(np.shape(z), middle.shape)).copy()
    centre = _forward(middle, scale)
    below, above = (centre - _forward(low, scale)) / Z90, (_forward(high, scale) - centre) / Z90
    drawn = _back(centre + np.where(z < 0, below, above) * z, scale)
    return np.where(exact, middle, drawn) if np.any(exact) else drawn


def categories(uniform: Array, probabilities: Mapping[str, float]) -> NDArray[np.str_]:
    """Draw a category for each probability in `uniform`, in the mapping's order."""
    names = np.array(list(probabilities), str)
    edges = np.cumsum(list(probabilities.values()))
    edges /= edges[-1]
    return names[np.minimum(np.searchsorted(edges, uniform), len(names) - 1)]


def quantile_pick(z: Array, values: Sequence[float]) -> Array:
    """Draw from a sample of `values` so that all their quantiles are kept (log interpolation)."""
    ordered = np.log(np.sort(np.asarray(values, float)))
    if len(ordered) == 1:
        return np.full(np.shape(z), float(np.exp(ordered[0])))
    normal = NormalDist()
    places = np.array([normal.inv_cdf((i + 0.5) / len(ordered)) for i in range(len(ordered))])
    return np.asarray(np.exp(np.interp(z, places, ordered)))


@dataclass(frozen=True)
class Band:
    """Tenth, fiftieth and ninetieth percentile of a figure, rounded as it leaves the program."""

    p10: float
    p50: float
    p90: float


def significant(value: float, digits: int = 6) -> float:
    """Round to significant digits, so that the same bytes leave the program on every machine."""
    return float(f"{value:.{digits - 1}e}")


def percentile(values: Array, share: float) -> Array:
    """A percentile over the sample axis, which is kept with length one.

    As numpy's own (linear between neighbours), at a tenth of its time for arrays of this size.
    """
    return percentiles(values, (share,))[0]


def percentiles(values: Array, shares: Sequence[float]) -> tuple[Array, ...]:
    """Several percentiles over the sample axis, which is kept with length one, in one pass."""
    last = values.shape[-1] - 1
    places = [share * last for share in shares]
    needed = sorted({at for place in places for at in (int(place), min(int(place) + 1, last))})
    # Sorting few draws is faster than parting them, and gives the same ones.
    parted = np.sort(values, axis=-1) if last < FEW_DRAWS else np.partition(values, needed, axis=-1)

    def at(place: float) -> Array:
        low, high = parted[..., int(place)], parted[..., min(int(place) + 1, last)]
        return np.asarray(low + (high - low) * (place - int(place)))[..., None]

    return tuple(at(place) for place in places)


def summed(parts: Iterable[NDArray[Any]], start: Array | None = None) -> Array:
    """Their sum, one after another, in one array that is made for it.

    Args:
        parts: What is added.
        start: What the first is added to, an array to be written to; zero when left out.
    """
    total = np.zeros(1) if start is None else start
    for part in parts:
        if part.shape[-1:] == (1,) and not part.any():
            continue  # nothing, whose addition to a large array takes as long as any
        if _goes_into(total, part):
            total += part
        else:
            total = total + part
    return total


def _goes_into(total: NDArray[Any], part: NDArray[Any]) -> bool:
    """Whether a part broadcasts to the shape that the total has."""
    if part.size == 1 or part.size > total.size:
        return part.size == 1 and part.ndim <= total.ndim
    same = part.shape == total.shape
    return same or np.broadcast_shapes(total.shape, part.shape) == total.shape


def median(values: Array | float) -> float:
    """Median over all draws, as one number.

    np.median would load numpy's masked arrays for it, at a tenth of a whole run.
    """
    return float(percentile(np.ravel(values), 0.5)[0])


def middle(values: Array) -> Array:
    """Median over the sample axis, which is kept with length one: each row of a block its own."""
    return percentile(values, 0.5)


def band(values: Array) -> Band:
    """Percentiles over the sample axis of a one-dimensional array."""
    return Band(*(significant(float(one[0])) for one in percentiles(values, (0.1, 0.5, 0.9))))

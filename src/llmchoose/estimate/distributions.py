"""Seeded draws, and the distributions that bend them.

A draw belongs to a seed and a name, never to the order of questions: leaving a field out or adding
one changes no other draw. Every array has the sample axis last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Scale = Literal["log", "log1p", "logit", "linear"]

Z90 = NormalDist().inv_cdf(0.90)
Z95 = NormalDist().inv_cdf(0.95)
FRACTION_LIMITS = (0.005, 0.995)


@lru_cache(maxsize=4)
def _strata(samples: int) -> Array:
    """Normal scores at the middle of `samples` equal slices of probability."""
    normal = NormalDist()
    scores = np.array([normal.inv_cdf((i + 0.5) / samples) for i in range(samples)])
    scores.setflags(write=False)
    return scores


@lru_cache(maxsize=1024)
def _order(seed: int, name: str, samples: int) -> NDArray[np.intp]:
    bits = Random(f"{seed}:{name}").getrandbits(64 * samples)  # noqa: S311 no secret
    order = np.argsort(np.frombuffer(bits.to_bytes(8 * samples, "little"), "<u8"), kind="stable")
    order.setflags(write=False)
    return order


@dataclass(frozen=True)
class Draws:
    """Standard draws of one seed: one shuffled set of equal slices a name.

    Slices (Latin hypercube) instead of free draws: each name's quantiles are exact at any number
    of samples. Python's own generator and a stable sort give the same order on every machine.
    """

    seed: int
    samples: int

    def normal(self, name: str) -> Array:
        """Normal scores of `name`, shape (samples,)."""
        return _strata(self.samples)[_order(self.seed, name, self.samples)]

    def uniform(self, name: str) -> Array:
        """Probabilities strictly between 0 and 1, shape (samples,)."""
        return (_order(self.seed, name, self.samples) + 0.5) / self.samples


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
    centre = _forward(middle, scale)
    below, above = centre - _forward(low, scale), _forward(high, scale) - centre
    drawn = _back(centre + np.where(z < 0, below, above) * z / Z90, scale)
    return np.where((low == middle) & (middle == high), middle, drawn)


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
    ordered = np.sort(values, axis=-1)
    place = share * (ordered.shape[-1] - 1)
    below = int(place)
    low, high = ordered[..., below], ordered[..., min(below + 1, ordered.shape[-1] - 1)]
    return np.asarray(low + (high - low) * (place - below))[..., None]


def median(values: Array) -> float:
    """Median over all draws, as one number."""
    return float(percentile(np.ravel(values), 0.5)[0])


def band(values: Array) -> Band:
    """Percentiles over the sample axis of a one-dimensional array."""
    return Band(*(significant(float(percentile(values, share)[0])) for share in (0.1, 0.5, 0.9)))

"""Whether a stated confidence is what it says: bins, their error, and what chance alone shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array

Places = NDArray[np.intp]
BINS = 5
TRIALS = 200


@dataclass(frozen=True)
class Bin:
    """Recommendations of like confidence: what was said of them, how many of them were right."""

    said: float
    right: float
    cases: int


@dataclass(frozen=True)
class Calibration:
    """How far confidences can be trusted.

    Attributes:
        bins: Five of equal number, the least sure first.
        ece: Mean distance of said and right over the bins.
        perfect: The same of a tool that is right exactly as often as it says, by chance alone, on
            as many cases.
        brier: Mean squared error; `constant` that of saying the mean of all of them every time.
    """

    bins: tuple[Bin, ...]
    ece: float
    perfect: float
    brier: float
    constant: float


def calibration(said: Sequence[float], right: Sequence[bool]) -> Calibration:
    """Hold confidences against what came of them.

    Source: Naeini et al. 2015, Obtaining well calibrated probabilities using Bayesian binning, for
        the expected calibration error; Brier 1950 for the score.
    """
    sure, true = np.array(said), np.array(right, float)
    parts = [part for part in np.array_split(np.argsort(sure, kind="stable"), BINS) if part.size]
    bins = tuple(
        Bin(float(sure[part].mean()), float(true[part].mean()), part.size) for part in parts
    )
    return Calibration(
        bins,
        _error(sure, true, parts),
        _perfect(sure, parts),
        float(np.mean((sure - true) ** 2)),
        float(true.mean() * (1 - true.mean())),
    )


def _error(sure: Array, true: Array, parts: Sequence[Places]) -> float:
    off = [part.size * abs(float(sure[part].mean() - true[part].mean())) for part in parts]
    return sum(off) / sure.size


def _perfect(sure: Array, parts: Sequence[Places]) -> float:
    """Mean error where each is right by a draw of its own confidence; the same on every run."""
    draw = Random(0)  # noqa: S311 no secret
    errors = []
    for _ in range(TRIALS):
        chances = np.array([draw.random() for _ in range(sure.size)])
        errors.append(_error(sure, (chances < sure).astype(float), parts))
    return float(np.mean(errors))

"""Fitting a formula's constants to published runs, and predicting runs that a fit has not seen.

The posterior mode under a prior for each constant, an own intercept for each family, so that a
long series does not count many times, and heavy-tailed errors, so that one odd run decides nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array

Predict = Callable[[Mapping[str, float]], Array]
Words = NDArray[np.str_]
Rows = NDArray[np.bool_]

STEP = 1e-4
MOST_ROUNDS = 40
SETTLED = 1e-5
# Rounds that a fit which begins near its end goes on with the same slopes.
KEPT = 8
# Degrees of freedom of Student's t: tails of real errors, still a variance.
TAILS = 4.0


@dataclass(frozen=True)
class Parameter:
    """A constant to be fitted, with what is believed of it before.

    Attributes:
        id: Id of its row in fitted.csv.
        start: Middle of the prior.
        sd: Width of the prior: of ln(value) on the log scale, of the value on the linear one; 0
            holds the constant at `start`.
        source: Where the prior comes from.
    """

    id: str
    start: float
    sd: float
    unit: str
    note: str = ""
    scale: Literal["log", "linear"] = "log"
    source: str = "judgement"

    def coordinate(self) -> float:
        """The start on the scale that is fitted on."""
        return float(np.log(self.start)) if self.scale == "log" else self.start

    def value(self, coordinate: float) -> float:
        """A constant from its place on the scale."""
        return float(np.exp(coordinate)) if self.scale == "log" else coordinate


@dataclass(frozen=True)
class Regression:
    """What is fitted to what.

    Attributes:
        predict: ln of the predicted figure of every row, for given constants.
        truth: ln of the measured figures, shape (rows,).
        family: Names of rows that are left out together.
        parameters: Constants; those with a prior of no width are held.
        noise: Usual error of a single row, ln.
        family_sd: Usual difference of a whole family, ln.
    """

    predict: Predict
    truth: Array
    family: Words
    parameters: tuple[Parameter, ...]
    noise: float
    family_sd: float


@dataclass(frozen=True)
class Fit:
    """Constants by id, and the standard deviation of each on its scale.

    Attributes:
        slopes: Slopes of all predictions by each free constant, shape (rows, free): a fit to most
            of the same rows begins with them.
    """

    values: Mapping[str, float]
    sds: Mapping[str, float]
    slopes: Array


def fit(regression: Regression, rows: Rows | None = None, start: Fit | None = None) -> Fit:
    """Fit the constants to the chosen rows (all when left out) by Gauss-Newton steps.

    Args:
        regression: Formula, measurements and priors.
        rows: Rows that take part.
        start: A fit to begin with, which saves steps.

    Source: Gelman et al., Bayesian Data Analysis, 3rd ed., sections 4.1 (normal approximation at
        the mode) and 17.2 (Student's t as a scale mixture).
    """
    used = np.ones(regression.truth.size, bool) if rows is None else rows
    free = [one for one in regression.parameters if one.sd > 0]
    prior = np.array([one.coordinate() for one in free])
    place = prior if start is None else np.array([_coordinate(one, start) for one in free])
    families = np.unique(regression.family[used])
    own = (regression.family[used][:, None] == families).astype(float)
    precision = np.concatenate(
        [[one.sd**-2 for one in free], np.full(families.size, regression.family_sd**-2)]
    )
    state = np.concatenate([place, np.zeros(families.size)])
    centre = np.concatenate([prior, np.zeros(families.size)])
    slopes = np.zeros((regression.truth.size, len(free))) if start is None else start.slopes
    for turn in range(MOST_ROUNDS):
        if start is None or turn % KEPT == KEPT - 1:
            slopes = _slopes(regression, free, state[: len(free)])
        base = regression.predict(_values(regression, free, state[: len(free)]))[used]
        design = np.hstack([slopes[used], own])
        left = regression.truth[used] - base - own @ state[len(free) :]
        weight = (TAILS + 1) / (TAILS + (left / regression.noise) ** 2) / regression.noise**2
        hessian = design.T @ (design * weight[:, None]) + np.diag(precision)
        step = np.linalg.solve(hessian, design.T @ (weight * left) - precision * (state - centre))
        state = state + np.clip(step, -1.0, 1.0)
        if np.max(np.abs(step), initial=0.0) < SETTLED:
            break
    sds = np.sqrt(np.diag(np.linalg.inv(hessian)))
    spread = {one.id: float(sds[i]) for i, one in enumerate(free)}
    return Fit(_values(regression, free, state), spread, slopes)


def _coordinate(parameter: Parameter, known: Fit) -> float:
    value = known.values[parameter.id]
    return float(np.log(value)) if parameter.scale == "log" else value


def _values(regression: Regression, free: Sequence[Parameter], place: Array) -> dict[str, float]:
    fitted = {one.id: one.value(float(place[i])) for i, one in enumerate(free)}
    return {one.id: fitted.get(one.id, one.start) for one in regression.parameters}


def _slopes(regression: Regression, free: Sequence[Parameter], place: Array) -> Array:
    """Slopes of all predictions by each free constant at a place, shape (rows, free)."""
    base = regression.predict(_values(regression, free, place))
    slopes = np.empty((base.size, len(free)))
    for i in range(len(free)):
        moved = place.copy()
        moved[i] += STEP
        slopes[:, i] = (regression.predict(_values(regression, free, moved)) - base) / STEP
    return slopes


def left_out(regression: Regression) -> Array:
    """ln(measured / predicted) of every row, by a fit in which its family has no part."""
    groups = regression.family
    whole = fit(regression)
    errors = np.empty(regression.truth.size)
    for group in np.unique(groups):
        rest = groups != group
        if rest.any():
            found = fit(regression, rest, whole)
        else:
            found = Fit({one.id: one.start for one in regression.parameters}, {}, whole.slopes)
        errors[~rest] = (regression.truth - regression.predict(found.values))[~rest]
    return errors

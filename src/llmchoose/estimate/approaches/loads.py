"""How full a copy of a model is, and how long an answer takes, as its load grows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from llmchoose.estimate.approaches.middles import Usual, laid_out_as, usual_copy
from llmchoose.estimate.columns import Column, map_column
from llmchoose.estimate.formulas import serving
from llmchoose.estimate.formulas.architecture import by_size
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.replica import Deployment
from llmchoose.estimate.inputs import Inputs

# Numbers of requests at which the load of a copy is worked out, and drawn lines between.
BATCHES = 101
CURVE = "load curve"


@dataclass(frozen=True, eq=False, repr=False)
class LoadCurve:
    """How full the middle copy is, and how long an answer takes, as its load grows.

    How full a copy is at a share of its capacity hardly depends on its draw: the middle tells.

    Attributes:
        filled: 0 for one request alone to 1 for as many as memory holds, on a scale of logarithms.
        load: Share of the full copy's requests a second.
        waiting: Time in the system: 0 for that of a request alone to 1 for that in a full copy.
    """

    filled: Array
    load: Array
    waiting: Array


def by_curve(curves: Column[LoadCurve], places: str, values: str, at: Array) -> Array:
    """What the curve of each row says at some places, between its points in straight lines."""
    first = curves.one
    if len(curves.kinds) == 1:
        return np.asarray(np.interp(at, getattr(first, places), getattr(first, values)))
    assert curves.which is not None  # noqa: S101 several curves belong to several rows
    found = np.empty(at.shape)
    for row, place in enumerate(curves.which.tolist()):
        curve = curves.kinds[place]
        found[row] = np.interp(at[row], getattr(curve, places), getattr(curve, values))
    return found


def load_curves(inputs: Inputs, middles: Column[Usual]) -> Column[LoadCurve]:
    """The middle copies under all loads, all of them at once."""
    if not inputs.many or len(middles.kinds) == 1:
        return map_column(middles, load_curve)
    new = tuple(one for one in middles.kinds if CURVE not in one.known)
    if new:
        for middle, curve in zip(new, _curves_of(inputs, new), strict=True):
            middle.known[CURVE] = curve
    return Column(tuple(one.known[CURVE] for one in middles.kinds), middles.which)


def _curves_of(inputs: Inputs, middles: tuple[Usual, ...]) -> list[LoadCurve]:
    own = Column(middles, np.arange(len(middles)))
    params, active = (own.figure(partial(_size, at)) for at in (0, 1))
    read, written = (own.figure(partial(_length, at)) for at in (0, 1))
    shape = by_size(params, middles[0].size[2], active)
    copies = laid_out_as(inputs, shape, own, (read, written))
    filled, load, waiting = _loads(copies, inputs.knowledge.constants)
    curves = zip(np.atleast_2d(load), np.atleast_2d(waiting), strict=True)
    # Copies, as a row would keep all of them.
    return [LoadCurve(filled, *(part.copy() for part in one)) for one in curves]


def _size(at: int, middle: Usual) -> float:
    return middle.size[at]


def _length(at: int, middle: Usual) -> float:
    return middle.lengths[at]


@lru_cache(maxsize=1024)
def load_curve(of: Usual) -> LoadCurve:
    """The middle copy under all loads."""
    return LoadCurve(*_loads(usual_copy(of), of.knowledge.constants))


def _loads(copy: Deployment, constants: Mapping[str, float]) -> tuple[Array, Array, Array]:
    """How full copies are, their load and the time in them. Time in the system: Little's law."""
    full = np.maximum(serving.most_requests(copy, constants), 1.0)
    filled = np.linspace(0.0, 1.0, BATCHES)
    served = serving.requests_per_second(copy, full**filled, constants)
    # More requests beside each other never serve fewer; where they would, fewer are let in.
    served = np.maximum.accumulate(served, axis=-1)
    seconds = full**filled / served
    longer = seconds[..., -1:] - seconds[..., :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        waiting = np.where(longer > 0, (seconds - seconds[..., :1]) / longer, filled)
    return filled, served / served[..., -1:], waiting

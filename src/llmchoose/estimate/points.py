"""Percentiles of draws, worked out once however many rules ask for them."""

import numpy as np

from llmchoose.estimate.formulas.distributions import Array, percentiles
from llmchoose.estimate.inputs import Inputs

TOLD = (0.1, 0.5, 0.9)


def points_of(inputs: Inputs, values: Array) -> tuple[Array, ...]:
    """Tenth, fiftieth and ninetieth percentile of each row; sample axis of length one.

    Args:
        inputs: Draws that the values were made of.
        values: An array that is not written to any more.
    """
    # The values are kept with them: as long as they are, no others have their identity.
    key = ("points", id(values))
    _, found = inputs.once(key, lambda: (values, percentiles(values, TOLD)))
    return found


def middle_of(inputs: Inputs, values: Array) -> Array:
    """Median of each row; sample axis of length one."""
    return points_of(inputs, values)[1]


def bands_of(inputs: Inputs, values: Array) -> Array:
    """The same percentiles of all rows of a block, shape (3, rows)."""
    rows = inputs.shape[0]
    return np.stack([np.broadcast_to(one[..., 0], rows) for one in points_of(inputs, values)])

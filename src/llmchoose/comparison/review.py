"""Several comparisons as one change: which profiles, and what they cost together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.comparison.compare import compare, proposed_estimate
from llmchoose.comparison.model import Amount, Change, Comparison
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array, band

Pair = tuple[Assessment | None, Assessment | None]
SUMMED = ("total_usd", "one_time_usd", "monthly_usd")


@dataclass(frozen=True)
class Review:
    """All profiles that changed.

    Attributes:
        totals: total_usd, one_time_usd, monthly_usd and gpu_hours of what is proposed, all
            profiles together; draw by draw, so that what they have in common moves together.
        silent: Profiles of which a side proposes nothing and so adds nothing to the totals.
    """

    comparisons: tuple[Comparison, ...]
    totals: dict[str, Change]
    silent: int


def review(pairs: Sequence[Pair]) -> Review:
    """Compare profiles before and after, and add them up.

    Args:
        pairs: Each profile before and after; None where it did not exist.
    """
    before, after = ([_proposed(side) for side in sides] for sides in _sides(pairs))
    names = (*SUMMED, "gpu_hours")
    totals = {name: Change(_sum(name, before), _sum(name, after)) for name in names}
    silent = sum(
        any(side is not None and _proposed(side) is None for side in pair) for pair in pairs
    )
    return Review(tuple(compare(*pair) for pair in pairs), totals, silent)


def _sides(pairs: Sequence[Pair]) -> tuple[list[Assessment | None], list[Assessment | None]]:
    return [old for old, _ in pairs], [new for _, new in pairs]


def _proposed(side: Assessment | None) -> Estimate | None:
    return None if side is None else proposed_estimate(side)


def _sum(name: str, estimates: Sequence[Estimate | None]) -> Amount:
    found = [_values(name, one) for one in estimates if one is not None]
    known = [values for values in found if values is not None]
    return band(np.sum(np.broadcast_arrays(*known), axis=0)) if known else "absent"


def _values(name: str, estimate: Estimate) -> Array | None:
    if name in SUMMED:
        values: Array = getattr(estimate, name)
        return values
    return estimate.training.gpu_hours if estimate.training else None

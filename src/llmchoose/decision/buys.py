"""What a step of the ladder buys: quality for money, against the best rung below it."""

from collections.abc import Mapping, Sequence

import numpy as np

from llmchoose.decision.rank import Ranked
from llmchoose.decision.reasons import Reason
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import band, median
from llmchoose.quantity.short import short

GAP = "task.gap"
OWN = ("L-30", "L-33")
# Points of quality that a lower price is taken to be worth.
LITTLE = 2


def bought(
    best: Ranked, others: Sequence[Ranked], estimates: Mapping[str, Estimate]
) -> Reason | None:
    """What the recommended approach reaches beyond the likeliest lower rung, and at what price.

    On the lowest rung: what the likeliest step up would add. None where it is the only approach.
    """
    open_ = [one for one in others if one.feasible and one.approach.id != best.approach.id]
    lower = [one for one in open_ if one.approach.rung < best.approach.rung]
    rival = max(lower or open_, key=lambda one: one.probability_best, default=None)
    if rival is None:
        return None
    reached = band(best.quality)
    points = round(100 * (median(best.quality) - median(rival.quality)))
    mine, its = (median(estimates[one.approach.id].total_usd) for one in (best, rival))
    more = "more" if mine >= its else "less"
    text = (
        f"{best.approach.id} is expected to reach {reached.p50:.0%} ({reached.p10:.0%} to "
        f"{reached.p90:.0%}): {_apart(points)} {rival.approach.id}, for "
        f"${short(abs(mine - its), 2)} {more} over the horizon."
    )
    name, sources = _evidence(best)
    gives_up = points < -LITTLE or (points < 0 and mine >= its)
    return Reason(text, name, "against" if gives_up else "for", sources)


def _apart(points: int) -> str:
    if not points:
        return "as much as"
    size = f"{abs(points)} point{'' if abs(points) == 1 else 's'}"
    return f"{size} {'more' if points > 0 else 'fewer'} than"


def _evidence(best: Ranked) -> tuple[str, tuple[str, ...]]:
    """The closure that the expected quality rests on most, and its sources."""
    inputs, approach = best.facts.inputs, best.approach.id
    weights = {gap: float(np.mean(weight)) for gap, weight in inputs.lists[GAP].items()}
    gap = max(weights, key=lambda name: weights[name])
    row = inputs.knowledge.closures.get((approach, gap))
    return ("continued_pretrain.none", OWN) if row is None else (row.id, row.source)

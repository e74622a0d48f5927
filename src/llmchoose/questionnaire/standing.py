"""Where things stand after an answer: the leading approach, how sure that is, and its cost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.decision.confidence import confidence, in_words
from llmchoose.decision.rank import Weighed, weigh
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.formulas.distributions import Band, band, median
from llmchoose.estimate.inputs import Inputs

SMALLEST_MOVE = 0.005


@dataclass(frozen=True)
class Standing:
    """What would be recommended with the answers so far; the rest at its priors.

    Attributes:
        approach: None where every approach is closed.
        confidence: Chance that an experienced practitioner would accept it, with `words`.
        total_usd: Its cost over the horizon, which is of so many `months`.
        chances: Chance of each approach to be the best.
        moved: By how much the last answer moved each of these; None before any.
    """

    approach: str | None
    confidence: float
    words: str
    total_usd: Band | None
    lower_bound: bool
    months: float
    chances: Mapping[str, float]
    moved: Mapping[str, float] | None = None


def stand(inputs: Inputs) -> tuple[Standing, Weighed]:
    """Weigh the approaches with the answers so far.

    Args:
        inputs: Draws of the profile.
    """
    rule, estimates = inputs.knowledge.rulebook.confidence, estimate_all(inputs)
    weighed = weigh(inputs, estimates)
    place = int(np.ravel(weighed.best())[0])
    chances = dict(zip(weighed.names, map(float, np.ravel(weighed.chance)), strict=True))
    months = median(inputs.number("time.horizon"))
    if place < 0:
        return Standing(
            None, 0.0, "every approach is closed", None, False, months, chances
        ), weighed
    name = weighed.names[place]
    sure = confidence(chances[name], inputs, rule)
    estimate = estimates[name]
    return Standing(
        name,
        sure,
        in_words(sure, rule),
        band(estimate.total_usd),
        estimate.lower_bound,
        months,
        chances,
    ), weighed


def moved_since(now: Standing, before: Standing) -> Standing:
    """A standing with what moved since an earlier one."""
    by = {name: chance - before.chances[name] for name, chance in now.chances.items()}
    moved = {name: step for name, step in by.items() if abs(step) >= SMALLEST_MOVE}
    return replace(now, moved=moved)

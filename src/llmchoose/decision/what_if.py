"""Other answers to a profile's questions, and what would be recommended with each.

All of them go through the formulas together, as the rows of a block.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.rank import Weighed, weigh
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.blocks import STRUCTURAL, block_of
from llmchoose.estimate.formulas.distributions import Array, middle, percentiles, significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.priors import scale_of
from llmchoose.knowledge.fields import Field
from llmchoose.profile.model import Value
from llmchoose.quantity import Quantity

DIGITS = 3
NUMERIC = ("quantity", "duration")
NONE = "none"
# Answers that no formula of the choice reads: they matter to plan, risks and checks.
UNREAD = frozenset(
    {
        "constraints.agreement",
        "constraints.dpia",
        "constraints.distillation_allowed",
        "constraints.regulations",
        "data.diversity",
        "data.holdout",
        "decision.approach",
        "decision.outcome",
        "decision.acceptable",
        "decision.combine_with",
        "ops.monitoring",
        "status",
        "task.error_cost",
        "task.specificity",
        "task.variants",
    }
)
# Three answers that keep mean and spread of a distribution: Hurst, Brown and Swanson 2000,
# Swanson's 30-40-30 rule.
SWANSON = ((0.1, 0.3), (0.5, 0.4), (0.9, 0.3))


@dataclass(frozen=True, eq=False, repr=False)
class WhatIf:
    """One field with another answer, or left open (None); no field at all changes nothing."""

    field: str
    value: Value | None


@dataclass(frozen=True, eq=False, repr=False)
class Tried:
    """What every row of a block comes to.

    Attributes:
        totals: Middle total over the horizon, by approach; `days` middle time to production.
        best: Place of the recommended approach in each row, -1 where every one is closed.
    """

    weighed: Weighed
    totals: Mapping[str, Array]
    days: Mapping[str, Array]
    best: np.ndarray

    def rows(self, wanted: slice) -> "Tried":
        """Some of the rows."""
        totals, days = (
            {name: values[wanted] for name, values in figures.items()}
            for figures in (self.totals, self.days)
        )
        return Tried(self.weighed.rows(wanted), totals, days, self.best[wanted])


def try_all(inputs: Inputs, changes: Sequence[WhatIf]) -> Tried:
    """The choice with each other answer, a row for each."""
    block = block_of(inputs, [{one.field: one.value} if one.field else {} for one in changes])
    estimates = estimate_all(block)
    weighed = weigh(block, estimates)
    totals, days = (
        {name: np.broadcast_to(middle(values)[..., 0], len(changes)) for name, values in figures}
        for figures in (
            [(name, one.total_usd) for name, one in estimates.items()],
            [(name, one.time_days) for name, one in estimates.items()],
        )
    )
    return Tried(weighed, totals, days, weighed.best())


def fields_to_vary(inputs: Inputs, *, stated: bool) -> Iterator[Field]:
    """Fields that can have another answer, of those that the profile states or leaves open."""
    for field in inputs.knowledge.fields.values():
        varied = field.name not in STRUCTURAL and field.name not in UNREAD
        drawn = field.type in (*NUMERIC, "enum", "enums", "flag") and field.prior is not None
        if varied and drawn and (field.name in inputs.given) == stated:
            yield field


def shifted(field: Field, answer: Quantity, step: float) -> Quantity | None:
    """An answer moved by a step on the scale of its field, in round figures; None beyond its ends.

    Args:
        field: Its scale: logarithmic for counts, money and time, logistic for fractions.
        answer: Number or range; a range keeps its width on that scale.
        step: Natural logarithm of a factor, or logits.
    """
    ends = [_moved(field, end, step) for end in (answer.low, answer.high)]
    low, high = field.minimum or 0.0, field.maximum or math.inf
    if field.dimension == "fraction":
        low, high = 0.0, 1.0
    if any(not low <= end <= high for end in ends):
        return None
    return Quantity(*ends)


def _moved(field: Field, value: float, step: float) -> float:
    if scale_of(field) == "logit":
        inside = min(max(value, 0.005), 0.995)
        score = math.log(inside / (1 - inside)) + step
        return round(1 / (1 + math.exp(-score)), DIGITS)
    added = 1.0 if field.minimum == 0 else 0.0
    moved = (value + added) * math.exp(step) - added
    return max(_round(field, moved), 0.0)


def _round(field: Field, value: float) -> float:
    found = significant(value, DIGITS) if value else 0.0
    whole = field.dimension in ("count", "tokens") and found >= 1
    return float(round(found)) if whole else found


def others(field: Field, answer: Value) -> list[Value]:
    """Every other answer to a field of words, a flag or a list; of a list each value alone.

    That nothing of a list holds is no change that anybody could make.
    """
    if field.type == "flag":
        return [not answer]
    if field.type == "enum":
        return [word for word in field.values if word != answer]
    if isinstance(answer, tuple):
        names = [str(name) for name in answer]
        turned = (*names[1:], names[0])
        single = [(word,) for word in field.values if [word] != names and word != NONE]
        return [*([turned] if len(names) > 1 else []), *single]
    return [(word,) for word in field.values]


def nodes(field: Field, inputs: Inputs) -> list[tuple[Value, float]]:
    """Answers that stand for the prior of a field that is left open, with their chances."""
    drawn = inputs.values[field.name]
    if field.type in NUMERIC:
        points = percentiles(np.asarray(drawn, float), [share for share, _ in SWANSON])
        values = [_round_to(field, float(point[0])) for point in points]
        chances: dict[float, float] = {}
        for value, (_, chance) in zip(values, SWANSON, strict=True):
            chances[value] = chances.get(value, 0.0) + chance
        return [(Quantity(value, value), chance) for value, chance in chances.items()]
    if field.type == "flag":
        share = float(np.mean(np.asarray(drawn, bool)))
        return [(True, share), (False, 1 - share)]
    words, counts = np.unique(np.asarray(drawn, str), return_counts=True)
    shares = counts / counts.sum()
    listed = field.type == "enums"
    return [
        ((str(word),) if listed else str(word), float(part))
        for word, part in zip(words, shares, strict=True)
    ]


def _round_to(field: Field, value: float) -> float:
    low, high = field.minimum or 0.0, field.maximum or math.inf
    return min(max(_round(field, value), low), high)


def lead(weighed: Weighed, base: int) -> Array:
    """By how much the best other approach leads the recommended one, in chance, for each row."""
    open_ = weighed.open[..., 0]
    chance = np.where(open_, weighed.chance, -1.0)
    other = np.delete(chance, base, axis=0).max(axis=0)
    return np.asarray(other - chance[base])

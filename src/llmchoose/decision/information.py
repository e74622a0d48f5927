"""Value of information: what knowing one open input would be worth before deciding.

EVPPI, the expected value of partial perfect information: the benefit of choosing once the answer
is known, over the benefit of choosing now, averaged over the answers that its prior allows.
Source: Felli and Hazen 1998, Sensitivity analysis and the expected value of perfect information.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.benefit import LEAN, SHARE
from llmchoose.decision.what_if import Tried, WhatIf, fields_to_vary, nodes
from llmchoose.estimate.formulas.distributions import Array, median, significant
from llmchoose.estimate.inputs import Inputs

NOTHING = 1e-6
# They move the bill of every approach alike, and hardly the choice.
PRICED_ONLY = frozenset(
    {"data.labelling_cost", "task.eval_examples", "team.cost_per_month", "traffic.peak_factor"}
)


@dataclass(frozen=True, eq=False, repr=False)
class Node:
    """One answer that an open input may have, and its chance."""

    change: WhatIf
    chance: float


@dataclass(frozen=True, eq=False, repr=False)
class Information:
    """What an open input is worth knowing.

    Attributes:
        benefit: In points of net benefit.
        usd: The same in dollars, through the model's own price of a dollar; None without a budget.
        probability_of_change: Chance that the answer changes the recommendation.
    """

    field: str
    benefit: float
    usd: float | None
    probability_of_change: float


def open_answers(inputs: Inputs) -> list[Node]:
    """Answers that stand for the priors of all inputs that are left open."""
    return [
        Node(WhatIf(field.name, value), chance)
        for field in fields_to_vary(inputs, stated=False)
        if field.name not in PRICED_ONLY
        for value, chance in nodes(field, inputs)
        if chance > 0
    ]


def value_of_information(
    inputs: Inputs, asked: Sequence[Node], tried: Tried, base: int
) -> tuple[Information, ...]:
    """What each open input is worth, the most first; those that could change nothing are left out.

    Args:
        inputs: Draws of the profile.
        asked: Answers by field.
        tried: What each would come to.
        base: Place of the recommended approach.
    """
    # What turns out to be closed is worth as little as what is not to be had.
    closed = inputs.knowledge.rulebook.ladder.unavailable_penalty
    benefit = np.mean(tried.weighed.benefit, axis=-1)
    usable = np.where(tried.weighed.open[..., 0], benefit, -closed)
    per_dollar = benefit_per_usd(inputs)
    found = []
    for name in dict.fromkeys(node.change.field for node in asked):
        rows = [place for place, node in enumerate(asked) if node.change.field == name]
        chances = np.array([asked[place].chance for place in rows])
        change = float(chances @ (tried.best[rows] != base))
        gain = max(_evppi(usable[:, rows], chances), 0.0)
        if change > 0 or gain > NOTHING:
            usd = None if per_dollar is None else significant(gain / per_dollar, 3)
            found.append(Information(name, significant(gain, 3), usd, significant(change, 3)))
    return tuple(
        sorted(found, key=lambda one: (-one.probability_of_change, -one.benefit, one.field))
    )


def _evppi(benefit: Array, chances: Array) -> float:
    """Mean of the best given each answer, less the best of the means.

    Args:
        benefit: Mean net benefit, shape (approaches, answers).
        chances: Of the answers.
    """
    knowing = float(chances @ benefit.max(axis=0))
    return knowing - float(np.max(benefit @ chances))


def benefit_per_usd(inputs: Inputs) -> float | None:
    """Points of net benefit that a dollar inside the budget is charged; None without a budget."""
    weight = inputs.knowledge.rulebook.net_benefit.weight("money")
    if "budget.one_time" not in inputs.given or not weight:
        return None
    return weight * SHARE * LEAN / max(median(inputs.number("budget.one_time")), 1.0)

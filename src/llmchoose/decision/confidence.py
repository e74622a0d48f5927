"""How sure the recommendation is, as a number calibrated on real decisions, and in words."""

import math
from collections.abc import Collection, Mapping

from llmchoose.estimate.formulas.distributions import significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import ConfidenceRule

# In place of words for a confidence.
NOTHING_FEASIBLE = "no approach is feasible"


def confidence(probability_best: float, inputs: Inputs, rule: ConfidenceRule) -> float:
    """Chance that an experienced practitioner would accept the recommendation.

    Args:
        probability_best: Chance of the recommended approach to be the best.
        inputs: Says which inputs were given.
        rule: Inputs that count, and limits.

    Source: the constants `confidence.…` of fitted.csv.
    """
    known = known_share(inputs.given, rule)
    return calibrated(probability_best, known, inputs.knowledge.constants, rule)


def calibrated(
    probability_best: float, known: float, constants: Mapping[str, float], rule: ConfidenceRule
) -> float:
    """A logistic curve in the model's own probability and the share of known inputs.

    Args:
        probability_best: Chance of the recommended approach to be the best.
        known: Share of the decisive inputs that the profile states.
        constants: `confidence.intercept`, `confidence.per_logit`, `confidence.per_known_share`.
        rule: Limits of the probability, and the highest confidence that is ever said.
    """
    score = (
        constants["confidence.intercept"]
        + constants["confidence.per_logit"] * logit(probability_best, rule)
        + constants["confidence.per_known_share"] * known
    )
    return significant(min(1 / (1 + math.exp(-score)), rule.cap), 3)


def known_share(given: Collection[str], rule: ConfidenceRule) -> float:
    """Share of the decisive inputs that a profile states."""
    return sum(name in given for name in rule.inputs) / len(rule.inputs)


def logit(probability_best: float, rule: ConfidenceRule) -> float:
    """The probability on the scale of the curve, held inside the limits."""
    inside = min(max(probability_best, rule.limits[0]), rule.limits[1])
    return math.log(inside / (1 - inside))


def in_words(value: float, rule: ConfidenceRule) -> str:
    """The words of the first row whose threshold the value reaches."""
    return next(row.words for row in rule.words if value >= row.at_least)

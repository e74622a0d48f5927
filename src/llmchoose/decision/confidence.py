"""How sure the recommendation is, as a number calibrated on real decisions, and in words."""

import math

from llmchoose.estimate.formulas.distributions import significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import ConfidenceRule


def confidence(probability_best: float, inputs: Inputs, rule: ConfidenceRule) -> float:
    """Chance that an experienced practitioner would accept the recommendation.

    A logistic curve in the model's own probability and in the share of decisive inputs that the
    profile states.

    Args:
        probability_best: Share of draws in which the recommended approach is best.
        inputs: Says which inputs were given.
        rule: Fitted constants.
    """
    inside = min(max(probability_best, rule.limits[0]), rule.limits[1])
    known = sum(name in inputs.given for name in rule.inputs) / len(rule.inputs)
    score = (
        rule.intercept
        + rule.per_logit * math.log(inside / (1 - inside))
        + rule.per_known_share * known
    )
    return significant(min(1 / (1 + math.exp(-score)), rule.cap), 3)


def in_words(value: float, rule: ConfidenceRule) -> str:
    """The words of the first row whose threshold the value reaches."""
    return next(row.words for row in rule.words if value >= row.at_least)

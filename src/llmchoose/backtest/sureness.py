"""The fit of the confidence: how often advice like this was acceptable, on the real decisions."""

from collections.abc import Sequence

import numpy as np

from llmchoose.backtest.fitted import FittedRow
from llmchoose.backtest.folds import FOLDS, fold_of
from llmchoose.backtest.rounds import Round
from llmchoose.decision.confidence import calibrated, logit
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import ConfidenceRule

SOURCE = "fit-confidence"
NAMES = ("confidence.intercept", "confidence.per_logit", "confidence.per_known_share")
UNITS = ("logit", "logit per logit", "logit")
NOTES = (
    "where nothing decisive is known and the chance to be best is one half",
    "per logit of the chance to be best",
    "all decisive inputs known, over none",
)
STEPS = 30


def right(one: Round) -> bool:
    """Whether the advice was acceptable, its fold having had no part in it."""
    return one.unseen.approach in one.decided.acceptable


def confidence_rows(rounds: Sequence[Round], knowledge: Knowledge, as_of: str) -> list[FittedRow]:
    """Rows of fitted.csv."""
    found = fitted(rounds, knowledge)
    return [
        FittedRow(name, f"{found[name]:.3f}", unit, "", "", SOURCE, as_of, note)
        for name, unit, note in zip(NAMES, UNITS, NOTES, strict=True)
    ]


def fitted(rounds: Sequence[Round], knowledge: Knowledge) -> dict[str, float]:
    """Constants of the curve; whole profiles weigh as much as those of each share left out.

    Source: penalised logistic regression by Newton's method (le Cessie and van Houwelingen 1992,
        Ridge estimators in logistic regression).
    """
    rule = knowledge.rulebook.confidence
    used = [one for one in rounds if one.unseen.approach is not None]
    plans = {(one.share, one.seed) for one in used}
    seeds = {share: sum(other == share for other, _ in plans) for share, _ in plans}
    design = np.array([_row(one, rule) for one in used])
    truth = np.array([right(one) for one in used], float)
    weight = np.array([1 / seeds[one.share] for one in used])
    ridge = np.array([0.0, 1.0, 1.0]) * knowledge.factors["confidence.ridge"].p50
    values = _logistic(design, truth, weight, ridge)
    return {name: float(value) for name, value in zip(NAMES, values, strict=True)}


def _row(one: Round, rule: ConfidenceRule) -> tuple[float, float, float]:
    return 1.0, logit(one.unseen.chance, rule), one.unseen.known


def _logistic(design: Array, truth: Array, weight: Array, ridge: Array) -> Array:
    place = np.zeros(design.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-design @ place))
        slope = design.T @ (weight * (truth - likely)) - ridge * place
        hessian = (design.T * (weight * likely * (1 - likely))) @ design + np.diag(ridge)
        place = place + np.linalg.solve(hessian, slope)
    return place


def unseen_confidences(rounds: Sequence[Round], knowledge: Knowledge) -> list[float]:
    """Confidence of each by a curve that its fold had no part in."""
    rule = knowledge.rulebook.confidence
    others = [[one for one in rounds if fold_of(one.decided.id) != fold] for fold in range(FOLDS)]
    curves = [fitted(rest, knowledge) for rest in others]
    return [
        calibrated(one.unseen.chance, one.unseen.known, curves[fold_of(one.decided.id)], rule)
        for one in rounds
    ]


def confidences(rounds: Sequence[Round], knowledge: Knowledge) -> list[float]:
    """Confidence of each by the shipped curve."""
    rule = knowledge.rulebook.confidence
    return [
        calibrated(one.seen.chance, one.seen.known, knowledge.constants, rule) for one in rounds
    ]

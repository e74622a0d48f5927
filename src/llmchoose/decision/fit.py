"""Fit: how well an approach suits the project, by the rulebook's criteria."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.conditions import PREFIX, Facts, Truth, compare
from llmchoose.decision.gates import GateResult
from llmchoose.decision.wording import fill, show_input
from llmchoose.estimate.approaches.readings import RESTS_ON
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.knowledge.rules import Approach, Criterion, Ladder

SPEAKS_FOR, SPEAKS_AGAINST = 0.65, 0.35
SMALLEST = 1e-12


@dataclass(frozen=True)
class Scored:
    """One criterion's verdict on one approach.

    Attributes:
        value: The input in words or figures.
        score: 0 to 1, draw by draw; 0 where the criterion does not apply.
        mean: Mean score where it applies.
        applies: Draws in which the criterion applies.
        weight: Points in the choice; 0 where the criterion only explains.
        known: The profile, not only a prior, stands behind the input.
        reason: The sentence for or against; empty where the score says neither.
    """

    criterion: Criterion
    value: str | float
    score: Array
    mean: float
    applies: Truth
    weight: float
    known: bool
    reason: str


def score_criteria(
    criteria: tuple[Criterion, ...], approach: Approach, facts: Facts
) -> tuple[Scored, ...]:
    """Score one approach on every criterion that applies and whose figure is known."""
    scored = (_score(criterion, approach, facts) for criterion in criteria)
    return tuple(one for one in scored if one is not None)


def fit(
    scored: tuple[Scored, ...], gates: tuple[GateResult, ...], approach: Approach, ladder: Ladder
) -> Array:
    """Weighted mean of the deciding criteria, less what gates and rungs charge.

    Args:
        scored: Criteria of this approach.
        gates: Its gates; each closed soft gate costs `ladder.gate_penalty`.
        approach: Its rung and availability.
        ladder: Constants of the choice.

    Returns:
        Draws, about 0 to 1; lower by `unavailable_penalty` before the approach came into use.
    """
    deciding = [one for one in scored if one.weight]
    shape = np.shape(scored[0].score) if scored else ()
    total = sum((one.weight * one.applies for one in deciding), start=np.zeros(shape))
    points = sum((one.weight * one.applies * one.score for one in deciding), start=np.zeros(shape))
    closed = sum(gate.closed.astype(float) for gate in gates if gate.kind == "soft")
    late = any(gate.id == "G-NOT-YET" for gate in gates)
    charge = ladder.rung_charge * approach.rung + ladder.unavailable_penalty * late
    return np.asarray(points / np.maximum(total, SMALLEST) - ladder.gate_penalty * closed - charge)


def contributions(scored: tuple[Scored, ...]) -> Mapping[str, float]:
    """Points that each criterion adds to the fit of the approach, by criterion id."""
    total = sum(float(np.mean(one.weight * one.applies)) for one in scored) or SMALLEST
    return {
        one.criterion.id: float(np.mean(one.weight * one.applies * one.score)) / total
        for one in scored
    }


def _score(criterion: Criterion, approach: Approach, facts: Facts) -> Scored | None:
    score = (
        _table(criterion, approach, facts)
        if criterion.table
        else _curve(criterion, approach, facts)
    )
    if score is None or np.all(np.isnan(score)):
        return None
    shape = np.shape(facts.readings["time_days"])
    applies = np.broadcast_to(
        compare(criterion.applies, facts) if criterion.applies else np.True_, shape
    )
    if not applies.any():
        return None
    constant = criterion.input == "1"
    value = "" if constant else show_input(criterion.input, facts)
    inside = np.where(applies, score, 0.0)
    mean = float(np.sum(inside) / np.count_nonzero(applies))
    reason = _sentence(criterion, approach, facts, value, mean)
    return Scored(
        criterion,
        "constant" if constant else _plain(criterion.input, facts),
        inside,
        mean,
        applies,
        _weight(criterion, facts),
        constant or facts.known(criterion.input),
        reason,
    )


def _plain(name: str, facts: Facts) -> str | float:
    return show_input(name, facts) if name in facts.inputs.lists else facts.middle(name)


def _weight(criterion: Criterion, facts: Facts) -> float:
    """Points in the choice: none where the criterion only explains, or only a prior stands behind.

    An input that is left open is neutral: a prior is the mean of other projects and says nothing
    of this one.
    """
    if criterion.decides == "never" or not facts.known(criterion.input):
        return 0.0
    if criterion.decides == "always":
        return criterion.weight
    fields = RESTS_ON.get(criterion.input.removeprefix(PREFIX), (criterion.input,))
    return criterion.weight if set(fields) <= facts.inputs.given else 0.0


def _sentence(
    criterion: Criterion, approach: Approach, facts: Facts, value: str, score: float
) -> str:
    if SPEAKS_AGAINST < score < SPEAKS_FOR:
        return ""
    text = criterion.why_for if score >= SPEAKS_FOR else criterion.why_against
    return fill(text, facts, value=value, approach=approach.name)


def _table(criterion: Criterion, approach: Approach, facts: Facts) -> Array | None:
    scores = {
        word: row.get(approach.id, criterion.default) for word, row in criterion.table.items()
    }
    known = {word: score for word, score in scores.items() if score is not None}
    if not known:
        return None
    if criterion.input == "1":
        return np.full(np.shape(facts.readings["time_days"]), next(iter(known.values())))
    if criterion.input in facts.inputs.lists:
        weights = facts.inputs.lists[criterion.input]
        return np.asarray(np.sum([weights[word] * s for word, s in known.items()], axis=0))
    masks = _masks(criterion.input, facts)
    held = {word: score for word, score in known.items() if word in masks}
    if not held:
        return None
    return np.select([masks[word] for word in held], list(held.values()), np.nan)


def _masks(name: str, facts: Facts) -> Mapping[str, np.ndarray]:
    """For each word of an input, where the draws hold it."""
    if name in facts.inputs.words:
        return facts.inputs.masks(name)
    values = facts.value(name)
    return {"true": values, "false": ~values}


def _curve(criterion: Criterion, approach: Approach, facts: Facts) -> Array | None:
    points = next((c.points for c in criterion.curves if approach.id in c.approaches), None)
    values = np.asarray(facts.value(criterion.input), float)
    if points is None:
        return None if criterion.default is None else np.full(values.shape, criterion.default)
    places, scores = np.array(points).T
    if criterion.scale == "log":
        places, values = np.log10(places), np.log10(np.maximum(values, SMALLEST))
    return np.asarray(np.interp(values, places, scores))

"""Fit: how well an approach suits the project, by the rulebook's criteria."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_

import numpy as np

from llmchoose.decision.conditions import ALWAYS, PREFIX, Facts, Truth, compare
from llmchoose.decision.gates import Held
from llmchoose.decision.wording import fill, show_input
from llmchoose.estimate.approaches.readings import RESTS_ON
from llmchoose.estimate.formulas.distributions import Array, summed
from llmchoose.knowledge.rules import CONSTANT, Approach, Criterion, Ladder

SPEAKS_FOR, SPEAKS_AGAINST = 0.65, 0.35
SMALLEST = 1e-12


@dataclass(frozen=True, eq=False, repr=False)
class Points:
    """One criterion's score of one approach, numbers only. The sample axis comes last.

    Attributes:
        score: 0 to 1; 0 where the criterion does not apply.
        applies: Draws in which it applies.
        weight: Points in the choice; 0 where it only explains. Sample axis of length one.
    """

    criterion: Criterion
    score: Array
    applies: Truth
    weight: Array


@dataclass(frozen=True, eq=False, repr=False)
class Scored:
    """What a criterion says of one approach of a single profile; its words when they are read.

    Attributes:
        score: 0 to 1, draw by draw; 0 where the criterion does not apply.
        applies: Draws in which the criterion applies.
        weight: Points in the choice; 0 where the criterion only explains.
    """

    criterion: Criterion
    approach: Approach
    facts: Facts
    score: Array
    applies: Truth
    weight: float

    @cached_property
    def mean(self) -> float:
        """Mean score where the criterion applies."""
        return float(np.sum(self.score) / np.count_nonzero(self.applies))

    @cached_property
    def known(self) -> bool:
        """The profile, not only a prior, stands behind the input."""
        name = self.criterion.input
        return name == CONSTANT or bool(self.facts.known(name).all())

    @cached_property
    def value(self) -> str | float:
        """The input in words or figures."""
        name = self.criterion.input
        if name == CONSTANT:
            return "constant"
        listed = name in self.facts.inputs.lists
        return show_input(name, self.facts) if listed else self.facts.middle(name)

    @cached_property
    def reason(self) -> str:
        """The sentence for or against; empty where the score says neither."""
        if SPEAKS_AGAINST < self.mean < SPEAKS_FOR:
            return ""
        criterion, facts = self.criterion, self.facts
        text = criterion.why_for if self.mean >= SPEAKS_FOR else criterion.why_against
        value = "" if criterion.input == CONSTANT else show_input(criterion.input, facts)
        return fill(text, facts, value=value, approach=self.approach.name)


def score_criteria(
    criteria: tuple[Criterion, ...], approach: Approach, facts: Facts, inferred: float
) -> Iterator[Points]:
    """Score one approach on every criterion that applies and whose figure is known, in turn.

    Args:
        criteria: Those wanted.
        approach: The approach.
        facts: Inputs and readings.
        inferred: Share of its weight that a criterion keeps where only other answers tell of its
            input.
    """
    scored = (_points(criterion, approach, facts, inferred) for criterion in criteria)
    return (one for one in scored if one is not None)


def fit(points: Iterable[Points], held: tuple[Held, ...], rung: float, ladder: Ladder) -> Array:
    """Weighted mean of the deciding criteria, less what gates and rungs charge.

    Args:
        points: Criteria of one approach.
        held: Its gates; each closed soft gate that is charged costs `ladder.gate_penalty`.
        rung: Its place on the ladder.
        ladder: Constants of the choice.

    Returns:
        Draws, about 0 to 1.
    """
    total, gained = np.zeros(1), np.zeros(1)
    for one in points:
        # Criteria may come one by one: none of them is kept.
        weight = one.weight * one.applies
        total, gained = summed((weight,), total), summed((weight * one.score,), gained)
    soft = (one.closed for one in held if one.gate.kind == "soft" and one.gate.charged)
    # Counted in bytes: there are never as many gates.
    closed = reduce(np.add, (truth.view(np.uint8) for truth in soft), np.zeros(1, np.uint8))
    charge = ladder.gate_penalty * closed + ladder.rung_charge * rung
    return np.asarray(gained / np.maximum(total, SMALLEST) - charge)


def contributions(scored: tuple[Scored, ...]) -> Mapping[str, float]:
    """Points that each criterion adds to the fit of the approach, by criterion id."""
    total = sum(float(np.mean(one.weight * one.applies)) for one in scored) or SMALLEST
    return {
        one.criterion.id: float(np.mean(one.weight * one.applies * one.score)) / total
        for one in scored
    }


def _points(
    criterion: Criterion, approach: Approach, facts: Facts, inferred: float
) -> Points | None:
    score = (
        _table(criterion, approach, facts)
        if criterion.table
        else _curve(criterion, approach, facts)
    )
    if score is None:
        return None
    missing = np.isnan(score)
    # Most scores are all figures, which is seen faster than where they are none.
    none = missing.any() and missing.all(axis=-1, keepdims=True)
    if np.all(none):
        return None
    applies = compare(criterion.applies, facts) if criterion.applies else ALWAYS
    if not applies.any():
        return None
    weight = criterion.weight * _counts(criterion, facts, inferred)
    if facts.inputs.many:
        # What is no figure for one project may be one for another.
        unknown = np.broadcast_to(none, (*score.shape[:-1], 1))
        weight, applies = np.where(unknown, 0.0, weight), applies & ~unknown
    return Points(criterion, _where(applies, score), applies, weight)


def _where(applies: Truth, score: Array) -> Array:
    """The score, 0 where it does not apply."""
    if applies.all():
        return np.broadcast_to(score, np.broadcast_shapes(score.shape, applies.shape))
    return np.where(applies, score, 0.0)


def _counts(criterion: Criterion, facts: Facts, inferred: float) -> Array:
    """Share of its weight that a criterion brings into the choice.

    None where it only explains, or only a prior stands behind its input: a prior is the mean of
    other projects and says nothing of this one, unless other answers tell of it.
    """
    if criterion.decides == "never":
        return np.zeros(1)
    known = facts.known(criterion.input)
    if criterion.decides == "when_given":
        fields = RESTS_ON.get(criterion.input.removeprefix(PREFIX), (criterion.input,))
        stated = [facts.inputs.stated(field) for field in fields]
        return reduce(and_, stated, ALWAYS).astype(float)
    if criterion.decides == "gap_unknown":
        return np.asarray(known & ~facts.inputs.stated("task.gap"), float)
    return np.where(known, 1.0, inferred if facts.inferred(criterion.input) else 0.0)


def told_criteria(points: Iterable[Points], approach: Approach, facts: Facts) -> tuple[Scored, ...]:
    """Criteria of a single profile with their values and sentences."""
    return tuple(
        Scored(
            one.criterion,
            approach,
            facts,
            one.score,
            np.broadcast_to(one.applies, one.score.shape),
            float(one.weight.flat[0]),
        )
        for one in points
    )


def _table(criterion: Criterion, approach: Approach, facts: Facts) -> Array | None:
    scores = {
        word: row.get(approach.id, criterion.default) for word, row in criterion.table.items()
    }
    known = {word: score for word, score in scores.items() if score is not None}
    if not known:
        return None
    if criterion.input == CONSTANT:
        return np.full(facts.inputs.draws.samples, next(iter(known.values())))
    if criterion.input in facts.inputs.lists:
        weights = facts.inputs.lists[criterion.input]
        return summed(weights[word] * score for word, score in known.items())
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
    curve = next((c for c in criterion.curves if approach.id in c.approaches), None)
    if curve is None and criterion.default is None:
        return None
    inputs, name = facts.inputs, criterion.input
    if curve is None:
        return np.full(np.shape(facts.value(name)), criterion.default)
    points = curve.points
    if name in inputs.parts:
        return inputs.once(
            (criterion.id, points),
            lambda: np.asarray(inputs.map(name, lambda values: _along(criterion, points, values))),
        )
    values = facts.value(name)
    # Approaches share readings and curves; what is kept with it has its identity to itself.
    key = (criterion.id, points, id(values))
    return inputs.once(key, lambda: (values, _along(criterion, points, values)))[1]


def _along(
    criterion: Criterion, points: Sequence[tuple[float, float]], values: np.ndarray
) -> Array:
    """Scores between the points of a curve in straight lines."""
    places, scores = np.array(points).T
    given = np.asarray(values, float)
    if criterion.scale == "log":
        places, given = np.log10(places), np.log10(np.maximum(given, SMALLEST))
    return np.asarray(np.interp(given, places, scores))

"""The choice: which approach is best in each draw, and so how likely each is to be the best.

Two models look at the same draws, fit (the rulebook) and net benefit (quality less cost); the
recommendation is what they say together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

import numpy as np

from llmchoose.decision.benefit import Charges, each_charge, worth
from llmchoose.decision.conditions import NEVER, Facts, Truth, facts_of
from llmchoose.decision.fit import (
    SMALLEST,
    Points,
    Scored,
    fit,
    score_criteria,
    told_criteria,
)
from llmchoose.decision.gates import (
    GateResult,
    Held,
    every_gate,
    hold_gates,
    is_open,
    penalties,
)
from llmchoose.decision.quality import expected_quality
from llmchoose.decision.trials import after_trials, settled_by, shifts
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.approaches.readings import Readings
from llmchoose.estimate.formulas.distributions import Array, significant, summed
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.points import middle_of
from llmchoose.knowledge.rules import Approach
from llmchoose.profile.trials import trials_of

# A Gumbel distribution of scale b has the standard deviation b pi / sqrt(6).
GUMBEL = np.sqrt(6) / np.pi
DIGITS = 6
Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, eq=False, repr=False)
class Weighed:
    """All approaches in numbers: of one profile, or of every row of a block.

    Arrays begin with an axis of the approaches, in the order of the ladder, and end with the
    sample axis.

    Attributes:
        rung_step: Chance by which an approach must lead for each rung that it stands higher.
        open: No hard gate is closed.
        fit: The rulebook's score; `benefit` the net benefit.
        prior: Expected quality before the trials, `quality` after them.
        chance_by_fit: Share of draws in which the approach is best by fit; `chance_by_benefit` by
            net benefit; `chance` both together. Without the sample axis.
        trusted: Share of the say that fit has.
        held: Gates of each approach; `points` its criteria; `charges` what net benefit takes off.
    """

    names: tuple[str, ...]
    rungs: Array
    rung_step: float
    open: Truth
    fit: Array
    benefit: Array
    prior: Array
    quality: Array
    chance_by_fit: Array
    chance_by_benefit: Array
    chance: Array
    trusted: Array
    held: tuple[tuple[Held, ...], ...]
    points: tuple[tuple[Points, ...], ...]
    charges: tuple[Charges, ...]

    def rows(self, wanted: slice) -> "Weighed":
        """Some rows of a block."""
        cut: dict[str, Any] = {
            name: values[:, wanted]
            for name, values in vars(self).items()
            if isinstance(values, np.ndarray) and values.ndim > 1
        }
        cut["trusted"] = np.broadcast_to(self.trusted, self.chance.shape[1:])[wanted]
        return replace(self, **cut)

    def best(self) -> np.ndarray:
        """Place of the recommended approach, for each row; -1 where every one is closed.

        The highest chance, with the ladder's preference for lower rungs where two are alike.
        """
        rungs = self.rungs.reshape(-1, *([1] * (self.chance.ndim - 1)))
        points = np.round(self.chance - self.rung_step * rungs, DIGITS)
        places = np.argmax(np.where(self.open[..., 0], points, -np.inf), axis=0)
        return np.where(self.open[..., 0].any(axis=0), places, -1)


@dataclass(frozen=True, eq=False, repr=False)
class Parts:
    """Both scores of a single profile taken apart; arrays are (approaches, samples).

    Attributes:
        total: Weight of all criteria that count; `gained` that weight times their scores.
        moved: What fit has beside their mean: gates, rungs, evidence.
        points: Weight and gain of each criterion that counts.
        charges: What each charge takes off the net benefit.
    """

    fit: Array
    benefit: Array
    total: Array
    gained: Array
    moved: Array
    points: Mapping[str, tuple[Array, Array]]
    charges: Charges


@dataclass(frozen=True, eq=False, repr=False)
class Ranked:
    """One approach in its place, of a single profile.

    Attributes:
        rank: 1 is the recommended one; approaches behind a closed hard gate come last.
        fit: Draws of the rulebook's score; `net_benefit` of the other model.
        quality: Draws of the quality it is expected to reach, trials counted; `prior` before them.
        charges: What net benefit takes off, by charge.
        probability_best: Share of draws in which it is the best feasible one, both models
            together; `by_fit` and `by_benefit` are theirs.
    """

    approach: Approach
    rank: int
    feasible: bool
    gates: tuple[GateResult, ...]
    criteria: tuple[Scored, ...]
    fit: Array
    net_benefit: Array
    prior: Array
    quality: Array
    charges: Charges
    probability_best: float
    by_fit: float
    by_benefit: float
    facts: Facts


def weigh(inputs: Inputs, estimates: Estimates) -> Weighed:
    """Put numbers on all approaches, for one profile or every row of a block.

    Args:
        inputs: Draws.
        estimates: Estimate of each approach, by id.
    """
    book, approaches = inputs.knowledge.rulebook, inputs.knowledge.approaches
    deciding = tuple(one for one in book.criteria if one.decides != "never")
    prior = expected_quality(inputs)
    quality = after_trials(inputs, prior)
    hard, soft = (
        tuple(gate for gate in book.gates if gate.kind == kind) for kind in ("hard", "soft")
    )
    facts = facts_about(inputs, estimates)
    closing: dict[str, tuple[Held, ...]] = {
        one.id: hold_gates(hard, one, facts[one.id]) for one in approaches
    }
    left = {name: is_open(gates) for name, gates in closing.items()}
    facts = facts_about(
        inputs, estimates, outdone=outdone(inputs, approaches, estimates, quality, left)
    )
    held = {one.id: closing[one.id] + hold_gates(soft, one, facts[one.id]) for one in approaches}
    moved, late = shifts(prior, quality), penalties(inputs)
    every, trusted = inputs.shape, trust_in_fit(inputs)
    fits, benefits = np.empty((2, len(approaches), *every))
    scored, taken_by = [], []
    for place, one in enumerate(approaches):
        points: Iterable[Points] = score_criteria(
            deciding, one, facts[one.id], book.ladder.inferred_weight
        )
        charged: Iterable[tuple[str, Array]] = each_charge(inputs, one, estimates, book.net_benefit)
        if not inputs.many:
            # Of a block nobody reads them, and they would be most of its memory.
            points, charged = tuple(points), tuple(charged)
            scored.append(points)
            taken_by.append(dict(charged))
        taken = summed(chain((charge for _, charge in charged), (np.asarray(late[one.id]),)))
        suits = fit(points, held[one.id], one.rung, book.ladder)
        np.add(suits, moved[one.id] - late[one.id], out=fits[place])
        value = worth(inputs, quality[one.id], book.net_benefit)
        np.subtract(value, taken, out=benefits[place])
    after = _stacked([quality[one.id] for one in approaches], every)
    same = all(prior[one.id] is quality[one.id] for one in approaches)
    before = after if same else _stacked([prior[one.id] for one in approaches], every)
    open_ = np.stack([np.broadcast_to(left[one.id], (*every[:-1], 1)) for one in approaches])
    by_fit, by_benefit = (chances(draws, open_, book.ladder.noise) for draws in (fits, benefits))
    return Weighed(
        tuple(one.id for one in approaches),
        np.array([one.rung for one in approaches]),
        book.ladder.tie_per_rung,
        open_,
        fits,
        benefits,
        before,
        after,
        by_fit,
        by_benefit,
        both(by_fit, by_benefit, trusted),
        trusted,
        tuple(held[one.id] for one in approaches),
        tuple(scored),
        tuple(taken_by),
    )


def both(by_fit: Array, by_benefit: Array, trusted: Array) -> Array:
    """Chances that both models together give."""
    return np.asarray(trusted * by_fit + (1 - trusted) * by_benefit)


def trust_in_fit(inputs: Inputs) -> Array:
    """Share of the say that the rulebook has: half, and less with each approach that was measured.

    It knows what is usual; net benefit uses what was measured. Without the sample axis.
    """
    tried = inputs.column(
        "tried", lambda one: frozenset(trial.approach for trial in trials_of(one.profile))
    )
    prompted = np.asarray(tried.figure(lambda names: "prompt" in names))
    others = np.asarray(tried.figure(lambda names: len(names - {"prompt"})))
    measured = (inputs.stated("task.prompt_baseline") | prompted) + others
    return 1 / (2 + np.asarray(measured, float)[..., 0])


def parts_of(weighed: Weighed) -> Parts:
    """What both scores of a single profile are made of, approaches first."""
    samples = weighed.fit.shape[-1:]
    names = dict.fromkeys(p.criterion.id for points in weighed.points for p in points)
    found = {name: _part(weighed, name, samples) for name in names}
    counting = {name: part for name, part in found.items() if np.any(part[0])}
    total = sum((part[0] for part in counting.values()), start=np.zeros(1))
    gained = sum((part[1] for part in counting.values()), start=np.zeros(1))
    taken = {
        name: np.stack([np.broadcast_to(one[name], samples) for one in weighed.charges])
        for name in weighed.charges[0]
        if any(np.any(one[name]) for one in weighed.charges)
    }
    moved = weighed.fit - gained / np.maximum(total, SMALLEST)
    return Parts(weighed.fit, weighed.benefit, total, gained, moved, counting, taken)


def _part(weighed: Weighed, name: str, samples: tuple[int, ...]) -> tuple[Array, Array]:
    """Weight that a criterion counts with, and what it gains, approaches first."""
    counted, gained = [], []
    for points in weighed.points:
        mine = next((one for one in points if one.criterion.id == name), None)
        weight = mine.weight * mine.applies if mine else np.zeros(1)
        counted.append(np.broadcast_to(weight, samples))
        gained.append(np.broadcast_to(weight * mine.score if mine else weight, samples))
    return np.stack(counted), np.stack(gained)


def chances(scores: Array, open_: Truth, noise: float) -> Array:
    """Chance of each approach to be the best one, where the model errs by `noise`.

    Args:
        scores: Draws, approaches first, sample axis last.
        open_: Which are not behind a closed hard gate, sample axis of length one.
        noise: Standard deviation of the model's own error, independent for each approach.

    Returns:
        Shares that sum to 1 over the open approaches; 0 for the others.

    Source: McFadden 1974, Conditional logit analysis of qualitative choice behavior, equation 12:
        the chance of the largest of several scores with errors of a Gumbel distribution.
    """
    # One array from here on: those of a block are large.
    weights = np.where(open_, scores, -np.inf)
    top = np.max(weights, axis=0, keepdims=True)
    weights -= np.where(np.isfinite(top), top, 0.0)
    weights /= GUMBEL * noise
    np.exp(weights, out=weights)
    total = np.sum(weights, axis=0, keepdims=True)
    weights /= np.where(total > 0, total, 1.0)
    return np.asarray(np.mean(weights, axis=-1))


def _stacked(found: Sequence[Array], every: tuple[int, ...]) -> Array:
    return np.stack([np.broadcast_to(draws, every) for draws in found])


def rank_approaches(inputs: Inputs, estimates: Estimates, weighed: Weighed) -> tuple[Ranked, ...]:
    """All approaches of a single profile, best first, with what speaks for and against each."""
    book = inputs.knowledge.rulebook
    facts = facts_about(inputs, estimates, cheapest=_cheapest(estimates, weighed))
    rungs: dict[str, float] = {one.id: one.rung for one in inputs.knowledge.approaches}
    settled = settled_by(inputs, rungs)
    telling = tuple(one for one in book.criteria if one.decides == "never")
    order = {one.id: place for place, one in enumerate(book.criteria)}
    ranked = []
    for place, one in enumerate(inputs.knowledge.approaches):
        mine = facts[one.id]
        beside = score_criteria(telling, one, mine, book.ladder.inferred_weight)
        points = sorted((*weighed.points[place], *beside), key=lambda one: order[one.criterion.id])
        ranked.append(
            Ranked(
                one,
                0,
                bool(weighed.open[place].all()),
                every_gate(one, weighed.held[place], mine, settled, rungs),
                told_criteria(points, one, mine),
                weighed.fit[place],
                weighed.benefit[place],
                weighed.prior[place],
                weighed.quality[place],
                weighed.charges[place],
                significant(float(weighed.chance[place])),
                significant(float(weighed.chance_by_fit[place])),
                significant(float(weighed.chance_by_benefit[place])),
                mine,
            )
        )
    step = book.ladder.tie_per_rung
    ordered = sorted(ranked, key=lambda one: _place(one, step))
    return tuple(replace(one, rank=place) for place, one in enumerate(ordered, 1))


def _place(ranked: Ranked, step: float) -> tuple[bool, float, float]:
    rung = ranked.approach.rung
    points = round(ranked.probability_best - step * rung, DIGITS)
    return (not ranked.feasible, -points, rung)


def outdone(
    inputs: Inputs,
    approaches: Sequence[Approach],
    estimates: Estimates,
    quality: Mapping[str, Array],
    open_: Mapping[str, Truth],
) -> dict[str, Truth]:
    """Whether a lower rung that is open reaches as much, for no more money and no later.

    By mean quality, middle total and middle time; sample axis of length one, by approach.
    """
    names = [str(one.id) for one in approaches]
    reached = {name: np.mean(quality[name], axis=-1, keepdims=True) for name in names}
    usd = {name: middle_of(inputs, estimates[name].total_usd) for name in names}
    days = {name: middle_of(inputs, estimates[name].time_days) for name in names}

    def beats(low: str, high: str) -> Truth:
        cheaper = (usd[low] <= usd[high]) & (days[low] <= days[high])
        return np.asarray(open_[low] & cheaper & (reached[low] >= reached[high]))

    return {
        one.id: reduce(
            or_, (beats(low.id, one.id) for low in approaches if low.rung < one.rung), NEVER
        )
        for one in approaches
    }


def facts_about(
    inputs: Inputs,
    estimates: Estimates,
    *,
    outdone: Mapping[str, Truth] | None = None,
    cheapest: Array | None = None,
) -> Mapping[str, Facts]:
    """Facts of each approach; with what it is beside the others, where that is known."""
    readings: dict[str, Readings] = {}
    for name, estimate in estimates.items():
        ratio = np.full(1, np.nan)
        if cheapest is not None and not estimate.lower_bound:
            ratio = estimate.total_usd / cheapest
        beaten = outdone[name] if outdone else NEVER
        beside = {"cost_ratio": ratio, "outdone": np.broadcast_to(beaten, inputs.shape)}
        readings[name] = Readings.of(beside) | estimate.readings
    return facts_of(inputs, readings)


def _cheapest(estimates: Estimates, weighed: Weighed) -> Array | None:
    """Least total of the feasible approaches whose prices are all known."""
    totals = [
        estimates[name].total_usd
        for name, open_ in zip(weighed.names, weighed.open, strict=True)
        if open_.all() and not estimates[name].lower_bound
    ]
    return np.asarray(np.min(totals, axis=0)) if totals else None

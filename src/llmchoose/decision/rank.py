"""The choice: which approach is best in each draw, and so how likely each is to be the best."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.conditions import Facts, facts_of
from llmchoose.decision.fit import Scored, fit, score_criteria
from llmchoose.decision.gates import GateResult, feasible, hold_gates
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array, significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import Approach

NOISES = 16


@dataclass(frozen=True)
class Ranked:
    """One approach in its place.

    Attributes:
        rank: 1 is the recommended one; approaches behind a closed hard gate come last.
        fit: Draws of the rulebook's score.
        probability_best: Share of draws in which it is the best feasible one.
    """

    approach: Approach
    rank: int
    feasible: bool
    gates: tuple[GateResult, ...]
    criteria: tuple[Scored, ...]
    fit: Array
    probability_best: float
    facts: Facts


def rank_approaches(inputs: Inputs, estimates: Mapping[str, Estimate]) -> tuple[Ranked, ...]:
    """Score, gate and order all approaches.

    Args:
        inputs: Draws of one profile.
        estimates: Estimate of each approach, by id.

    Returns:
        The approaches, best first: by the probability of being best to the hundredth, then by all
        criteria, then the lower rung.
    """
    book = inputs.knowledge.rulebook
    gated = {
        approach.id: hold_gates(book.gates, approach, facts)
        for approach, facts in _facts(inputs, estimates)
    }
    open_names: set[str] = {name for name, gates in gated.items() if feasible(gates)}
    rows = []
    for approach, facts in _facts(inputs, estimates, _cheapest(estimates, open_names)):
        gates = gated[approach.id]
        scored = score_criteria(book.criteria, approach, facts)
        rows.append((approach, facts, gates, scored, fit(scored, gates, approach, book.ladder)))
    open_ = np.array([feasible(gates) for _, _, gates, _, _ in rows])
    shares = _shares(inputs, [row[0].id for row in rows], np.stack([row[4] for row in rows]), open_)
    ranked = [
        Ranked(approach, 0, bool(is_open), gates, scored, points, share, facts)
        for (approach, facts, gates, scored, points), is_open, share in zip(
            rows, open_, shares, strict=True
        )
    ]
    ordered = sorted(ranked, key=_place)
    return tuple(
        Ranked(
            r.approach, place, r.feasible, r.gates, r.criteria, r.fit, r.probability_best, r.facts
        )
        for place, r in enumerate(ordered, 1)
    )


def _place(ranked: Ranked) -> tuple[bool, float, float, float]:
    chance = round(ranked.probability_best, 2)
    return (not ranked.feasible, -chance, -_on_all_criteria(ranked), ranked.approach.rung)


def _on_all_criteria(ranked: Ranked) -> float:
    """Weighted mean over everything the profile says, what only explains included.

    It decides between approaches that the few deciding criteria cannot tell apart.
    """
    known = [one for one in ranked.criteria if one.known]
    weight = sum(one.criterion.weight for one in known) or 1.0
    return significant(sum(one.criterion.weight * one.mean for one in known) / weight)


def _facts(
    inputs: Inputs, estimates: Mapping[str, Estimate], cheapest: Array | None = None
) -> list[tuple[Approach, Facts]]:
    """Facts of each approach; with the cost of the cheapest one, what it costs beside that."""
    readings = {}
    for name, estimate in estimates.items():
        ratio = np.full_like(estimate.total_usd, np.nan)
        if cheapest is not None and not estimate.lower_bound:
            ratio = estimate.total_usd / cheapest
        readings[name] = {**estimate.readings, "cost_ratio": ratio}
    known = facts_of(inputs, readings)
    return [(approach, known[approach.id]) for approach in inputs.knowledge.approaches]


def _cheapest(estimates: Mapping[str, Estimate], names: set[str]) -> Array | None:
    """Least total of the feasible approaches whose prices are all known."""
    totals = [
        one.total_usd for name, one in estimates.items() if name in names and not one.lower_bound
    ]
    return np.asarray(np.min(totals, axis=0)) if totals else None


def _shares(inputs: Inputs, names: list[str], fits: Array, open_: np.ndarray) -> list[float]:
    """Share of draws in which each approach is best; the noise stands for the model's own error.

    Each draw meets several noises: the same ones, shifted along the draws by a step of each
    approach's own, so that the share is not itself a matter of chance.
    """
    if not open_.any():
        return [0.0] * len(names)
    size = inputs.knowledge.rulebook.ladder.noise
    noise = [size * inputs.draws.normal(f"noise:{name}") for name in names]
    best = [
        np.argmax(np.where(open_[:, None], np.round(fits + shifted, 9), -np.inf), axis=0)
        for shifted in (
            np.stack([np.roll(one, turn * (2 * step + 1)) for step, one in enumerate(noise)])
            for turn in range(NOISES)
        )
    ]
    return [significant(float(np.mean(np.equal(best, place)))) for place in range(len(names))]

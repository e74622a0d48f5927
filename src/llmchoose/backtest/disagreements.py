"""Why a recommendation is not one that an expert accepts: what put it ahead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from llmchoose.backtest.rounds import SAMPLES, Round
from llmchoose.decision.benefit import worth
from llmchoose.decision.fit import contributions
from llmchoose.decision.gates import GateResult
from llmchoose.decision.rank import Ranked, rank_approaches, weigh
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Inputs, read_inputs
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Rulebook

CALENDAR = ("G-NOT-YET", "G-REACHED")


@dataclass(frozen=True)
class Disagreement:
    """A real decision for which something else is recommended than would be accepted.

    Attributes:
        nearest: The acceptable approach with the highest chance, and `nearest_chance` its chance.
        because: The criterion, gate or charge that did most to put the recommended approach ahead
            of the nearest; `lead` by how much, in fit or net benefit (each about 0 to 1). A hard
            gate that closes the nearest one leads without a number.
    """

    round: Round
    nearest: str
    nearest_chance: float
    because: str
    lead: float | None


def disagreements(rounds: Iterable[Round], knowledge: Knowledge) -> tuple[Disagreement, ...]:
    """Each round whose advice is not acceptable, explained; those without any advice left out."""
    return tuple(
        _explained(one, knowledge)
        for one in rounds
        if one.seen.approach is not None and one.seen.approach not in one.decided.acceptable
    )


def _explained(one: Round, knowledge: Knowledge) -> Disagreement:
    inputs = read_inputs(one.decided.profile, knowledge, Draws(0, SAMPLES))
    estimates = estimate_all(inputs)
    ranked: dict[str, Ranked] = {
        row.approach.id: row for row in rank_approaches(inputs, estimates, weigh(inputs, estimates))
    }
    best = ranked[one.seen.approach or ""]
    nearest = min((ranked[name] for name in one.decided.acceptable), key=lambda row: row.rank)
    chance = nearest.probability_best
    closed = next((gate.id for gate in nearest.gates if _shut(gate)), None)
    if closed:
        return Disagreement(one, nearest.approach.id, chance, closed, None)
    leads = _leads(best, nearest, inputs)
    because = max(sorted(leads), key=lambda name: round(leads[name], 6))
    return Disagreement(one, nearest.approach.id, chance, because, leads[because])


def _shut(gate: GateResult) -> bool:
    return gate.kind == "hard" and not gate.passed


def _leads(best: Ranked, other: Ranked, inputs: Inputs) -> Mapping[str, float]:
    """By how much each part of fit and of net benefit puts one approach ahead of another."""
    book = inputs.knowledge.rulebook
    own, its = (_parts(row, inputs, book) for row in (best, other))
    return {name: own.get(name, 0.0) - its.get(name, 0.0) for name in own.keys() | its.keys()}


def _parts(row: Ranked, inputs: Inputs, book: Rulebook) -> Mapping[str, float]:
    """What fit and net benefit add up from; the charge of the rung is in both."""
    parts = dict(contributions(row.criteria))
    parts["quality"] = float(np.mean(worth(inputs, row.quality, book.net_benefit)))
    parts |= {name: -float(np.mean(charge)) for name, charge in row.charges.items()}
    parts["rung"] = parts.get("rung", 0.0) - book.ladder.rung_charge * row.approach.rung
    for gate in row.gates:
        if gate.kind == "soft":
            calendar = gate.id in CALENDAR
            size = book.ladder.unavailable_penalty if calendar else book.ladder.gate_penalty
            parts[gate.id] = -size * float(np.mean(gate.closed))
    return parts

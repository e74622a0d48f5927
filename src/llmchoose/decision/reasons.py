"""Why: what speaks for the recommended approach and against it, each with its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.conditions import rests_on
from llmchoose.decision.fit import SPEAKS_AGAINST, SPEAKS_FOR, Scored
from llmchoose.decision.rank import Ranked

MOST_FOR, MOST_AGAINST = 5, 3
REACHED = "G-REACHED"
HARDLY = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class Reason:
    """A sentence, the criterion or gate it comes from, and on which side it speaks."""

    text: str
    criterion: str
    speaks: str
    sources: tuple[str, ...]


def reasons(primary: Ranked, others: tuple[Ranked, ...]) -> tuple[Reason, ...]:
    """Reasons for and against the primary approach, those that moved the choice most first.

    A criterion counts only where the profile states its input: what rests on a prior alone is an
    assumption, not a reason.
    """
    lead = _lead(primary, others)
    gates = [gate for gate in primary.gates if not gate.passed]
    told = {name for gate in gates for name in gate.about}
    stated = [one for one in primary.criteria if one.known and one.reason]
    in_favour = [one for one in stated if one.mean >= SPEAKS_FOR and _tells(one, lead) > 0]
    against = [
        one
        for one in stated
        if one.mean <= SPEAKS_AGAINST and _tells(one, lead) < 0
        if not told & set(rests_on(one.criterion.input))
    ]
    return (
        *(_reason(one, "for") for one in _by_weight(in_favour, lead)[:MOST_FOR]),
        *(Reason(gate.reason, gate.id, "against", gate.sources) for gate in gates),
        *(_reason(one, "against") for one in _by_weight(against, lead)[:MOST_AGAINST]),
    )


def settled(primary: Ranked, others: Sequence[Ranked]) -> tuple[Reason, ...]:
    """What took the others off the table, where something did.

    A measured score that reaches the target, or hard gates that leave nothing else.
    """
    rest = [one for one in others if one.approach.id != primary.approach.id]
    shut = [gate for one in rest for gate in one.gates if not gate.passed]
    reached = [gate for gate in shut if gate.id == REACHED]
    if reached and not any(gate.id == REACHED for gate in primary.gates):
        return (Reason(reached[0].reason, REACHED, "for", reached[0].sources),)
    if any(one.feasible for one in rest):
        return ()
    closed: dict[str, list[str]] = {}
    hard = {gate.id: gate for gate in shut if gate.kind == "hard"}
    for one in rest:
        first = next(gate for gate in one.gates if gate.kind == "hard" and not gate.passed)
        closed.setdefault(first.id, []).append(one.approach.id)
    return tuple(
        Reason(f"Closed: {', '.join(names)}. {hard[name].reason}", name, "for", hard[name].sources)
        for name, names in closed.items()
    )


def _tells(one: Scored, lead: Mapping[str, float]) -> float:
    """Its lead in points, or 0 where the criterion says nearly the same of every approach."""
    points = lead[one.criterion.id]
    return points if abs(points) >= HARDLY * _points(one) else 0.0


def _points(one: Scored) -> float:
    # Explaining criteria come after deciding ones, in the order of their nominal weight.
    return one.weight or one.criterion.weight / 100


def _lead(primary: Ranked, others: tuple[Ranked, ...]) -> Mapping[str, float]:
    """By how much each criterion puts the approach ahead of the mean of the others, in points."""
    rest = [r for r in others if r.feasible and r.approach.id != primary.approach.id]
    means: dict[str, float] = {}
    for one in primary.criteria:
        scores = [o.mean for r in rest for o in r.criteria if o.criterion.id == one.criterion.id]
        typical = float(np.mean(scores)) if scores else one.mean
        means[one.criterion.id] = _points(one) * (one.mean - typical)
    return means


def _by_weight(scored: list[Scored], lead: Mapping[str, float]) -> list[Scored]:
    return sorted(
        scored, key=lambda one: (-round(abs(lead[one.criterion.id]), 6), one.criterion.id)
    )


def _reason(one: Scored, speaks: str) -> Reason:
    return Reason(one.reason, one.criterion.id, speaks, one.criterion.sources)

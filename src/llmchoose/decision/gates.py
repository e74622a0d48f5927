"""Gates: what takes an approach off the table (hard) or weighs it down (soft)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from llmchoose.decision.conditions import MOSTLY, Facts, Truth, holds, rests_on
from llmchoose.decision.wording import fill
from llmchoose.knowledge.rules import Approach, Gate

# A range closes a hard gate only when all of p5 to p95 does: 95 of 100 draws on one side.
CLOSED_SHARE = 0.95


@dataclass(frozen=True)
class GateResult:
    """One gate held against one approach.

    Attributes:
        passed: A hard gate is passed unless an input that was given closes it; a soft one unless
            more than half of the draws do.
        closed: Draws in which it is closed.
        about: Profile fields that its tests read.
        reason: Sentence with this project's figures; empty where the gate is passed.
    """

    id: str
    kind: Literal["hard", "soft"]
    passed: bool
    closed: Truth
    about: tuple[str, ...]
    reason: str
    sources: tuple[str, ...]


def hold_gates(gates: tuple[Gate, ...], approach: Approach, facts: Facts) -> tuple[GateResult, ...]:
    """Hold every gate that names the approach against its facts."""
    results = [_hold(gate, facts) for gate in gates if approach.id in gate.excludes]
    early = _not_yet(approach, facts)
    return (early, *results) if early else tuple(results)


def feasible(results: tuple[GateResult, ...]) -> bool:
    """Whether no hard gate is closed."""
    return all(result.passed for result in results if result.kind == "hard")


def _hold(gate: Gate, facts: Facts) -> GateResult:
    if gate.kind == "soft":
        closed = holds(gate.when, facts, known_only=True)
        passed = float(np.mean(closed)) <= MOSTLY
    else:
        closed = holds(gate.when, facts)
        stated = any(facts.known(test.input) for test in gate.when.tests)
        passed = not (stated and float(np.mean(closed)) >= CLOSED_SHARE)
    reason = "" if passed else fill(gate.reason, facts)
    names = [name for test in gate.when.tests for name in (test.input, test.than) if name]
    about = tuple(field for name in names for field in rests_on(name))
    return GateResult(gate.id, gate.kind, passed, closed, about, reason, gate.sources)


def _not_yet(approach: Approach, facts: Facts) -> GateResult | None:
    since = approach.available_from or ""
    if since <= facts.inputs.day:
        return None
    shape = np.shape(facts.readings["time_days"])
    reason = f"{approach.name} came into use in {since}, after {facts.inputs.day}."
    closed = np.ones(shape, bool)
    return GateResult("G-NOT-YET", "soft", False, closed, ("as_of",), reason, approach.sources)

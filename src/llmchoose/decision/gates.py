"""Gates: what takes an approach off the table (hard) or weighs it down (soft)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial, reduce
from operator import and_, or_
from typing import Literal

import numpy as np

from llmchoose.decision.conditions import (
    ALWAYS,
    MOSTLY,
    NEVER,
    PREFIX,
    Facts,
    Truth,
    holds,
    rests_on,
)
from llmchoose.decision.trials import Settled, settled_for
from llmchoose.decision.wording import fill
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import Approach, Gate

# A range closes a hard gate only when all of p5 to p95 does: 95 of 100 draws on one side.
CLOSED_SHARE = 0.95
TRIED = ("task.quality_target", "task.prompt_baseline", "trials")


@dataclass(frozen=True, eq=False, repr=False)
class Held:
    """A gate held against one approach, numbers only. The sample axis comes last.

    Attributes:
        closed: Draws in which it is closed.
        passed: A hard gate is passed unless an input that was given closes it; a soft one unless
            more than half of the draws do. Sample axis of length one.
    """

    gate: Gate
    closed: Truth
    passed: Truth

    def row(self, place: int) -> "Held":
        """What it says of one row of a block."""

        def cut(truth: Truth) -> Truth:
            return truth[place] if truth.ndim > 1 and len(truth) > 1 else np.ravel(truth)

        return Held(self.gate, cut(self.closed), cut(self.passed))


@dataclass(frozen=True, eq=False, repr=False)
class GateResult:
    """What a gate says of one approach of a single profile.

    Attributes:
        closed: Draws in which it is closed.
        charged: Whether fit is charged for it.
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
    charged: bool = True


def hold_gates(gates: tuple[Gate, ...], approach: Approach, facts: Facts) -> tuple[Held, ...]:
    """Hold every gate that names the approach against its facts."""
    return tuple(_hold(gate, facts) for gate in gates if approach.id in gate.excludes)


def is_open(held: tuple[Held, ...]) -> Truth:
    """Whether no hard gate is closed: sample axis of length one."""
    passed = [one.passed for one in held if one.gate.kind == "hard"]
    return reduce(and_, passed, ALWAYS)


def told(held: tuple[Held, ...], facts: Facts) -> tuple[GateResult, ...]:
    """Gates of a single profile with their sentences."""
    return tuple(_told(one, facts) for one in held)


def every_gate(
    approach: Approach,
    held: tuple[Held, ...],
    facts: Facts,
    settled: Settled | None,
    rungs: Mapping[str, float],
) -> tuple[GateResult, ...]:
    """What the calendar, the trials and the rulebook's gates say of one approach."""
    special = (not_yet(approach, facts.inputs.day), reached(approach, settled, rungs))
    return (*(gate for gate in special if gate), *told(held, facts))


def _told(held: Held, facts: Facts) -> GateResult:
    gate, passed = held.gate, bool(held.passed.all())
    about = tuple(field for name in _names(gate) for field in rests_on(name))
    reason = "" if passed else fill(gate.reason, facts)
    return GateResult(
        gate.id, gate.kind, passed, held.closed, about, reason, gate.sources, gate.charged
    )


def _hold(gate: Gate, facts: Facts) -> Held:
    if gate.kind == "soft":
        closed = holds(gate.when, facts, known_only=True)
        return Held(gate, closed, ~(share(closed) > MOSTLY))
    # It reads the same of most approaches; what is kept with it has its identity to itself.
    read = [facts.value(name) for name in _names(gate) if name.startswith(PREFIX)]
    key = ("held", id(gate), *map(id, read))
    return facts.inputs.once(key, lambda: (_hold_hard(gate, facts), gate, read))[0]


def _names(gate: Gate) -> list[str]:
    return [name for test in gate.when.tests for name in (test.input, test.than) if name]


def _hold_hard(gate: Gate, facts: Facts) -> Held:
    closed = holds(gate.when, facts)
    stated = reduce(or_, (facts.known(test.input) for test in gate.when.tests), NEVER)
    return Held(gate, closed, ~(stated & (share(closed) >= CLOSED_SHARE)))


def share(truth: Truth) -> Array:
    """Share of draws in which something is true: sample axis of length one."""
    # As their mean, which would make floats of them first.
    count = np.add.reduce(truth.view(np.uint8), axis=-1, keepdims=True, dtype=np.uint32)
    return np.asarray(count / truth.shape[-1])


def not_yet(approach: Approach, day: str) -> GateResult | None:
    """What stands against an approach that had not come into use by an ISO day."""
    since = approach.available_from or ""
    if since <= day:
        return None
    reason = f"{approach.name} came into use in {since}, after {day}."
    return GateResult("G-NOT-YET", "soft", False, ALWAYS, ("as_of",), reason, approach.sources)


def reached(
    approach: Approach, settled: Settled | None, rungs: Mapping[str, float]
) -> GateResult | None:
    """What stands against climbing once a lower rung was measured to reach the target."""
    if settled is None or approach.rung <= rungs[settled.approach]:
        return None
    low, score, high = (
        f"{value:.0%}"
        for value in (settled.interval.low, settled.interval.score, settled.interval.high)
    )
    reason = (
        f"{settled.approach} was measured at {score} ({low} to {high} on {settled.items:,.0f} "
        "items), which reaches the target: there is nothing to climb for."
    )
    sources = ("S2-42", "S2-43")
    return GateResult("G-REACHED", "soft", False, ALWAYS, TRIED, reason, sources)


def penalties(inputs: Inputs) -> dict[str, Array | float]:
    """What stands outside of both models: not yet in use, or a lower rung settles it."""
    approaches = inputs.knowledge.approaches
    rungs: dict[str, float] = {one.id: one.rung for one in approaches}
    size = inputs.knowledge.rulebook.ladder.unavailable_penalty
    days = inputs.days
    settled = inputs.column("settled", lambda one: settled_for(one.profile, inputs, rungs))
    return {
        one.id: size
        * (days.figure(partial(_late, one)) + settled.figure(partial(_settled, one, rungs)))
        for one in approaches
    }


def _late(one: Approach, day: str) -> int:
    return int(not_yet(one, day) is not None)


def _settled(one: Approach, rungs: Mapping[str, float], score: Settled | None) -> int:
    return int(reached(one, score, rungs) is not None)

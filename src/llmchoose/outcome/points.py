"""What fit and net benefit are made of: one line for each part, which add up to their means."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.decision.benefit import worth
from llmchoose.decision.fit import SMALLEST
from llmchoose.decision.gates import GateResult
from llmchoose.decision.rank import Ranked
from llmchoose.explanation.choice import NOT_YET, REACHED
from llmchoose.knowledge.rules import Ladder, NetBenefit
from llmchoose.outcome.parts import mean

MADE = (NOT_YET, REACHED)
QUALITY, TRIALS, RUNG = "quality", "trials", "ladder"


@dataclass(frozen=True)
class Line:
    """A part of fit or net benefit: the id that explains it, and its mean points."""

    id: str
    text: str
    points: float


def fit_lines(one: Ranked, assessment: Assessment) -> tuple[Line, ...]:
    """Criteria by weight, what trials moved, and what gates and the rung charge."""
    rule = assessment.knowledge.rulebook.ladder
    return (
        *_criteria(one),
        *_trials(one),
        *_soft_gates(one, rule),
        *_made_gates(one, rule),
        Line(
            RUNG,
            f"rung {one.approach.rung:g} at {rule.rung_charge:g}",
            -rule.rung_charge * one.approach.rung,
        ),
    )


def benefit_lines(one: Ranked, assessment: Assessment) -> tuple[Line, ...]:
    """What the quality is worth, less each charge that takes something, and what gates charge."""
    book = assessment.knowledge.rulebook
    return (
        *_worth(one, book.net_benefit),
        *_charges(one, book.net_benefit),
        *_made_gates(one, book.ladder),
    )


def contributions(one: Ranked) -> dict[str, float]:
    """Mean points of fit by deciding criterion."""
    total = sum((c.weight * c.applies for c in one.criteria), start=np.zeros(1))
    least = np.maximum(total, SMALLEST)
    return {c.criterion.id: mean(c.weight * c.applies * c.score / least) for c in one.criteria}


def charged(gate: GateResult, rule: Ladder) -> float:
    """What a soft gate costs in points, in the mean of the draws."""
    if gate.kind == "hard" or not gate.charged:
        return 0.0
    each = rule.unavailable_penalty if gate.id in MADE else rule.gate_penalty
    return mean(each * np.asarray(gate.closed, float))


def _criteria(one: Ranked) -> Iterator[Line]:
    found = contributions(one)
    total = sum(mean(c.weight * c.applies) for c in one.criteria)
    for scored in one.criteria:
        if scored.weight > 0:
            said = f"score {scored.mean:.3g} at {scored.weight:g} of {total:g} points of weight"
            yield Line(scored.criterion.id, said, found[scored.criterion.id])


def _trials(one: Ranked) -> Iterator[Line]:
    moved = mean(one.quality) - mean(one.prior)
    if moved:
        yield Line(TRIALS, "by what measured scores moved its quality", moved)


def _soft_gates(one: Ranked, rule: Ladder) -> Iterator[Line]:
    for gate in one.gates:
        cost = charged(gate, rule)
        if cost and gate.id not in MADE:
            said = f"closed in {np.mean(gate.closed):.0%} of the draws, at {rule.gate_penalty:g}"
            yield Line(gate.id, said, -cost)


def _made_gates(one: Ranked, rule: Ladder) -> Iterator[Line]:
    for gate in one.gates:
        if gate.id in MADE:
            yield Line(gate.id, "closed", -charged(gate, rule))


def _worth(one: Ranked, rule: NetBenefit) -> Iterator[Line]:
    """The worth of the quality, and apart from it that of reaching and passing the target."""
    inputs = one.facts.inputs
    none_reached = replace(rule, reached=replace(rule.reached, weight=0.0))
    bare = replace(none_reached, beyond=replace(rule.beyond, weight=0.0))
    full, less, least = (mean(worth(inputs, one.quality, r)) for r in (rule, none_reached, bare))
    stated = bool(inputs.stated("task.quality_target").all())
    yield Line(QUALITY, "expected quality" + (", up to the target" if stated else ""), least)
    if stated:
        yield Line("net_benefit.reached", "for reaching the target", full - less)
        yield Line("net_benefit.beyond", "for what is beyond it", less - least)


def _charges(one: Ranked, rule: NetBenefit) -> Iterator[Line]:
    for name, taken in one.charges.items():
        cost = mean(taken)
        if cost:
            said = f"{cost / rule.weight(name):.3g} units at {rule.weight(name):g}"
            yield Line(f"net_benefit.{name}", said, -cost)

"""What to do first, when to stop, what can go wrong: steps and risks for this project."""

from dataclasses import dataclass, replace

import numpy as np

from llmchoose.decision.combine import Partner
from llmchoose.decision.conditions import mostly
from llmchoose.decision.rank import Ranked
from llmchoose.decision.wording import fill
from llmchoose.estimate.formulas.distributions import Z95, band, median
from llmchoose.knowledge.rules import Risk, Step

CLIMB = "Hold the score against {target}; {expected} is expected of it. Stop here, or climb."


@dataclass(frozen=True, eq=False, repr=False)
class PlanStep:
    """A step with this project's figures, and for which approach it is taken."""

    step: str
    approach: str
    do: str
    exit_criterion: str
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class FoundRisk:
    """A risk whose trigger this project meets."""

    id: str
    text: str
    likelihood: str
    mitigation: str
    sources: tuple[str, ...]


def plan_of(primary: Ranked) -> tuple[Step, ...]:
    """Steps around and of an approach, as the knowledge has them."""
    plan = primary.facts.inputs.knowledge.plan
    parts = ("common_before", primary.approach.id, "common_after")
    return tuple(step for part in parts for step in plan[part])


def plan_steps(primary: Ranked, partners: tuple[Partner, ...]) -> tuple[PlanStep, ...]:
    """Steps in order: before any approach, the lower rungs to be tried, its own, afterwards."""
    plan, name = primary.facts.inputs.knowledge.plan, primary.approach.id
    parts = {part: plan[part] for part in ("common_before", name)}
    parts |= {partner.approach: plan[partner.approach] for partner in partners}
    climb = [step for step in plan["escalation"] if step.step == name]
    ladder = [replace(step, step="stop-or-climb", do=CLIMB) for step in climb]
    parts["common_after"] = (*ladder, *plan["common_after"])
    return tuple(
        _fill(step, part, primary)
        for part, steps in parts.items()
        for step in steps
        if (not step.answered_by or not set(step.answered_by) <= primary.facts.inputs.given)
        and mostly(step.when, primary.facts)
    )


def _fill(step: Step, part: str, primary: Ranked) -> PlanStep:
    facts, names = primary.facts, {"approach": primary.approach.name, **figures(primary)}
    approach = "" if part.startswith("common") else part
    return PlanStep(
        step.step,
        approach,
        fill(step.do, facts, **names),
        fill(step.exit_criterion, facts, **names),
        step.sources,
    )


def figures(primary: Ranked) -> dict[str, str]:
    """The target, what is expected, and how exact a score is on the test items there are."""
    inputs = primary.facts.inputs
    target = median(inputs.number("task.quality_target"))
    stated = "task.quality_target" in inputs.given
    items = max(median(inputs.number("task.eval_examples")), 1.0)
    share = target if stated else float(np.mean(primary.quality))
    half = Z95 * float(np.sqrt(max(share * (1 - share), 0.01) / items))
    expected = band(primary.quality)
    return {
        "target": f"{target:.0%}" if stated else "the target",
        "expected": f"{expected.p50:.0%} ({expected.p10:.0%} to {expected.p90:.0%})",
        "half_width": f"{half * 100:.0f} points",
    }


def risks(
    rules: tuple[Risk, ...], primary: Ranked, partners: tuple[Partner, ...]
) -> tuple[FoundRisk, ...]:
    """Risks of the recommended approach and its partners whose trigger is met."""
    taken = {primary.approach.id, *(partner.approach for partner in partners)}
    return tuple(
        FoundRisk(
            rule.id,
            fill(rule.text, primary.facts),
            rule.likelihood,
            fill(rule.mitigation, primary.facts),
            rule.sources,
        )
        for rule in rules
        if taken & set(rule.approaches) and mostly(rule.when, primary.facts)
    )

"""What to do first, when to stop, what can go wrong: steps and risks for this project."""

from dataclasses import dataclass, replace

from llmchoose.decision.combine import Partner
from llmchoose.decision.conditions import mostly
from llmchoose.decision.rank import Ranked
from llmchoose.decision.wording import fill
from llmchoose.knowledge.rules import Risk, Step

CLIMB = "Hold the numbers against the target: stop here, or climb the ladder."


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
        if not step.answered_by or not set(step.answered_by) <= primary.facts.inputs.given
    )


def _fill(step: Step, part: str, primary: Ranked) -> PlanStep:
    facts, names = primary.facts, {"approach": primary.approach.name}
    approach = "" if part.startswith("common") else part
    return PlanStep(
        step.step,
        approach,
        fill(step.do, facts, **names),
        fill(step.exit_criterion, facts, **names),
        step.sources,
    )


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

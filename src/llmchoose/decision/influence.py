"""What each answer of the profile did: to the choice, to cost and time, to plan and risks."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmchoose.decision.conditions import rests_on
from llmchoose.decision.plan import FoundRisk
from llmchoose.decision.what_if import UNREAD, Tried, WhatIf, fields_to_vary
from llmchoose.decision.wording import PLACEHOLDER
from llmchoose.estimate.formulas.distributions import significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import Condition, Step

DIGITS = 3
NOTHING = 0.0005
# What was decided is no input.
RECORD = ("decision.", "status")


@dataclass(frozen=True, eq=False, repr=False)
class Influence:
    """What is different because an input was answered, against leaving it open.

    Attributes:
        chance: Chance of the recommended approach, 0 to 1.
        total_usd: Its middle cost over the horizon, as a share of that cost.
        days: Its middle time to production, as a share of that time.
        plan: Steps of the plan that it fills in or spares.
        risks: Risks whose trigger reads it.
    """

    field: str
    chance: float
    total_usd: float
    days: float
    plan: tuple[str, ...]
    risks: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """It changed nothing in this run."""
        return self.moved_nothing and not (self.plan or self.risks)

    @property
    def moved_nothing(self) -> bool:
        """It changed neither choice nor cost nor time."""
        return max(abs(self.chance), abs(self.total_usd), abs(self.days)) < NOTHING


def without_each(inputs: Inputs) -> list[WhatIf]:
    """The profile with each of its answers left open in turn, and as it is at the end."""
    names = [field.name for field in fields_to_vary(inputs, stated=True)]
    return [*(WhatIf(name, None) for name in names), WhatIf("", None)]


def influences(
    inputs: Inputs,
    asked: Sequence[WhatIf],
    tried: Tried,
    base: int,
    risks: Sequence[FoundRisk],
    steps: Sequence[Step],
) -> tuple[Influence, ...]:
    """What each answer did, those that moved the choice most first.

    Args:
        inputs: Draws of the profile.
        asked: Each answer left open; the last row leaves none.
        tried: What the rows came to.
        base: Place of the recommended approach.
        risks: Risks that were found.
        steps: Steps of the plan, as the knowledge has them.
    """
    name = tried.weighed.names[base]
    chance = tried.weighed.chance[base]
    total, days = tried.totals[name], tried.days[name]
    found = [
        Influence(
            one.field,
            significant(float(chance[-1] - chance[row]), DIGITS),
            significant(float(1 - total[row] / total[-1]), DIGITS),
            significant(float(1 - days[row] / days[-1]), DIGITS),
            *_beside(inputs, one.field, risks, steps),
        )
        for row, one in enumerate(asked[:-1])
    ]
    found += [
        Influence(name, 0.0, 0.0, 0.0, *_beside(inputs, name, risks, steps))
        for name in sorted(UNREAD & inputs.given)
        if not name.startswith(RECORD)
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.chance), -abs(one.total_usd), one.field)))


def _beside(
    inputs: Inputs, name: str, risks: Sequence[FoundRisk], steps: Sequence[Step]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Steps of the plan, and risks, that an answer has to do with."""
    return (
        tuple(step.step for step in steps if name in _read_by_step(step)),
        tuple(risk.id for risk in risks if name in _read_by_risk(inputs, risk.id)),
    )


def _read_by_step(step: Step) -> set[str]:
    placed = PLACEHOLDER.findall(step.do + step.exit_criterion)
    return {*step.answered_by, *placed, *_fields(step.when)}


def _read_by_risk(inputs: Inputs, name: str) -> set[str]:
    rule = next(risk for risk in inputs.knowledge.risks if risk.id == name)
    return set(_fields(rule.when))


def _fields(condition: Condition) -> list[str]:
    names = [name for test in condition.tests for name in (test.input, test.than) if name]
    return [field for name in names for field in rests_on(name)]

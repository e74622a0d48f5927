"""The kinds of rules: what decides, warns, plans or explains."""

from dataclasses import dataclass

from llmchoose.explanation.choice import (
    NOT_YET,
    Choice,
    Valued,
    choices,
    in_net_benefit,
    made_gates,
    worths,
)
from llmchoose.explanation.kinds.kind import Ids, Kind, as_ids
from llmchoose.explanation.wording import blanks, listed
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.policy import PolicyLimit, PolicyRule
from llmchoose.knowledge.reference import Conflict, Practice, Term
from llmchoose.knowledge.rules import (
    Approach,
    Charge,
    Combination,
    Criterion,
    Gate,
    Risk,
    Step,
)

LADDER = "escalation"


@dataclass(frozen=True)
class PlanStep:
    """A step and the part of the plan it stands in."""

    part: str
    step: Step

    @property
    def id(self) -> str:
        """Part and step: several approaches have a step of the same name."""
        return f"{self.part}/{self.step.step}"


def plan_steps(knowledge: Knowledge) -> tuple[PlanStep, ...]:
    """Every step of every part of the plan, in order."""
    return tuple(PlanStep(part, one) for part, steps in knowledge.plan.items() for one in steps)


def _gates(knowledge: Knowledge) -> tuple[Gate, ...]:
    return (*knowledge.rulebook.gates, *made_gates(knowledge))


def _gate(row: Gate) -> str:
    return f"{row.kind}: {blanks(row.reason)}"


def _gate_cites(row: Gate) -> Ids:
    # The calendar's gate shows the sources of the approaches; it rests on their first days.
    return () if row.id == NOT_YET else row.sources


def _criterion(row: Criterion) -> str:
    return row.name


def _approach(row: Approach) -> str:
    return row.definition


def _combination(row: Combination) -> str:
    return f"{row.add or row.technique} beside {listed(row.primary)}: {blanks(row.value)}"


def _combination_ids(row: Combination) -> Ids:
    return (row.id, row.technique) if row.technique else (row.id,)


def _combination_cites(row: Combination) -> Ids:
    return (*row.sources, *(as_ids(row.saves.source) if row.saves else ()))


def _risk(row: Risk) -> str:
    return blanks(row.text)


def _risk_cites(row: Risk) -> Ids:
    return (*row.sources, row.likelihood_source)


def _conflict(row: Conflict) -> str:
    return f"{row.question} {row.follows}"


def _conflict_cites(row: Conflict) -> Ids:
    return row.cited


def _charge(row: Charge) -> str:
    return f"{row.weight:g} {row.unit}"


def _charge_ids(row: Charge | Valued) -> Ids:
    return (in_net_benefit(row), row.name if isinstance(row, Valued) else row.id)


def _worth(row: Valued) -> str:
    return f"{row.rule.weight:g}: {row.rule.note}"


def _worth_cites(row: Valued) -> Ids:
    return as_ids(row.rule.source)


def _said(row: Term | Practice | Choice) -> str:
    return row.text


def _term_ids(row: Term) -> Ids:
    return (row.term,)


def _step(row: PlanStep) -> str:
    return blanks(row.step.do)


def _step_ids(row: PlanStep) -> Ids:
    # The rungs of the whole ladder are named like the approaches, whose pages show them.
    return (row.id,) if row.part == LADDER else (row.id, row.step.step)


def _step_cites(row: PlanStep) -> Ids:
    return row.step.sources


def _policy_rule(row: PolicyRule) -> str:
    return f"{row.severity}: {row.title}"


def _limit(row: PolicyLimit) -> str:
    return f"most of the {row.text}"


def _choice_cites(row: Choice) -> Ids:
    return as_ids(row.rule.source)


RULES = (
    Kind("criterion", "criteria", "rules", lambda k: k.rulebook.criteria, _criterion),
    Kind("gate", "gates", "rules", _gates, _gate, cites=_gate_cites),
    Kind("approach", "approaches", "rules", lambda k: k.approaches, _approach),
    Kind(
        "combination",
        "combinations",
        "rules",
        lambda k: k.rulebook.combinations,
        _combination,
        _combination_ids,
        _combination_cites,
    ),
    Kind("risk", "risks", "rules", lambda k: k.risks, _risk, cites=_risk_cites),
    Kind("conflict", "conflicts", "rules", lambda k: k.conflicts, _conflict, cites=_conflict_cites),
    Kind("constant", "constants", "rules", choices, _said, cites=_choice_cites),
    Kind(
        "charge",
        "charges",
        "rules",
        lambda k: k.rulebook.net_benefit.charges,
        _charge,
        _charge_ids,
    ),
    Kind("worth", "worths", "rules", worths, _worth, _charge_ids, _worth_cites),
    Kind("term", "glossary", "rules", lambda k: k.glossary, _said, _term_ids),
    Kind("practice", "practices", "rules", lambda k: k.practices, _said),
    Kind("policy rule", "policy-rules", "rules", lambda k: k.policy.rules, _policy_rule),
    Kind("limit", "limits", "rules", lambda k: k.policy.limits, _limit),
)
STEPS = Kind("step", "steps", "profile", plan_steps, _step, _step_ids, _step_cites)

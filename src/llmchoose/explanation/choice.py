"""Rules that stand in no list of the rulebook: its constants, and the gates the choice makes."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import (
    Charge,
    Comparison,
    Condition,
    ConfidenceRule,
    Gate,
    Ladder,
    Worth,
)

NOT_YET, REACHED = "G-NOT-YET", "G-REACHED"
# Profile fields that a charge of net benefit rests on: what it is set against, or what brings it.
CHARGED_BY: Mapping[str, tuple[str, ...]] = {
    "money": ("budget.one_time",),
    "running": ("budget.monthly", "traffic.requests_per_day", "budget.one_time"),
    "monthly_budget": ("budget.monthly",),
    "time": ("time.deadline",),
    "team": ("team.experience",),
    "gpus": ("compute.max_gpus", "compute.owned"),
    "latency": ("traffic.latency",),
    "provider": ("constraints.must_own_weights", "data.sensitivity"),
    "size": ("task.kind",),
    "rung": (),
}
WORTH_RESTS_ON = ("task.quality_target",)


@dataclass(frozen=True)
class Choice:
    """A group of constants by which the rulebook chooses, or says how sure it is."""

    id: str
    text: str
    rule: Ladder | ConfidenceRule


@dataclass(frozen=True)
class Valued:
    """A constant of what quality is worth, by its name."""

    name: str
    rule: Worth

    @property
    def text(self) -> str:
        """What it is."""
        return f"{self.rule.note[:1].upper()}{self.rule.note[1:]}."


def choices(knowledge: Knowledge) -> tuple[Choice, ...]:
    """The rulebook's constants: how approaches are ranked, and how sure that is."""
    book = knowledge.rulebook
    return (
        Choice("ladder", "Constants of the choice between approaches.", book.ladder),
        Choice("confidence", "Constants of how sure the advice is.", book.confidence),
    )


def worths(knowledge: Knowledge) -> tuple[Valued, ...]:
    """What quality is worth in net benefit."""
    rule = knowledge.rulebook.net_benefit
    return (Valued("reached", rule.reached), Valued("beyond", rule.beyond))


def in_net_benefit(row: Charge | Valued) -> str:
    """The id of a part of net benefit: criteria and lists are called like some of them."""
    return f"net_benefit.{row.name if isinstance(row, Valued) else row.id}"


def made_gates(knowledge: Knowledge) -> tuple[Gate, ...]:
    """Gates that the choice itself makes."""
    return (not_yet(knowledge), reached(knowledge))


def not_yet(knowledge: Knowledge) -> Gate:
    """The gate that each approach's first day stands behind."""
    dated = [one for one in knowledge.approaches if one.available_from]
    when = Comparison(input="as_of", op="<", than="available_from")
    return Gate(
        id=NOT_YET,
        kind="soft",
        excludes=tuple(one.id for one in dated),
        when=Condition(all=(when,)),
        reason="{approach} came into use in {available_from}, after {as_of}.",
        sources=tuple(dict.fromkeys(name for one in dated for name in one.sources)),
    )


def reached(knowledge: Knowledge) -> Gate:
    """The gate that a measured score of a lower rung closes where it reaches the target."""
    least = min(one.rung for one in knowledge.approaches)
    tests = tuple(
        Comparison(input=name, op=">=", than="task.quality_target")
        for name in ("trials", "task.prompt_baseline")
    )
    return Gate(
        id=REACHED,
        kind="soft",
        excludes=tuple(one.id for one in knowledge.approaches if one.rung > least),
        when=Condition(any=tests),
        reason="{approach} was measured at {score} ({low} to {high} on {items} items), which "
        "reaches the target: there is nothing to climb for.",
        sources=("S2-42", "S2-43"),
    )

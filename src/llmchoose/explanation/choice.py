"""Rules that stand in no list of the rulebook: its constants, and the gate of the calendar."""

from dataclasses import dataclass

from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Comparison, Condition, ConfidenceRule, Gate, Ladder

NOT_YET = "G-NOT-YET"


@dataclass(frozen=True)
class Choice:
    """A group of constants by which the rulebook chooses, or says how sure it is."""

    id: str
    text: str
    rule: Ladder | ConfidenceRule


def choices(knowledge: Knowledge) -> tuple[Choice, ...]:
    """The rulebook's constants: how approaches are ranked, and how sure that is."""
    book = knowledge.rulebook
    return (
        Choice("ladder", "Constants of the choice between approaches.", book.ladder),
        Choice("confidence", "Constants of how sure the advice is.", book.confidence),
    )


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

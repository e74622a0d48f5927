"""Pages of net benefit: what it takes off, and what quality is worth."""

from llmchoose.explanation.choice import (
    CHARGED_BY,
    WORTH_RESTS_ON,
    Valued,
    in_net_benefit,
)
from llmchoose.explanation.kinds.kind import as_ids
from llmchoose.explanation.links import citations
from llmchoose.explanation.model import Fact, Page
from llmchoose.explanation.pages.parts import conflicts_section, inputs_section, names_fact
from llmchoose.explanation.wording import blanks
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Charge, Worth

UNSAID = "nothing, where none of them is given"


def charge_page(row: Charge, knowledge: Knowledge) -> Page:
    """What is taken off, per what, and which answers bring it."""
    fields = CHARGED_BY.get(row.id, ())
    facts = [
        _weight(row),
        Fact("unit", row.unit),
        names_fact("rests on", fields),
    ]
    if fields and row.id != "size":
        facts.append(Fact("charges", UNSAID))
    return Page(
        "charge",
        in_net_benefit(row),
        row.id.replace("_", " "),
        blanks(row.text),
        tuple(facts),
        (*inputs_section(fields, knowledge), *conflicts_section(row.sources, knowledge)),
        citations(row.sources, knowledge),
    )


def worth_page(row: Valued, knowledge: Knowledge) -> Page:
    """What reaching the target, or passing it, is worth against a point of quality below it."""
    facts = (
        _weight(row.rule),
        names_fact("rests on", WORTH_RESTS_ON),
        Fact("counts", "where a target is given; else quality is worth itself"),
    )
    sections = inputs_section(WORTH_RESTS_ON, knowledge)
    found = citations(as_ids(row.rule.source), knowledge)
    return Page("worth", in_net_benefit(row), row.name, row.text, facts, sections, found)


def _weight(rule: Charge | Worth) -> Fact:
    low, high = rule.range
    said = f"{rule.weight:g} of the whole scale of quality, within {low:g} to {high:g}"
    return Fact("weight", said, {"value": rule.weight, "low": low, "high": high})

"""The page of a gate."""

from typing import Any

from llmchoose.explanation.choice import NOT_YET, REACHED
from llmchoose.explanation.links import citations, fields_behind, inputs_of
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section
from llmchoose.explanation.pages.parts import conflicts_section, inputs_section, names_fact
from llmchoose.explanation.wording import blanks, condition
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Condition, Gate

MADE = (NOT_YET, REACHED)
JUDGED = (
    Entry("score", "the low end of its 90% interval counts, on the metric of the target"),
    Entry("closed", "every approach above the lowest rung that reaches it"),
    Entry("prompt_baseline", "counts where the size of its test set is given"),
)


def gate_page(row: Gate, knowledge: Knowledge) -> Page:
    """What closes it, what it does to which approaches, and on what grounds."""
    inputs = inputs_of(row)
    behind = dict.fromkeys(field for name in inputs for field in fields_behind(name, knowledge))
    facts = (
        Fact("kind", _kind(row, knowledge), row.kind),
        names_fact("closes", row.excludes),
        Fact("when", condition(row.when, knowledge), as_data(row.when)),
        names_fact("rests on", tuple(behind)),
    )
    sections: tuple[Section, ...] = (
        *inputs_section(inputs, knowledge),
        *_of_its_own(row, knowledge),
    )
    found = citations(row.sources, knowledge)
    return Page("gate", row.id, row.id, blanks(row.reason), facts, sections, found)


def _kind(row: Gate, knowledge: Knowledge) -> str:
    ladder = knowledge.rulebook.ladder
    if row.kind == "hard":
        return "hard: closed by an answer that was given, it takes the approach off the table"
    if not row.charged:
        return "soft: closed, it is said; net benefit charges what it stands for"
    charge = ladder.unavailable_penalty if row.id in MADE else ladder.gate_penalty
    of = "fit and of net benefit" if row.id in MADE else "fit"
    return f"soft: closed, it costs {charge:g} of {of}"


def _of_its_own(row: Gate, knowledge: Knowledge) -> tuple[Section, ...]:
    if row.id == NOT_YET:
        return _first_days(knowledge)
    judged = (Listing("judged", "How a score is judged", JUDGED),) if row.id == REACHED else ()
    return (*judged, *conflicts_section(row.sources, knowledge))


def _first_days(knowledge: Knowledge) -> tuple[Section, ...]:
    dated = [(one.id, one.available_from) for one in knowledge.approaches if one.available_from]
    entries = tuple(Entry(name, day) for name, day in dated)
    return (Listing("available_from", "In use since", entries),)


def as_data(rule: Condition) -> dict[str, Any]:
    """A condition as plain data, as the rulebook writes it."""
    if rule.always:
        return {"always": True}
    tests = [
        {"input": test.input, "op": test.op, "than": test.than}
        if test.than
        else {
            "input": test.input,
            "op": test.op,
            "value": list(test.value) if isinstance(test.value, tuple) else test.value,
        }
        for test in rule.tests
    ]
    return {"all" if rule.all else "any": tests}

"""The page of an approach, and that of a step of its plan."""

from llmchoose.explanation.choice import made_gates
from llmchoose.explanation.kinds.rules import LADDER, PlanStep
from llmchoose.explanation.links import citations
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section
from llmchoose.explanation.pages.parts import conflicts_section, names_fact
from llmchoose.explanation.wording import blanks, condition, listed
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Approach, Step

PARTS = {"common_before": "before any approach", "common_after": "after any approach"}


def approach_page(row: Approach, knowledge: Knowledge) -> Page:
    """What it is, how it is done, what can close it, what pays beside it, what can go wrong."""
    facts = (
        Fact("family", row.family),
        Fact("rung", f"{row.rung:g} on the ladder", row.rung),
        Fact("in use since", row.available_from or "before all cases", row.available_from),
    )
    sections = (
        _steps("plan", "Its plan", knowledge.plan[row.id]),
        _steps("ladder", "When to stop, when to climb", _rung(row, knowledge)),
        *_rules(row, knowledge),
    )
    found = citations(row.sources, knowledge)
    return Page("approach", row.id, row.name, row.definition, facts, sections, found)


def _rung(row: Approach, knowledge: Knowledge) -> tuple[Step, ...]:
    return tuple(step for step in knowledge.plan[LADDER] if step.step == row.id)


def _steps(key: str, title: str, steps: tuple[Step, ...]) -> Section:
    entries = tuple(
        Entry(
            step.step,
            f"{blanks(step.do)} Done when: {blanks(step.exit_criterion)} [{listed(step.sources)}]",
        )
        for step in steps
    )
    return Listing(key, title, entries)


def _rules(row: Approach, knowledge: Knowledge) -> tuple[Section, ...]:
    book = knowledge.rulebook
    gates = (*book.gates, *made_gates(knowledge))
    closing = [Entry(one.id, blanks(one.reason)) for one in gates if row.id in one.excludes]
    beside = [
        Entry(one.id, f"{one.add or one.technique}: {blanks(one.value)}")
        for one in book.combinations
        if row.id in one.primary
    ]
    risks = [Entry(one.id, blanks(one.text)) for one in knowledge.risks if row.id in one.approaches]
    return (
        Listing("gates", "Gates that can close it", tuple(closing)),
        Listing("combinations", "What can pay beside it", tuple(beside)),
        Listing("risks", "What can go wrong", tuple(risks)),
    )


def step_page(row: PlanStep, knowledge: Knowledge) -> Page:
    """What to do, and by which number one sees that it is done."""
    step = row.step
    where = "the whole ladder" if row.part == LADDER else PARTS.get(row.part, row.part)
    facts = [Fact("plan of", where, row.part), Fact("done when", blanks(step.exit_criterion))]
    if step.answered_by:
        facts.append(names_fact("left out if given", step.answered_by))
    if not step.when.always:
        facts.append(Fact("when", condition(step.when, knowledge)))
    return Page(
        "step",
        row.id,
        step.step,
        blanks(step.do),
        tuple(facts),
        conflicts_section(step.sources, knowledge),
        citations(step.sources, knowledge),
    )

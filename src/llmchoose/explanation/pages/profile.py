"""Pages of a profile's fields and of the readings that rules take from the estimate."""

from llmchoose.explanation.links import citations, readers
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section
from llmchoose.explanation.pages.parts import names_fact, uses_section
from llmchoose.explanation.wording import figure, is_money, listed, prior_words, type_of
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.readings import Reading
from llmchoose.quantity import Quantity


def field_page(row: Field, knowledge: Knowledge) -> Page:
    """What it asks, in which unit, what is assumed when it is left out, and who reads it."""
    cited = (row.prior.source,) if row.prior and row.prior.source else ()
    sections = (*_words(row), *_answered(row, knowledge), *_read_by(row.name, knowledge))
    found = citations(cited, knowledge)
    return Page("field", row.name, row.question, row.help, _facts(row), sections, found)


def _facts(row: Field) -> tuple[Fact, ...]:
    facts = [Fact("type", type_of(row), row.type)]
    if row.unit:
        facts.append(Fact("unit", row.unit))
    if row.values:
        facts.append(names_fact("values", row.values))
    if row.minimum is not None:
        facts.append(Fact("least", figure(row.minimum, row.unit), row.minimum))
    if row.maximum is not None:
        facts.append(Fact("most", figure(row.maximum, row.unit), row.maximum))
    facts.append(Fact("example", _example(row.example)))
    if row.why:
        facts.append(Fact("why", row.why))
    if row.required:
        return (*facts, Fact("required", "yes", True))
    left_out = prior_words(row.prior) if row.prior else "nothing is assumed."
    return (*facts, Fact("left out", left_out))


def _example(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"[{listed(_example(one) for one in value)}]"
    if isinstance(value, dict):
        return listed(f"{key}: {_example(one)}" for key, one in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(row: Field) -> tuple[Section, ...]:
    choices = tuple(Entry(value, said) for value, said in row.choices.items())
    words = tuple(Entry(word, _span(ends, row.unit)) for word, ends in row.words.items())
    listings = (
        Listing("choices", "In plain words", choices),
        Listing("words", "Words for it", words),
    )
    return tuple(listing for listing in listings if listing.entries)


def _span(ends: Quantity, unit: str) -> str:
    low, high = figure(ends.low, unit), figure(ends.high, unit)
    said = low if ends.exact else f"{low} to {high}"
    return said if unit == "fraction" or is_money(unit) else f"{said} {unit}"


def _answered(row: Field, knowledge: Knowledge) -> tuple[Section, ...]:
    entries = tuple(
        Entry(f"{part}/{step.step}", step.do)
        for part, steps in knowledge.plan.items()
        for step in steps
        if row.name in step.answered_by
    )
    return (Listing("answers", "Steps that it answers", entries),) if entries else ()


def _read_by(name: str, knowledge: Knowledge) -> tuple[Section, ...]:
    return uses_section("read_by", "Who reads it", readers(name, knowledge))


def reading_page(row: Reading, knowledge: Knowledge) -> Page:
    """A figure of the estimate: what it is, what it rests on, who reads it."""
    rests = names_fact("rests on", row.rests_on)
    if not row.rests_on:
        rests = Fact("rests on", "the estimate as a whole, no field alone", [])
    facts = (Fact("unit", row.unit), rests)
    questions = tuple(Entry(name, knowledge.fields[name].question) for name in row.rests_on)
    asked = (Listing("inputs", "What the profile is asked", questions),) if questions else ()
    sections = (*asked, *_read_by(row.name, knowledge))
    return Page("reading", row.name, row.name, row.text, facts, sections)

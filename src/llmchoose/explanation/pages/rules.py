"""Pages of combinations, risks, conflicts, constants of the choice, terms and practices."""

from dataclasses import fields
from typing import Any

from llmchoose.explanation.choice import Choice
from llmchoose.explanation.kinds.kind import as_ids
from llmchoose.explanation.links import citations, inputs_of, uses
from llmchoose.explanation.model import Entry, Fact, Listing, Page
from llmchoose.explanation.pages.gate import as_data
from llmchoose.explanation.pages.parts import (
    conflicts_section,
    inputs_section,
    names_fact,
    uses_section,
)
from llmchoose.explanation.wording import blanks, condition, listed
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.reference import Conflict, Practice, Side, Term
from llmchoose.knowledge.rules import Combination, Risk, Saving

GROUNDS = ("source", "note")
RULES = ("criterion", "gate", "approach", "combination", "risk", "step")


def combination_page(row: Combination, knowledge: Knowledge) -> Page:
    """What pays beside which approaches, when, and how much it saves."""
    saving = as_ids(row.saves.source) if row.saves else ()
    facts = [
        Fact("beside", listed(row.primary), list(row.primary)),
        Fact("when", condition(row.when, knowledge), as_data(row.when)),
    ]
    if row.fallback:
        facts.append(Fact("otherwise", row.fallback))
    if row.saves:
        facts.append(_saving(row.saves))
    title = f"{row.add or row.technique}".replace("_", " ")
    sections = (
        *inputs_section(inputs_of(row), knowledge),
        *conflicts_section(row.sources, knowledge),
    )
    found = citations((*row.sources, *saving), knowledge)
    return Page("combination", row.id, title, blanks(row.value), tuple(facts), sections, found)


def _saving(saves: Saving) -> Fact:
    points = {"p10": saves.share_p10, "p50": saves.share_p50, "p90": saves.share_p90}
    said = f"{saves.share_p50:.0%} of {saves.of} ({saves.share_p10:.0%} to {saves.share_p90:.0%})"
    return Fact("saves", said, {**points, "of": saves.of})


def risk_page(row: Risk, knowledge: Knowledge) -> Page:
    """What can go wrong, when that is likely, and what helps."""
    facts = (
        names_fact("with", row.approaches),
        Fact("when", condition(row.when, knowledge), as_data(row.when)),
        Fact("likelihood", f"{row.likelihood} [{row.likelihood_source}]", row.likelihood),
        Fact("what helps", row.mitigation),
    )
    sections = (
        *inputs_section(inputs_of(row), knowledge),
        *conflicts_section(row.sources, knowledge),
    )
    found = citations((*row.sources, row.likelihood_source), knowledge)
    return Page("risk", row.id, row.id, blanks(row.text), facts, sections, found)


def conflict_page(row: Conflict, knowledge: Knowledge) -> Page:
    """Both sides, each with its evidence; which one is followed, and why."""
    decided = tuple(name for name in row.evidence if name != "judgement")
    cited = [use for use in uses({*row.cited} - {"judgement"}, knowledge) if use.kind.name in RULES]
    facts = (
        Fact("followed", row.follows),
        Fact("because", row.because),
        names_fact("decided by", row.evidence),
        Fact("as of", row.as_of),
    )
    sections = (
        *(_side(number, side, knowledge) for number, side in enumerate(row.sides, 1)),
        *uses_section("touches", "Rules that cite the same evidence", cited),
    )
    found = citations(decided, knowledge)
    return Page("conflict", row.id, row.question, row.question, facts, sections, found)


def _side(number: int, side: Side, knowledge: Knowledge) -> Listing:
    entries = tuple(
        Entry(one.id, f"{one.claim or one.title} ({one.title}, {one.date})")
        for one in citations(side.evidence, knowledge)
    )
    return Listing(f"side_{number}", f"Side {number}: {side.says}", entries)


def choice_page(row: Choice, knowledge: Knowledge) -> Page:
    """Constants by which the rulebook chooses or says how sure it is."""
    facts = tuple(_constant(part.name, getattr(row.rule, part.name)) for part in fields(row.rule))
    own = tuple(fact for fact in facts if fact.name not in GROUNDS)
    found = citations(as_ids(row.rule.source), knowledge)
    text = f"{row.text} {row.rule.note}"
    return Page("constant", row.id, row.id, text, own, (), found)


def _constant(name: str, value: Any) -> Fact:
    if name == "words":
        words = {one.words: one.at_least for one in value}
        return Fact(
            "words", listed(f"{word} from {least:.0%}" for word, least in words.items()), words
        )
    plain = list(value) if isinstance(value, tuple) else value
    return Fact(name.replace("_", " "), listed(value) if plain is not value else str(value), plain)


def term_page(row: Term, knowledge: Knowledge) -> Page:
    """A word as this tool uses it."""
    sections = conflicts_section(row.sources, knowledge)
    return Page(
        "term", row.term, row.term, row.text, (), sections, citations(row.sources, knowledge)
    )


def practice_page(row: Practice, knowledge: Knowledge) -> Page:
    """A good habit, and where it holds."""
    facts = (names_fact("with", row.approaches),)
    sections = conflicts_section(row.sources, knowledge)
    found = citations(row.sources, knowledge)
    return Page("practice", row.id, row.id, row.text, facts, sections, found)

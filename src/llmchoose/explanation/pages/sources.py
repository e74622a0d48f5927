"""Pages of evidence and of sources: what they say, and what rests on them."""

from llmchoose.explanation.links import citations, conflicts_about, uses
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section
from llmchoose.explanation.pages.parts import sides_of, uses_section
from llmchoose.explanation.wording import listed
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Evidence, Source

RESTS = "What rests on it"
SPEAKS = {"+": "for", "-": "against", "±": "both for and against"}
VERIFIED = {
    "read": "read in the document",
    "seen": "seen at the source",
    "seen2": "seen where others quote it",
    "memory": "from memory",
    "derived": "worked out from other rows",
}


def evidence_page(row: Evidence, knowledge: Knowledge) -> Page:
    """A claim: who makes it, what it speaks for, who uses it, and who says otherwise."""
    sections = (
        *_sides(row, knowledge),
        *uses_section("uses", RESTS, uses((row.id,), knowledge)),
    )
    found = citations(row.source, knowledge)
    return Page("evidence", row.id, row.id, row.claim, _evidence_facts(row), sections, found)


def _evidence_facts(row: Evidence) -> tuple[Fact, ...]:
    facts = {
        "numbers": row.numbers,
        "speaks": _speaks(row.speaks or ""),
        "meant for": row.place,
        "checked": VERIFIED.get(row.verified, row.verified),
        "as of": row.as_of,
        "note": row.note,
    }
    return tuple(Fact(name, text) for name, text in facts.items() if text)


def _speaks(marks: str) -> str:
    """`rag+; tune-` as words; what carries no mark bears on an approach without taking a side."""
    if marks == "0":
        return "for none and against none"
    names = [name.strip() for name in marks.split(";") if name.strip()]
    return listed(
        f"{SPEAKS[name[-1]]} {name[:-1]}" if name[-1] in SPEAKS else f"on {name}" for name in names
    )


def _sides(row: Evidence, knowledge: Knowledge) -> tuple[Section, ...]:
    named = {name.strip() for name in (row.conflict or "").split(";")}
    about = {one.id for one in conflicts_about((row.id,), knowledge)}
    found = [one for one in knowledge.conflicts if one.id in named | about]
    entries = tuple(Entry(one.id, f"{sides_of(one)} {one.because}") for one in found)
    data = [{"id": one.id, "question": one.question, "follows": one.follows} for one in found]
    title = "Where the sources contradict each other"
    return (Listing("conflicts", title, entries, data),) if entries else ()


def source_page(row: Source, knowledge: Knowledge) -> Page:
    """A document, paper or price list, and what rests on it."""
    facts = [Fact("kind", row.kind), Fact("date", row.date)]
    if row.url:
        facts.append(Fact("url", row.url))
    claims = [one.id for one in knowledge.evidence.values() if row.id in one.source]
    through = [use for use in uses(claims, knowledge) if use.kind.name != "evidence"]
    sections = (
        *uses_section("uses", RESTS, uses((row.id,), knowledge)),
        *uses_section("uses_of_claims", "What rests on its claims", through),
    )
    return Page("source", row.id, row.title, "", tuple(facts), sections)

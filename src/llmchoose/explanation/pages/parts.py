"""Sections that pages of several kinds have."""

from collections.abc import Iterable, Sequence

from llmchoose.explanation.links import Use, conflicts_about, fields_behind
from llmchoose.explanation.model import Entry, Fact, Listing
from llmchoose.explanation.wording import listed
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.reference import Conflict

SHOWN = 12


def names_fact(name: str, ids: Sequence[str]) -> Fact:
    """A fact that is a list of ids."""
    return Fact(name, listed(ids) or "none", list(ids))


def inputs_section(names: Iterable[str], knowledge: Knowledge) -> tuple[Listing, ...]:
    """What the inputs of a rule are, and what the fields behind them hold."""
    wanted = list(names)
    behind = [field for name in wanted for field in fields_behind(name, knowledge)]
    readings = {one.name: one.text for one in knowledge.readings.values()}
    entries = [
        Entry(name, readings[name] if name in readings else knowledge.fields[name].help)
        for name in dict.fromkeys((*wanted, *behind))
        if name in readings or name in knowledge.fields
    ]
    return (Listing("inputs", "What it reads", tuple(entries)),) if entries else ()


def conflicts_section(names: Iterable[str], knowledge: Knowledge) -> tuple[Listing, ...]:
    """Conflicts that the sources of a page stand in, both sides, and which one is followed."""
    found = conflicts_about(names, knowledge)
    if not found:
        return ()
    entries = tuple(Entry(one.id, sides_of(one)) for one in found)
    data = [{"id": one.id, "question": one.question, "follows": one.follows} for one in found]
    return (Listing("conflicts", "Where its sources contradict each other", entries, data),)


def sides_of(conflict: Conflict) -> str:
    """Question, what each side says and who says it, and what the rules follow."""
    sides = " Or: ".join(f"{side.says} [{listed(side.evidence)}]" for side in conflict.sides)
    return f"{conflict.question} {sides} Followed: {conflict.follows}"


def uses_section(key: str, title: str, uses: Sequence[Use]) -> tuple[Listing, ...]:
    """Ids by kind, the first of them and how many there are."""
    kinds = {use.kind.name: use.kind for use in uses}
    by_kind = {name: [use.id for use in uses if use.kind.name == name] for name in kinds}
    entries = tuple(Entry(kinds[name].plural, _counted(ids)) for name, ids in by_kind.items())
    data = {
        kinds[name].plural: {"count": len(ids), "ids": ids[:SHOWN]} for name, ids in by_kind.items()
    }
    return (Listing(key, title, entries, data),) if entries else ()


def _counted(ids: Sequence[str]) -> str:
    more = len(ids) - SHOWN
    return listed(ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")

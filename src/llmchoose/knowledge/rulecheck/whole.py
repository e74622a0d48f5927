"""Mistakes of a rulebook as a whole, and of gates and combinations that could never count."""

import re
from collections.abc import Iterator
from datetime import date

from llmchoose.errors import quoted
from llmchoose.knowledge.rulecheck.entry import Check, Entry, Fault
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import Combination, Criterion, Gate, Rulebook

# Gates that the choice itself makes, and what they are about.
RESERVED = {
    "G-NOT-YET": "approaches that are not in use yet",
    "G-REACHED": "a target that a lower rung reaches",
}
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def _no_day(book: Entry, _: Vocabulary) -> Iterator[Fault]:
    text = book["as_of"]
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        message = f"as_of is a day, and {quoted(text)} is none"
        yield Fault(message, "write YYYY, YYYY-MM or YYYY-MM-DD", (book.at("as_of"),))


def _nothing_scores(book: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    if not any(_scores_everything(one, vocabulary) for one in book["criteria"]):
        message = "no criterion scores every approach of every project"
        hint = "keep one without applies whose input is always known"
        yield Fault(message, hint, (book.at("criteria"), book.node))


def _scores_everything(criterion: Criterion, vocabulary: Vocabulary) -> bool:
    what = vocabulary.inputs.get(criterion.input)
    open_words = what is not None and what.kind == "word" and not what.words
    return not (criterion.applies or open_words or (what and what.partly))


def _reserved(gate: Entry, _: Vocabulary) -> Iterator[Fault]:
    if gate["id"] in RESERVED:
        message = f"{gate['id']} is the gate of {RESERVED[gate['id']]}"
        yield Fault(message, "choose another id", (gate.at("id"),))


def _never_closes(gate: Entry, _: Vocabulary) -> Iterator[Fault]:
    """A hard gate closes on what the profile states, and `always` asks nothing of it."""
    if gate["kind"] == "hard" and gate["when"].always:
        message = "a hard gate closes on what a profile states, and always reads nothing of it"
        where = (gate.at("when"), gate.at("kind"))
        yield Fault(message, "write kind: soft, or test an input", where)


def _adds_nothing(combination: Entry, _: Vocabulary) -> Iterator[Fault]:
    if combination["add"] is None and combination["technique"] is None:
        hint = "name an approach in add, or a technique"
        yield Fault(f"{combination.label} adds nothing", hint, (combination.node,))


CHECKS = (
    Check(Rulebook, ("as_of",), _no_day),
    Check(Rulebook, ("criteria",), _nothing_scores),
    Check(Gate, ("id",), _reserved),
    Check(Gate, ("kind", "when"), _never_closes),
    Check(Combination, ("add", "technique"), _adds_nothing),
)

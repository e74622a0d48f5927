"""A field in one assessment: the value taken, what moved it, and what it moved."""

from collections.abc import Iterator

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.estimate.clues import holds
from llmchoose.explanation.kinds.kind import Kind
from llmchoose.explanation.links import Use, readers
from llmchoose.explanation.model import Entry, Listing, Section
from llmchoose.explanation.wording import clue_words
from llmchoose.knowledge.tables import Clue
from llmchoose.outcome.answers import answer, as_plain
from llmchoose.outcome.parts import here, ladder, mean, points
from llmchoose.outcome.points import contributions
from llmchoose.outcome.quality import RESTS_ON

MOVED = "What it moves here"


def field_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """The answer or assumption, the clues behind it, and every rule that reads it."""
    entries = tuple(_moved(name, assessment))
    moved = (Listing("profile_moved", MOVED, entries),) if entries else ()
    first = here(assessment, (answer(name, assessment),), as_plain(name, assessment))
    return (first, *_clues(name, assessment), *moved)


def _clues(name: str, assessment: Assessment) -> tuple[Section, ...]:
    field = assessment.knowledge.fields[name]
    if assessment.profile.given(name) or not field.prior or not field.prior.clues:
        return ()
    held = [clue for clue in assessment.knowledge.clues if holds(clue, assessment.profile)]
    gaps = tuple(assessment.knowledge.gaps)
    entries = tuple(Entry(clue.id, f"{clue_words(clue)}: {_odds(clue, gaps)}") for clue in held)
    title = "Answers that tell of it, and by what each multiplies the odds"
    return (Listing("profile_clues", title, entries, [clue.id for clue in held]),)


def _odds(clue: Clue, gaps: tuple[str, ...]) -> str:
    sign = "" if clue.op == "base" else "x "
    return ", ".join(f"{gap} {sign}{getattr(clue, gap):.3g}" for gap in gaps)


def _moved(name: str, assessment: Assessment) -> Iterator[Entry]:
    if name in RESTS_ON:
        said = ", ".join(f"{r.approach.id} {mean(r.quality):.0%}" for r in ladder(assessment))
        yield Entry("expected quality", said)
    for use in readers(name, assessment.knowledge):
        said = _by_kind(use, assessment)
        if said:
            yield Entry(use.id, said)


def _by_kind(use: Use, assessment: Assessment) -> str:
    kind: Kind = use.kind
    if kind.name == "criterion":
        return _criterion(use.id, assessment)
    if kind.name == "gate":
        return _gate(use.id, assessment)
    return _charge(use.id, assessment) if kind.name == "charge" else ""


def _criterion(name: str, assessment: Assessment) -> str:
    found = [(one, contributions(one)) for one in ladder(assessment)]
    weighs = any(c.weight > 0 and c.criterion.id == name for one, _ in found for c in one.criteria)
    if not weighs:
        return "criterion that only explains here, at weight 0"
    said = (f"{one.approach.id} {points(by[name])}" for one, by in found if name in by)
    return f"points of fit: {', '.join(said)}"


def _gate(name: str, assessment: Assessment) -> str:
    closed = [
        f"{one.approach.id} ({np.mean(gate.closed):.0%} of the draws)"
        for one in ladder(assessment)
        for gate in one.gates
        if gate.id == name and not gate.passed
    ]
    return f"gate closed for {', '.join(closed)}" if closed else "gate that every approach passes"


def _charge(name: str, assessment: Assessment) -> str:
    key = name.removeprefix("net_benefit.")
    taken = {one.approach.id: mean(one.charges.get(key, 0.0)) for one in ladder(assessment)}
    said = ", ".join(f"{one} {points(-cost)}" for one, cost in taken.items() if cost)
    return f"points of net benefit: {said}" if said else "charge that takes nothing here"

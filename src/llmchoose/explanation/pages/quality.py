"""Pages of what the expected quality rests on: closures, comparisons, clues, gaps, real cases."""

from collections.abc import Iterator, Mapping
from typing import Any

from llmchoose.explanation.links import citations
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section, Table
from llmchoose.explanation.pages.facts import row_page
from llmchoose.explanation.pages.parts import names_fact
from llmchoose.explanation.wording import clue_words, figure, listed
from llmchoose.knowledge.build import read_yaml_file
from llmchoose.knowledge.closing import closure_of, speaks_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.runs import Case, Comparison
from llmchoose.knowledge.tables import Closure, Clue, GapCoverage

ROOM = "The room is what the best existing model, prompted, does not get right."
AFTER_TUNING = "The room is what full tuning leaves of that which the model does not get right."
HEAD = ("comparison", "from", "to", "of", "closed", "source")
BEHIND = "Published comparisons behind it, as they were published"


def closure_page(row: Closure, knowledge: Knowledge) -> Page:
    """A share of the room: what was judged, what was measured, and by whom."""
    continued = row.approach == "continued_pretrain"
    facts = [
        Fact("approach", row.approach),
        Fact("gap", row.gap),
        *_points(row.p10, row.p50, row.p90),
        Fact("unit", row.unit),
        Fact("judged", f"{row.judged:g}, before any comparison was looked at", row.judged),
        Fact("counts for", _counts(row.effective_comparisons), row.effective_comparisons),
    ]
    if row.measured is not None:
        facts.append(Fact("measured", f"{row.measured:g} in the mean of them", row.measured))
    return Page(
        "closure",
        row.id,
        f"What {row.approach} closes of a gap in {row.gap}",
        f"{AFTER_TUNING if continued else ROOM} {row.note or ''}".strip(),
        (*facts, Fact("as of", row.as_of)),
        _behind(row, knowledge),
        citations(row.source, knowledge),
    )


def _counts(comparisons: float) -> str:
    return f"{comparisons:g} comparison" + ("" if comparisons == 1 else "s")


def _points(low: float, middle: float, high: float) -> Iterator[Fact]:
    for name, value in (("p10", low), ("p50", middle), ("p90", high)):
        yield Fact(name, figure(value), value)


def _behind(row: Closure, knowledge: Knowledge) -> tuple[Section, ...]:
    found = [
        (one, closed)
        for one in knowledge.comparisons
        if speaks_of(one, row.approach, row.gap) and (closed := closure_of(one)) is not None
    ]
    cells = tuple(
        (
            one.id,
            _score(one.before),
            _score(one.after),
            _score(one.best),
            f"{closed:.2f}",
            listed(one.source),
        )
        for one, closed in found
    )
    data = [{"id": one.id, "closed": closed} for one, closed in found]
    return (Table("comparisons", BEHIND, HEAD, cells, data),) if cells else ()


def _score(score: float | None) -> str:
    return "-" if score is None else figure(score)


def comparison_page(row: Comparison, knowledge: Knowledge) -> Page:
    """Scores without and with an approach, and the closures that they speak of."""
    page = row_page("comparison")(row, knowledge)
    closed = closure_of(row)
    if closed is None:
        return page
    behind = [one for one in knowledge.closures.values() if speaks_of(row, one.approach, one.gap)]
    entries = tuple(
        Entry(one.id, f"{one.p50:g} {one.unit}, judged {one.judged:g}") for one in behind
    )
    title = f"Closures it speaks of: it closed {closed:.2f} of the room"
    section = Listing("closures", title, entries, {"closed": closed, "ids": [o.id for o in behind]})
    return page.with_sections((section,) if entries else ())


def clue_page(row: Clue, knowledge: Knowledge) -> Page:
    """What an answer tells of a gap that nobody says."""
    gaps = {name: float(getattr(row, name)) for name in knowledge.gaps}
    base = row.op == "base"
    title = "Shares of the gaps among them" if base else "By what it moves the odds of each gap"
    entries = tuple(
        Entry(name, f"{value:.1%}" if base else f"x {value:g}") for name, value in gaps.items()
    )
    facts = (
        Fact("projects", f"{row.projects:g} real ones give this answer", row.projects),
        Fact("counts", "where the profile does not say task.gap"),
        Fact("as of", row.as_of),
    )
    found = citations(row.source, knowledge)
    sections = (Listing("odds", title, entries, gaps),)
    return Page("clue", row.id, clue_words(row), row.note or "", facts, sections, found)


def gap_page(row: GapCoverage, knowledge: Knowledge) -> Page:
    """What existing models cover of tasks that lack one thing, and what closes it."""
    facts = (
        *_points(row.coverage_p10, row.coverage_p50, row.coverage_p90),
        Fact("unit", "share of the task that existing models cover"),
        Fact("projects", f"{row.projects:g} real ones, by weight", row.projects),
        Fact("as of", row.as_of),
    )
    entries = tuple(
        Entry(one.id, f"{one.p50:g} ({one.p10:g} to {one.p90:g})")
        for one in knowledge.closures.values()
        if one.gap == row.id
    )
    sections = (Listing("closures", "What closes it, as a share of the room", entries),)
    found = citations(row.source, knowledge)
    title = f"Coverage of tasks whose gap is {row.id}"
    return Page("gap", row.id, title, row.note or "", facts, sections, found)


def case_page(row: Case, knowledge: Knowledge) -> Page:
    """A real decision: who, when, what, how it went, why, and what was known before it."""
    told: dict[str, Any] = read_yaml_file(knowledge.case_profile(row.id))
    decided = told.pop("decision", {})
    facts = [
        Fact("organisation", row.org),
        Fact("year", str(row.year), row.year),
        Fact("decided", str(decided.get("approach"))),
        Fact("outcome", str(decided.get("outcome"))),
        names_fact("acceptable", decided.get("acceptable") or ()),
        Fact("seen", "at the source" if row.verified == "yes" else "no, from memory", row.verified),
    ]
    if decided.get("combine_with"):
        facts.insert(3, names_fact("beside it", decided["combine_with"]))
    entries = tuple(Entry(name, _said(value)) for name, value in _flat(told))
    title = "What its profile says was known before"
    found = citations(row.source, knowledge)
    sections = (Listing("known", title, entries),)
    return Page("case", row.id, told["name"], row.why, tuple(facts), sections, found)


def _flat(told: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif key not in ("name", "description"):
            yield f"{prefix}{key}", value


def _said(value: object) -> str:
    if isinstance(value, list):
        return listed(_said(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)

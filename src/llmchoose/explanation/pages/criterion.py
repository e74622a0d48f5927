"""The page of a criterion."""

from llmchoose.explanation.kinds.kind import as_ids
from llmchoose.explanation.links import citations, fields_behind, inputs_of
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section, Table
from llmchoose.explanation.pages.parts import conflicts_section, inputs_section, names_fact
from llmchoose.explanation.wording import PREFIX, blanks, comparison, figure, listed, unit_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import CONSTANT, Criterion, Curve

SCORES = "Scores, from 0 (speaks against) to 1 (speaks for)"
DECIDES = {
    "always": "yes, by weight, where the profile says something of its input",
    "when_given": "by weight where the profile gives all that its input rests on; else it explains",
    "gap_unknown": "by weight, but only where nobody says the gap and its input is given",
    "never": "no, it explains, warns and plans",
}
SCALES = {"linear": "straight lines between the points", "log": "straight lines in log10"}


def criterion_page(row: Criterion, knowledge: Knowledge) -> Page:
    """What it asks, how an answer becomes a score for each approach, and on what grounds."""
    names = (*row.sources, *as_ids(row.breakpoint_source))
    sections = (
        _scores(row, knowledge),
        _sentences(row),
        *inputs_section(inputs_of(row), knowledge),
        *conflicts_section(names, knowledge),
    )
    return Page(
        "criterion",
        row.id,
        row.name,
        _question(row, knowledge),
        _facts(row, knowledge),
        sections,
        citations(names, knowledge),
    )


def _question(row: Criterion, knowledge: Knowledge) -> str:
    field = knowledge.fields.get(row.input)
    if field:
        return field.question
    reading = knowledge.readings.get(row.input.removeprefix(PREFIX))
    return reading.text if reading else "The same for every project: it reads nothing."


def _facts(row: Criterion, knowledge: Knowledge) -> tuple[Fact, ...]:
    low, high = row.range
    weight = {"value": row.weight, "low": low, "high": high}
    facts = [
        Fact("input", "none" if row.input == CONSTANT else row.input),
        Fact("unit", row.unit),
        names_fact("rests on", fields_behind(row.input, knowledge)),
        Fact("decides", DECIDES[row.decides], row.decides),
        *_inferred(row, knowledge),
        Fact("weight", f"{row.weight:g}, within {low:g} to {high:g}", weight),
        Fact("group", row.group),
    ]
    if row.applies:
        facts.append(Fact("applies when", comparison(row.applies, knowledge)))
    if row.curves:
        facts.append(Fact("between points", SCALES[row.scale], row.scale))
    if row.default is not None:
        facts.append(Fact("other approaches", f"score {row.default:g}", row.default))
    return (*facts, names_fact("scores from", as_ids(row.breakpoint_source)))


def _inferred(row: Criterion, knowledge: Knowledge) -> tuple[Fact, ...]:
    field = knowledge.fields.get(row.input)
    prior = field.prior if field else None
    if row.decides != "always" or not prior or not (prior.clues or prior.at_most):
        return ()
    kept = knowledge.rulebook.ladder.inferred_weight
    said = f"{kept:.0%} of its weight, where only other answers tell of its input"
    return (Fact("keeps", said, kept),)


def _scores(row: Criterion, knowledge: Knowledge) -> Section:
    return _matrix(row, knowledge) if row.table else _curves(row, knowledge)


def _matrix(row: Criterion, knowledge: Knowledge) -> Section:
    words = tuple("always" if word == CONSTANT else word for word in row.table)
    cells = tuple(
        (one.id, *(_score(scores.get(one.id, row.default)) for scores in row.table.values()))
        for one in knowledge.approaches
    )
    data = {word: dict(scores) for word, scores in row.table.items()}
    return Table("scores", SCORES, ("approach", *words), cells, data)


def _curves(row: Criterion, knowledge: Knowledge) -> Section:
    unit = unit_of(row.input, knowledge)
    entries = tuple(Entry(listed(curve.approaches), _points(curve, unit)) for curve in row.curves)
    data = [
        {"approaches": list(curve.approaches), "points": [list(point) for point in curve.points]}
        for curve in row.curves
    ]
    return Listing("scores", SCORES, entries, data)


def _score(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"


def _points(curve: Curve, unit: str) -> str:
    return listed(f"{score:g} at {figure(place, unit)}" for place, score in curve.points)


def _sentences(row: Criterion) -> Section:
    entries = (Entry("for", blanks(row.why_for)), Entry("against", blanks(row.why_against)))
    return Listing("sentences", "What a report says", entries)

"""A criterion in one assessment: input, scores, weight, points of fit, sentences."""

from collections.abc import Iterator
from typing import Any

from llmchoose.assessment import Assessment
from llmchoose.decision.fit import Scored
from llmchoose.decision.rank import Ranked
from llmchoose.decision.wording import show
from llmchoose.estimate.formulas.distributions import significant
from llmchoose.explanation.links import fields_behind, inputs_of
from llmchoose.explanation.model import Entry, Listing, Section, Table
from llmchoose.explanation.wording import PREFIX
from llmchoose.knowledge.rules import CONSTANT, Criterion
from llmchoose.outcome.answers import answer
from llmchoose.outcome.parts import here, ladder, points
from llmchoose.outcome.points import contributions
from llmchoose.outcome.without import without_criterion

HEAD = ("approach", "input", "score", "weight", "points of fit")
Found = tuple[Ranked, Scored]


def criterion_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """How a criterion came out for each approach."""
    criterion = next(one for one in assessment.knowledge.rulebook.criteria if one.id == name)
    found = [
        (one, scored)
        for one in ladder(assessment)
        for scored in one.criteria
        if scored.criterion.id == name
    ]
    entries = list(_inputs(criterion, assessment))
    if not found:
        return (here(assessment, (*entries, Entry("applies", "no, not to this project")), None),)
    scored = found[0][1]
    entries.append(Entry("weight", _weight(scored, assessment)))
    if scored.weight > 0:
        entries.append(without_criterion(name, assessment))
    return (here(assessment, entries, None), _scores(found), *_sentences(found))


def _inputs(criterion: Criterion, assessment: Assessment) -> Iterator[Entry]:
    knowledge = assessment.knowledge
    names = (field for name in inputs_of(criterion) for field in fields_behind(name, knowledge))
    return (answer(name, assessment) for name in dict.fromkeys(names))


def _weight(scored: Scored, assessment: Assessment) -> str:
    criterion = scored.criterion
    nominal = f"of {criterion.weight:g} points of weight"
    if scored.weight == criterion.weight:
        return f"all {nominal}"
    if scored.weight > 0:
        return f"{scored.weight:g} {nominal}: only other answers tell of its input"
    if criterion.decides == "never":
        return f"0 {nominal}: it explains and does not decide"
    if criterion.decides == "gap_unknown" and "task.gap" in assessment.inputs.given:
        return f"0 {nominal}: the gap is said, and this criterion stands in for it"
    return f"0 {nominal}: the profile does not give what it rests on"


def _scores(found: list[Found]) -> Section:
    rows, data = [], []
    for one, scored in found:
        share = contributions(one)[scored.criterion.id]
        name = one.approach.id
        cells = (name, _value(scored), f"{scored.mean:.3g}", f"{scored.weight:g}", points(share))
        rows.append(cells)
        data.append(_data(name, scored, share))
    title = "Its scores here, and what they bring"
    return Table("profile_scores", title, HEAD, tuple(rows), data)


def _data(name: str, scored: Scored, share: float) -> dict[str, Any]:
    return {
        "approach": name,
        "value": scored.value,
        "score": significant(scored.mean),
        "weight": scored.weight,
        "contribution": significant(share),
    }


def _value(scored: Scored) -> str:
    if scored.criterion.input == CONSTANT:
        return "-"
    if scored.criterion.table and not scored.known:
        return "as assumed"
    return show(scored.criterion.input.removeprefix(PREFIX), scored.value)


def _sentences(found: list[Found]) -> tuple[Section, ...]:
    entries = tuple(Entry(one.approach.id, scored.reason) for one, scored in found if scored.reason)
    return (Listing("profile_sentences", "What it says here", entries),) if entries else ()

"""Charges and worths of net benefit in one assessment: units and points of each approach."""

from llmchoose.assessment import Assessment
from llmchoose.decision.wording import fill
from llmchoose.explanation.choice import CHARGED_BY, WORTH_RESTS_ON
from llmchoose.explanation.model import Entry, Listing, Section, Table
from llmchoose.outcome.answers import answer
from llmchoose.outcome.parts import here, ladder, mean, points
from llmchoose.outcome.points import benefit_lines
from llmchoose.outcome.without import without_charge

PREFIX = "net_benefit."


def charge_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """Units and points of each approach, in the mean of the draws."""
    rules = assessment.knowledge.rulebook.net_benefit.charges
    rule = next(one for one in rules if one.id == name.removeprefix(PREFIX))
    entries = [answer(field, assessment) for field in CHARGED_BY.get(rule.id, ())]
    taken: dict[str, float] = {
        one.approach.id: mean(one.charges[rule.id]) for one in ladder(assessment)
    }
    units = {key: cost / rule.weight if rule.weight else 0.0 for key, cost in taken.items()}
    rows = tuple(
        (key, f"{units[key]:.3g}", f"{rule.weight:g}", points(-cost or 0.0))
        for key, cost in taken.items()
    )
    data = [
        {"approach": key, "units": units[key], "points": -cost or 0.0}
        for key, cost in taken.items()
    ]
    head = ("approach", "units", "weight", "points of net benefit")
    title = "What it takes off, in the mean of the draws"
    return (
        here(assessment, (*entries, without_charge(rule.id, assessment)), None),
        Table("profile_points", title, head, rows, data),
        *_sentences(rule.text, taken, assessment),
    )


def _sentences(text: str, taken: dict[str, float], assessment: Assessment) -> tuple[Section, ...]:
    entries = tuple(
        Entry(one.approach.id, fill(text, one.facts, approach=one.approach.name))
        for one in ladder(assessment)
        if taken[one.approach.id]
    )
    return (Listing("profile_sentences", "What it says here", entries),) if entries else ()


def worth_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """What reaching the target, or passing it, brings each approach."""
    entries = [answer(field, assessment) for field in WORTH_RESTS_ON]
    found = [
        (one.approach.id, line.points)
        for one in ladder(assessment)
        for line in benefit_lines(one, assessment)
        if line.id == name
    ]
    if not found:
        entries.append(Entry("counts", "no: no target is given, so quality is worth itself"))
    entries += [Entry(key, points(brought)) for key, brought in found]
    data = [{"approach": key, "points": brought} for key, brought in found]
    return (here(assessment, entries, data),)

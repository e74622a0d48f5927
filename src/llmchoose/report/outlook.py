"""What the reports for people say of evidence, of what would change the choice, and of unknowns."""

from collections.abc import Mapping

from llmchoose.assessment import Assessment
from llmchoose.decision.flips import Flip
from llmchoose.decision.influence import Influence
from llmchoose.decision.trials import Evidence, undecided
from llmchoose.decision.weights import WeightFlip
from llmchoose.estimate.formulas.distributions import Band
from llmchoose.knowledge.fields import Field
from llmchoose.profile.dump import write_value
from llmchoose.quantity.short import short

Pair = tuple[str, str]
MOST_WEIGHTS, MOST_UNKNOWNS, MOST_ANSWERS = 3, 5, 12
HARDLY, LIKELY = 0.005, 0.01


def models(assessment: Assessment) -> str:
    """What each of the two models says, where they disagree; empty where they agree."""
    decision = assessment.decision
    if decision.models_agree in (None, True):
        return ""
    by_fit = max(decision.ranked, key=lambda one: one.by_fit)
    by_benefit = max(decision.ranked, key=lambda one: one.by_benefit)
    return (
        f"The two models disagree: the rulebook alone would take {by_fit.approach.id} "
        f"({by_fit.by_fit:.0%}), net benefit alone {by_benefit.approach.id} "
        f"({by_benefit.by_benefit:.0%})."
    )


def evidence(assessment: Assessment) -> list[Pair]:
    """Each trial: its score, and what it did to the quality that is expected."""
    found = assessment.decision.evidence
    rows = [(one.trial.approach, _trial(one)) for one in found]
    rows += [
        (
            "tie",
            f"{one.trial.approach} and {other.trial.approach} differ by less than their "
            "intervals: between them the trials decide nothing.",
        )
        for one, other in undecided(found)
    ]
    return rows


def _trial(one: Evidence) -> str:
    measured = (
        f"measured at {one.interval.score:.0%} ({one.interval.low:.0%} to {one.interval.high:.0%})"
    )
    if one.prior is None or one.posterior is None:
        return f"{measured}; not counted: {one.why_not}"
    return f"{measured}; expected {_span(one.prior)} before, {_span(one.posterior)} after"


def _span(figures: Band) -> str:
    return f"{figures.p50:.0%} ({figures.p10:.0%} to {figures.p90:.0%})"


def changes(assessment: Assessment) -> list[Pair]:
    """What would change the recommendation, the smallest changes first."""
    fields = assessment.knowledge.fields
    rows = [("->", _flip(one, fields)) for one in assessment.outlook.flips]
    usual = [one for one in assessment.outlook.weights if one.usual]
    rows += [("w", _weight(one)) for one in usual[:MOST_WEIGHTS]]
    rows += [
        (
            "=",
            f"{one.cheaper_below} and {one.cheaper_above} cost the same over the horizon at "
            f"{one.field} {_bare(one.field, one.at, fields)}; above it {one.cheaper_above} is "
            "cheaper.",
        )
        for one in assessment.outlook.break_evens
    ]
    return rows or [("", "No change of one input, and of no weight within its range, turns it.")]


def _flip(one: Flip, fields: Mapping[str, Field]) -> str:
    field = fields[one.field]
    before, after = (write_value(value, field, fields) for value in (one.before, one.after))
    then = one.approach or "nothing: every approach would be closed"
    return f"{then}, if {one.field} were {after} (now {before})."


def _weight(one: WeightFlip) -> str:
    return (
        f"{one.approach}, if the rulebook's weight of {one.id} were {one.after:g} "
        f"(now {one.before:g})."
    )


def _bare(name: str, value: float, fields: Mapping[str, Field]) -> str:
    return f"{short(value)} {fields[name].unit}"


def unknowns(assessment: Assessment) -> list[Pair]:
    """Open inputs that are worth finding out, and the pilot that would say most."""
    rows = []
    asked = [one for one in assessment.outlook.information if one.probability_of_change >= LIKELY]
    for one in asked[:MOST_UNKNOWNS]:
        worth = f", worth ${short(one.usd, 2)}" if one.usd and one.usd >= 1 else ""
        rows.append(
            (
                "?",
                f"{one.field}: {one.probability_of_change:.0%} chance that its answer changes the "
                f"advice{worth}.",
            )
        )
    pilot = assessment.outlook.experiment
    if pilot is not None:
        rows.append(("pilot", f"{pilot.do} About ${short(pilot.usd, 2)}. {pilot.would_settle}"))
    return rows


def answers(assessment: Assessment) -> list[Pair]:
    """What each answer of the profile did; those that did nothing in one line at the end."""
    found = assessment.outlook.influences
    rows = [(one.field, _did(one)) for one in found if not one.nothing][:MOST_ANSWERS]
    idle = [one.field for one in found if one.nothing]
    if idle:
        rows.append(("no effect", f"here of {', '.join(idle)}."))
    return rows


def _did(one: Influence) -> str:
    said = []
    if abs(one.chance) >= HARDLY:
        said.append(f"choice {one.chance * 100:+.0f} points")
    if abs(one.total_usd) >= HARDLY:
        said.append(f"cost {one.total_usd:+.0%}")
    if abs(one.days) >= HARDLY:
        said.append(f"time {one.days:+.0%}")
    if one.plan:
        said.append("plan")
    if one.risks:
        said.append(f"risks {', '.join(one.risks)}")
    return ", ".join(said) or "hardly anything"

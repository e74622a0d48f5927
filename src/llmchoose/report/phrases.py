"""What the reports for people say in the same words: money, time, bands, lines of a cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmchoose.estimate.formulas.distributions import Array, Band, band, median
from llmchoose.estimate.priors import Assumption
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Citation
from llmchoose.quantity.short import short

if TYPE_CHECKING:
    from llmchoose.assessment import Assessment
    from llmchoose.decision.rank import Ranked
    from llmchoose.estimate.approaches.model import Estimate

DAYS_PER_WEEK = 7
LONG_DAYS = 60
WORTH_SAYING = 0.005
DIGITS = 2


@dataclass(frozen=True, eq=False, repr=False)
class Line:
    """One approach in the table that sets all side by side."""

    approach: str
    chance: str
    one_time: str
    monthly: str
    total: str
    days: str
    gpu_hours: str
    said: str
    feasible: bool


def money(figures: Band, *, at_least: bool = False) -> str:
    """A band of dollars, to two digits: `$12k to $40k`."""
    low, high = short(figures.p10, DIGITS), short(figures.p90, DIGITS)
    text = f"${low}" if low == high else f"${low} to ${high}"
    return f"≥ {text}" if at_least else text


def span(figures: Band, digits: int = 2) -> str:
    """A band of a plain figure, to two digits unless more are asked for: `10 to 40`."""
    low, high = short(figures.p10, digits), short(figures.p90, digits)
    return low if low == high else f"{low} to {high}"


def calendar(figures: Band) -> str:
    """A band of days, in weeks when it is long."""
    if figures.p50 < LONG_DAYS:
        return f"{span(Band(*(round(v) for v in (figures.p10, figures.p50, figures.p90))))} days"
    weeks = Band(*(round(v / DAYS_PER_WEEK) for v in (figures.p10, figures.p50, figures.p90)))
    return f"{span(weeks)} weeks"


def footprint(estimate: "Estimate") -> str:
    """Energy and emissions over the horizon, or why they are not known."""
    if estimate.energy_kwh is None:
        return "not known where a provider carries the load"
    carbon = "unknown" if estimate.tco2e is None else f"{span(band(estimate.tco2e))} tCO2e"
    return f"{span(band(estimate.energy_kwh))} kWh, {carbon} over the horizon"


def side_by_side(assessment: "Assessment") -> list[Line]:
    """Every approach with its chance, cost and time, in the order of the ranking."""
    return [_line(one, assessment.estimates[one.approach.id]) for one in assessment.decision.ranked]


def _line(one: "Ranked", estimate: "Estimate") -> Line:
    least, run = estimate.lower_bound, estimate.training
    closed = [gate for gate in one.gates if not gate.passed]
    hard = [gate.reason for gate in closed if gate.kind == "hard"]
    return Line(
        one.approach.id,
        f"{one.probability_best:.0%}" if one.feasible else "-",
        money(band(estimate.one_time_usd), at_least=least),
        money(band(estimate.monthly_usd), at_least=least),
        money(band(estimate.total_usd), at_least=least),
        calendar(band(estimate.time_days)),
        span(band(run.gpu_hours)) if run else "-",
        " ".join(hard or [gate.reason for gate in closed]),
        one.feasible,
    )


def headline(assessment: "Assessment") -> str:
    """What to do, in a few words."""
    best = assessment.decision.recommended
    if best is None:
        return "nothing as it stands: every approach is closed"
    beside = [partner.approach for partner in assessment.decision.partners]
    return best.approach.id + (f" with {' and '.join(beside)}" if beside else "")


def beside(assessment: "Assessment") -> str:
    """What the recommended approach costs with each partner, and what that adds; or empty."""
    said = []
    for partner in assessment.decision.partners:
        pair = partner.estimate
        total = money(band(pair.total_usd), at_least=pair.lower_bound)
        said.append(
            f"{pair.primary} with {pair.partner}: {total} over {horizon(assessment)}, "
            f"{gain(partner.adds)} quality for {step(pair.added_usd)}"
        )
    return "; ".join(said)


def techniques(assessment: "Assessment") -> list[tuple[str, str, tuple[str, ...]]]:
    """Techniques that pay with the recommended approach: what each saves and why, and sources."""
    best = assessment.decision.recommended
    found = assessment.decision.techniques[best.approach.id] if best else ()
    return [(one.id, f"{saving(one.usd_saved)}{one.reason}", one.sources) for one in found]


def saving(usd: Array | None) -> str:
    """What a technique saves over the horizon, as a sentence; empty without a figure."""
    if usd is None:
        return ""
    figures = band(usd)
    low, high = figures.p10, figures.p90
    if low >= 0:
        return f"Saves {money(figures)} over the horizon. "
    return f"From ${short(-low, DIGITS)} more to ${short(max(high, 0.0), DIGITS)} less. "


def gain(adds: Array) -> str:
    """The middle of an added quality, to the hundredth: `+0.06`."""
    return f"{median(adds):+.2f}"


def step(usd: Array) -> str:
    """What a step costs: `$12k to $40k more`, or less, or either way."""
    figures = band(usd)
    low, high = figures.p10, figures.p90
    if low >= 0:
        return f"{money(figures)} more"
    if high <= 0:
        return f"{money(Band(abs(high), abs(figures.p50), abs(low)))} less"
    return f"${short(-low, DIGITS)} less to ${short(high, DIGITS)} more"


def horizon(assessment: "Assessment") -> str:
    """The time that totals are over."""
    months = median(assessment.inputs.number("time.horizon"))
    return f"{short(months)} months"


def sureness(assessment: "Assessment") -> str:
    """Confidence in words and figures, and the runner-up."""
    decision = assessment.decision
    if decision.recommended is None:
        return decision.confidence_words
    text = (
        f"{decision.confidence_words}: {decision.confidence:.0%} that an experienced "
        f"practitioner would accept it; the chance to be the best is "
        f"{decision.recommended.probability_best:.0%}"
    )
    second = decision.second
    if second is None:
        text += "; it is the only approach that no hard gate closes"
    if second and second.probability_best >= WORTH_SAYING:
        text += f", of {second.approach.id} {second.probability_best:.0%}"
    return text


def agreement(assessment: "Assessment") -> str:
    """Whether the decision on record is the recommended one; empty without one."""
    decided = assessment.profile.get("decision.approach")
    if assessment.decision.agrees is None:
        return ""
    if assessment.decision.agrees:
        return f"The decision on record ({decided}) is the recommended one."
    return f"The decision on record ({decided}) differs from the recommendation."


def assumed(one: Assumption, fields: Mapping[str, Field]) -> str:
    """An assumption's value in words, with its unit."""
    if isinstance(one.value, Band):
        unit = fields[one.input].unit
        text = f"{short(one.value.p50)} ({span(one.value, 3)})"
        return text if unit in ("", "fraction") else f"{text} {unit}"
    likely = sorted(one.value.items(), key=lambda pair: -pair[1])
    return ", ".join(
        name if share == 1 else f"{name} {share:.0%}" for name, share in likely[:3]
    ).replace("_", " ")


def citations(sources: Sequence[str], most: int = 4) -> str:
    """Source ids in brackets."""
    more = " …" if len(sources) > most else ""
    return f"[{', '.join(sources[:most])}{more}]" if sources else ""


def named_sources(assessment: "Assessment") -> list[Citation]:
    """What the reasons, the plan and the risks cite, in the order of the ids."""
    decision = assessment.decision
    lists = [
        *(one.sources for one in assessment.reasons),
        *(one.sources for one in decision.partners),
        *(sources for _, _, sources in techniques(assessment)),
        *(one.sources for one in decision.plan),
        *(one.sources for one in decision.risks),
    ]
    names = sorted({name for sources in lists for name in sources})
    return [assessment.knowledge.cite(name) for name in names]

"""Figures of an assessment in words, and what several pages show alike."""

from collections.abc import Iterable, Iterator

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.decision.conditions import Facts
from llmchoose.decision.rank import Ranked
from llmchoose.decision.wording import show_input
from llmchoose.estimate.formulas.distributions import Band, band, significant
from llmchoose.explanation.kinds.kind import Ids
from llmchoose.explanation.model import Entry, Listing, Section
from llmchoose.explanation.wording import PREFIX, figure, is_money
from llmchoose.quantity.short import short

KEY = "profile"
# Lines have more digits than other figures, so that they add up to what they make.
DIGITS = 9
UNTOLD = ("", "fraction", "x", "ratio")


def heading(assessment: Assessment) -> str:
    """Which project the figures are of."""
    return f"In {assessment.profile.get('name')}"


def here(assessment: Assessment, entries: Iterable[Entry], data: object) -> Section:
    """The first section: what the id is in this project."""
    return Listing(KEY, heading(assessment), tuple(entries), data)


def mean(values: object) -> float:
    """Mean over the draws, as it leaves the program."""
    return significant(float(np.mean(np.asarray(values, float))), DIGITS)


def points(value: float) -> str:
    """Points of fit or net benefit, with their sign."""
    return f"{value:+.4f}"


def as_data(figures: Band) -> dict[str, float]:
    """A band as plain data."""
    return {"p10": figures.p10, "p50": figures.p50, "p90": figures.p90}


def spread(figures: Band, unit: str = "") -> str:
    """A band: its middle, then p10 to p90: `60% (22% to 89%)`."""
    low, middle, high = (_short(value, unit) for value in (figures.p10, figures.p50, figures.p90))
    said = middle if low == high else f"{middle} ({low} to {high})"
    return said if unit in UNTOLD or is_money(unit) else f"{said} {unit}"


def _short(value: float, unit: str) -> str:
    if unit == "fraction":
        return figure(significant(value, 3), unit)
    sign = "$" if is_money(unit) else ""
    return f"{sign}{short(value)}"


def maybe_spread(values: np.ndarray | None, unit: str = "") -> str:
    """The band of draws that there may be."""
    return "unknown" if values is None else spread(band(values), unit)


def ladder(assessment: Assessment) -> Iterator[Ranked]:
    """All approaches in the order of the ladder."""
    by_id = {one.approach.id: one for one in assessment.decision.ranked}
    return (by_id[one.id] for one in assessment.knowledge.approaches)


def approach(assessment: Assessment, name: str) -> Ranked:
    """One approach of the ranking."""
    return next(one for one in assessment.decision.ranked if one.approach.id == name)


def values(names: Iterable[str], facts: Facts) -> str:
    """Inputs with their figures, those that have one: `budget.one_time $150k`."""
    known = [name for name in dict.fromkeys(names) if has_value(name, facts)]
    return ", ".join(f"{name} {show_input(name, facts)}" for name in known)


def has_value(name: str, facts: Facts) -> bool:
    """Whether an input is drawn here at all."""
    if name.startswith(PREFIX):
        return name.removeprefix(PREFIX) in facts.readings
    return name in facts.inputs.values


def cited(sources: Ids) -> str:
    """Source ids in brackets."""
    return f" [{', '.join(sources)}]" if sources else ""

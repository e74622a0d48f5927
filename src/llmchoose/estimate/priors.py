"""Draws of one field: of the answer a profile gives, or of the prior where it gives none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.clues import inferred
from llmchoose.estimate.formulas.distributions import (
    Array,
    Band,
    Draws,
    Scale,
    band,
    categories,
    interval,
    significant,
    three_point,
)
from llmchoose.estimate.places import place_of
from llmchoose.knowledge.fields import Field, Prior
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.model import Profile
from llmchoose.quantity import Quantity

Drawn = Array | NDArray[np.str_] | NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Assumption:
    """A field that the profile leaves open: what is taken instead, and from which source."""

    input: str
    value: Band | Mapping[str, float]
    source: tuple[str, ...]
    note: str = ""


def distinct(words: NDArray[np.str_]) -> list[str]:
    """The different words of an array, in text order."""
    first = str(words.flat[0])
    return [first] if bool(np.all(words == first)) else sorted(set(np.ravel(words).tolist()))


def select(words: NDArray[np.str_], choices: Mapping[str, Array]) -> Array:
    """Take, draw by draw, the array that the word names."""
    names = list(choices)
    return np.select([words == name for name in names], [choices[name] for name in names])


def scale_of(field: Field) -> Scale:
    """Scale on which a field's uncertainty is normal."""
    if field.dimension == "fraction":
        return "logit"
    return "log1p" if field.minimum == 0 else "log"


def draw_answer(field: Field, answer: object, draws: Draws) -> Drawn:
    """Draws of an answer: a range is a 90 % interval."""
    if isinstance(answer, Quantity):
        return interval(draws.normal(field.name), answer.low, answer.high, scale_of(field))
    if isinstance(answer, bool):
        return np.full(draws.samples, answer)
    first = answer[0] if isinstance(answer, tuple) else answer
    return np.full(draws.samples, str(getattr(first, "gpu", first)))


def draw_prior(
    field: Field, knowledge: Knowledge, draws: Draws, values: Mapping[str, Drawn], profile: Profile
) -> tuple[Drawn, Assumption]:
    """Draws of a field that the profile leaves open, and what is taken for it."""
    prior = field.prior
    assert prior is not None  # noqa: S101 the caller asked for a field with a prior
    if prior.same_as and profile.given(prior.same_as):
        drawn = values[prior.same_as]
        told = {str(drawn.flat[0]): 1.0} if drawn.dtype.kind == "U" else band(drawn.astype(float))
        return drawn, Assumption(field.name, told, (prior.same_as,))
    if prior.value is not None:
        return np.full(draws.samples, str(prior.value)), Assumption(
            field.name, {str(prior.value): 1.0}, (prior.source,), prior.note
        )
    if prior.probabilities is not None:
        likely, source = _probabilities(prior, knowledge, profile)
        picked = categories(draws.uniform(field.name), likely)
        drawn = picked == "true" if field.type == "flag" else picked
        return drawn, Assumption(field.name, likely, source, prior.note)
    drawn, assumption = _numeric(field, prior, knowledge, draws, values)
    if prior.at_most is None:
        return drawn, assumption
    lower = Prior(**vars(prior.at_most))
    cap, other = _numeric(field, lower, knowledge, draws, values)
    least = np.minimum(drawn, cap)
    source = tuple(dict.fromkeys((*assumption.source, *other.source)))
    return least, Assumption(field.name, band(least), source, prior.note)


def _probabilities(
    prior: Prior, knowledge: Knowledge, profile: Profile
) -> tuple[Mapping[str, float], tuple[str, ...]]:
    """Probabilities of the values, moved by what the profile's other answers tell of them."""
    judged = prior.probabilities or {}
    if not prior.clues:
        return judged, (prior.source,)
    return inferred(knowledge.clues, profile, tuple(judged))


def _numeric(
    field: Field, prior: Prior, knowledge: Knowledge, draws: Draws, values: Mapping[str, Drawn]
) -> tuple[Array, Assumption]:
    z, scale = draws.normal(field.name), scale_of(field)
    parents = distinct(np.asarray(values[prior.by], str)) if prior.by else [""]
    if prior.table is not None:
        column = prior.column or ""
        cases = {word: _from_table(prior.table, column, word, knowledge) for word in parents}
    elif prior.cases is not None:
        other = prior.cases.get("otherwise")
        cases = {word: (_points(prior.cases.get(word, other)), (prior.source,)) for word in parents}
    else:
        cases = {"": (_points(prior), (prior.source,))}
    drawn = {word: three_point(z, *points, scale) for word, (points, _) in cases.items()}
    points, source = cases[next(iter(cases))]
    if len(cases) == 1:
        # One case holds for all draws: its points are told as they stand in the table.
        said = Band(*(significant(point) for point in points))
        return drawn[next(iter(cases))], Assumption(field.name, said, source, prior.note)
    mixed = select(np.asarray(values[prior.by or ""], str), drawn)
    return mixed, Assumption(field.name, band(mixed), source, prior.note)


def _points(prior: object) -> tuple[float, float, float]:
    low, middle, high = (getattr(prior, point) for point in ("p10", "p50", "p90"))
    return low, middle, high


def _from_table(
    table: str, column: str, name: str, knowledge: Knowledge
) -> tuple[tuple[float, float, float], tuple[str, ...]]:
    if table == "regions":
        place = place_of(name, knowledge)
        return place.engineer_usd_per_month, place.people_source
    if table == "gaps":
        gap = knowledge.gaps[name]
        return (gap.coverage_p10, gap.coverage_p50, gap.coverage_p90), gap.source
    rows = knowledge.languages
    row = rows.get(name) or rows.get(name.split("-")[0]) or rows["und"]
    low, middle, high = (getattr(row, f"{column}_{point}") for point in ("p10", "p50", "p90"))
    return (low, middle, high), row.source

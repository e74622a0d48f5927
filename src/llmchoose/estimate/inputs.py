"""A profile's answers and the priors of what it leaves open, as arrays of draws.

Every array has the sample axis last. Whatever was not given is drawn from its prior and named as
an assumption with the prior's source.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

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
from llmchoose.knowledge.tables import Factor, Fitted
from llmchoose.profile.model import Profile
from llmchoose.quantity import Quantity

Made = TypeVar("Made")
Drawn = Array | NDArray[np.str_] | NDArray[np.bool_]
SMALL_KINDS = ("classification", "extraction", "moderation", "embedding")


@dataclass(frozen=True)
class Assumption:
    """A field that the profile leaves open: what is taken instead, and from which source."""

    input: str
    value: Band | Mapping[str, float]
    source: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What is known on a day, and the draws: all an estimate needs beside the project itself.

    Attributes:
        day: ISO day for which availability and prices are judged.
    """

    knowledge: Knowledge
    draws: Draws
    day: str

    def factor(self, name: str) -> Array:
        """Draws of a constant of the estimate; constants of one family move together."""
        return draw_factor(self.draws, self.knowledge.factors[name])

    def constant(self, name: str) -> float:
        """A constant that has no spread."""
        return self.knowledge.factors[name].p50

    def spread(self, name: str) -> Array:
        """Draws of measured over predicted, on families that the fit has not seen."""
        return draw_spread(self.draws, self.knowledge.fitted[name])

    @property
    def year(self) -> float:
        """The day as a decimal year, to the month."""
        return float(self.day[:4]) + (float(self.day[5:7]) - 0.5) / 12


@dataclass(frozen=True)
class Inputs(Setting):
    """All that the estimate and the decision read of one profile.

    Attributes:
        given: Fields that the profile states.
        values: Field -> draws, shape (samples,) or any leading shape before it.
        lists: List field -> value -> weight (the first of a list counts twice; they sum to 1).
        assumptions: What was taken for fields left open.
    """

    profile: Profile
    given: frozenset[str]
    values: Mapping[str, Drawn]
    lists: Mapping[str, Mapping[str, Array]]
    assumptions: tuple[Assumption, ...]

    def number(self, name: str) -> Array:
        """Draws of a numeric field, in its unit."""
        return np.asarray(self.values[name], float)

    def word(self, name: str) -> NDArray[np.str_]:
        """Draws of an enum or text field."""
        return np.asarray(self.values[name], str)

    def flag(self, name: str) -> NDArray[np.bool_]:
        """Draws of a yes-or-no field."""
        return np.asarray(self.values[name], bool)

    def by_word(self, name: str, prefix: str) -> Array:
        """For each draw of an enum field, the factor `prefix.value`."""
        masks = self.masks(name)
        return np.select(list(masks.values()), [self.factor(f"{prefix}.{word}") for word in masks])

    def masks(self, name: str) -> Mapping[str, NDArray[np.bool_]]:
        """For each word that the draws of an enum field hold, in text order, where they hold it."""
        if name not in self._masks:
            words = self.word(name)
            self._masks[name] = {word: words == word for word in distinct(words)}
        return self._masks[name]

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for these draws however many approaches ask for it."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    @cached_property
    def _made(self) -> dict[Hashable, Any]:
        return {}

    @cached_property
    def _masks(self) -> dict[str, Mapping[str, NDArray[np.bool_]]]:
        # Comparing texts draw by draw is dear, and the same fields are asked for many times.
        return {}

    @cached_property
    def small_output(self) -> NDArray[np.bool_]:
        """Draws whose kind of task has small outputs, so that an encoder may do."""
        return self.any_of("task.kind", SMALL_KINDS)

    @cached_property
    def light(self) -> NDArray[np.bool_]:
        """Draws for which a model below 1B parameters is a usual choice."""
        return self.any_of("task.kind", (*SMALL_KINDS, "sequence"))

    @cached_property
    def words(self) -> frozenset[str]:
        """Fields whose draws are words."""
        return frozenset(name for name, drawn in self.values.items() if drawn.dtype.kind == "U")

    def usual_word(self, name: str) -> str:
        """The most frequent word of a field's draws; of equals the first in text order."""
        masks = self.masks(name)
        return max(masks, key=lambda word: int(np.count_nonzero(masks[word])))

    def any_of(self, name: str, words: Sequence[str]) -> NDArray[np.bool_]:
        """Draws whose word is one of some."""
        held = [mask for word, mask in self.masks(name).items() if word in words]
        return np.any(held, axis=0) if held else np.zeros(np.shape(self.values[name]), bool)


@lru_cache(maxsize=1024)
def draw_factor(draws: Draws, factor: Factor) -> Array:
    """Draws of one constant: shares and fractions stay inside 0 to 1."""
    share = factor.unit.startswith(("fraction", "share"))
    scale: Scale = "logit" if share and factor.p10 > 0 else ("log" if factor.p10 > 0 else "log1p")
    z = draws.normal(f"factor:{factor.id.split('.')[0]}")
    drawn = three_point(z, factor.p10, factor.p50, factor.p90, scale)
    drawn.setflags(write=False)
    return drawn


@lru_cache(maxsize=256)
def draw_spread(draws: Draws, row: Fitted) -> Array:
    """Draws of a fitted constant that has a band around its middle."""
    low, high = row.low or row.value, row.high or row.value
    drawn = three_point(draws.normal(f"spread:{row.id}"), low, row.value, high, "log")
    drawn.setflags(write=False)
    return drawn


def distinct(words: NDArray[np.str_]) -> list[str]:
    """The different words of an array, in text order."""
    first = str(words.flat[0])
    return [first] if bool(np.all(words == first)) else sorted(set(np.ravel(words).tolist()))


def select(words: NDArray[np.str_], choices: Mapping[str, Array]) -> Array:
    """Take, draw by draw, the array that the word names."""
    names = list(choices)
    return np.select([words == name for name in names], [choices[name] for name in names])


def read_inputs(
    profile: Profile, knowledge: Knowledge, draws: Draws, as_of: date | None = None
) -> Inputs:
    """Turn a profile and the priors into draws.

    Args:
        profile: What the team wrote.
        knowledge: Fields with their priors, and the tables that priors depend on.
        draws: Standard draws of one seed.
        as_of: Day of the decision; the profile's own, else the knowledge's, when left out.
    """
    values: dict[str, Drawn] = {}
    assumptions: list[Assumption] = []
    lists: dict[str, Mapping[str, Array]] = {}
    for name, field in knowledge.fields.items():
        answer = profile.get(name)
        if answer is None:
            if field.prior is None:
                continue
            values[name], assumption = _from_prior(field, knowledge, draws, values, profile)
            assumptions.append(assumption)
        else:
            values[name] = _from_answer(field, answer, draws)
        if field.type == "enums":
            lists[name] = _weights(field, answer, values[name])
    own = profile.get("as_of")
    day = (as_of or own) if isinstance(own, date) else as_of
    return Inputs(
        knowledge,
        draws,
        day.isoformat() if day else knowledge.as_of,
        profile,
        frozenset(profile.values),
        values,
        lists,
        tuple(assumptions),
    )


def scale_of(field: Field) -> Scale:
    """Scale on which a field's uncertainty is normal."""
    if field.dimension == "fraction":
        return "logit"
    return "log1p" if field.minimum == 0 else "log"


def _from_answer(field: Field, answer: object, draws: Draws) -> Drawn:
    if isinstance(answer, Quantity):
        return interval(draws.normal(field.name), answer.low, answer.high, scale_of(field))
    if isinstance(answer, bool):
        return np.full(draws.samples, answer)
    first = answer[0] if isinstance(answer, tuple) else answer
    return np.full(draws.samples, str(getattr(first, "gpu", first)))


def _from_prior(
    field: Field, knowledge: Knowledge, draws: Draws, values: Mapping[str, Drawn], profile: Profile
) -> tuple[Drawn, Assumption]:
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
        picked = categories(draws.uniform(field.name), prior.probabilities)
        drawn = picked == "true" if field.type == "flag" else picked
        return drawn, Assumption(field.name, dict(prior.probabilities), (prior.source,), prior.note)
    return _numeric_prior(field, prior, knowledge, draws, values)


def _numeric_prior(
    field: Field, prior: Prior, knowledge: Knowledge, draws: Draws, values: Mapping[str, Drawn]
) -> tuple[Array, Assumption]:
    z, scale = draws.normal(field.name), scale_of(field)
    parents = distinct(np.asarray(values[prior.by], str)) if prior.by else [""]
    if prior.table is not None:
        cases = {parents[0]: _from_table(prior.table, prior.column or "", parents[0], knowledge)}
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
    rows = knowledge.languages
    row = rows.get(name) or rows.get(name.split("-")[0]) or rows["und"]
    low, middle, high = (getattr(row, f"{column}_{point}") for point in ("p10", "p50", "p90"))
    return (low, middle, high), row.source


def _weights(field: Field, answer: object, drawn: Drawn) -> Mapping[str, Array]:
    names = field.values or ()
    if not isinstance(answer, tuple):
        return {name: (drawn == name).astype(float) for name in names}
    raw = {name: 2.0 if answer[0] == name else float(name in answer) for name in names}
    total = sum(raw.values())
    return {name: np.full(np.shape(drawn), weight / total) for name, weight in raw.items()}

"""A profile's answers and the priors of what it leaves open, as arrays of draws.

Every array has the sample axis last. Whatever was not given is drawn from its prior and named as
an assumption with the prior's source.
"""

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.columns import Column, Parts, column_of
from llmchoose.estimate.formulas.distributions import Array, Draws, Scale, three_point
from llmchoose.estimate.priors import Assumption, Drawn, distinct, draw_answer, draw_prior
from llmchoose.estimate.wholes import ListWholes, SomeParts, Wholes, masks_of, rows_of_list
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Factor, Fitted
from llmchoose.profile.model import Profile

Made = TypeVar("Made")
Kind = TypeVar("Kind", bound=Hashable)
SMALL_KINDS = ("classification", "extraction", "moderation", "embedding")
LIGHT_KINDS = (*SMALL_KINDS, "sequence")


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
        return year_of(self.day)


def year_of(day: str) -> float:
    """An ISO day as a decimal year, to the month."""
    return float(day[:4]) + (float(day[5:7]) - 0.5) / 12


@dataclass(frozen=True, eq=False, repr=False)
class Project:
    """What of one profile chooses models, cards, prices and places.

    Attributes:
        day: ISO day of its decision.
        gpu: Accelerator as named; `acquire` how it is had, `region` where it stands.
    """

    profile: Profile
    day: str
    gpu: str
    acquire: str
    region: str

    def given(self, name: str) -> bool:
        """Whether the profile states a field."""
        return self.profile.given(name)


@dataclass(frozen=True)
class Inputs(Setting):
    """All that the estimate and the decision read of one profile, or of many.

    Attributes:
        given: Fields that the profile states; of many, those that all of them state.
        told: Fields that only some rows of a block state -> those rows, shape (rows, 1).
        values: Field -> draws, shape (samples,) or any leading shape before it; the last axis may
            have length one where an answer is exact.
        lists: List field -> value -> weight (the first of a list counts twice; they sum to 1).
        assumptions: What was taken for fields left open.
        many: The projects of a block in which every row is another profile; empty for one profile.
        parts: Field -> its draws, kept apart by how many different ones many projects have.
        listed: The same for the weights of list fields: rows, and weights by value.
        origins: Field -> for each of many projects what its draws hang on: equal ones are drawn
            alike.
    """

    profile: Profile
    given: frozenset[str]
    values: Mapping[str, Drawn]
    lists: Mapping[str, Mapping[str, Array]]
    assumptions: tuple[Assumption, ...]
    told: Mapping[str, NDArray[np.bool_]] = dataclasses.field(default_factory=dict)
    n_rows: int | None = None
    many: tuple[Project, ...] = ()
    parts: Mapping[str, Parts] = dataclasses.field(default_factory=dict)
    listed: Mapping[str, Sequence[tuple[NDArray[np.intp], Mapping[str, Array]]]] = (
        dataclasses.field(default_factory=dict)
    )
    origins: Mapping[str, Sequence[Hashable]] = dataclasses.field(default_factory=dict)

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """The profile, or all of them, as far as they choose models, cards, prices and places."""
        if self.many:
            return self.many
        named = (self.values[f"compute.{name}"].flat[0] for name in ("gpu", "acquire", "region"))
        gpu, acquire, region = map(str, named)
        return (Project(self.profile, self.day, gpu, acquire, region),)

    def column(self, name: str, read: Callable[[Project], Kind]) -> Column[Kind]:
        """What each project takes: one thing where there is one project.

        Args:
            name: What is taken; it is looked up once.
            read: What one project takes.
        """
        if not self.many:
            return Column((read(self.projects[0]),))
        key = ("column", name)
        return self.once(key, lambda: column_of([read(project) for project in self.many]))

    @property
    def days(self) -> Column[str]:
        """ISO day of each decision."""
        return self.column("day", lambda project: project.day)

    def map(self, name: str, read: Callable[[Any], Any]) -> Any:
        """A function of a field's draws, worked out once for all rows that share them."""
        if name in self.parts:
            return self.parts[name].map(read).whole()
        return read(self.number(name) if self.values[name].dtype.kind == "f" else self.values[name])

    def map_list(self, name: str, read: Callable[[Mapping[str, Array]], Array]) -> Array:
        """A function of a list field's weights, worked out once for all rows that share them."""
        if name not in self.listed:
            return read(self.lists[name])
        found = tuple((rows, read(weights)) for rows, weights in self.listed[name])
        return Parts(found, len(self.many)).whole()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape that all draws broadcast to: (samples,), or (rows, samples) of a block."""
        samples = (self.draws.samples,)
        return samples if self.n_rows is None else (self.n_rows, *samples)

    def stated(self, name: str) -> NDArray[np.bool_]:
        """Whether the profile states a field: one truth, or one for each row of a block."""
        return self.told[name] if name in self.told else np.array([name in self.given])

    def rows(self, places: NDArray[np.intp]) -> "Inputs":
        """Some rows of a block."""
        if self.many:
            return self._some(places)

        def cut(drawn: Any) -> Any:
            return drawn[places] if np.ndim(drawn) > 1 else drawn

        return replace(
            self,
            values={name: cut(drawn) for name, drawn in self.values.items()},
            lists={
                name: {word: cut(weight) for word, weight in weights.items()}
                for name, weights in self.lists.items()
            },
            told={name: known[places] for name, known in self.told.items()},
            n_rows=len(places),
        )

    def _some(self, places: NDArray[np.intp]) -> "Inputs":
        parts, light, wanted = SomeParts(self.parts, places), self.light, places.tolist()
        listed = {
            name: rows_of_list(one, places, len(self.many)) for name, one in self.listed.items()
        }
        some = replace(
            self,
            parts=parts,
            values=Wholes(parts),
            listed=listed,
            lists=ListWholes(listed, len(places)),
            told={name: known[places] for name, known in self.told.items()},
            origins={name: [held[at] for at in wanted] for name, held in self.origins.items()},
            many=tuple(self.many[place] for place in wanted),
            n_rows=len(places),
        )
        # Comparing words again would take as long as for all rows.
        vars(some)["light"] = light[places] if light.ndim > 1 else light
        return some

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

        def pick(words: NDArray[np.str_]) -> Array:
            masks = masks_of(words)
            return np.select(
                list(masks.values()), [self.factor(f"{prefix}.{word}") for word in masks]
            )

        if name in self.parts:
            return np.asarray(self.once((name, prefix), lambda: self.map(name, pick)))
        masks = self.masks(name)
        return np.select(list(masks.values()), [self.factor(f"{prefix}.{word}") for word in masks])

    def masks(self, name: str) -> Mapping[str, NDArray[np.bool_]]:
        """For each word that the draws of an enum field hold, in text order, where they hold it."""
        if name not in self._masks:
            self._masks[name] = (
                self._masks_of_parts(self.parts[name])
                if name in self.parts
                else masks_of(self.word(name))
            )
        return self._masks[name]

    def _masks_of_parts(self, parts: Parts) -> Mapping[str, NDArray[np.bool_]]:
        words = sorted({word for _, drawn in parts.parts for word in distinct(drawn)})
        return {word: parts.map(partial(np.equal, word)).whole() for word in words}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for these draws however many approaches ask for it."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def forget(self) -> None:
        """Let go of what was made once: it refers back here, and would wait for the collector."""
        self._made.clear()

    @cached_property
    def _made(self) -> dict[Hashable, Any]:
        return {}

    @cached_property
    def _masks(self) -> dict[str, Mapping[str, NDArray[np.bool_]]]:
        # Comparing texts draw by draw is dear, and the same fields are asked for many times.
        return {}

    def by_light(self, read: Callable[[NDArray[np.bool_]], Array]) -> Array:
        """A function of whether a model below 1B parameters is a usual choice, draw by draw."""
        if "task.kind" not in self.parts:
            return read(self.light)
        kinds = self.parts["task.kind"]
        light = self.once("light", lambda: kinds.map(lambda w: np.isin(w, LIGHT_KINDS)).merged())
        return light.map(read).whole()

    @cached_property
    def small_output(self) -> NDArray[np.bool_]:
        """Draws whose kind of task has small outputs, so that an encoder may do."""
        return self.any_of("task.kind", SMALL_KINDS)

    @cached_property
    def light(self) -> NDArray[np.bool_]:
        """Draws for which a model below 1B parameters is a usual choice."""
        return self.any_of("task.kind", LIGHT_KINDS)

    @cached_property
    def words(self) -> frozenset[str]:
        """Fields whose draws are words."""
        held: Mapping[str, Any] = self.parts or self.values
        return frozenset(name for name, drawn in held.items() if drawn.dtype.kind == "U")

    def usual_word(self, name: str) -> str:
        """The most frequent word of a field's draws; of equals the first in text order."""
        masks = self.masks(name)
        return max(masks, key=lambda word: int(np.count_nonzero(masks[word])))

    def any_of(self, name: str, words: Sequence[str]) -> NDArray[np.bool_]:
        """Draws whose word is one of some."""
        masks = self.masks(name)
        held = [mask for word, mask in masks.items() if word in words]
        return np.any(held, axis=0) if held else np.zeros_like(next(iter(masks.values())))


@lru_cache(maxsize=1024)
def draw_factor(draws: Draws, factor: Factor) -> Array:
    """Draws of one constant: shares and fractions stay inside 0 to 1."""
    if draws.part_of:
        return draws.some(draw_factor(Draws(draws.seed, draws.whole), factor))
    share = factor.unit.startswith(("fraction", "share"))
    scale: Scale = "logit" if share and factor.p10 > 0 else ("log" if factor.p10 > 0 else "log1p")
    z = draws.normal(f"factor:{factor.id.split('.')[0]}")
    drawn = three_point(z, factor.p10, factor.p50, factor.p90, scale)
    drawn.setflags(write=False)
    return drawn


@lru_cache(maxsize=256)
def draw_spread(draws: Draws, row: Fitted) -> Array:
    """Draws of a fitted constant that has a band around its middle."""
    if draws.part_of:
        return draws.some(draw_spread(Draws(draws.seed, draws.whole), row))
    low, high = row.low or row.value, row.high or row.value
    drawn = three_point(draws.normal(f"spread:{row.id}"), low, row.value, high, "log")
    drawn.setflags(write=False)
    return drawn


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
    lists: dict[str, Mapping[str, Array]] = {}
    assumptions: list[Assumption] = []
    for field in knowledge.fields.values():
        drawn, assumption = draw_field(field, profile, knowledge, draws, values)
        if drawn is None:
            continue
        values[field.name] = drawn
        assumptions += [assumption] if assumption else []
        if field.type == "enums":
            lists[field.name] = list_weights(field, profile.get(field.name), drawn)
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


def fewer(inputs: Inputs, most: int) -> Inputs:
    """The same profile with a part of its draws: so many at most."""
    draws = inputs.draws.fewer(min(most, inputs.draws.samples))
    return read_inputs(inputs.profile, inputs.knowledge, draws, date.fromisoformat(inputs.day))


def draw_field(
    field: Field,
    profile: Profile,
    knowledge: Knowledge,
    draws: Draws,
    values: Mapping[str, Drawn],
) -> tuple[Drawn | None, Assumption | None]:
    """Draws of a field from its answer, else from its prior; None where it has neither.

    Args:
        field: The field.
        profile: What the team wrote.
        knowledge: Tables that priors depend on.
        draws: Standard draws of one seed.
        values: Draws of the fields that stand before it.
    """
    answer = profile.get(field.name)
    if answer is not None:
        return draw_answer(field, answer, draws), None
    if field.prior is None:
        return None, None
    return draw_prior(field, knowledge, draws, values, profile)


def list_weights(field: Field, answer: object, drawn: Drawn) -> Mapping[str, Array]:
    """Weight of each value of a list field: the first of a list counts twice; they sum to 1."""
    names = field.values or ()
    if not isinstance(answer, tuple):
        return {name: (drawn == name).astype(float) for name in names}
    raw = {name: 2.0 if answer[0] == name else float(name in answer) for name in names}
    total = sum(raw.values())
    return {name: np.full(np.shape(drawn), weight / total) for name, weight in raw.items()}

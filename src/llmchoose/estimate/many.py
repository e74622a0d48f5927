"""Many profiles as the rows of one block: what they share is drawn once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from llmchoose.estimate.clues import inferred
from llmchoose.estimate.columns import Parts, Rows
from llmchoose.estimate.formulas.distributions import Array, Draws, interval
from llmchoose.estimate.inputs import (
    Inputs,
    Project,
    draw_field,
    list_weights,
)
from llmchoose.estimate.market import gpu_for, way_of
from llmchoose.estimate.priors import Assumption, Drawn, scale_of
from llmchoose.estimate.wholes import Listed, ListWholes, Wholes
from llmchoose.knowledge.fields import Field, Prior
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.model import Profile, Value
from llmchoose.quantity import Quantity

# Draws of priors that are kept from one block for the next.
MOST_KEPT = 1000
# How long a request is: many projects that leave it open need one copy of a model worked out.
LENGTHS = (
    "data.tokens_per_example",
    "task.token_premium",
    "traffic.input_tokens",
    "traffic.output_tokens",
)
Kept = dict[tuple[str, Any], Drawn]


def read_many(
    profiles: Sequence[Profile],
    knowledge: Knowledge,
    draws: Draws,
    as_of: date | None,
    kept: Kept,
) -> Inputs:
    """Inputs with a row for each profile: what `read_inputs` gives for it.

    Args:
        profiles: What the teams wrote.
        knowledge: Fields with their priors, and the tables that priors depend on.
        draws: Standard draws of one seed.
        as_of: Day of the decisions; each profile's own when left out.
        kept: Draws of priors; those of this block are added.
    """
    reader = _Reader(profiles, knowledge, draws, kept)
    for field in knowledge.fields.values():
        reader.read(field)
    many = tuple(
        Project(profile, day_of(profile, knowledge, as_of), *words)
        for profile, *words in zip(
            profiles,
            *(reader.words(f"compute.{name}") for name in ("gpu", "acquire", "region")),
            strict=True,
        )
    )
    names = list(knowledge.fields)
    given = np.array([[name in one.values for name in names] for one in profiles])
    told = {name: rows[:, None] for name, rows in zip(names, given.T.copy(), strict=True)}
    return Inputs(
        knowledge,
        draws,
        many[0].day,
        profiles[0],
        frozenset.intersection(*(frozenset(one.values) for one in profiles)),
        Wholes(reader.parts),
        ListWholes(reader.listed, len(profiles)),
        (),
        told,
        len(profiles),
        many,
        reader.parts,
        reader.listed,
        {name: reader.keys[name] for name in LENGTHS},
    )


def slim(block: Inputs) -> Inputs:
    """The same block without what was worked out on the way."""
    lists = ListWholes(block.listed, len(block.many))
    return replace(block, values=Wholes(block.parts), lists=lists)


def day_of(profile: Profile, knowledge: Knowledge, as_of: date | None) -> str:
    """ISO day of a decision: the one asked for, else the profile's, else the knowledge's."""
    own = profile.get("as_of")
    day = as_of or (own if isinstance(own, date) else None)
    return day.isoformat() if day else knowledge.as_of


def kin_of(profile: Profile, knowledge: Knowledge, as_of: date | None) -> str:
    """What the rows of one block have in common: how they come by their accelerators."""
    names = ("gpu", "acquire", "region")
    words = (_first_word(profile, knowledge, f"compute.{name}") for name in names)
    project = Project(profile, day_of(profile, knowledge, as_of), *words)
    return way_of(project, gpu_for(project, knowledge)[0], knowledge)


def _first_word(profile: Profile, knowledge: Knowledge, name: str) -> str:
    answer, prior = profile.get(name), knowledge.fields[name].prior
    return str(answer) if answer is not None else (prior.value if prior else None) or ""


def row_of(block: Inputs, place: int) -> Inputs:
    """One profile of many, with its own draws: what rules and sentences read."""
    project = block.many[place]
    values = {name: one.row(place) for name, one in block.parts.items()}
    lists = {
        name: next(weights for rows, weights in listed if place in rows)
        for name, listed in block.listed.items()
    }
    given = frozenset(project.profile.values)
    assumed = [field for field in block.knowledge.fields.values() if field.prior]
    return Inputs(
        block.knowledge,
        block.draws,
        project.day,
        project.profile,
        given,
        values,
        lists,
        tuple(Assumption(field.name, {}, ()) for field in assumed if field.name not in given),
    )


class _Reader:
    """Draws of every field for all profiles, in the order of the fields.

    Attributes:
        keys: Field -> for each row, what its draws hang on: rows of one key have the same draws.
            Only of fields whose keys somebody asks for.
    """

    def __init__(
        self, profiles: Sequence[Profile], knowledge: Knowledge, draws: Draws, kept: Kept
    ) -> None:
        self.profiles, self.knowledge, self.draws, self.kept = profiles, knowledge, draws, kept
        self.parts: dict[str, Parts] = {}
        self.listed: dict[str, Listed] = {}
        self.keys: dict[str, list[Any]] = {}
        self._asked = {*LENGTHS, *_parents(knowledge.fields)}

    def words(self, name: str) -> list[str]:
        """The word of each row, of a field that has one."""
        found = [""] * len(self.profiles)
        for rows, drawn in self.parts[name].parts:
            for row in rows.tolist():
                found[row] = str(drawn.flat[0])
        return found

    def read(self, field: Field) -> None:
        """Read one field of all profiles; those that have no prior no formula reads."""
        if field.prior is None:
            if field.name in self._asked:
                self.keys[field.name] = [one.values.get(field.name) for one in self.profiles]
            return
        answers = [one.values.get(field.name) for one in self.profiles]
        if field.dimension or field.type == "duration":
            self._numbers(field, answers)
        else:
            self._words(field, answers)

    def _numbers(self, field: Field, answers: Sequence[Value | None]) -> None:
        told = [(row, one) for row, one in enumerate(answers) if isinstance(one, Quantity)]
        exact = [(row, one.low) for row, one in told if one.low == one.high]
        ranges = [(row, one) for row, one in told if one.low != one.high]
        parts: list[tuple[Rows, Any]] = []
        if exact:
            parts.append((_rows(row for row, _ in exact), _column([low for _, low in exact])))
        if ranges:
            low, high = (
                _column([getattr(one, end) for _, one in ranges]) for end in ("low", "high")
            )
            z = self.draws.normal(field.name)
            parts.append((_rows(row for row, _ in ranges), interval(z, low, high, scale_of(field))))
        self._add(field, parts, answers)

    def _words(self, field: Field, answers: Sequence[Value | None]) -> None:
        found: dict[Any, list[int]] = {}
        for row, answer in enumerate(answers):
            if answer is not None:
                found.setdefault(answer, []).append(row)
        parts: list[tuple[Rows, Any]] = []
        lists: list[tuple[Rows, Mapping[str, Array]]] = []
        for answer, held in found.items():
            rows, drawn = _rows(held), _word(answer)
            parts.append((rows, drawn))
            if field.type == "enums":
                lists.append((rows, list_weights(field, answer, drawn)))
        opened = self._add(field, parts, answers)
        if field.type == "enums":
            open_lists = [(rows, list_weights(field, None, drawn)) for rows, drawn in opened]
            self.listed[field.name] = (*lists, *open_lists)

    def _add(
        self, field: Field, parts: list[tuple[Rows, Any]], answers: Sequence[Value | None]
    ) -> list[tuple[Rows, Any]]:
        """Add the draws of rows that leave a field open; these are returned."""
        keys: list[Any] = [None] * len(answers)
        if field.name in self._asked:
            keys = [None if answer is None else ("told", answer) for answer in answers]
            self.keys[field.name] = keys
        left = [row for row, answer in enumerate(answers) if answer is None]
        opened = self._opened(field, left, keys) if left else []
        self.parts[field.name] = Parts((*parts, *opened), len(answers))
        return opened

    def _opened(self, field: Field, left: Sequence[int], keys: list[Any]) -> list[tuple[Rows, Any]]:
        prior = field.prior
        assert prior is not None  # noqa: S101 the caller asked for a field with a prior
        same = prior.same_as if prior.same_as in self.parts else None
        taken = [row for row in left if same and self.profiles[row].given(same)]
        opened: list[tuple[Rows, Any]] = []
        if same and taken:
            rows = _rows(taken)
            for row in taken:
                keys[row] = self.keys[same][row]
            held = self.parts[same].rows(rows)
            opened = [(rows[inside], drawn) for inside, drawn in held.parts]
        others = set(taken)
        groups = self._alike(prior, [row for row in left if row not in others] if taken else left)
        for key, alike in groups.items():
            for row in alike:
                keys[row] = key
        return [
            *opened,
            *((_rows(alike), self._draw(field, key, alike[0])) for key, alike in groups.items()),
        ]

    def _alike(self, prior: Prior, rows: Sequence[int]) -> Mapping[Any, Sequence[int]]:
        """Rows that leave a field open, by what its draws hang on."""
        hangs = [self.keys[name] for name in _hangs_on(prior) if name in self.keys]
        if not hangs and not prior.clues:
            return {(): rows} if rows else {}
        values = tuple(prior.probabilities or ())
        groups: dict[Any, list[int]] = {}
        for row in rows:
            key = tuple(held[row] for held in hangs)
            if prior.clues:
                likely, _ = inferred(self.knowledge.clues, self.profiles[row], values)
                key = (*key, *likely.values())
            groups.setdefault(key, []).append(row)
        return groups

    def _draw(self, field: Field, key: Any, row: int) -> Drawn:
        if (field.name, key) not in self.kept:
            if len(self.kept) > MOST_KEPT:
                self.kept.clear()
            values = _RowValues(self.parts, self.profiles[row], row)
            drawn, _ = draw_field(field, self.profiles[row], self.knowledge, self.draws, values)
            assert drawn is not None  # noqa: S101 an open field with a prior has draws
            self.kept[field.name, key] = drawn
        return self.kept[field.name, key]


def _hangs_on(prior: Prior) -> Iterator[str]:
    """Fields that the draws of a prior hang on."""
    parents = (prior.by, prior.at_most.by if prior.at_most else None, prior.same_as)
    return (name for name in parents if name)


def _parents(fields: Mapping[str, Field]) -> Iterator[str]:
    priors = (field.prior for field in fields.values())
    return (name for prior in priors if prior for name in _hangs_on(prior))


class _RowValues(dict[str, Drawn]):
    """Draws of one row, read as they are asked for."""

    def __init__(self, parts: Mapping[str, Parts], profile: Profile, row: int) -> None:
        super().__init__()
        self._parts, self._profile, self._row = parts, profile, row

    def __missing__(self, name: str) -> Drawn:
        if name in self._parts:
            return self._parts[name].row(self._row)
        answered: Drawn = _word(self._profile.get(name))
        return answered


def _rows(held: Any) -> Rows:
    return np.fromiter(held, np.intp)


def _column(figures: Sequence[float]) -> Array:
    return np.array(figures, float)[:, None]


def _word(answer: object) -> Any:
    """One draw that stands for all."""
    if isinstance(answer, bool):
        return np.array([answer])
    first = answer[0] if isinstance(answer, tuple) else answer
    return np.array([str(getattr(first, "gpu", first))])

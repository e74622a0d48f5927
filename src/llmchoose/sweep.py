"""Where the recommendation changes as one or two inputs move."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from llmchoose.decision.decide import decide
from llmchoose.decision.rank import Weighed, weigh
from llmchoose.errors import InputError, Problem, quoted
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.blocks import STRUCTURAL, Change, block_of
from llmchoose.estimate.formulas.distributions import Draws, middle, significant
from llmchoose.estimate.inputs import Inputs, read_inputs
from llmchoose.estimate.priors import scale_of
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.dump import write_value
from llmchoose.profile.load import set_value
from llmchoose.profile.model import Profile, Value
from llmchoose.quantity import Quantity

POINTS, FINER, MOST_POINTS = 13, 24, 60
DIGITS = 3


@dataclass(frozen=True)
class Axis:
    """An input and the answers it is given in turn, with their spellings."""

    field: str
    values: tuple[Value, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """What is recommended with one answer, or one pair of them.

    Attributes:
        approach: None where a hard gate closes every one.
        chance: Chance of the recommended approach.
        total_usd: Its middle cost over the horizon.
        days: Its middle time to production.
    """

    texts: tuple[str, ...]
    approach: str | None
    chance: float
    total_usd: float
    days: float


@dataclass(frozen=True)
class Turn:
    """Where the recommendation changes along a number: the last value before, the first after."""

    field: str
    last: str
    first: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Sweep:
    """Cells in the order of the first axis, then of the second; turns of a single numeric axis."""

    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    turns: tuple[Turn, ...]


def sweep(
    profile: Profile,
    knowledge: Knowledge,
    asked: Sequence[str],
    *,
    seed: int = 0,
    samples: int = 500,
    as_of: date | None = None,
) -> Sweep:
    """Try answers of one or two inputs, everything else as the profile has it.

    Args:
        profile: What the team wrote.
        knowledge: Facts and rules.
        asked: `FIELD=A..B` for a number, `FIELD=a,b,c` for answers one by one.
        seed: Seed of the draws; `samples` their number.
        samples: Draws.
        as_of: Day of the decision; the profile's own when left out.

    Raises:
        InputError: A field or an answer is wrong, or there are more than two inputs.
    """
    axes = tuple(_axis(one, profile, knowledge) for one in asked)
    if not 1 <= len(axes) <= 2 or len({axis.field for axis in axes}) < len(axes):
        hint = "write one or two, such as data.labelled_examples=100..100k"
        raise InputError((Problem("a sweep moves one or two different inputs", hint=hint),))
    inputs = read_inputs(profile, knowledge, Draws(seed, samples), as_of)
    changes, texts = _combined(axes)
    cells = _cells(inputs, changes, texts)
    turns = _turns(inputs, axes[0], cells) if len(axes) == 1 else ()
    return Sweep(axes, cells, turns)


def _axis(text: str, profile: Profile, knowledge: Knowledge) -> Axis:
    name, separator, answer = text.partition("=")
    if not separator:
        hint = "write FIELD=A..B, or FIELD=a,b,c"
        raise InputError((Problem(f"{quoted(text)} says no answers", hint=hint),))
    parts = [answer] if ".." in answer else [part for part in answer.split(",") if part.strip()]
    name, values = name.strip(), []
    for part in parts:
        changed = set_value(profile, f"{name}={part}", knowledge)
        values.append(changed.values[name])
    field = knowledge.fields[name]
    first = values[0] if values else None
    if len(values) == 1 and isinstance(first, Quantity) and not first.exact:
        values = _between(field, first)
    if not 2 <= len(values) <= MOST_POINTS:
        hint = f"a sweep takes 2 to {MOST_POINTS} of them: {name}=1k..100k, or {name}=a,b"
        raise InputError((Problem(f"{quoted(text)} is {len(values)} answer(s)", hint=hint),))
    return Axis(
        name, tuple(values), tuple(write_value(one, field, knowledge.fields) for one in values)
    )


def _between(field: Field, ends: Quantity, points: int = POINTS) -> list[Value]:
    """Answers from one end to the other, evenly on the scale of the field."""
    if scale_of(field) == "logit":
        found = np.linspace(ends.low, ends.high, points).tolist()
    else:
        added = 1.0 if ends.low <= 0 else 0.0
        steps = np.linspace(math.log(ends.low + added), math.log(ends.high + added), points)
        found = [math.exp(step) - added for step in steps.tolist()]
    rounded = dict.fromkeys(_round(field, value) for value in found)
    return [Quantity(value, value) for value in rounded]


def _round(field: Field, value: float) -> float:
    near = significant(value, DIGITS) if value else 0.0
    whole = field.dimension in ("count", "tokens") and near >= 1
    return float(round(near)) if whole else near


def _combined(axes: Sequence[Axis]) -> tuple[list[Change], list[tuple[str, ...]]]:
    first, *rest = axes
    changes: list[Change] = [{first.field: value} for value in first.values]
    if not rest:
        return changes, [(text,) for text in first.texts]
    second = rest[0]
    changes = [{first.field: a, second.field: b} for a in first.values for b in second.values]
    return changes, [(a, b) for a in first.texts for b in second.texts]


def _cells(
    inputs: Inputs, changes: Sequence[Change], texts: Sequence[tuple[str, ...]]
) -> tuple[Cell, ...]:
    """All changes in one block, or one by one where they choose another model or card."""
    if any(STRUCTURAL & change.keys() for change in changes):
        return tuple(
            _alone(inputs, change, text) for change, text in zip(changes, texts, strict=True)
        )
    block = block_of(inputs, changes)
    estimates = estimate_all(block)
    weighed = weigh(block, estimates)
    rows = len(changes)
    totals, days = (
        {name: np.broadcast_to(middle(values)[..., 0], rows) for name, values in figures}
        for figures in (
            [(name, one.total_usd) for name, one in estimates.items()],
            [(name, one.time_days) for name, one in estimates.items()],
        )
    )
    best = weighed.best()
    return tuple(
        _cell(weighed, row, int(best[row]), text, totals, days) for row, text in enumerate(texts)
    )


def _cell(
    weighed: Weighed,
    row: int,
    best: int,
    texts: tuple[str, ...],
    totals: dict[str, np.ndarray],
    days: dict[str, np.ndarray],
) -> Cell:
    if best < 0:
        return Cell(texts, None, 0.0, math.nan, math.nan)
    name = weighed.names[best]
    chance = significant(float(weighed.chance[best, row]))
    usd, length = (significant(float(figures[name][row])) for figures in (totals, days))
    return Cell(texts, name, chance, usd, length)


def _alone(inputs: Inputs, change: Change, texts: tuple[str, ...]) -> Cell:
    held = {**inputs.profile.values, **{k: v for k, v in change.items() if v is not None}}
    profile = Profile(inputs.profile.path, held)
    read = read_inputs(profile, inputs.knowledge, inputs.draws, date.fromisoformat(inputs.day))
    estimates = estimate_all(read)
    best = decide(read, estimates).recommended
    if best is None:
        return Cell(texts, None, 0.0, math.nan, math.nan)
    estimate = estimates[best.approach.id]
    usd, days = (float(middle(one)[0]) for one in (estimate.total_usd, estimate.time_days))
    return Cell(texts, best.approach.id, best.probability_best, significant(usd), significant(days))


def _turns(inputs: Inputs, axis: Axis, cells: Sequence[Cell]) -> tuple[Turn, ...]:
    """Changes of the recommendation along a number, each narrowed down between its neighbours."""
    field, found = inputs.knowledge.fields[axis.field], []
    for place in range(len(cells) - 1):
        if cells[place].approach == cells[place + 1].approach:
            continue
        low, high = axis.values[place], axis.values[place + 1]
        row = list(cells[place : place + 2])
        if isinstance(low, Quantity) and isinstance(high, Quantity):
            finer = _between(field, Quantity(low.low, high.low), FINER)
            texts = [(write_value(one, field, inputs.knowledge.fields),) for one in finer]
            row = list(_cells(inputs, [{axis.field: one} for one in finer], texts))
        found += _turns_of(axis.field, row)
    return tuple(found)


def _turns_of(field: str, row: Sequence[Cell]) -> list[Turn]:
    return [
        Turn(field, one.texts[0], other.texts[0], one.approach, other.approach)
        for one, other in pairwise(row)
        if one.approach != other.approach
    ]

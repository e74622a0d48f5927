"""Flips: the smallest change of one input that changes the recommendation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from llmchoose.decision.what_if import (
    NUMERIC,
    Tried,
    WhatIf,
    fields_to_vary,
    lead,
    others,
    shifted,
)
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.priors import scale_of
from llmchoose.knowledge.fields import Field
from llmchoose.profile.model import Value
from llmchoose.quantity import Quantity

# How far a number is moved at first, as factors and as logits; then how close to the place where
# the lead turns, as shares of the way there.
FACTORS = (1.6, 6.0, 100.0)
LOGITS = (0.7, 2.0, 4.0)
CLOSER = (0.85, 0.92, 0.97, 1.0, 1.04, 1.12)
EARLIER = (0.4, 0.7, 0.82, 0.9, 0.95, 1.0, 1.06, 1.15, 1.3)
MOST = 6
SMALLEST = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class Flip:
    """One change, and what is recommended after it.

    Attributes:
        size: How far the input moves, on the scale of its field; answers of words count as 1.
        approach: The recommendation afterwards; None where nothing is open any more.
    """

    field: str
    before: Value
    after: Value
    size: float
    approach: str | None


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """A change and how far it goes: with a sign for numbers."""

    change: WhatIf
    distance: float


def first_steps(inputs: Inputs) -> list[Step]:
    """A few changes of each stated input, near and far."""
    found: list[Step] = []
    for field in fields_to_vary(inputs, stated=True):
        answer = inputs.profile.values[field.name]
        if field.type in NUMERIC and isinstance(answer, Quantity):
            found += _numbers(field, answer, _distances(field))
        elif field.type not in NUMERIC:
            found += [Step(WhatIf(field.name, value), 1.0) for value in others(field, answer)]
    return found


def _distances(field: Field) -> list[float]:
    far = LOGITS if scale_of(field) == "logit" else [math.log(factor) for factor in FACTORS]
    return [sign * distance for sign in (-1, 1) for distance in far]


def _numbers(field: Field, answer: Quantity, distances: Sequence[float]) -> list[Step]:
    steps = []
    for distance in distances:
        value = shifted(field, answer, distance)
        if value is not None and value != answer:
            steps.append(Step(WhatIf(field.name, value), distance))
    return steps


def nearer_steps(inputs: Inputs, steps: Sequence[Step], tried: Tried, base: int) -> list[Step]:
    """Changes close to where the first ones say that the recommendation turns.

    Args:
        inputs: Draws of the profile.
        steps: The first steps.
        tried: What they came to.
        base: Place of the recommended approach.
    """
    turned = tried.best != base
    leads = lead(tried.weighed, base)
    found: list[tuple[float, list[Step]]] = []
    for name in dict.fromkeys(step.change.field for step in steps):
        places = [place for place, step in enumerate(steps) if step.change.field == name]
        field = inputs.knowledge.fields[name]
        if field.type in NUMERIC:
            found += _turns(inputs, field, [(steps[p], turned[p], leads[p]) for p in places])
        else:
            flips = [steps[place] for place in places if turned[place]]
            found += [(1.0, [step]) for step in flips[:1]]
    near = sorted(found, key=lambda pair: pair[0])[:MOST]
    return [step for _, some in near for step in some]


def _turns(
    inputs: Inputs, field: Field, row: Sequence[tuple[Step, bool, float]]
) -> list[tuple[float, list[Step]]]:
    """The nearer of both sides on which a number turns the choice, with steps around the place."""
    answer = inputs.profile.values[field.name]
    assert isinstance(answer, Quantity)  # noqa: S101 the caller asked for a numeric field
    places = []
    for sign in (-1, 1):
        side = [one for one in row if one[0].distance * sign > 0]
        place = _turn(sorted(side, key=lambda one: abs(one[0].distance)))
        if place is not None:
            places.append(sign * place)
    if not places:
        return []
    at = min(places, key=abs)
    return [(abs(at), _numbers(field, answer, [at * share for share in CLOSER]))]


def _turn(side: Sequence[tuple[Step, bool, float]]) -> float | None:
    """Distance at which the lead turns, between the last step that holds and the next."""
    last, behind = 0.0, -1.0
    for step, turned, leads in side:
        here = abs(step.distance)
        if turned:
            return last + (here - last) * -behind / max(leads - behind, 1e-9) if last else here / 2
        last, behind = here, min(float(leads), -1e-6)
    return None


def earlier_steps(
    inputs: Inputs, steps: Sequence[Step], tried: Tried, base: int, now: float
) -> list[Step]:
    """Smaller changes of those numbers of which the smallest that was tried turns the choice.

    Args:
        inputs: Draws of the profile.
        steps: The changes that were tried.
        tried: What they came to.
        base: Place of the recommended approach.
        now: By how much the best other approach leads it as things stand, below zero.
    """
    found: list[Step] = []
    leads = lead(tried.weighed, base)
    for name in dict.fromkeys(step.change.field for step in steps):
        places = [place for place, step in enumerate(steps) if step.change.field == name]
        first = min(places, key=lambda place: abs(steps[place].distance))
        answer = inputs.profile.values[name]
        if tried.best[first] != base and isinstance(answer, Quantity):
            # Between no change and this one the lead grows about evenly: it turns where it is 0.
            at = steps[first].distance * now / min(now - float(leads[first]), -SMALLEST)
            field = inputs.knowledge.fields[name]
            found += _numbers(field, answer, [at * share for share in EARLIER])
    return found


def found_flips(inputs: Inputs, steps: Sequence[Step], tried: Tried, base: int) -> tuple[Flip, ...]:
    """The smallest change of each input that really turns the recommendation."""
    flips = []
    for name in dict.fromkeys(step.change.field for step in steps):
        mine = [place for place, step in enumerate(steps) if step.change.field == name]
        near = sorted(mine, key=lambda place: abs(steps[place].distance))
        place = next((place for place in near if tried.best[place] != base), None)
        if place is not None:
            flips.append(_flip(inputs, steps[place], tried, place))
    return tuple(flips)


def _flip(inputs: Inputs, step: Step, tried: Tried, place: int) -> Flip:
    name, best = step.change.field, int(tried.best[place])
    approach = tried.weighed.names[best] if best >= 0 else None
    before, after = inputs.profile.values[name], step.change.value
    assert after is not None  # noqa: S101 no flip leaves a field open
    return Flip(name, before, after, abs(step.distance), approach)

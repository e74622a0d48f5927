"""What is advised on a profile, in numbers: no sentences, and no more estimates than it takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.decision.confidence import known_share
from llmchoose.decision.rank import DIGITS, Weighed, weigh
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.formulas.distributions import Array, Draws, significant
from llmchoose.estimate.inputs import Inputs, draw_field, list_weights, read_inputs
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.model import Profile

# What bodies of knowledge may differ in here: the chances of a gap that nobody said, and the
# coverage. No figure of the estimate that decides rests on them, so that estimates are shared.
GAP, COVERAGE = "task.gap", "task.base_model_coverage"


@dataclass(frozen=True)
class Advice:
    """The recommendation and what it rests on.

    Attributes:
        approach: The recommended one; None where a hard gate closes every one.
        chance: Its chance to be the best.
        second: The next one, and `second_chance` its chance.
        by_fit: What fit alone puts first; `by_benefit` what net benefit does.
        known: Share of the decisive inputs that the profile states.
    """

    approach: str | None
    chance: float
    second: str | None
    second_chance: float
    by_fit: str | None
    by_benefit: str | None
    known: float


def advise(profile: Profile, worlds: Sequence[Knowledge], draws: Draws) -> tuple[Advice, ...]:
    """Advice on one profile by each of several bodies of knowledge.

    Args:
        profile: The project.
        worlds: At least one; they differ in `clues` and `gaps` alone.
        draws: Standard draws.
    """
    inputs = read_inputs(profile, worlds[0], draws)
    estimates = estimate_all(inputs)
    first = _advice(inputs, weigh(inputs, estimates))
    if profile.given(GAP) and profile.given(COVERAGE):
        return (first,) * len(worlds)
    others = [_by(world, inputs) for world in worlds[1:]]
    return (first, *(_advice(other, weigh(other, estimates)) for other in others))


def _by(world: Knowledge, inputs: Inputs) -> Inputs:
    """The same inputs with the gap and the coverage as another body of knowledge draws them."""
    values, lists = dict(inputs.values), dict(inputs.lists)
    for name in (GAP, COVERAGE):
        field = world.fields[name]
        drawn, _ = draw_field(field, inputs.profile, world, inputs.draws, values)
        assert drawn is not None  # noqa: S101 both have priors
        values[name] = drawn
        if field.type == "enums":
            lists[name] = list_weights(field, inputs.profile.get(name), drawn)
    return replace(inputs, knowledge=world, values=values, lists=lists)


def _advice(inputs: Inputs, weighed: Weighed) -> Advice:
    best, second = (*_in_order(weighed, weighed.chance), None, None)[:2]
    chances: dict[str | None, float] = {None: 0.0}
    chances.update(zip(weighed.names, weighed.chance.tolist(), strict=True))
    return Advice(
        best,
        significant(chances[best]),
        second,
        significant(chances[second]),
        _first(weighed, weighed.chance_by_fit),
        _first(weighed, weighed.chance_by_benefit),
        known_share(inputs.given, inputs.knowledge.rulebook.confidence),
    )


def _first(weighed: Weighed, chances: Array) -> str | None:
    return next(iter(_in_order(weighed, chances)), None)


def _in_order(weighed: Weighed, chances: Array) -> list[str]:
    """Open approaches of a single profile, the recommended one first."""
    points = np.round(chances - weighed.rung_step * weighed.rungs, DIGITS)
    order = np.argsort(-points, kind="stable")
    return [weighed.names[place] for place in order if weighed.open[place].all()]

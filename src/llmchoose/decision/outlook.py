"""What would change the choice: flips, break-evens, what to find out, which pilot to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from llmchoose.decision.break_even import (
    BreakEven,
    break_evens,
    crossings,
    finer_values,
    rough_values,
)
from llmchoose.decision.experiment import Experiment, next_experiment
from llmchoose.decision.flips import (
    Flip,
    Step,
    earlier_steps,
    first_steps,
    found_flips,
    nearer_steps,
)
from llmchoose.decision.influence import Influence, influences, without_each
from llmchoose.decision.information import Information, open_answers, value_of_information
from llmchoose.decision.plan import FoundRisk, plan_of
from llmchoose.decision.rank import Ranked, Weighed
from llmchoose.decision.weights import WeightFlip, weight_flips
from llmchoose.decision.what_if import Tried, WhatIf, lead, try_all
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.inputs import Inputs, fewer

# Draws with which changes are searched for; what is found is held against all of them.
FEW = 32
# An approach with a smaller chance is no rival whose costs anybody would compare.
RIVAL = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class Outlook:
    """What would change the choice, and what to do about it."""

    flips: tuple[Flip, ...] = ()
    weights: tuple[WeightFlip, ...] = ()
    break_evens: tuple[BreakEven, ...] = ()
    information: tuple[Information, ...] = ()
    experiment: Experiment | None = None
    influences: tuple[Influence, ...] = ()


def look_ahead(
    inputs: Inputs,
    weighed: Weighed,
    ranked: tuple[Ranked, ...],
    estimates: Mapping[str, Estimate],
    risks: Sequence[FoundRisk],
) -> Outlook:
    """Search for what would change the recommendation of a single profile.

    Args:
        inputs: Draws of the profile.
        weighed: Its approaches in numbers.
        ranked: The same, best first, in words.
        estimates: Their estimates.
        risks: Risks that were found.
    """
    open_ = [one for one in ranked if one.feasible]
    if not open_:
        return Outlook()
    best, others = open_[0], open_[1:]
    few = fewer(inputs, FEW)
    steps, asked, rough = first_steps(few), open_answers(few), rough_values(few)
    answers = without_each(few)
    tried, by_step, by_node, by_value, by_answer = _together(
        few, [step.change for step in steps], [node.change for node in asked], rough, answers
    )
    base = tried.weighed.names.index(best.approach.id)
    # With few draws a near tie may fall to the other side: changes are held against what they say.
    few_base = int(by_answer.best[-1])
    near = nearer_steps(inputs, steps, by_step, few_base)
    names = [one.approach.id for one in others if one.probability_best >= RIVAL]
    seen = crossings(rough, by_value, best.approach.id, names)
    finer = finer_values(seen)
    held = try_all(inputs, [*(step.change for step in near), *finer]) if near or finer else tried
    return Outlook(
        _smallest_flips(inputs, near, part(held, 0, len(near)), base, float(lead(weighed, base))),
        weight_flips(weighed, inputs.knowledge.rulebook),
        break_evens(seen, finer, part(held, len(near), len(near) + len(finer))),
        value_of_information(few, asked, by_node, few_base),
        next_experiment(inputs, best, others[0] if others else None, estimates),
        influences(few, answers, by_answer, base, risks, plan_of(best)),
    )


def _smallest_flips(
    inputs: Inputs, near: Sequence[Step], tried: Tried, base: int, now: float
) -> tuple[Flip, ...]:
    """Flips at the full number of draws, and smaller ones where the nearest step is too far."""
    found = {flip.field: flip for flip in found_flips(inputs, near, tried, base)}
    early = earlier_steps(inputs, near, tried, base, now)
    if early:
        again = try_all(inputs, [step.change for step in early])
        nearer = found_flips(inputs, early, again, base)
        found |= {flip.field: flip for flip in nearer if flip.size < found[flip.field].size}
    return tuple(sorted(found.values(), key=lambda flip: (flip.size, flip.field)))


def _together(few: Inputs, *groups: Sequence[WhatIf]) -> tuple[Tried, ...]:
    """What all groups of changes come to, in one block, then each group's own rows."""
    tried = try_all(few, [change for group in groups for change in group])
    ends = list(accumulate(len(group) for group in groups))
    starts = [0, *ends[:-1]]
    return (tried, *(part(tried, start, end) for start, end in zip(starts, ends, strict=True)))


def part(tried: Tried, start: int, end: int) -> Tried:
    """Some rows of what was tried."""
    return tried.rows(slice(start, end))

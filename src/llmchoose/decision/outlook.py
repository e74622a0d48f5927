"""What would change the choice: flips, break-evens, what to find out, which pilot to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from llmchoose.decision.break_even import (
    BreakEven,
    break_evens,
    crossings,
    finer_values,
    rough_values,
)
from llmchoose.decision.experiment import Experiment, next_experiment
from llmchoose.decision.flips import Flip, first_steps, found_flips, nearer_steps
from llmchoose.decision.information import Information, open_answers, value_of_information
from llmchoose.decision.rank import Ranked, Weighed
from llmchoose.decision.weights import WeightFlip, weight_flips
from llmchoose.decision.what_if import Tried, try_all
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Inputs, read_inputs

# Draws with which changes are searched for; what is found is held against all of them.
FEW = 64


@dataclass(frozen=True)
class Outlook:
    """What would change the choice, and what to do about it."""

    flips: tuple[Flip, ...] = ()
    weights: tuple[WeightFlip, ...] = ()
    break_evens: tuple[BreakEven, ...] = ()
    information: tuple[Information, ...] = ()
    experiment: Experiment | None = None


def look_ahead(
    inputs: Inputs,
    weighed: Weighed,
    ranked: tuple[Ranked, ...],
    estimates: Mapping[str, Estimate],
) -> Outlook:
    """Search for what would change the recommendation of a single profile.

    Args:
        inputs: Draws of the profile.
        weighed: Its approaches in numbers.
        ranked: The same, best first, in words.
        estimates: Their estimates.
    """
    open_ = [one for one in ranked if one.feasible]
    if not open_:
        return Outlook()
    best, others = open_[0], open_[1:]
    few = fewer(inputs, min(FEW, inputs.draws.samples))
    steps, asked, rough = first_steps(few), open_answers(few), rough_values(few)
    changes = [step.change for step in steps] + [node.change for node in asked] + rough
    tried = try_all(few, changes)
    base = tried.weighed.names.index(best.approach.id)
    ends = len(steps), len(steps) + len(asked)
    near = nearer_steps(inputs, steps, part(tried, 0, ends[0]), base)
    names = [one.approach.id for one in others]
    seen = crossings(rough, part(tried, ends[1], len(changes)), best.approach.id, names)
    finer = finer_values(seen)
    held = try_all(inputs, [*(step.change for step in near), *finer]) if near or finer else tried
    return Outlook(
        found_flips(inputs, near, part(held, 0, len(near)), base),
        weight_flips(weighed, inputs.knowledge.rulebook),
        break_evens(seen, finer, part(held, len(near), len(near) + len(finer))),
        value_of_information(few, asked, part(tried, *ends), base),
        next_experiment(inputs, best, others[0] if others else None, estimates),
    )


def fewer(inputs: Inputs, samples: int) -> Inputs:
    """The same profile with fewer draws."""
    draws = Draws(inputs.draws.seed, samples)
    day = date.fromisoformat(inputs.day)
    return read_inputs(inputs.profile, inputs.knowledge, draws, day)


def part(tried: Tried, start: int, end: int) -> Tried:
    """Some rows of what was tried."""
    return tried.rows(slice(start, end))

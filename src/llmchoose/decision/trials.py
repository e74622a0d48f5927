"""Evidence: what pilots that were really run say of the quality each approach reaches.

The expected qualities of all approaches are drawn together, so a score of one of them also tells
of the others: of the coverage they share, and of tuning whichever way it is done. Each trial moves
every draw towards its score by the regression of that quality on the one measured (the ensemble
Kalman update), with the error of its test set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.decision.quality import method
from llmchoose.estimate.formulas.distributions import Z95, Array, Band, band
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.profile.model import Profile, Trial
from llmchoose.profile.trials import every_trial, is_retrieval, middle_of, trials_of
from llmchoose.quantity import Quantity

Qualities = Mapping[str, Array]


@dataclass(frozen=True, eq=False, repr=False)
class Interval:
    """A measured score and its 90 % interval."""

    low: float
    score: float
    high: float


def after_trials(inputs: Inputs, prior: Qualities) -> Qualities:
    """Draws of every approach's quality once the trials are known.

    Source: Evensen 2003, The ensemble Kalman filter, section 4 (perturbed observations).
    """
    if not inputs.many:
        return _after(inputs, trials_of(inputs.profile), prior)
    tried = {row: trials_of(one.profile) for row, one in enumerate(inputs.many)}
    tried = {row: trials for row, trials in tried.items() if trials}
    if not tried:
        return dict(prior)
    found = {name: np.broadcast_to(one, inputs.shape).copy() for name, one in prior.items()}
    for row, trials in tried.items():
        after = _after(inputs, trials, {name: one[row] for name, one in found.items()})
        for name, quality in after.items():
            found[name][row] = quality
    return found


def _after(inputs: Inputs, trials: Sequence[Trial], prior: Qualities) -> Qualities:
    """Qualities of one project, or of a block about one, once its trials are known."""
    found = dict(prior)
    for place, trial in enumerate(trials):
        if trial.approach in found:
            noise = error_of(trial, inputs) * inputs.draws.normal(f"trial:{place}:{trial.approach}")
            own = inputs.knowledge.rulebook.ladder.noise
            found = _updated(found, trial, noise, error_of(trial, inputs), own)
    return found


def interval_of(trial: Trial, inputs: Setting) -> Interval:
    """The 90 % interval of a trial's score.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    score, items = middle_of(trial), items_of(trial, inputs)
    z = Z95
    centre = (score + z**2 / (2 * items)) / (1 + z**2 / items)
    half = z * np.sqrt(score * (1 - score) / items + z**2 / (4 * items**2)) / (1 + z**2 / items)
    return Interval(float(centre - half), score, float(centre + half))


def items_of(trial: Trial, inputs: Setting) -> float:
    """Items of the test set behind a trial."""
    usual = inputs.constant("reach.eval_examples")
    return max((trial.examples.low + trial.examples.high) / 2, 1.0) if trial.examples else usual


def error_of(trial: Trial, inputs: Setting) -> float:
    """Standard error of a trial's score, and of what a pilot differs from production."""
    interval = interval_of(trial, inputs)
    return (interval.high - interval.low) / (2 * Z95)


@dataclass(frozen=True, eq=False, repr=False)
class Settled:
    """A measured score that reaches the target beyond the error of its test set."""

    approach: str
    interval: Interval
    items: float


def settled_by(inputs: Inputs, rungs: Mapping[str, float]) -> Settled | None:
    """The score of the lowest rung that reaches the target for sure; None where none does."""
    return settled_for(inputs.profile, inputs, rungs)


def settled_for(profile: Profile, setting: Setting, rungs: Mapping[str, float]) -> Settled | None:
    """As `settled_by`, for one profile of many."""
    target = profile.get("task.quality_target")
    if not isinstance(target, Quantity):
        return None
    found = [
        Settled(trial.approach, interval_of(trial, setting), items_of(trial, setting))
        for trial in (*trials_of(profile), *_baseline(profile))
    ]
    enough = [one for one in found if one.interval.low >= target.high]
    return min(enough, key=lambda one: rungs.get(one.approach, np.inf), default=None)


def _baseline(profile: Profile) -> tuple[Trial, ...]:
    """The measured prompted score as a trial, where its test set has a stated size."""
    score, items = (profile.get(name) for name in ("task.prompt_baseline", "task.eval_examples"))
    if isinstance(score, Quantity) and isinstance(items, Quantity):
        return (Trial("prompt", score, examples=items),)
    return ()


def _updated(
    prior: Qualities, trial: Trial, noise: Array, error: float, own: float
) -> dict[str, Array]:
    """Every quality after a score.

    Args:
        prior: Qualities before it.
        trial: The score.
        noise: Draws of its error.
        error: Standard deviation of that.
        own: Standard deviation of what the model errs by for each method alone: a score tells of it
            only for approaches of the method that was measured.
    """
    seen = prior[trial.approach]
    off = seen - np.mean(seen, axis=-1, keepdims=True)
    spread = np.mean(off**2, axis=-1, keepdims=True) + own**2
    variance = spread + error**2
    surprise = middle_of(trial) + noise - seen
    moved = {}
    for name, quality in prior.items():
        together = np.mean(off * quality, axis=-1, keepdims=True)
        together = together + own**2 if method(name) == method(trial.approach) else together
        moved[name] = np.clip(quality + together / variance * surprise, 0.0, 1.0)
    return moved


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """What one trial says, and what it did to the quality its approach is expected to reach.

    Attributes:
        counted: It is on the metric of the target, so it moved what is expected.
        prior: Quality expected before all trials; `posterior` after them.
        why_not: Why it was not counted.
    """

    trial: Trial
    interval: Interval
    counted: bool
    prior: Band | None
    posterior: Band | None
    why_not: str = ""


def evidence(inputs: Inputs, prior: Qualities, posterior: Qualities) -> tuple[Evidence, ...]:
    """Every trial of the profile, counted or not."""
    counted, every = trials_of(inputs.profile), every_trial(inputs.profile)
    return tuple(
        Evidence(
            one,
            interval_of(one, inputs),
            one in counted,
            band(prior[one.approach]) if one in counted else None,
            band(posterior[one.approach]) if one in counted else None,
            "" if one in counted else _why_not(one),
        )
        for one in every
    )


def _why_not(trial: Trial) -> str:
    if is_retrieval(trial):
        return "it scores the search, and says what answers miss of what it finds"
    return "it is on another metric than the target"


def shifts(prior: Qualities, posterior: Qualities) -> dict[str, Array]:
    """By how much evidence moved each approach's mean quality: sample axis of length one."""
    return {
        name: np.zeros(1) if posterior[name] is before else _mean(posterior[name]) - _mean(before)
        for name, before in prior.items()
    }


def _mean(draws: Array) -> Array:
    return np.asarray(np.mean(draws, axis=-1, keepdims=True))


def undecided(found: Sequence[Evidence]) -> list[tuple[Evidence, Evidence]]:
    """Pairs of counted trials of different approaches whose intervals overlap."""
    counted = [one for one in found if one.counted]
    return [
        (one, other)
        for place, one in enumerate(counted)
        for other in counted[place + 1 :]
        if one.trial.approach != other.trial.approach
        and one.interval.low <= other.interval.high
        and other.interval.low <= one.interval.high
    ]

"""Trials of a profile: which score answers, and what retrieval found that answers missed."""

from llmchoose.profile.model import Profile, Trial


def trials_of(profile: Profile) -> tuple[Trial, ...]:
    """Trials on the metric of the target: those that name none, or the same one."""
    metric = str(profile.get("task.metric") or "").lower()
    return tuple(
        trial
        for trial in every_trial(profile)
        if (not trial.metric or not metric or trial.metric.lower() == metric)
        and not is_retrieval(trial)
    )


def every_trial(profile: Profile) -> tuple[Trial, ...]:
    """All trials that are written down."""
    found = profile.get("trials")
    return tuple(
        trial for trial in (found if isinstance(found, tuple) else ()) if isinstance(trial, Trial)
    )


def is_retrieval(trial: Trial) -> bool:
    """Whether a trial scores the search alone, such as recall@20, and not the answers."""
    return "recall" in (trial.metric or "").lower()


def middle_of(trial: Trial) -> float:
    """The score of a trial; the middle of a range."""
    return (trial.score.low + trial.score.high) / 2


def unread_share(profile: Profile) -> float:
    """Share of the questions whose passage was found and whose answer still failed.

    The recall of a retrieval pilot less the score of its answers; 0 where one of them is missing.
    """
    found = [middle_of(trial) for trial in every_trial(profile) if is_retrieval(trial)]
    right = [middle_of(trial) for trial in trials_of(profile) if trial.approach == "rag"]
    return max(min(found) - max(right), 0.0) if found and right else 0.0

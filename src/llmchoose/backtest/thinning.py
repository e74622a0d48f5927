"""Profiles with answers left out by chance, as somebody in a hurry would write them."""

from dataclasses import replace
from random import Random

from llmchoose.profile.model import Profile

SHARES = (0.25, 0.5, 0.75)
SEEDS = (0, 1, 2)
ALWAYS = frozenset({"name", "as_of", "description"})


def thinned(profile: Profile, name: str, share: float, seed: int) -> Profile:
    """Leave out each answer with a chance of `share`.

    Args:
        profile: The whole profile.
        name: Id of the decision: the same id, share and seed leave out the same answers, whatever
            else is thinned before or after.
        share: Chance of each answer to be left out.
        seed: Which of several such profiles.
    """
    draw = Random(f"{share}:{seed}:{name}")  # noqa: S311 no secret
    kept = {
        field: value
        for field, value in profile.values.items()
        if field in ALWAYS or draw.random() >= share
    }
    return replace(profile, values=kept)

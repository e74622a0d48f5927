"""What the answers that are given tell of one that is not: odds learned from real projects."""

import math
from collections.abc import Sequence

from llmchoose.estimate.formulas.distributions import significant
from llmchoose.knowledge.tables import Clue
from llmchoose.profile.model import Profile
from llmchoose.quantity import Quantity


def inferred(
    clues: Sequence[Clue], profile: Profile, values: Sequence[str]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Probabilities of a field's values, and the sources they rest on.

    Args:
        clues: The shares among all projects (`op` is base), and how each answer moves them.
        profile: What the team wrote.
        values: The field's values.

    Source: naive Bayes; the ratios are fitted by scripts/fit.py, tempered because answers are not
        independent of each other.
    """
    held = [clue for clue in clues if holds(clue, profile)]
    odds = {name: math.prod(getattr(clue, name) for clue in held) for name in values}
    total = sum(odds.values())
    source = tuple(dict.fromkeys(name for clue in held for name in clue.source))
    return {name: significant(part / total) for name, part in odds.items()}, source


def holds(clue: Clue, profile: Profile) -> bool:
    """Whether the profile gives the answer that a clue speaks of."""
    if clue.op == "base":
        return True
    answer = profile.get(clue.input)
    if answer is None:
        return False
    if isinstance(answer, Quantity):
        # The middle of a range on the scale of its field: counts from 1 on.
        middle = math.sqrt(max(answer.low, 1.0) * max(answer.high, 1.0))
        limit = float(clue.value or 0)
        return (middle >= limit) == (clue.op == ">=")
    word = str(answer).lower().split("-")[0]
    listed = (clue.value or "").split(" ")
    return (word in listed) == (clue.op == "in")

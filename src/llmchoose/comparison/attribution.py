"""Which input did it: the change of a middle cost, shared out among the fields that changed.

Source: Shapley 1953, "A value for n-person games", Contributions to the Theory of Games II,
307-317: a field's part is what it adds when the fields change one after another, averaged over
all orders; the parts sum to the whole change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations
from math import factorial

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.comparison.model import Method
from llmchoose.decision.rank import weigh
from llmchoose.estimate.approaches.approach import estimate_all, estimate_approach
from llmchoose.estimate.approaches.readings import read_profile
from llmchoose.estimate.formulas.distributions import median, significant
from llmchoose.estimate.inputs import Inputs, read_inputs
from llmchoose.estimate.market import gpus_of
from llmchoose.profile.model import Value

# All orders of six fields take 64 estimates, a third of a second; each field more doubles that.
MOST_EXACT = 6
# Far below what is shown, far above what the last digits of a sum leave.
NOISE = 1e-9
DAY = "as_of"
Fields = frozenset[str]


@dataclass(frozen=True)
class Shares:
    """Parts in dollars by field, and what the fields do together beyond them."""

    method: Method
    parts: Mapping[str, float]
    together: float


@dataclass(frozen=True, eq=False, repr=False)
class Mixture:
    """Profiles between two others: some fields as in the new one, the rest as in the old one."""

    old: Assessment
    new: Assessment

    def inputs(self, moved: Fields) -> Inputs:
        """Draws with these fields as in the new profile."""
        knowledge, held = self.old.knowledge, dict[str, Value]()
        for name in knowledge.fields:
            side = self.new if name in moved else self.old
            answer = side.profile.get(name)
            if answer is not None:
                held[name] = answer
        day = (self.new if DAY in moved else self.old).inputs.day
        profile = replace(self.old.profile, values=held)
        return read_inputs(profile, knowledge, self.old.inputs.draws, date.fromisoformat(day))

    def total(self, moved: Fields, approach: str) -> float:
        """Middle total of an approach over the horizon, in dollars."""
        inputs = self.inputs(moved)
        found = estimate_approach(inputs, approach, read_profile(inputs), gpus_of(inputs), "")
        return median(found.total_usd)

    def recommended(self, moved: Fields) -> str | None:
        """What would be recommended; None where every approach is closed."""
        inputs = self.inputs(moved)
        weighed = weigh(inputs, estimate_all(inputs))
        place = int(np.ravel(weighed.best())[0])
        return None if place < 0 else weighed.names[place]


def shares(mixture: Mixture, fields: Sequence[str], approach: str) -> Shares:
    """Share the change of an approach's middle total out among changed fields.

    Args:
        mixture: Both profiles.
        fields: Fields that changed and that formulas read.
        approach: Whose total over the horizon it is.

    Returns:
        Parts that, with what the fields do together, sum to the change at all draws.
    """
    every = frozenset(fields)
    ends = {frozenset[str](): mixture.old, every: mixture.new}

    @cache
    def total(moved: Fields) -> float:
        if moved in ends:
            return median(ends[moved].estimates[approach].total_usd)
        return mixture.total(moved, approach)

    exact = len(fields) <= MOST_EXACT
    parts = shapley(fields, total) if exact else averaged(fields, total)
    largest = max(abs(total(every)), abs(total(frozenset())))
    rest = total(every) - total(frozenset()) - sum(parts.values())
    return Shares(
        "shapley" if exact else "averaged",
        {name: _settled(part, largest) for name, part in parts.items()},
        _settled(rest, largest),
    )


def shapley(fields: Sequence[str], total: Callable[[Fields], float]) -> dict[str, float]:
    """What each field adds to a total, averaged over all orders of the fields.

    Args:
        fields: The players, few of them: 2^n totals are asked for.
        total: The total when some of them have moved.
    """
    count, parts = len(fields), dict.fromkeys(fields, 0.0)
    for name in fields:
        others = [other for other in fields if other != name]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for before in map(frozenset, combinations(others, size)):
                parts[name] += weight * (total(before | {name}) - total(before))
    return parts


def averaged(fields: Sequence[str], total: Callable[[Fields], float]) -> dict[str, float]:
    """What each field adds as the first and as the last to move: the mean of both."""
    every, none = frozenset(fields), frozenset[str]()
    return {
        name: (total(frozenset({name})) - total(none) + total(every) - total(every - {name})) / 2
        for name in fields
    }


def turns(mixture: Mixture, fields: Sequence[str]) -> dict[str, str]:
    """Fields that change the recommendation alone, and to what; empty where all are closed."""
    before, after = _recommended(mixture.old), _recommended(mixture.new)
    found: dict[str, str] = {}
    for name in fields:
        now = after if len(fields) == 1 else mixture.recommended(frozenset({name}))
        if now != before:
            found[name] = now or ""
    return found


def _recommended(side: Assessment) -> str | None:
    best = side.decision.recommended
    return best.approach.id if best else None


def _settled(part: float, largest: float) -> float:
    return 0.0 if abs(part) <= largest * NOISE else significant(part)

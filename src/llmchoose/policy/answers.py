"""What a proposal states, and conditions on it: an answer that is left open meets no test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from llmchoose.estimate.formulas.distributions import Band, interval
from llmchoose.estimate.priors import scale_of
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.rules import Comparison, Condition
from llmchoose.profile.model import Profile
from llmchoose.profile.trials import trials_of
from llmchoose.quantity import Quantity

ESTIMATED = "est."
PILOT = "trials."
Answer = str | float | bool | tuple[str, ...]


def _listed(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in _listed(right),
    "contains": lambda left, right: right in _listed(left),
    "contains_any": lambda left, right: bool({*_listed(left)} & {*_listed(right)}),
    "only": lambda left, right: {*_listed(left)} == {right},
    "between": lambda left, right: right[0] <= left <= right[1],
}


@dataclass(frozen=True)
class Answers:
    """What one proposal states.

    Attributes:
        figure: Bands of the estimate by name, `est.…` without the prefix.
    """

    profile: Profile
    fields: Mapping[str, Field]
    figure: Callable[[str], Band | None]

    def stated(self, name: str) -> bool:
        """Whether an answer, or a pilot of an approach (`trials.prompt`), is there."""
        if name.startswith(PILOT):
            wanted = name.removeprefix(PILOT)
            return any(trial.approach == wanted for trial in trials_of(self.profile))
        return self.profile.given(name)

    def value(self, name: str) -> Answer | None:
        """The answer as one value, a range as its middle; None where it is left open."""
        if name.startswith(ESTIMATED):
            found = self.figure(name.removeprefix(ESTIMATED))
            return None if found is None else found.p50
        answer = self.profile.get(name)
        if isinstance(answer, Quantity):
            return middle_of(answer, self.fields[name])
        if isinstance(answer, tuple):
            return tuple(str(item) for item in answer)
        return answer if isinstance(answer, bool) or answer is None else str(answer)

    def meets(self, condition: Condition) -> bool:
        """Whether a condition holds of what is stated."""
        if condition.always:
            return True
        found = (self._holds(test) for test in condition.tests)
        return all(found) if condition.all else any(found)

    def missing(self, needs: tuple[str, ...]) -> tuple[str, ...]:
        """Needs that are not met; `a | b` is met by either."""
        return tuple(
            need for need in needs if not any(self.stated(name) for name in need.split(" | "))
        )

    def _holds(self, test: Comparison) -> bool:
        left = self.value(test.input)
        right = self.value(test.than) if test.than else test.value
        return left is not None and right is not None and OPERATORS[test.op](left, right)


def middle_of(answer: Quantity, field: Field) -> float:
    """The median of an answer: of a range on the scale of its field."""
    if answer.exact:
        return answer.low
    return float(interval(np.zeros(1), answer.low, answer.high, scale_of(field))[0])

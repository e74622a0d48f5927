"""Rules of thumb instead of the recommendation: what each advises on a profile."""

import operator
from collections.abc import Callable, Mapping
from math import sqrt
from typing import Any

from llmchoose.knowledge.rules import Comparison, Condition
from llmchoose.knowledge.yardsticks import Baseline
from llmchoose.profile.model import Profile, Value
from llmchoose.quantity import Quantity

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def advised(baseline: Baseline, profile: Profile) -> str:
    """What a rule of thumb says: the first of its rules that holds."""
    held = (rule.advise for rule in baseline.rules if holds(rule.when, profile))
    return next(held, baseline.otherwise)


def holds(condition: Condition, profile: Profile) -> bool:
    """Whether a profile's answers meet a condition; what is left open meets no test."""
    answers = (_meets(test, profile.get(test.input)) for test in condition.tests)
    return all(answers) if condition.all else any(answers)


def _meets(test: Comparison, answer: Value | None) -> bool:
    if answer is None:
        return False
    if test.op == "contains":
        return isinstance(answer, tuple) and test.value in answer
    return OPERATORS[test.op](_plain(answer), test.value)


def _plain(answer: Value) -> object:
    """An answer as one value: the middle of a range, the first of a list."""
    if isinstance(answer, Quantity):
        # Of counts the middle on their scale; of shares, which are below 1, the mean.
        return sqrt(answer.low * answer.high) if answer.low >= 1 else (answer.low + answer.high) / 2
    return answer[0] if isinstance(answer, tuple) and answer else answer

"""Conditions of the rulebook, answered draw by draw."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmchoose.errors import InputError, Problem, did_you_mean
from llmchoose.estimate.approaches.readings import RESTS_ON
from llmchoose.estimate.formulas.distributions import Array, median, significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import Comparison, Condition

Truth = NDArray[np.bool_]
PREFIX = "est."
MOSTLY = 0.5
ALWAYS, NEVER = np.array([True]), np.array([False])

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """What a rule can read of one approach: the profile's inputs and the estimate's readings.

    Attributes:
        of_draws: The middle of draws; one function for all approaches, which keeps it.
    """

    inputs: Inputs
    readings: Mapping[str, Array]
    of_draws: Callable[[Any], str | float]

    def value(self, name: str) -> Any:
        """Draws of a field or of a reading (`est.…`).

        Raises:
            InputError: Neither a field with a value or prior, nor a reading.
        """
        found = (
            self.readings.get(name.removeprefix(PREFIX))
            if name.startswith(PREFIX)
            else (self.inputs.values.get(name))
        )
        if found is None:
            message = f"the rulebook reads {name}, which is no field and no reading"
            raise InputError((Problem(message, hint=did_you_mean(name, self.names())),))
        return found

    def names(self) -> list[str]:
        """All that a rule may read."""
        return [*self.inputs.values, *(PREFIX + name for name in self.readings)]

    def middle(self, name: str) -> str | float:
        """The figure or word that stands for all draws of a field or reading in a sentence."""
        if name.startswith(PREFIX):
            return self.of_draws(self.readings[name.removeprefix(PREFIX)])
        if name in self.inputs.words:
            return self.inputs.usual_word(name)
        return self.of_draws(self.inputs.values[name])

    def known(self, name: str) -> Truth:
        """Whether the profile, not only a prior, stands behind an input: one truth a row."""
        if not name.startswith(PREFIX):
            return self.inputs.stated(name) | self._derived(name)
        fields = RESTS_ON.get(name.removeprefix(PREFIX))
        return ALWAYS if fields is None else any_stated(self.inputs, fields)

    def inferred(self, name: str) -> bool:
        """Whether other answers tell of an input that is left open."""
        field = self.inputs.knowledge.fields.get(name)
        prior = field.prior if field else None
        return bool(prior and (prior.clues or prior.at_most))

    def _derived(self, name: str) -> Truth:
        field = self.inputs.knowledge.fields.get(name)
        prior = field.prior if field else None
        return self.inputs.stated(prior.same_as) if prior and prior.same_as else NEVER


def holds(condition: Condition, facts: Facts, *, known_only: bool = False) -> Truth:
    """Whether a condition holds, for each draw.

    Args:
        condition: All of some tests, any of them, or always.
        facts: What the tests read.
        known_only: Count a test on an input that only a prior stands behind as not met.
    """
    shape = facts.inputs.shape
    if condition.always:
        return np.ones(shape, bool)
    answers = [_answer(test, facts, known_only) for test in condition.tests]
    joined = reduce(and_ if condition.all else or_, answers)
    # What is the same for all draws of one of many projects stays one truth.
    return joined if facts.inputs.many else np.broadcast_to(joined, shape)


def mostly(condition: Condition, facts: Facts) -> bool:
    """Whether a condition holds in more than half of the draws."""
    return float(np.mean(holds(condition, facts))) > MOSTLY


def any_stated(inputs: Inputs, fields: Iterable[str]) -> Truth:
    """Whether one of some fields is stated: sample axis of length one."""
    return reduce(or_, (inputs.stated(field) for field in fields), NEVER)


def facts_of(inputs: Inputs, readings: Mapping[str, Mapping[str, Array]]) -> dict[str, Facts]:
    """Facts of each approach, from its readings."""
    found: dict[int, tuple[Any, str | float]] = {}

    def of_draws(values: Any) -> str | float:
        # Approaches share most readings: the same array is asked for many times. It is kept with
        # its middle: as long as it is, no other has its identity.
        if id(values) not in found:
            found[id(values)] = values, middle(values)
        return found[id(values)][1]

    return {name: Facts(inputs, read, of_draws) for name, read in readings.items()}


def rests_on(name: str) -> tuple[str, ...]:
    """The profile fields behind an input; a field stands for itself."""
    return RESTS_ON.get(name.removeprefix(PREFIX), (name,))


def compare(test: Comparison, facts: Facts) -> Truth:
    """Whether one test holds, for each draw; numbers are compared as they would be printed."""
    if test.input in facts.inputs.lists:
        return _compare_list(test, facts.inputs.lists[test.input])
    if test.input in facts.inputs.words and test.op in ("in", "==", "!=") and not test.than:
        held = facts.inputs.any_of(test.input, [str(item) for item in _listed(test.value)])
        return ~held if test.op == "!=" else held
    left = facts.value(test.input)
    right = facts.value(test.than) if test.than else test.value
    if test.op == "in":
        return np.isin(np.asarray(left, str), [str(item) for item in _listed(right)])
    if test.op == "between":
        low, high = _listed(right)
        return np.asarray((left >= low) & (left <= high))
    if isinstance(right, str):
        left = np.asarray(left, str)
    return np.asarray(OPERATORS[test.op](left, right), bool)


def _answer(test: Comparison, facts: Facts, known_only: bool) -> Truth:
    if not known_only:
        return np.asarray(compare(test, facts))
    names = [test.input, *([test.than] if test.than else [])]
    known = reduce(and_, (facts.known(name) for name in names), ALWAYS)
    return np.asarray(compare(test, facts) & known) if known.any() else known


def _compare_list(test: Comparison, weights: Mapping[str, Array]) -> Truth:
    wanted = [str(item) for item in _listed(test.value)]
    if test.op == "only":
        return np.asarray(weights[wanted[0]] == 1)
    return np.asarray(np.logical_or.reduce([weights[name] > 0 for name in wanted]))


def _listed(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def middle(values: Any) -> str | float:
    """The figure or word that stands for all draws in a sentence: median, or most frequent."""
    array = np.ravel(values)
    if array.dtype.kind in "fi":
        return significant(median(array)) if np.isfinite(array).all() else np.nan
    counts = Counter(map(str, array.tolist()))
    return min(counts, key=lambda word: (-counts[word], word))

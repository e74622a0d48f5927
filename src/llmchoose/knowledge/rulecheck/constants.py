"""Mistakes in weights, ranges, the ladder, charges, the confidence and savings."""

from collections.abc import Iterator
from itertools import pairwise

from llmchoose.knowledge.rulecheck.curves import score_outside
from llmchoose.knowledge.rulecheck.entry import Check, Entry, Fault
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import (
    Charge,
    ConfidenceRule,
    Criterion,
    Ladder,
    Saving,
    Worth,
)


def _weight_outside(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    weight, (low, high) = rule["weight"], rule["range"]
    if weight >= 0 and low <= high and not low <= weight <= high:
        message = f"the weight {weight:g} is outside its range, {low:g} to {high:g}"
        where = (rule.at("weight"), rule.at("range"))
        yield Fault(message, "change the one or the other", where)


def _weight_negative(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    if rule["weight"] < 0:
        hint = "write 0 to leave it out of the choice"
        yield Fault("the weight is negative", hint, (rule.at("weight"),))


def _range_reversed(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    low, high = rule["range"]
    if not 0 <= low <= high:
        hint = "write [low, high], from 0 on"
        yield Fault("the range of the weight does not ascend from 0", hint, (rule.at("range"),))


def _default_outside(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    if criterion["default"] is not None:
        yield from score_outside(criterion["default"], criterion.at("default"))


def _negative_charge(ladder: Entry, _: Vocabulary) -> Iterator[Fault]:
    for key, value in ladder.values.items():
        if isinstance(value, float) and value < 0:
            yield Fault(f"{key} is negative", "write 0 or more", (ladder.at(key),))


def _limits(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    low, high = rule["limits"]
    if not 0 < low < high < 1:
        message = "limits are two probabilities, the lower one first"
        yield Fault(message, "write such as [0.02, 0.98]", (rule.at("limits"),))


def _cap(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    if not 0 < rule["cap"] <= 1:
        yield Fault("cap is a probability", "write such as 0.95", (rule.at("cap"),))


def _ascending_words(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    for (above, below), (_before, node) in zip(
        pairwise(rule["words"]), pairwise(rule.items("words")), strict=True
    ):
        if above.at_least <= below.at_least:
            message = f"the words descend, and {below.at_least:g} comes after {above.at_least:g}"
            yield Fault(message, "begin with the surest", (node,))


def _words_run_out(rule: Entry, _: Vocabulary) -> Iterator[Fault]:
    if rule["words"][-1].at_least > 0:
        message = f"a confidence below {rule['words'][-1].at_least:g} has no words"
        yield Fault(message, "let the last row begin at 0", (rule.items("words")[-1],))


def _shares(saving: Entry, _: Vocabulary) -> Iterator[Fault]:
    low, middle, high = (saving[key] for key in SHARES)
    if not 0 < low <= middle <= high < 1:
        message = "shares ascend from p10 to p90, between 0 and 1"
        yield Fault(message, "write such as 0.3, 0.5 and 0.7", (saving.at("share_p10"),))


SHARES = ("share_p10", "share_p50", "share_p90")
WEIGHTED = (Criterion, Charge, Worth)
CHECKS = (
    *(Check(kind, ("weight", "range"), _weight_outside) for kind in WEIGHTED),
    *(Check(kind, ("weight",), _weight_negative) for kind in WEIGHTED),
    *(Check(kind, ("range",), _range_reversed) for kind in WEIGHTED),
    Check(Criterion, ("default",), _default_outside),
    Check(Ladder, (), _negative_charge),
    Check(ConfidenceRule, ("limits",), _limits),
    Check(ConfidenceRule, ("cap",), _cap),
    Check(ConfidenceRule, ("words",), _ascending_words),
    Check(ConfidenceRule, ("words",), _words_run_out),
    Check(Saving, SHARES, _shares),
)

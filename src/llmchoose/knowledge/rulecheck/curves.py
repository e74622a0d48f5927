"""Mistakes in breakpoints, and in how a criterion's curves cover the approaches."""

from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

from llmchoose.knowledge.rulecheck.entry import Check, Entry, Fault, and_of
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import CONSTANT, ApproachId, Criterion, Curve
from llmchoose.yamltext.tree import Node, Pairs, Sequence

APPROACHES = get_args(ApproachId)


def _few_points(curve: Entry, _: Vocabulary) -> Iterator[Fault]:
    if len(curve["points"]) < 2:
        hint = "two points with one score make a level line"
        yield Fault("a curve needs at least two points", hint, (curve.at("points"),))


def _descending(curve: Entry, _: Vocabulary) -> Iterator[Fault]:
    for (left, right), (_before, node) in zip(
        pairwise(curve["points"]), pairwise(curve.items("points")), strict=True
    ):
        if left[0] >= right[0]:
            message = f"points ascend, and {right[0]:g} comes after {left[0]:g}"
            yield Fault(message, "a point is [input, score]", (node,))


def _scores(curve: Entry, _: Vocabulary) -> Iterator[Fault]:
    for point, node in zip(curve["points"], curve.items("points"), strict=True):
        yield from score_outside(point[1], _part(node, 1))


def score_outside(score: float, where: Node) -> Iterator[Fault]:
    """A score that is not from 0 to 1."""
    if not 0 <= score <= 1:
        yield Fault(f"a score is from 0 to 1, and this is {score:g}", "", (where,))


def _no_logarithm(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    if criterion["scale"] != "log":
        return
    for curve, node in zip(criterion["curves"], criterion.items("curves"), strict=True):
        points = node.pairs["points"].value if isinstance(node, Pairs) else node
        for place, point in enumerate(curve.points):
            if point[0] <= 0:
                message = f"{point[0]:g} has no logarithm, and the scale is log"
                hint = "begin above zero, or write scale: linear"
                yield Fault(message, hint, (_part(_part(points, place), 0),))


def _part(node: Node, place: int) -> Node:
    return node.items[place] if isinstance(node, Sequence) else node


def _of_a_number(criterion: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    name = criterion["input"]
    what = vocabulary.inputs.get(name)
    constant = name == CONSTANT
    only = criterion["curves"] and not criterion["table"]
    if only and (constant or (what and what.kind != "number")):
        message = f"curves need a number, and {name} is {'constant' if constant else 'none'}"
        where = (criterion.at("curves"), criterion.at("input"))
        yield Fault(message, "give it a table of scores", where)


def _uncovered(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    told = {approach for curve in criterion["curves"] for approach in curve.approaches}
    missing = [approach for approach in APPROACHES if approach not in told]
    if criterion["curves"] and missing and criterion["default"] is None:
        message = f"no curve of {criterion.label} holds for {and_of(missing)}"
        hint = "add them to the approaches of a curve, or give a default"
        yield Fault(message, hint, (criterion.at("curves"), criterion.node))


def _covered_twice(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    told: set[str] = set()
    for curve, node in zip(criterion["curves"], criterion.items("curves"), strict=True):
        for approach in curve.approaches:
            if approach in told:
                message = f"{approach} has more than one curve in {criterion.label}"
                yield Fault(message, "keep one", (node, criterion.node))
            told.add(approach)


def _default_of_the_unknown(criterion: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    what = vocabulary.inputs.get(criterion["input"])
    if what and what.partly and criterion["default"] is not None:
        message = f"{what.name} is not known for every approach, so it has no default"
        where = (criterion.at("default"), criterion.at("input"))
        yield Fault(message, "give each approach a curve instead", where)


CHECKS = (
    Check(Curve, ("points",), _few_points),
    Check(Curve, ("points",), _descending),
    Check(Curve, ("points",), _scores),
    Check(Criterion, ("scale", "curves"), _no_logarithm),
    Check(Criterion, ("input", "curves", "table"), _of_a_number),
    Check(Criterion, ("curves", "default"), _uncovered),
    Check(Criterion, ("curves",), _covered_twice),
    Check(Criterion, ("input", "default"), _default_of_the_unknown),
)

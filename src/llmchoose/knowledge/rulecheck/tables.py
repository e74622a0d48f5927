"""Mistakes in tables of scores by category."""

from collections.abc import Iterator
from dataclasses import replace

from llmchoose.errors import closest, did_you_mean, one_of, quoted
from llmchoose.knowledge.rulecheck.curves import APPROACHES, score_outside
from llmchoose.knowledge.rulecheck.entry import Check, Entry, Fault, and_of
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import CONSTANT, Comparison, Criterion
from llmchoose.yamltext.tree import Node, Pairs


def with_default_rows(criterion: Criterion, vocabulary: Vocabulary) -> Criterion:
    """A criterion whose default also holds for the categories that its table leaves out."""
    if criterion.default is None or not criterion.table:
        return criterion
    rows = {word: criterion.table.get(word, {}) for word in _words(criterion.input, vocabulary)}
    return replace(criterion, table={**rows, **criterion.table})


def _words(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    if name == CONSTANT:
        return (CONSTANT,)
    return vocabulary.inputs[name].words if name in vocabulary.inputs else ()


def _unknown_category(criterion: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    words = _words(criterion["input"], vocabulary)
    table = criterion.at("table")
    if not words or not isinstance(table, Pairs) or "table" not in criterion.node.pairs:
        return
    for word, pair in table.pairs.items():
        if word not in words:
            hint = did_you_mean(word, words) or f"it has {', '.join(words)}"
            message = f"{quoted(word)} is no value of {criterion['input']}"
            yield Fault(message, hint, (pair.key, criterion.at("input")))


def _missing_category(criterion: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    words = _reached(_words(criterion["input"], vocabulary), criterion)
    misspelt = {closest(word, words) for word in criterion["table"] if word not in words}
    missing = [word for word in words if word not in misspelt.union(criterion["table"])]
    if criterion["table"] and missing and criterion["default"] is None:
        message = f"the table of {criterion.label} has no row for {and_of(missing)}"
        where = (criterion.at("table"), criterion.at("input"), criterion.node)
        yield Fault(message, "add it, or give a default", where)


def _reached(words: tuple[str, ...], criterion: Entry) -> list[str]:
    """The categories in which the criterion applies at all."""
    test: Comparison | None = criterion["applies"]
    if test is None or test.input != criterion["input"] or test.op not in ("==", "!=", "in"):
        return list(words)
    value = test.value if isinstance(test.value, tuple) else (test.value,)
    named = {str(one).lower() if isinstance(one, bool) else one for one in value}
    return [word for word in words if (word in named) != (test.op == "!=")]


def _missing_approach(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    for word, row in criterion["table"].items():
        missing = [approach for approach in APPROACHES if approach not in row]
        if missing and criterion["default"] is None:
            message = f"the row {quoted(word)} has no score for {and_of(missing)}"
            yield Fault(message, "add it, or give a default", (_row(criterion, word),))


def _score(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    for word, row in criterion["table"].items():
        node = _row(criterion, word)
        for approach, score in row.items():
            cell = node.pairs[approach].value if isinstance(node, Pairs) else node
            yield from score_outside(score, cell)


def _row(criterion: Entry, word: str) -> Node:
    table = criterion.at("table")
    return table.pairs[word].value if isinstance(table, Pairs) else table


def _of_words(criterion: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    what = vocabulary.inputs.get(criterion["input"])
    only = criterion["table"] and not criterion["curves"]
    if only and what and what.kind == "number":
        message = f"a table needs categories, and {what.name} is a number"
        where = (criterion.at("table"), criterion.at("input"))
        yield Fault(message, "give it curves", where)


def _one_way(criterion: Entry, _: Vocabulary) -> Iterator[Fault]:
    """A criterion scores by curves or by a table."""
    given = [key for key in ("curves", "table") if criterion[key]]
    if not given:
        message = f"{criterion.label} scores nothing: it has neither curves nor a table"
        yield Fault(message, "add one of them", (criterion.node,))
    elif len(given) == 2:
        hint = f"keep one; {one_of(['curves: []', 'table: {}'])} drops what was there"
        where = (criterion.at("table"), criterion.at("curves"))
        yield Fault(f"{criterion.label} has both curves and a table", hint, where)


CHECKS = (
    Check(Criterion, ("input",), _unknown_category),
    Check(Criterion, ("input", "table", "default", "applies"), _missing_category),
    Check(Criterion, ("table", "default"), _missing_approach),
    Check(Criterion, ("table",), _score),
    Check(Criterion, ("input", "curves", "table"), _of_words),
    Check(Criterion, ("input", "curves", "table"), _one_way),
)

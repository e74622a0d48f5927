"""Mistakes in what rules read: names of inputs, operators, and what an input is compared with."""

from collections.abc import Iterator, Mapping

from llmchoose.errors import did_you_mean, one_of, quoted
from llmchoose.knowledge.readings import PREFIX
from llmchoose.knowledge.rulecheck.entry import Check, Entry, Fault
from llmchoose.knowledge.rulecheck.vocabulary import Input, InputKind, Vocabulary
from llmchoose.knowledge.rules import CONSTANT, Comparison, ConfidenceRule, Criterion, Gate
from llmchoose.yamltext.tree import Node

ORDERING = ("<", "<=", ">", ">=", "==", "!=")
OPERATORS: Mapping[InputKind, tuple[str, ...]] = {
    "number": (*ORDERING, "between"),
    "flag": ("==", "!="),
    "word": ("==", "!=", "in"),
    "list": ("contains", "contains_any", "only"),
}
TAKE_LISTS = ("in", "contains_any", "between")
_TOLD: Mapping[InputKind, str] = {
    "number": "a number",
    "flag": "true or false",
    "word": "a word",
    "list": "a list of words",
}


def unknown_input(name: str, vocabulary: Vocabulary, where: Node) -> Iterator[Fault]:
    """An input that is no profile field with a value, and no reading."""
    if name in vocabulary.inputs:
        return
    if name in vocabulary.fields:
        message = f"{name} has no value where a profile leaves it out, so no rule can read it"
        yield Fault(message, "", (where,))
        return
    message = f"{quoted(name)} is no profile field and no reading of the estimate"
    yield Fault(message, _input_meant(name, vocabulary), (where,))


def _input_meant(name: str, vocabulary: Vocabulary) -> str:
    if name in vocabulary.readings:
        return f"write {PREFIX}{name}"
    fields = [field for field in vocabulary.inputs if field.split(".")[-1] == name]
    if fields:
        return f"write {fields[0]}"
    inputs = [*vocabulary.inputs, *vocabulary.readings]
    return did_you_mean(name, inputs) or "docs/profile.md names the fields"


def _inputs_of_a_test(test: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    for key in ("input", "than"):
        if test.values.get(key) is not None:
            yield from unknown_input(test[key], vocabulary, test.at(key))


def _input_of_a_criterion(criterion: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    if criterion["input"] != CONSTANT:
        yield from unknown_input(criterion["input"], vocabulary, criterion.at("input"))


def _inputs_of_the_confidence(rule: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    for name, node in zip(rule["inputs"], rule.items("inputs"), strict=True):
        if name not in vocabulary.fields:
            message = f"{quoted(name)} is no profile field"
            yield Fault(message, did_you_mean(name, vocabulary.fields), (node,))


def _operator(test: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    what = vocabulary.inputs.get(test["input"])
    if what and test["op"] not in OPERATORS[what.kind]:
        message = f"{test['op']} does not suit {what.name}, which is {_TOLD[what.kind]}"
        hint = f"it is tested with {one_of(OPERATORS[what.kind])}"
        yield Fault(message, hint, (test.at("op"),))


def _value(test: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    what, op, value = vocabulary.inputs.get(test["input"]), test["op"], test["value"]
    if what is None or value is None or op not in OPERATORS[what.kind]:
        return
    if isinstance(value, tuple) != (op in TAKE_LISTS):
        takes = "a list, in brackets" if op in TAKE_LISTS else "one value"
        yield Fault(f"{op} takes {takes}", "", (test.at("value"),))
        return
    for item, node in zip(_listed(value), test.items("value"), strict=True):
        yield from _item(item, what, node)
    if op == "between" and all(_is_number(item) for item in value):
        yield from _ends(value, test.at("value"))


def _item(item: object, what: Input, where: Node) -> Iterator[Fault]:
    """A value that its input cannot have."""
    if what.kind == "number" and not _is_number(item):
        hint = f"write a plain number; its unit is {what.unit}"
        yield Fault(f"{what.name} is a number, and this is none", hint, (where,))
    elif what.kind == "flag" and not isinstance(item, bool):
        yield Fault(f"{what.name} is true or false", "write true or false", (where,))
    elif what.kind in ("word", "list") and not _is_word(item, what):
        message = f"{quoted(str(item))} is no value of {what.name}"
        words = f"it has {', '.join(what.words)}" if what.words else "write a text"
        yield Fault(message, did_you_mean(str(item), what.words) or words, (where,))


def _is_word(item: object, what: Input) -> bool:
    return isinstance(item, str) and (not what.words or item in what.words)


def _is_number(item: object) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


def _listed(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _ends(value: tuple[float, ...], where: Node) -> Iterator[Fault]:
    if len(value) != 2 or value[0] > value[1]:
        yield Fault("between takes two numbers, the lower one first", "", (where,))


def _other_input(test: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    """`than` sets one number against another."""
    pair = [vocabulary.inputs.get(name or "") for name in (test["input"], test["than"])]
    strange = [one for one in pair if one and one.kind != "number"]
    if test["than"] and strange:
        message = f"than compares two numbers, and {strange[0].name} is {_TOLD[strange[0].kind]}"
        yield Fault(message, "write value: with a value of its own", (test.at("than"),))
    elif test["than"] and test["op"] not in ORDERING:
        hint = f"two inputs are compared with {one_of(ORDERING)}"
        yield Fault(f"{test['op']} takes no than", hint, (test.at("op"),))


def _too_early(gate: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    for test in gate["when"].tests:
        for name in (test.input, test.than or ""):
            after = vocabulary.inputs[name].after if name in vocabulary.inputs else ""
            if after == "gates":
                message = f"{name} is only known once the gates are held, so no gate can read it"
                yield Fault(message, "make it a criterion", (gate.at("when"),))
            elif after == "hard_gates" and gate["kind"] == "hard":
                message = f"{name} is only known once the hard gates are held"
                yield Fault(message, "make it a soft gate", (gate.at("when"),))


CHECKS = (
    Check(Comparison, (), _inputs_of_a_test),
    Check(Criterion, ("input",), _input_of_a_criterion),
    Check(ConfidenceRule, ("inputs",), _inputs_of_the_confidence),
    Check(Comparison, ("input", "op"), _operator),
    Check(Comparison, ("input", "op", "value"), _value),
    Check(Comparison, ("input", "op", "than"), _other_input),
    Check(Gate, ("kind", "when"), _too_early),
)

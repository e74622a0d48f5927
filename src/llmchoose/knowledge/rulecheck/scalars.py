"""A single value of a rulebook as a type of rules.py, or the fault that keeps it from being one."""

import math
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, Literal, get_args, get_origin

from llmchoose.errors import did_you_mean, one_of, quoted
from llmchoose.knowledge.build import LARGEST, SMALLEST
from llmchoose.knowledge.rulecheck.entry import Fault
from llmchoose.knowledge.rules import ApproachId, Operator
from llmchoose.yamltext.tree import Node, Pairs, Scalar, Sequence, core_scalar

_CHOICES: Mapping[Any, str] = {ApproachId: "approach", Operator: "operator"}
_WANTED: Mapping[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple: "a list",
    Mapping: "a mapping",
    Literal: "a word",
}


def read_scalar(options: tuple[Any, ...], node: Scalar, key: str) -> Any:
    """The value as the first of the types that it fits, else a `Fault`.

    Args:
        options: Types that it may have; a number may stand for a text, as `as_of: 2026` does.
        node: What the file has.
        key: What messages call it.
    """
    if node.value is None and not node.quoted:
        return None if type(None) in options else Fault(f"{key} is empty", _write(options), (node,))
    choice = next((option for option in options if get_origin(option) is Literal), None)
    if choice is not None:
        return _read_choice(choice, node, key)
    value = node.value
    if type(value) in options or (type(value) is int and float in options):
        return _read_exact(value, options, node, key)
    return node.text if str in options else wrong_kind(options, node, key)


def wrong_kind(options: tuple[Any, ...], node: Node, key: str) -> Fault:
    """The fault of a value that has none of the types it may have."""
    wanted = one_of(dict.fromkeys(_wanted(one) for one in options if one is not type(None)))
    return Fault(f"{key} is {_given(node)}, where {wanted} belongs", _meant(options, node), (node,))


def _read_choice(choice: Any, node: Scalar, key: str) -> Any:
    words = get_args(choice)
    if node.text in words:
        return node.text
    message = f"{quoted(node.text)} is no {_CHOICES.get(choice, f'value of {key}')}"
    turned = [word for word in words if sorted(word) == sorted(node.text)]  # => for >=
    guess = f"did you mean {turned[0]}?" if turned else did_you_mean(node.text, words)
    hint = guess or f"it is {one_of(words)}"
    return Fault(message, hint, (node,))


def _read_exact(value: Any, options: tuple[Any, ...], node: Scalar, key: str) -> Any:
    if isinstance(value, str):
        blank = not value.strip()
        return Fault(f"{key} is empty", "write a text", (node,)) if blank else value
    if isinstance(value, bool):
        return value
    if not math.isfinite(value if isinstance(value, float) else 0):
        return Fault(f"{key} is {quoted(node.text)}", "write a finite number", (node,))
    if value and not SMALLEST <= abs(value) <= LARGEST:
        hint = f"numbers from {SMALLEST:g} to {LARGEST:g} are read"
        return Fault(f"{key} is out of reach: {quoted(node.text)}", hint, (node,))
    return value if type(value) in options else float(value)


def _wanted(option: Any) -> str:
    if is_dataclass(option):
        return "a mapping"
    return _WANTED[get_origin(option) or option]


def _write(options: tuple[Any, ...]) -> str:
    return f"write {_wanted(options[0])}"


def _given(node: Node) -> str:
    if not isinstance(node, Scalar):
        return "a list" if isinstance(node, Sequence) else "a mapping"
    if isinstance(node.value, bool):
        return node.text
    return "a text" if isinstance(node.value, str) else "a number"


def _meant(options: tuple[Any, ...], node: Node) -> str:
    """What was meant: a number in quotes, a percentage, one value of a list."""
    numbers = float in options or int in options
    if isinstance(node, Scalar) and numbers:
        inside = core_scalar(node.text.strip().removesuffix("%") or "-")
        if isinstance(inside, int | float) and not isinstance(inside, bool):
            number = inside / 100 if node.text.strip().endswith("%") else inside
            return f"write {number:g}"
    if isinstance(node, Scalar) and any(get_origin(option) is tuple for option in options):
        return f"write [{node.text}]" if len(node.text) <= 40 else "write it in brackets"
    if isinstance(node, Pairs) and any(get_origin(option) is tuple for option in options):
        return "start each entry with -"
    return _write(options)

"""The tree that YAML is read into: values that know where they stand in the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from llmchoose.errors import Mark, Problem

Plain = str | int | float | bool | None
LINE_BREAK = re.compile(r"\r\n|\r|\n")
_INTEGER = re.compile(r"[-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: Mapping[str, Plain] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_LONGEST_NUMBER = 400


class Span(NamedTuple):
    """Where a node stands, as the parser says it: most spans are never asked for more.

    Attributes:
        path: Name of the file.
        begins: The parser's mark, which counts from 0; `ends` the one behind the node.
    """

    path: str
    begins: Any
    ends: Any

    @property
    def start(self) -> Mark:
        """Its beginning; marks count from 1."""
        return Mark(self.path, self.begins.line + 1, self.begins.column + 1)

    @property
    def end(self) -> Mark:
        """Its end."""
        return Mark(self.path, self.ends.line + 1, self.ends.column + 1)

    @property
    def first(self) -> int:
        """Place in the text: `text[first:last]` is its source."""
        return int(self.begins.index)

    @property
    def last(self) -> int:
        """Place in the text behind it."""
        return int(self.ends.index)


class Scalar(NamedTuple):
    """A single value; `text` is its content as written, without quotes."""

    value: Plain
    text: str
    span: Span
    quoted: bool = False


class Sequence(NamedTuple):
    """A list."""

    items: "tuple[Node, ...]"
    span: Span


class Pair(NamedTuple):
    """A key of a mapping and its value."""

    key: Scalar
    value: "Node"


class Pairs(NamedTuple):
    """A mapping; keys are texts as written, each there once."""

    pairs: Mapping[str, Pair]
    span: Span


Node = Scalar | Sequence | Pairs


@dataclass(frozen=True)
class Document:
    """A text that was read: its tree (None when it has none) and what is wrong with it.

    Attributes:
        text: The source without a byte-order mark; spans count in it.
    """

    path: str
    text: str
    root: Node | None
    problems: tuple[Problem, ...]

    def problem(self, where: "Node | Span", message: str, hint: str = "") -> Problem:
        """A problem that points at a node of this document."""
        span = where if isinstance(where, Span) else where.span
        return self.problem_at(span.start, message, hint, self._width(span))

    def problem_at(self, mark: Mark, message: str, hint: str = "", width: int = 1) -> Problem:
        """A problem that points at a place of this document."""
        return Problem(message, mark, line_of(self.text, mark.line), max(1, width), hint)

    @staticmethod
    def _width(span: Span) -> int:
        if span.start.line == span.end.line:
            return span.end.column - span.start.column
        return 1


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text as the parser counts them."""
    if "\r" not in text:
        return tuple(text.split("\n"))
    return tuple(LINE_BREAK.split(text))


def line_of(text: str, number: int) -> str:
    """One line by its number, from 1; empty beyond the end."""
    lines = lines_of(text)
    return lines[number - 1] if number <= len(lines) else ""


def splice(text: str, node: Node, new: str) -> str:
    """Put `new` in the place of a node's source; all else, comments too, stays as it is."""
    shift = int(text.startswith("\ufeff"))
    source = text[node.span.first + shift : node.span.last + shift]
    last = node.span.last + shift - (len(source) - len(source.rstrip()))
    return text[: node.span.first + shift] + new + text[max(last, node.span.first + shift) :]


def plain_value(node: Node) -> object:
    """Values without places: dicts, lists and scalars."""
    if isinstance(node, Pairs):
        return {key: plain_value(pair.value) for key, pair in node.pairs.items()}
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    return node.value


def core_scalar(text: str) -> Plain:
    """Resolve a plain scalar by the core schema of YAML 1.2: `no` is a text, `010` is ten."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER or text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text

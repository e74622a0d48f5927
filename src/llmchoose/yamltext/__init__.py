"""YAML to a tree of values that know their places, within bounds on size, depth and aliases.

Scalars follow the core schema of YAML 1.2. Duplicate keys, tags and further documents are refused.
The tree is built from the parser's events and not composed by it, so that depth and aliases are
counted before anything grows, and nothing recurses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from llmchoose.errors import NOT_TEXT, InputError, Mark, Problem, quoted
from llmchoose.yamltext.faults import explain_fault
from llmchoose.yamltext.tree import (
    Document,
    Node,
    Pair,
    Pairs,
    Scalar,
    Sequence,
    Span,
    core_scalar,
    line_of,
)

LARGEST = 1_000_000
DEEPEST = 50
MOST_NODES = 20_000
MOST_PROBLEMS = 100
STARTER = "llmchoose init writes a profile to start from"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(data: bytes, path: str) -> Node:
    """Read one YAML document.

    Args:
        data: UTF-8, with or without a byte-order mark, at most a megabyte.
        path: Name of the file, for messages.

    Raises:
        InputError: It is not YAML, or uses what is refused; each problem has its place.
    """
    document = parse_yaml(data, path)
    if document.problems or document.root is None:
        raise InputError(document.problems)
    return document.root


def parse_yaml(data: bytes, path: str, if_empty: str = STARTER) -> Document:
    """As `read_yaml`, but problems are returned, with the tree as far as it could be read.

    Args:
        data: As for `read_yaml`.
        path: As for `read_yaml`.
        if_empty: What to do about a file with nothing in it.
    """
    text, problem = _decode(data, path)
    if problem is not None:
        return Document(path, text, None, (problem,))
    builder = _Builder(path, text)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        return Document(path, text, None, (*builder.problems, explain_fault(error, path, text)))
    except _Refused as refused:
        return Document(path, text, None, (*builder.problems, refused.problem))
    if builder.root is None:
        message, line = "there is nothing in the file", line_of(text, 1)
        empty = Problem(message, Mark(path, 1, 1), line, 1, if_empty)
        return Document(path, text, None, (empty,))
    return Document(path, text, builder.root, tuple(builder.problems))


def _events(text: str) -> Iterator[Any]:
    """The parser's events, without asking it before each whether there is one more."""
    loader = _LOADER(text)
    try:
        event = loader.get_event()
        while type(event) is not yaml.StreamEndEvent:
            yield event
            event = loader.get_event()
    finally:
        loader.dispose()


def _decode(data: bytes, path: str) -> tuple[str, Problem | None]:
    if len(data) > LARGEST:
        first = data[:200].decode("utf-8", "replace").splitlines()[0]
        message = f"the file has {len(data) / 1e6:.1f} MB; at most {LARGEST / 1e6:.0f} MB are read"
        return "", Problem(message, Mark(path, 1, 1), first, 1, "is this the right file?")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        place = _mark(path, error.object[: error.start].decode("utf-8"), error.start)
        line = line_of(error.object.decode("utf-8", "replace"), place.line)
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        return "", Problem(message, place, line, 1, "save the file as UTF-8")
    found = NOT_TEXT.search(text)
    if found is None:
        return text, None
    place = _mark(path, text, found.start())
    message = f"U+{ord(found[0]):04X} is a control character"
    return text, Problem(message, place, line_of(text, place.line), 1, "delete it")


def _mark(path: str, text: str, index: int) -> Mark:
    lines = text[:index].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Mark(path, len(lines), len(lines[-1]) + 1)


class _Refused(Exception):  # noqa: N818 it is caught here and never leaves
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    event: Any
    nodes: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


class _Builder:
    """Takes the parser's events one by one; the tree is in `root` at the end."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._documents = 0
        self._size = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._refuse_tag(event)
            self._open.append(_Open(event))
            self._bound(event, 0, 0)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "a second document starts here", "keep one to a file")

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event)
        plain, text, anchor = not event.style, event.value, event.anchor  # no style from C is empty
        if plain and text == "" and not self._open and anchor is None:
            return  # a file of comments
        value = core_scalar(text) if plain else text
        node = Scalar(value, text, self._span(event), not plain)
        self._put(node, anchor, 1, 0)

    def _close(self, event: Any) -> None:
        done = self._open.pop()
        # A block ends with its last entry, not where the next begins.
        block = done.nodes and not done.event.flow_style
        ends = done.nodes[-1].span.ends if block else event.end_mark
        span = Span(self.path, done.event.start_mark, ends)
        if type(event) is yaml.SequenceEndEvent:
            node: Node = Sequence(tuple(done.nodes), span)
        else:
            node = Pairs(self._pairs(done.nodes), span)
        self._put(node, done.event.anchor, done.size, done.height)

    def _pairs(self, nodes: list[Node]) -> dict[str, Pair]:
        pairs: dict[str, Pair] = {}
        for key, value in _by_two(nodes):
            if not isinstance(key, Scalar):
                self._report(key.span, "a key is a word, not a list or mapping", "write key: value")
            elif key.text in pairs:
                first = pairs[key.text].key.span.start
                self._report(
                    key.span,
                    f"{quoted(key.text)} is given twice",
                    f"it stands at {first.line}:{first.column} already; keep one",
                )
            else:
                pairs[key.text] = Pair(key, value)
        return pairs

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            name = quoted(f"*{event.anchor}")
            self._refuse(
                event, f"{name} stands for nothing above", "put a text that starts with * in quotes"
            )
        node, size, height = self._anchors[event.anchor]
        self._bound(event, size, height)
        self._put(node._replace(span=self._span(event)), None, size, height)

    def _put(self, node: Node, anchor: str | None, size: int, height: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size, height)
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.nodes.append(node)
        parent.size += size
        if height >= parent.height:
            parent.height = height + 1
        if height == 0:
            self._bound_size(node.span, 1)

    def _bound(self, event: Any, size: int, height: int) -> None:
        if len(self._open) + height > DEEPEST:
            self._refuse(
                event,
                f"lists and mappings are nested deeper than {DEEPEST}",
                "a few levels are all that is read",
            )
        self._bound_size(self._span(event), size + 1)

    def _bound_size(self, span: Span, size: int) -> None:
        self._size += size
        if self._size > MOST_NODES:
            mark = span.start
            message = f"the file grows to more than {MOST_NODES} values here"
            line = line_of(self.text, mark.line)
            raise _Refused(Problem(message, mark, line, 1, "write fewer values or aliases"))

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            span = Span(self.path, event.start_mark, event.start_mark)
            comparison = event.tag.startswith("!=")
            hint = 'write "!=" in quotes' if comparison else "write the value without the !"
            self._report(span, "tags are not read", hint)

    def _report(self, span: Span, message: str, hint: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            here = Document(self.path, self.text, None, ())
            self.problems.append(here.problem(span, message, hint))

    def _refuse(self, event: Any, message: str, hint: str) -> None:
        here = Document(self.path, self.text, None, ())
        raise _Refused(here.problem(self._span(event), message, hint))

    def _span(self, event: Any) -> Span:
        return Span(self.path, event.start_mark, event.end_mark)


def _by_two(nodes: list[Node]) -> Iterator[tuple[Node, Node]]:
    return zip(nodes[::2], nodes[1::2], strict=True)

"""A tree of YAML as the classes of rules.py: keys, types and choices come from the classes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from llmchoose.errors import closest, did_you_mean, one_of, quoted
from llmchoose.knowledge.rulecheck.entry import (
    Check,
    Entry,
    Fault,
    and_of,
    label_of,
    noun_of,
    text_at,
)
from llmchoose.knowledge.rulecheck.scalars import read_scalar, wrong_kind
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import Rulebook
from llmchoose.yamltext.tree import Node, Pairs, Scalar
from llmchoose.yamltext.tree import Sequence as Items

MOST_FAULTS = 100
ENTRY_OF = "an entry of "
MISSED: Any = object()  # stands for a value that could not be read, whose fault is noted


@dataclass
class Reader:
    """Reads a rulebook and gathers what is wrong with it.

    Attributes:
        shipped: Ids of the shipped entries, where the file lies over them.
    """

    vocabulary: Vocabulary
    checks: Sequence[Check]
    shipped: Collection[str] = ()
    faults: list[Fault] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether the file is something else: more faults would only cost time."""
        return len(self.faults) >= MOST_FAULTS

    def note(self, faults: Iterable[Fault]) -> None:
        """Take faults, as long as there are not too many."""
        for fault in faults:
            self.faults.append(fault)
            if self.full:
                return

    def miss(self, fault: Fault) -> Any:
        """Note a fault; what it is about has no value."""
        self.note([fault])
        return MISSED


def read(kind: Any, node: Node, key: str, reader: Reader) -> Any:
    """A node as a type of rules.py; `MISSED`, with the fault noted, where it is none.

    Args:
        kind: A dataclass, tuple, mapping, choice or plain type, or a union of them.
        node: What the file has.
        key: What messages call it.
        reader: Vocabulary, checks, and the faults so far.
    """
    if reader.full:
        return MISSED
    options = get_args(kind) if get_origin(kind) in (UnionType, Union) else (kind,)
    if isinstance(node, Scalar):
        found = read_scalar(options, node, key)
        return reader.miss(found) if isinstance(found, Fault) else found
    for option in options:
        if isinstance(node, Items) and get_origin(option) is tuple:
            return _read_list(option, node, key, reader)
        if isinstance(node, Pairs) and is_dataclass(option):
            return read_entry(option, node, reader)  # type: ignore[arg-type]
        if isinstance(node, Pairs) and get_origin(option) is Mapping:
            return _read_mapping(option, node, reader)
    return reader.miss(wrong_kind(options, node, key))


def read_entry(kind: type, node: Pairs, reader: Reader) -> Any:
    """A mapping as a dataclass, after all checks of that class."""
    parts = {part.name: part for part in fields(kind)}
    reader.note(_unknown_keys(kind, node, parts))
    _note_missing_keys(kind, node, parts, reader)
    values = {name: _part(part, node, kind, reader) for name, part in parts.items()}
    known = {name: value for name, value in values.items() if value is not MISSED}
    entry = Entry(kind, node, known)
    for check in reader.checks:
        if issubclass(kind, check.kind) and known.keys() >= set(check.needs):
            reader.note(check.find(entry, reader.vocabulary))
    if len(known) < len(values) or node.pairs.keys() - parts.keys():
        return MISSED
    try:
        return kind(**values)
    except ValueError as error:  # what the class itself demands of its values
        hint = f"keys of a {noun_of(kind)} are {', '.join(parts)}"
        return reader.miss(Fault(str(error), hint, (node,)))


def _part(part: Field[Any], node: Pairs, kind: type, reader: Reader) -> Any:
    if part.name not in node.pairs:
        if part.default_factory is not MISSING:
            return part.default_factory()
        return MISSED if part.default is MISSING else part.default
    value = read(part.type, node.pairs[part.name].value, part.name, reader)
    if value == () and _required(part) and kind is not Rulebook:
        hint = "name at least one"
        return reader.miss(Fault(f"{part.name} is empty", hint, (node.pairs[part.name].value,)))
    return value


def _required(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


def _unknown_keys(kind: type, node: Pairs, parts: Mapping[str, Field[Any]]) -> Iterator[Fault]:
    for key, pair in node.pairs.items():
        if key not in parts:
            owners = [name for name, part in parts.items() if key in _keys_of(part.type)]
            below = f"{key} stands below {owners[0]}:" if owners else ""
            hint = below or did_you_mean(key, parts) or f"it has {', '.join(parts)}"
            message = f"{quoted(key)} is not a key of a {noun_of(kind)}"
            yield Fault(message, hint, (pair.key,))


def _keys_of(kind: Any) -> set[str]:
    return {part.name for part in fields(kind)} if is_dataclass(kind) else set()


def _note_missing_keys(
    kind: type, node: Pairs, parts: Mapping[str, Field[Any]], reader: Reader
) -> None:
    if reader.full:
        return
    misspelt = {closest(key, parts) for key in node.pairs if key not in parts}
    there = node.pairs.keys() | misspelt
    missing = [name for name, part in parts.items() if _required(part) and name not in there]
    if not missing:
        return
    name = text_at(node, "id")
    if reader.shipped and name:
        message = f"{quoted(name)} is new, so it needs {and_of(missing)}"
        hint = did_you_mean(name, reader.shipped)
    else:
        message = f"{label_of(kind, node)} has no {one_of(missing)}"
        hint = "or write extends: shipped to change single entries" if kind is Rulebook else ""
    where = node.pairs["id"].value if name else node
    reader.note([Fault(message, hint, (where,))])


def _read_list(kind: Any, node: Items, key: str, reader: Reader) -> Any:
    inside = get_args(kind)
    if inside[-1] is not Ellipsis and len(inside) != len(node.items):
        message = f"{key} takes {len(inside)} values, and here are {len(node.items)}"
        return reader.miss(Fault(message, "", (node,)))
    name = key if key.startswith(ENTRY_OF) else ENTRY_OF + key
    values = [read(inside[0], item, name, reader) for item in node.items]
    return MISSED if MISSED in values else tuple(values)


def _read_mapping(kind: Any, node: Pairs, reader: Reader) -> Any:
    names, inside = get_args(kind)
    if get_origin(names) is Literal:
        keys = [read_scalar((names,), pair.key, "key") for pair in node.pairs.values()]
        reader.note(wrong := [one for one in keys if isinstance(one, Fault)])
    else:
        wrong = []
    values = {key: read(inside, pair.value, key, reader) for key, pair in node.pairs.items()}
    return MISSED if wrong or MISSED in values.values() else values

"""A file that extends the shipped rulebook, laid over it: one tree whose nodes keep their places.

Entries of a list are joined by id: a known id changes the keys it names, a new one is added.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from itertools import chain
from typing import get_args, get_origin

from llmchoose.errors import did_you_mean, quoted
from llmchoose.knowledge.rulecheck.entry import Fault, noun_of, text_at
from llmchoose.knowledge.rules import Rulebook
from llmchoose.yamltext.tree import Node, Pair, Pairs, Scalar, Sequence

EXTENDS, REMOVE, SHIPPED = "extends", "remove", "shipped"
# What stands in lists of entries, and what stands once, as the class of the rulebook has it.
LISTS: Mapping[str, type] = {
    part.name: get_args(part.type)[0]
    for part in fields(Rulebook)
    if get_origin(part.type) is tuple and is_dataclass(get_args(part.type)[0])
}
SECTIONS = tuple(part.name for part in fields(Rulebook) if is_dataclass(part.type))


@dataclass(frozen=True)
class Overlay:
    """The joined tree, and what is wrong with how the file changes the shipped one."""

    tree: Pairs
    faults: Iterator[Fault]


def repeated(root: Pairs) -> Iterator[Fault]:
    """Ids that a file gives to more than one entry."""
    for entries in ((entry for _, entry in _entries(root)), inner_entries(root)):
        seen: set[str] = set()
        for entry in entries:
            name = text_at(entry, "id")
            if name and name in seen:
                message = f"the id {quoted(name)} is given twice"
                yield Fault(message, "keep one, or choose another", (entry.pairs["id"].value,))
            seen.add(name)


def ids_of(root: Pairs) -> dict[str, str]:
    """The list that each id stands in."""
    return {text_at(entry, "id"): key for key, entry in _entries(root)}


def lay_over(own: Pairs, shipped: Pairs, stem: str) -> Overlay:
    """Join a file with the shipped rulebook.

    Args:
        own: The file's tree, with the key `extends`.
        shipped: The shipped rulebook's tree.
        stem: Ends the id of the result where the file gives none.
    """
    homes = ids_of(shipped)
    removed = _removed(own)
    kept = _without(shipped, {text for node in removed if (text := node.text)})
    mine = {key: pair for key, pair in own.pairs.items() if key not in (EXTENDS, REMOVE)}
    strange = [entry for key, entry in _entries(own) if homes.get(text_at(entry, "id"), key) != key]
    joined = {
        key: Pair(pair.key, _join(key, kept, _less(pair.value, strange)))
        for key, pair in mine.items()
    }
    pairs = {**kept.pairs, "id": _id(own, shipped, stem), **joined}
    faults = chain(
        _other_base(own), _not_to_remove(own, removed, homes), _other_list(strange, homes)
    )
    return Overlay(Pairs(pairs, own.span), faults)


def _entries(root: Pairs) -> Iterator[tuple[str, Pairs]]:
    for key in LISTS:
        node = root.pairs[key].value if key in root.pairs else None
        for entry in node.items if isinstance(node, Sequence) else ():
            if isinstance(entry, Pairs):
                yield key, entry


def inner_entries(root: Pairs) -> Iterator[Pairs]:
    """Entries of the lists inside sections, such as charges; they have ids of their own."""
    sections = (root.pairs[key].value for key in SECTIONS if key in root.pairs)
    for section in sections:
        for pair in section.pairs.values() if isinstance(section, Pairs) else ():
            items = pair.value.items if isinstance(pair.value, Sequence) else ()
            yield from (item for item in items if isinstance(item, Pairs) and text_at(item, "id"))


def _removed(own: Pairs) -> tuple[Scalar, ...]:
    node = own.pairs[REMOVE].value if REMOVE in own.pairs else None
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(item for item in items if isinstance(item, Scalar))


def _without(shipped: Pairs, removed: set[str]) -> Pairs:
    kept = dict(shipped.pairs)
    for key in LISTS:
        node = kept[key].value if key in kept else None
        if isinstance(node, Sequence):
            items = tuple(item for item in node.items if text_at(item, "id") not in removed)
            kept[key] = Pair(kept[key].key, Sequence(items, node.span))
    return Pairs(kept, shipped.span)


def _join(key: str, kept: Pairs, mine: Node) -> Node:
    base = kept.pairs[key].value if key in kept.pairs else None
    if key in SECTIONS and isinstance(base, Pairs) and isinstance(mine, Pairs):
        return _join_keys(base, mine, deeper=True)
    if key in LISTS and isinstance(base, Sequence) and isinstance(mine, Sequence):
        return _join_lists(base, mine)
    return mine


def _join_keys(base: Pairs, mine: Pairs, *, deeper: bool = False) -> Pairs:
    """Keys over keys; in a section also lists of entries by id, and the keys of an entry."""
    joined = {**base.pairs, **mine.pairs}
    for key in base.pairs.keys() & mine.pairs.keys() if deeper else ():
        below, above = base.pairs[key].value, mine.pairs[key].value
        if isinstance(below, Sequence) and isinstance(above, Sequence) and _have_ids(below):
            joined[key] = Pair(mine.pairs[key].key, _join_lists(below, above))
        elif isinstance(below, Pairs) and isinstance(above, Pairs):
            joined[key] = Pair(mine.pairs[key].key, _join_keys(below, above))
    return Pairs(joined, mine.span)


def _have_ids(node: Sequence) -> bool:
    return all(text_at(item, "id") for item in node.items)


def _less(node: Node, entries: list[Pairs]) -> Node:
    if not isinstance(node, Sequence) or not entries:
        return node
    out = set(map(id, entries))
    return Sequence(tuple(item for item in node.items if id(item) not in out), node.span)


def _join_lists(base: Sequence, mine: Sequence) -> Sequence:
    """Shipped entries with their changes, in their order; then those that are new."""
    known = {text_at(item, "id"): item for item in base.items}
    joined = dict(known)
    new = []
    for item in mine.items:
        name = text_at(item, "id")
        below = known.get(name)
        if isinstance(below, Pairs) and isinstance(item, Pairs):
            joined[name] = _join_keys(below, item)
        else:
            new.append(item)
    return Sequence((*joined.values(), *new), mine.span)


def _id(own: Pairs, shipped: Pairs, stem: str) -> Pair:
    key = own.pairs[EXTENDS].key
    name = f"{text_at(shipped, 'id')}+{stem}"
    return Pair(key, Scalar(name, name, key.span))


def _other_base(own: Pairs) -> Iterator[Fault]:
    if text_at(own, EXTENDS) != SHIPPED:
        message = f"a rulebook extends the one that is {SHIPPED}, and no other"
        yield Fault(message, f"write {EXTENDS}: {SHIPPED}", (own.pairs[EXTENDS].value,))


def _not_to_remove(
    own: Pairs, removed: tuple[Scalar, ...], homes: Mapping[str, str]
) -> Iterator[Fault]:
    node = own.pairs[REMOVE].value if REMOVE in own.pairs else None
    if isinstance(node, Pairs | Scalar):
        yield Fault(f"{REMOVE} is a list of ids", "write [id, id]", (node,))
    for item in node.items if isinstance(node, Sequence) else ():
        if not isinstance(item, Scalar):
            yield Fault(f"{REMOVE} is a list of ids, and this is none", "", (item,))
    for item in removed:
        if item.text not in homes:
            message = f"{quoted(item.text)} is no id of the shipped rulebook"
            yield Fault(message, did_you_mean(item.text, homes), (item,))


def _other_list(strange: list[Pairs], homes: Mapping[str, str]) -> Iterator[Fault]:
    """A shipped id below the heading of other entries."""
    for entry in strange:
        name = text_at(entry, "id")
        message = f"{quoted(name)} is the id of a {noun_of(LISTS[homes[name]])}"
        yield Fault(message, f"put it below {homes[name]}:", (entry.pairs["id"].value,))

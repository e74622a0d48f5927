"""One entry of a rulebook under check, what can be wrong with it, and the checks' own shape."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from llmchoose.errors import quoted
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import Comparison, ConfidenceRule, NetBenefit, Words, Worth
from llmchoose.yamltext.tree import Node, Pairs, Scalar, Sequence

_NOUNS: Mapping[type, str] = {
    Comparison: "test",
    ConfidenceRule: "confidence rule",
    Words: "row of words",
    NetBenefit: "net benefit",
    Worth: "worth of a quality",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: Nodes it is about; the first that stands in the person's own file is shown.
    """

    message: str
    hint: str
    where: tuple[Node, ...]


@dataclass(frozen=True)
class Entry:
    """A mapping of the file that stands for one of the classes of rules.py.

    Attributes:
        values: The keys that could be read, defaults of those left out among them.
    """

    kind: type
    node: Pairs
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def at(self, key: str) -> Node:
        """The node of a key, or of the whole entry where the key is left out."""
        return self.node.pairs[key].value if key in self.node.pairs else self.node

    def items(self, key: str) -> tuple[Node, ...]:
        """The nodes of a list, none where it is left out; a single value is a list of one."""
        if key not in self.node.pairs:
            return ()
        node = self.at(key)
        return node.items if isinstance(node, Sequence) else (node,)

    @property
    def label(self) -> str:
        """What messages call it: ``the gate `G-API` ``."""
        return label_of(self.kind, self.node)


@dataclass(frozen=True)
class Check:
    """Finds one kind of mistake in entries of a class, once the keys that it needs are read."""

    kind: type
    needs: tuple[str, ...]
    find: Callable[[Entry, Vocabulary], Iterator[Fault]]


def noun_of(kind: type) -> str:
    """What messages call an entry of a class."""
    return _NOUNS.get(kind, kind.__name__.lower())


def label_of(kind: type, node: Pairs) -> str:
    """What messages call one entry: its class, and its id where it has one."""
    name = text_at(node, "id")
    return f"the {noun_of(kind)} {quoted(name)}" if name else f"the {noun_of(kind)}"


def text_at(node: Node, key: str) -> str:
    """The text of a key, empty where there is none."""
    pair = node.pairs.get(key) if isinstance(node, Pairs) else None
    return pair.value.text if pair and isinstance(pair.value, Scalar) else ""


def and_of(words: list[str]) -> str:
    """Words as a sentence lists them: `a, b and c`."""
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last

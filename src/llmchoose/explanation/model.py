"""Pages and lists as frozen values, before any of them is laid out for a reader."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from llmchoose.knowledge.load import Citation


@dataclass(frozen=True)
class Fact:
    """One line at the top of a page.

    Attributes:
        name: A word or two; the JSON's key with underscores.
        text: For people.
        value: For programs, plain data; the text where None.
    """

    name: str
    text: str
    value: object = None


@dataclass(frozen=True)
class Entry:
    """An id or a word, and what is said of it."""

    label: str
    text: str


@dataclass(frozen=True)
class Listing:
    """A section of entries; `data` says the same to programs where words are not enough."""

    key: str
    title: str
    entries: tuple[Entry, ...]
    data: object = None


@dataclass(frozen=True)
class Table:
    """A section of cells under a head; the first column names the row, `data` is for programs."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data: object = None


Section = Listing | Table


@dataclass(frozen=True)
class Page:
    """All that is known of one id.

    Attributes:
        kind: criterion, gate, evidence, source …, one of `kinds.KINDS`.
        title: Its name.
        text: What it says or asks, in sentences.
        citations: What it rests on, each with its document.
    """

    kind: str
    id: str
    title: str
    text: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...] = ()
    citations: tuple[Citation, ...] = ()

    def with_sections(self, sections: Iterable[Section]) -> "Page":
        """The page with more below its own sections, such as how it came out in a profile."""
        return replace(self, sections=(*self.sections, *sections))


@dataclass(frozen=True)
class Group:
    """Ids of one kind, each with one sentence."""

    kind: str
    plural: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Index:
    """Ids that can be explained, by kind; `further` names lists that are not spelled out."""

    title: str
    groups: tuple[Group, ...]
    further: tuple[Entry, ...] = ()


Explanation = tuple[Page, ...] | Index

"""Names of accelerators, models and regions, matched however people spell them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

MOST_GUESSES = 3
SHORTEST = 3
_OWNER = re.compile(r"^[^\s/]+/")
_NOISE = re.compile(
    r"\b(nvidia|geforce|quadro|tesla|instinct|rtx|sxm\d?|hf)\b|(?<![a-z])rtx(?=a?\d)|\(.*?\)"
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^a-z0-9]+(?=\d)")
_MEMORY = re.compile(r"(?<![a-z0-9.])(\d+)\s*g(?:i?b)?\b")


class Named(Protocol):
    """A row that can be named: an id, a name and other spellings."""

    @property
    def id(self) -> str:
        """Unique id."""

    @property
    def name(self) -> str:
        """Name as its maker writes it."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other spellings."""


Row = TypeVar("Row", bound=Named)


@dataclass(frozen=True)
class Match(Generic[Row]):
    """The row that a name stands for.

    Attributes:
        row: None when nobody is called that.
        assumed: What had to be assumed because the name fits several rows; empty otherwise.
        close: Names that come near, when there is no row.
    """

    row: Row | None
    assumed: str = ""
    close: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.row is not None


@dataclass(frozen=True)
class _Key:
    """A name without case, punctuation, owner and noise, and the memory size it carries."""

    word: str
    memory_gb: str


def match(name: str, rows: Sequence[Row]) -> Match[Row]:
    """Find the row that a name stands for: by id, by spelling, then without the memory size.

    A bare name that fits several rows takes the one whose `default_for` holds it.
    """
    for row in rows:
        if row.id == name:
            return Match(row)
    key = _key(name)
    if not key.word:
        return Match(None, close=_close(name, rows))
    for row in rows:
        if any(_key(bare) == key for bare in getattr(row, "default_for", ())):
            return Match(row, f"{name} is taken as {row.name}")
    found = [row for row in rows if key in _keys(row)] or [
        row for row in rows if _fits_without_memory(key, row)
    ]
    if not found:
        return Match(None, close=_close(name, rows))
    several = len({row.name for row in found}) > 1
    return Match(found[0], f"{name} is taken as {found[0].name}" if several else "")


def _spelled(row: Named) -> frozenset[_Key]:
    return frozenset(_key(spelling) for spelling in (row.id, row.name, *row.aliases))


def _fits_without_memory(key: _Key, row: Named) -> bool:
    """Same word; the size is left out on one side, and is not another size than the row's."""
    own = getattr(row, "memory_gb", None)
    if key.memory_gb and own is not None and float(key.memory_gb) != own:
        return False
    return any(
        key.word == other.word and "" in (key.memory_gb, other.memory_gb) for other in _keys(row)
    )


# A row is asked for its spellings with every name that is looked up.
_keys: Callable[[Named], frozenset[_Key]] = lru_cache(maxsize=8192)(_spelled)  # type: ignore[assignment]


@lru_cache(maxsize=8192)
def _key(name: str) -> _Key:
    text = _OWNER.sub("", name.strip().lower()).replace("_", "-")
    memory = _MEMORY.search(text)
    text = _NOISE.sub(" ", _MEMORY.sub(" ", text))
    # 1.3 and 13 are not the same: what stands between digits stays, however it is written.
    text = _BETWEEN_DIGITS.sub(".", text)
    return _Key(re.sub(r"[^a-z0-9.]|(?<!\d)\.|\.(?!\d)", "", text), memory[1] if memory else "")


def _beginning(word: str, rows: Iterable[Named]) -> tuple[str, ...]:
    """Names that begin with a word of three letters or more, those that came out last first."""
    if len(word) < SHORTEST or not word.isalpha():
        return ()
    begun = [row for row in rows if any(key.word.startswith(word) for key in _keys(row))]
    begun.sort(key=lambda row: getattr(row, "available_from", None) or "", reverse=True)
    return tuple(dict.fromkeys(row.name for row in begun))[:MOST_GUESSES]


def _close(name: str, rows: Iterable[Named]) -> tuple[str, ...]:
    from difflib import get_close_matches  # only needed when something is wrong

    rows = list(rows)
    begun = _beginning(_key(name[:80]).word, rows)
    if begun:
        return begun
    spelled = {key.word: row.name for row in rows for key in _keys(row)}
    found = get_close_matches(_key(name[:80]).word, spelled, n=2 * MOST_GUESSES, cutoff=0.5)
    return tuple(dict.fromkeys(spelled[word] for word in found))[:MOST_GUESSES]

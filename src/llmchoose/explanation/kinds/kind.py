"""One kind of thing that can be explained."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from llmchoose.knowledge.load import Knowledge

Part = Literal["rules", "profile", "facts", "runs", "sources"]
Ids = tuple[str, ...]
# Columns that hold ids of sources, in any of the tables.
SOURCE_COLUMNS = ("source", "sources", "purchase_source", "people_source", "breakpoint_source")


def id_of(row: Any) -> Ids:
    """The id, and the name and other spellings of rows that have them."""
    names = (getattr(row, "name", None), *getattr(row, "aliases", ()))
    return (row.id, *(name for name in names if name))


def cited_by(row: Any) -> Ids:
    """Ids in all the columns of sources that a row has."""
    return tuple(name for column in SOURCE_COLUMNS for name in as_ids(getattr(row, column, ())))


def as_ids(sources: str | Ids) -> Ids:
    """Sources that stand as one id or as several."""
    return (sources,) if isinstance(sources, str) else sources


@dataclass(frozen=True)
class Kind:
    """What is common to all things of a kind.

    Attributes:
        plural: Name of its list.
        part: Which longer list it belongs to.
        rows: All of them.
        line: One sentence on one of them.
        ids: Its id, then other names that stand for it where no id does.
        cites: Ids of evidence and sources that it rests on.
    """

    name: str
    plural: str
    part: Part
    rows: Callable[[Knowledge], Iterable[Any]]
    line: Callable[[Any], str]
    ids: Callable[[Any], Ids] = id_of
    cites: Callable[[Any], Ids] = cited_by

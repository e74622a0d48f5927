"""What each of many projects takes, kept once for all that take the same: rows and draws."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array

Kind = TypeVar("Kind", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Column(Generic[Kind]):
    """One thing for all rows, or one for each of them.

    Attributes:
        kinds: The different ones.
        which: Place of each row's own among them; None where one holds for all.
    """

    kinds: tuple[Kind, ...]
    which: Rows | None = None

    @property
    def one(self) -> Kind:
        """The thing that holds for all rows, or the first of them."""
        return self.kinds[0]

    def at(self, row: int) -> Kind:
        """The thing of one row."""
        return self.one if self.which is None else self.kinds[self.which[row]]

    def each(self) -> list[Kind]:
        """The thing of every row; a list of one where it holds for all."""
        if self.which is None:
            return [self.one]
        return [self.kinds[place] for place in self.which.tolist()]

    def figure(self, read: Callable[[Kind], Any]) -> Any:
        """A figure of each: as it is where one holds for all, else an array of shape (rows, 1)."""
        if self.which is None:
            return read(self.one)
        found = np.array([read(kind) for kind in self.kinds])
        return found[:1][None] if len(found) == 1 else found[self.which][:, None]

    def draws(self, read: Callable[[Kind], Any]) -> Array:
        """Draws of each: of shape (samples,) where one holds for all, else (rows, samples)."""
        if len(self.kinds) == 1:
            return np.asarray(read(self.one))
        found = [np.asarray(read(kind)) for kind in self.kinds]
        assert self.which is not None  # noqa: S101 several kinds belong to several rows
        return np.stack(np.broadcast_arrays(*found))[self.which]

    def rows(self, places: Rows) -> "Column[Kind]":
        """Those of some rows."""
        if self.which is None:
            return self
        return column_of([self.kinds[place] for place in self.which[places].tolist()])


def of_rows(values: NDArray[Any], rows: Rows) -> NDArray[Any]:
    """Draws of some rows, of an array with a row for each or with one for all of them."""
    return values[rows] if values.ndim > 1 and len(values) > 1 else values


def column_of(each: Sequence[Other]) -> Column[Other]:
    """The column of what every row takes."""
    places: dict[Other, int] = {}
    which = [places.setdefault(one, len(places)) for one in each]
    return Column(tuple(places), np.array(which, np.intp))


def map_column(column: Column[Kind], read: Callable[[Kind], Other]) -> Column[Other]:
    """What a function makes of each thing of a column, once for the different ones."""
    if column.which is None:
        return Column((read(column.one),))
    found = column_of([read(kind) for kind in column.kinds])
    assert found.which is not None  # noqa: S101 it was made of rows
    return Column(found.kinds, found.which[column.which])


@dataclass(frozen=True, eq=False, repr=False)
class Parts:
    """Draws of many rows, kept apart by how many different ones there are.

    Attributes:
        parts: Rows, and their draws: of shape (rows, 1) where each is exact, (samples,) or (1,)
            where they are the same for all, else (rows, samples). Each row is in one part.
        n_rows: All rows.
    """

    parts: tuple[tuple[Rows, NDArray[Any]], ...]
    n_rows: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the draws."""
        return self.parts[0][1].dtype

    def map(self, read: Callable[[Any], Any]) -> "Parts":
        """What a function that works draw by draw makes of them."""
        return Parts(tuple((rows, read(drawn)) for rows, drawn in self.parts), self.n_rows)

    def merged(self) -> "Parts":
        """Rows whose draws are one and the same figure as one part, however many they were."""
        alike: dict[Any, list[Rows]] = {}
        others = []
        for rows, drawn in self.parts:
            if drawn.shape == (1,):
                alike.setdefault(drawn[0].item(), []).append(rows)
            else:
                others.append((rows, drawn))
        joined = [
            (np.sort(np.concatenate(rows)), np.array([figure])) for figure, rows in alike.items()
        ]
        return Parts((*joined, *others), self.n_rows)

    def rows(self, places: Rows) -> "Parts":
        """Draws of some rows."""
        found = []
        for rows, drawn in self.parts:
            at = np.searchsorted(rows, places)
            inside = rows[np.minimum(at, len(rows) - 1)] == places
            if inside.any():
                held = drawn[at[inside]] if drawn.ndim > 1 else drawn
                found.append((np.flatnonzero(inside), held))
        return Parts(tuple(found), len(places))

    def row(self, place: int) -> NDArray[Any]:
        """Draws of one row, of shape (samples,) or (1,)."""
        for rows, drawn in self.parts:
            at = int(np.searchsorted(rows, place))
            if at < len(rows) and rows[at] == place:
                found: NDArray[Any] = drawn[at] if drawn.ndim > 1 else drawn
                return found
        raise IndexError(place)

    def whole(self) -> NDArray[Any]:
        """All rows: shape (rows, samples); (rows, 1) where all are exact; one row if all agree."""
        first = self.parts[0][1]
        if len(self.parts) == 1:
            return first
        wide = max(drawn.shape[-1] for _, drawn in self.parts)
        kind = np.result_type(*(drawn.dtype for _, drawn in self.parts))
        found = np.empty((self.n_rows, wide), kind)
        for rows, drawn in self.parts:
            found[rows] = drawn
        return found

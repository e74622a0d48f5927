"""Draws of many rows, put together or cut when they are asked for."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.columns import Parts
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.priors import Drawn, distinct

Listed = Sequence[tuple[NDArray[np.intp], Mapping[str, Array]]]


class SomeParts(Mapping[str, Parts]):
    """Draws of some rows by field, taken from those of all when they are asked for."""

    def __init__(self, parts: Mapping[str, Parts], places: NDArray[np.intp]) -> None:
        self._parts, self._places = parts, places
        self._found: dict[str, Parts] = {}

    def __getitem__(self, name: str) -> Parts:
        if name not in self._found:
            self._found[name] = self._parts[name].rows(self._places)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


class Wholes(Mapping[str, Drawn]):
    """Draws of all rows by field, put together when they are asked for."""

    def __init__(self, parts: Mapping[str, Parts]) -> None:
        self._parts, self._found = parts, dict[str, Drawn]()

    def __getitem__(self, name: str) -> Drawn:
        if name not in self._found:
            self._found[name] = self._parts[name].whole()
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


class ListWholes(Mapping[str, Mapping[str, Array]]):
    """Weights of all rows by list field and value, put together when they are asked for."""

    def __init__(self, listed: Mapping[str, Listed], n_rows: int) -> None:
        self._listed, self._n_rows = listed, n_rows
        self._found: dict[str, Mapping[str, Array]] = {}

    def __getitem__(self, name: str) -> Mapping[str, Array]:
        if name not in self._found:
            held = self._listed[name]
            self._found[name] = {
                word: Parts(
                    tuple((rows, weights[word]) for rows, weights in held), self._n_rows
                ).whole()
                for word in held[0][1]
            }
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def rows_of_list(listed: Listed, places: NDArray[np.intp], n_rows: int) -> Listed:
    """Weights of some rows."""
    held = np.full(n_rows, -1)
    held[places] = np.arange(len(places))
    found = [(held[rows][held[rows] >= 0], weights) for rows, weights in listed]
    return [(rows, weights) for rows, weights in found if len(rows)]


def masks_of(words: NDArray[np.str_]) -> Mapping[str, NDArray[np.bool_]]:
    """For each word that an array holds, in text order, where it holds it."""
    return {word: words == word for word in distinct(words)}

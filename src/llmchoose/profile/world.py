"""What the loader needs to know of the world: fields, catalogues, languages and currencies."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.names import Match, Named, match


class HasBytes(Protocol):
    """A language's row."""

    @property
    def bytes_per_token(self) -> float:
        """Bytes of UTF-8 text in one token."""


class HasRate(Protocol):
    """A currency's row."""

    @property
    def symbol(self) -> str:
        """Its sign."""

    @property
    def usd_per_unit(self) -> float:
        """Dollars for one."""


class World(Hashable, Protocol):
    """The parts of the knowledge that reading a profile may need; tables are read when used."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """Fields by dotted name."""

    @property
    def gpus(self) -> Sequence[Named]:
        """Accelerators."""

    @property
    def open_models(self) -> Sequence[Named]:
        """Open-weights models."""

    @property
    def api_models(self) -> Sequence[Named]:
        """API models."""

    @property
    def regions(self) -> Sequence[Named]:
        """Countries and cloud regions."""

    @property
    def languages(self) -> Mapping[str, HasBytes]:
        """Languages by tag."""

    @property
    def currencies(self) -> Mapping[str, HasRate]:
        """Currencies by code."""


# Unit of a text field that names a row -> what the row is called.
CATALOGUES = {
    "accelerator of the catalogue": "accelerator",
    "API model of the catalogue": "API model",
    "open model of the catalogue": "open model",
    "row of the region table": "region",
}


@lru_cache(maxsize=1024)
def find(kind: str, name: str, world: World) -> Match[Named]:
    """Find a row of one of the catalogues by a name that people write."""
    if kind == "accelerator":
        return match(name, world.gpus)
    if kind == "API model":
        return match(name, world.api_models)
    return match(name, world.open_models if kind == "open model" else world.regions)


class Rates(Mapping[str, float]):
    """Dollars per unit by code and by sign; the table is read when a currency is looked up."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> float:
        table = self._world.currencies
        if name in table:
            return table[name].usd_per_unit
        rates = {row.usd_per_unit for row in table.values() if row.symbol == name}
        if len(rates) != 1:  # the sign of no currency, or of several
            raise KeyError(name)
        return rates.pop()

    def __iter__(self) -> Iterator[str]:
        return iter(self._world.currencies)

    def __len__(self) -> int:
        return len(self._world.currencies)


def bytes_per_token(language: str, world: World) -> float:
    """Bytes of text in a token of a language, else of any language."""
    table = world.languages
    row = table.get(language) or table.get(language.split("-")[0]) or table.get("und")
    return row.bytes_per_token if row else 4.0

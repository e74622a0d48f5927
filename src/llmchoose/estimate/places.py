"""Where machines stand and people work: power, carbon and salaries of a region."""

from dataclasses import dataclass
from functools import lru_cache

from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Region

WORLD = "World"


@dataclass(frozen=True, eq=False, repr=False)
class Place:
    """A region's figures; what its own row leaves blank is the world's.

    Attributes:
        grid_gco2e_per_kwh: Carbon of the grid.
        usd_per_kwh: Price of power.
        pue: Power of a data centre over that of its servers.
        engineer_usd_per_month: Loaded cost of an engineer, p10, p50 and p90.
        people_source: Where that cost comes from.
    """

    grid_gco2e_per_kwh: float
    usd_per_kwh: float
    pue: float
    engineer_usd_per_month: tuple[float, float, float]
    people_source: tuple[str, ...]


@lru_cache(maxsize=256)
def place_of(name: str, knowledge: Knowledge) -> Place:
    """The region of that name.

    Raises:
        ValueError: There is no such region.
    """
    found = match(name, knowledge.regions)
    if found.row is None:
        guesses = f"; did you mean {' or '.join(found.close)}?" if found.close else ""
        raise ValueError(f"{name} is no region of the catalogue{guesses}")
    world = next(row for row in knowledge.regions if row.id == WORLD)
    row = found.row
    people = row if row.engineer_usd_per_month_p50 is not None else world
    return Place(
        _known(row.grid_gco2e_per_kwh, world.grid_gco2e_per_kwh),
        _known(row.usd_per_kwh, world.usd_per_kwh),
        _known(row.pue, world.pue),
        _engineer(people),
        people.people_source or people.source,
    )


def _known(own: float | None, other: float | None) -> float:
    figure = other if own is None else own
    assert figure is not None  # noqa: S101 the row of the world has no blanks; a test holds it
    return figure


def _engineer(row: Region) -> tuple[float, float, float]:
    low, middle, high = (
        _known(getattr(row, f"engineer_usd_per_month_{point}"), None)
        for point in ("p10", "p50", "p90")
    )
    return low, middle, high

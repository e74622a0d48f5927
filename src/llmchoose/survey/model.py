"""Many profiles weighed together, and each of them: the choice and the figures, no reasons.

What `assess` says of a profile one by one, these say of it among many: both come from the same
formulas on the same draws.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from llmchoose.decision.conditions import Facts, Truth, facts_of
from llmchoose.decision.confidence import NOTHING_FEASIBLE, calibrated, in_words, known_share
from llmchoose.decision.gates import GateResult, every_gate
from llmchoose.decision.rank import Weighed
from llmchoose.decision.trials import settled_by
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array, Band, percentiles, significant
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.many import row_of
from llmchoose.knowledge.tables import Gpu
from llmchoose.profile.model import Profile

Figure = Literal[
    "one_time_usd",
    "monthly_usd",
    "total_usd",
    "gpu_hours",
    "wall_clock_days",
    "memory_gb_per_gpu",
    "time_to_production_days",
    "energy_kwh",
    "tco2e",
    "quality",
    "net_benefit",
    "fit",
]
Unpriced = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True, eq=False, repr=False)
class Block:
    """Several profiles weighed together.

    Attributes:
        inputs: Draws of all of them.
        estimates: Estimate of each approach, by id.
        weighed: All approaches in numbers.
        unpriced: For each approach the lines of its cost without a price, and in which rows.
        told: Percentiles of figures that are worked out already, shape (3, rows).
    """

    inputs: Inputs
    estimates: Mapping[str, Estimate]
    weighed: Weighed
    unpriced: Mapping[str, Unpriced]
    told: Mapping[tuple[str, Figure], Array] = field(default_factory=dict)

    @cached_property
    def best(self) -> list[int]:
        """Place of the recommended approach in each row, -1 where every one is closed."""
        places: list[int] = np.ravel(self.weighed.best()).tolist()
        return places

    @cached_property
    def chance(self) -> Array:
        """Chance of each approach to be the best, shape (approaches, rows)."""
        return self.weighed.chance.reshape(len(self.weighed.names), -1)

    @cached_property
    def open(self) -> Truth:
        """Whether no hard gate closes an approach, shape (approaches, rows)."""
        return self.weighed.open.reshape(len(self.weighed.names), -1)

    @cached_property
    def rungs(self) -> Mapping[str, float]:
        """Rung of each approach."""
        return {row.id: row.rung for row in self.inputs.knowledge.approaches}

    @cached_property
    def _bands(self) -> dict[tuple[str, Figure], tuple[Array, Truth]]:
        """Percentiles, and in which rows they are worked out."""
        return {key: (found, np.ones(found.shape[1], bool)) for key, found in self.told.items()}

    def band(self, approach: str, name: Figure, row: int) -> Array:
        """Percentiles of a figure in one row, NaN where there is none.

        They are worked out for many rows together: first for those that are advised to take the
        approach, of which mostly nothing is asked but what that one takes.
        """
        key, count = (approach, name), len(self.best)
        first = key not in self._bands
        if first:
            self._bands[key] = np.full((3, count), np.nan), np.zeros(count, bool)
        found, there = self._bands[key]
        if not there[row]:
            taken = np.array(self.best) == self.weighed.names.index(approach)
            wanted = taken | (np.arange(count) == row) if first else ~there
            draws = self.draws(approach, name)
            if draws is not None:
                points = percentiles(draws[wanted], (0.1, 0.5, 0.9))
                found[:, wanted] = np.stack([one[..., 0] for one in points])
            there |= wanted
        return found[:, row]

    def draws(self, approach: str, name: Figure) -> Array | None:
        """Draws of a figure, shape (rows, samples); None where no row has any."""
        if (approach, name) not in self._draws:
            draws = self._figures(approach)[name]
            self._draws[approach, name] = (
                None
                if draws is None
                else np.broadcast_to(draws, self.inputs.shape).reshape(-1, self.inputs.shape[-1])
            )
        return self._draws[approach, name]

    @cached_property
    def _draws(self) -> dict[tuple[str, Figure], Array | None]:
        return {}

    def _figures(self, approach: str) -> Mapping[Figure, Array | None]:
        estimate, place = self.estimates[approach], self.weighed.names.index(approach)
        run = estimate.training
        return {
            "one_time_usd": estimate.one_time_usd,
            "monthly_usd": estimate.monthly_usd,
            "total_usd": estimate.total_usd,
            "gpu_hours": run.gpu_hours if run else None,
            "wall_clock_days": run.wall_clock_days if run else None,
            "memory_gb_per_gpu": run.memory_gb if run else None,
            "time_to_production_days": estimate.time_days,
            "energy_kwh": estimate.energy_kwh,
            "tco2e": estimate.tco2e,
            "quality": self.weighed.quality[place],
            "net_benefit": self.weighed.benefit[place],
            "fit": self.weighed.fit[place],
        }

    @cached_property
    def reaching(self) -> Array:
        """Share of draws in which an approach reaches the target quality, (approaches, rows)."""
        target = self.inputs.number("task.quality_target")
        shares = np.mean(self.weighed.quality >= target, axis=-1)
        return np.asarray(shares).reshape(len(self.weighed.names), -1)


@dataclass(frozen=True, eq=False, repr=False)
class Surveyed:
    """One profile among many, its approaches weighed.

    Attributes:
        block: The profiles that were weighed together.
        row: Place of this one among them.
    """

    profile: Profile
    block: Block
    row: int

    @cached_property
    def inputs(self) -> Inputs:
        """Draws of the profile."""
        return row_of(self.block.inputs, self.row) if self.block.inputs.many else self.block.inputs

    @property
    def recommended(self) -> str | None:
        """The approach to take; None where a hard gate closes every one."""
        place = self.block.best[self.row]
        return self.block.weighed.names[place] if place >= 0 else None

    @cached_property
    def confidence(self) -> float:
        """Chance that an experienced practitioner would accept the recommendation."""
        if self.recommended is None:
            return 0.0
        chance, known = self.probability_best(self.recommended), self.block.inputs.knowledge
        rule = known.rulebook.confidence
        return calibrated(chance, known_share(self.profile.values, rule), known.constants, rule)

    @property
    def confidence_words(self) -> str:
        """The confidence in words."""
        if self.recommended is None:
            return NOTHING_FEASIBLE
        return in_words(self.confidence, self.block.inputs.knowledge.rulebook.confidence)

    def probability_best(self, approach: str) -> float:
        """Chance of an approach to be the best."""
        return significant(float(self.block.chance[self._place(approach), self.row]))

    def feasible(self, approach: str) -> bool:
        """Whether no hard gate closes an approach."""
        return bool(self.block.open[self._place(approach), self.row])

    def gates(self, approach: str) -> tuple[GateResult, ...]:
        """What each gate says of an approach, with a sentence where it is not passed."""
        held = tuple(one.row(self.row) for one in self.block.weighed.held[self._place(approach)])
        rows = self.block.inputs.knowledge.approaches
        one = next(row for row in rows if row.id == approach)
        settled = settled_by(self.inputs, self.block.rungs)
        return every_gate(one, held, self._facts[approach], settled, self.block.rungs)

    @cached_property
    def _facts(self) -> Mapping[str, Facts]:
        readings = {
            name: RowReadings(estimate.readings, self.row)
            for name, estimate in self.block.estimates.items()
        }
        return facts_of(self.inputs, readings)

    def figure(self, approach: str, name: Figure) -> Band | None:
        """A figure of an approach; None where it is unknown or there is none.

        Args:
            approach: Id of the approach.
            name: A name of the JSON report.
        """
        points = self.block.band(approach, name, self.row).tolist()
        return None if isnan(points[0]) else Band(*map(significant, points))

    def draws(self, approach: str, name: Figure) -> Array | None:
        """Draws of a figure; None where it is unknown or there is none."""
        draws = self.block.draws(approach, name)
        return None if draws is None or np.isnan(draws[self.row]).all() else draws[self.row]

    @property
    def day(self) -> str:
        """ISO day for which availability and prices are judged."""
        return self.block.inputs.projects[self.row].day

    def unpriced(self, approach: str) -> tuple[str, ...]:
        """Lines of an approach's cost for which no price is known: its cost is a lower bound."""
        lines = self.block.unpriced[approach]
        return tuple(name for name, rows in lines.items() if rows[self.row])

    def gpu(self, approach: str) -> Gpu | None:
        """The accelerator that an approach trains on; None where it trains nowhere."""
        training = self.block.estimates[approach].training
        return training.gpus.at(self.row) if training else None

    def reaches_target(self, approach: str) -> float:
        """Share of draws in which an approach reaches the target quality."""
        return significant(float(self.block.reaching[self._place(approach), self.row]))

    def _place(self, approach: str) -> int:
        return self.block.weighed.names.index(approach)


class RowReadings(Mapping[str, Array]):
    """Readings of one row of a block."""

    def __init__(self, readings: Mapping[str, Array], row: int) -> None:
        self._readings, self._row = readings, row
        self._found: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        # Kept, as an array of its own tells facts that it is the same.
        if name not in self._found:
            found = self._readings[name]
            own = found.ndim > 1 and len(found) > 1
            self._found[name] = found[self._row] if own else np.ravel(found)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._readings)

    def __len__(self) -> int:
        return len(self._readings)

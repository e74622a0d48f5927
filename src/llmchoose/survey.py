"""The choice for each of many profiles with its figures: no reasons, no plan, no outlook.

What `assess` says of a profile one by one, these say of it among many: both come from the same
formulas on the same draws.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

from llmchoose.decision.confidence import confidence, in_words
from llmchoose.decision.gates import GateResult, every_gate
from llmchoose.decision.rank import Weighed, facts_about, weigh
from llmchoose.decision.trials import settled_by
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array, Band, Draws, band, significant
from llmchoose.estimate.inputs import Inputs, read_inputs
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Approach
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


@dataclass(frozen=True, eq=False, repr=False)
class Surveyed:
    """One profile among many, its approaches weighed.

    Attributes:
        inputs: Draws of the profile.
        estimates: Estimate of each approach, by id.
        weighed: All approaches in numbers.
    """

    profile: Profile
    inputs: Inputs
    estimates: Mapping[str, Estimate]
    weighed: Weighed

    @cached_property
    def recommended(self) -> str | None:
        """The approach to take; None where a hard gate closes every one."""
        place = int(np.ravel(self.weighed.best())[0])
        return self.weighed.names[place] if place >= 0 else None

    @cached_property
    def confidence(self) -> float:
        """Chance that an experienced practitioner would accept the recommendation."""
        if self.recommended is None:
            return 0.0
        chance = self.probability_best(self.recommended)
        return confidence(chance, self.inputs, self.inputs.knowledge.rulebook.confidence)

    @property
    def confidence_words(self) -> str:
        """The confidence in words."""
        if self.recommended is None:
            return "no approach is feasible"
        return in_words(self.confidence, self.inputs.knowledge.rulebook.confidence)

    def probability_best(self, approach: str) -> float:
        """Chance of an approach to be the best."""
        return significant(float(self.weighed.chance[self._place(approach)]))

    def feasible(self, approach: str) -> bool:
        """Whether no hard gate closes an approach."""
        return bool(self.weighed.open[self._place(approach)].all())

    def gates(self, approach: str) -> tuple[GateResult, ...]:
        """What each gate says of an approach, with a sentence where it is not passed."""
        one, place = self._approach(approach), self._place(approach)
        rungs: dict[str, float] = {row.id: row.rung for row in self.inputs.knowledge.approaches}
        facts = facts_about(self.inputs, {approach: self.estimates[approach]})[approach]
        held, settled = self.weighed.held[place], settled_by(self.inputs, rungs)
        return every_gate(one, held, facts, settled, rungs)

    def figure(self, approach: str, name: Figure) -> Band | None:
        """A figure of an approach; None where it is unknown or there is none.

        Args:
            approach: Id of the approach.
            name: A name of the JSON report.
        """
        draws = self.draws(approach, name)
        return None if draws is None else band(np.ravel(draws))

    def draws(self, approach: str, name: Figure) -> Array | None:
        """Draws of a figure; None where it is unknown or there is none."""
        estimate, place = self.estimates[approach], self._place(approach)
        run = estimate.training
        found: dict[str, Array | None] = {
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
        return found[name]

    @property
    def day(self) -> str:
        """ISO day for which availability and prices are judged."""
        return self.inputs.day

    def unpriced(self, approach: str) -> tuple[str, ...]:
        """Lines of an approach's cost for which no price is known: its cost is a lower bound."""
        return tuple(item.name for item in self.estimates[approach].items if item.usd is None)

    def gpu(self, approach: str) -> Gpu | None:
        """The accelerator that an approach trains on; None where it trains nowhere."""
        training = self.estimates[approach].training
        return training.gpu if training else None

    def reaches_target(self, approach: str) -> float:
        """Share of draws in which an approach reaches the target quality."""
        target = self.inputs.number("task.quality_target")
        quality = self.weighed.quality[self._place(approach)]
        return significant(float(np.mean(quality >= target)))

    def _approach(self, name: str) -> Approach:
        return next(row for row in self.inputs.knowledge.approaches if row.id == name)

    def _place(self, approach: str) -> int:
        return self.weighed.names.index(approach)


def survey(
    profiles: Iterable[Profile],
    knowledge: Knowledge,
    *,
    as_of: date | None = None,
    seed: int = 0,
    samples: int = 500,
) -> Iterator[Surveyed]:
    """Weigh the approaches of many profiles, in their order.

    Args:
        profiles: What the teams wrote.
        knowledge: Facts and rules.
        as_of: Day of the decisions; each profile's own when left out.
        seed: Seed of the draws.
        samples: Draws.
    """
    draws = Draws(seed, samples)
    for profile in profiles:
        inputs = read_inputs(profile, knowledge, draws, as_of)
        estimates = estimate_all(inputs)
        yield Surveyed(profile, inputs, estimates, weigh(inputs, estimates))

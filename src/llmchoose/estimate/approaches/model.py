"""What an estimate is made of. Arrays have the sample axis last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from llmchoose.estimate.columns import Column
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.knowledge.tables import Gpu

# Lines of a cost that more than one module speaks of.
WORK = "people until production"
KEEPING = "people who keep it running"
EVALUATION = "evaluation set"
LABELLING = "labelling"
RENEWAL = "renewal"
TOOLS = "tracing and evaluation tools"
TRAINING = "training compute"
TOKENS = "tokens at the provider"
HOSTING = "hosting of the tuned model"
OWN_SERVING = "serving on accelerators of one's own"


@dataclass(frozen=True, eq=False, repr=False)
class Item:
    """One line of a cost: what, how much, when, and from which source.

    `usd` is None where no price is known: the total is then a lower bound.
    """

    name: str
    usd: Array | None
    when: Literal["one_time", "monthly"]
    source: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Training:
    """The training of one approach, all its runs together.

    Attributes:
        params: Parameters of the model that is trained; `active` those that work on a token.
        tokens: Tokens seen in the final run.
        flops: FLOPs of all runs.
        gpus: Accelerator of each project.
        counts: Accelerators side by side, sample axis of length one: a plan has one count.
        gpu_hours: Accelerator-hours of all runs.
        repeats: All runs over the final one.
        wall_clock_days: Days of all runs one after another on `n_gpus`.
        memory_gb: Memory of one accelerator, GB.
        min_gpus: Accelerators needed for memory, and for the deadline where one is given.
    """

    params: Array
    active: Array
    tokens: Array
    flops: Array
    gpus: Column[Gpu]
    counts: Array
    gpu_hours: Array
    repeats: Array
    wall_clock_days: Array
    memory_gb: Array
    min_gpus: Array
    source: tuple[str, ...]

    @property
    def gpu(self) -> Gpu:
        """Accelerator of a single profile."""
        return self.gpus.one

    @property
    def n_gpus(self) -> float:
        """Accelerators side by side, of a single profile."""
        return float(self.counts.flat[0])


@dataclass(frozen=True, eq=False, repr=False)
class Serving:
    """Running one approach for a month.

    Attributes:
        items: Costs a month.
        latency_ms: Time to a full answer.
        utilisation: Mean load over kept capacity; None where a provider carries the load.
        gpu_hours: Accelerator-hours a month on hardware of one's own; None at a provider.
        gpus: Card the weights run on; None at a provider.
    """

    items: tuple[Item, ...]
    latency_ms: Array
    utilisation: Array | None
    gpu_hours: Array | None
    gpus: Column[Gpu] | None


@dataclass(frozen=True, eq=False, repr=False)
class Acquisition:
    """What the training's accelerators cost when they are rented, bought or owned already."""

    how: Literal["rent", "buy", "owned"]
    usd: Array | None
    source: tuple[str, ...]
    note: str


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """Cost, time, hardware and energy of one approach for one profile.

    Attributes:
        items: Every line of the cost.
        one_time_usd: Sum until production.
        monthly_usd: Sum of a month in production.
        total_usd: One-time plus monthly over the horizon.
        lower_bound: A price was missing, so the sums are the least it can cost.
        readings: What the rulebook reads, by name (`est.…` without the prefix).
        notes: Assumptions that had to be made on the way, in words.
    """

    approach: str
    items: tuple[Item, ...]
    one_time_usd: Array
    monthly_usd: Array
    total_usd: Array
    lower_bound: bool
    training: Training | None
    acquisitions: tuple[Acquisition, ...]
    time_days: Array
    energy_kwh: Array | None
    tco2e: Array | None
    readings: Mapping[str, Array]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Pair:
    """Cost, time and energy of two approaches together, what they share counted once.

    Attributes:
        primary: Id of the approach that is recommended; `partner` of the one beside it.
        items: Every line of the cost.
        one_time_usd: Sum until production.
        monthly_usd: Sum of a month in production.
        total_usd: One-time plus monthly over the horizon.
        added_usd: The total over that of the primary alone; below zero where both cost less.
        lower_bound: A price was missing, so the sums are the least it can cost.
        latency_ms: Time to a full answer.
    """

    primary: str
    partner: str
    items: tuple[Item, ...]
    one_time_usd: Array
    monthly_usd: Array
    total_usd: Array
    added_usd: Array
    lower_bound: bool
    time_days: Array
    latency_ms: Array
    energy_kwh: Array | None
    tco2e: Array | None


@dataclass(frozen=True, eq=False, repr=False)
class Money:
    """What a technique takes and saves.

    Attributes:
        once_usd: Added until production.
        monthly_saved_usd: Saved a month; below zero where it adds. None where it saves nothing and
            is taken for quality.
        saved_usd: Saved over the horizon, what it takes once taken off; None as the former.
    """

    once_usd: Array
    monthly_saved_usd: Array | None
    saved_usd: Array | None
    source: tuple[str, ...]

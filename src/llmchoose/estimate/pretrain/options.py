"""The other way round: which accelerators, and how many, meet a deadline or a budget."""

from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.formulas import throughput
from llmchoose.estimate.formulas.distributions import Array, median
from llmchoose.estimate.formulas.efficiency import OWN, utilisation
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import Price, on_sale, owned_usd, peak_tflops, rent
from llmchoose.estimate.places import place_of
from llmchoose.estimate.pretrain.job import Job, conditions, fewest_gpus, peak_of
from llmchoose.estimate.pretrain.timing import timing
from llmchoose.knowledge.tables import Gpu

# Cards without a fast link to other nodes; no published run used more than one node of them.
ONE_NODE = ("PCIe", "consumer")
MOST_NODES = 100_000
# The quick figures that counts are ranked by are a few per cent off at most.
MOST_TRIED = 50
# Dearer than any run: what is not done in time comes after all that is.
MUCH = 1e30


@dataclass(frozen=True)
class Option:
    """A way to run the job: middle figures; cost None where no price is known."""

    gpu: Gpu
    n_gpus: int
    gpu_hours: float
    wall_clock_days: float
    cost_usd: float | None


@dataclass(frozen=True)
class _Counts:
    """One accelerator in every count that is plausible: middle figures, one entry a count."""

    gpu: Gpu
    price: Price | None
    n_gpus: Array
    hours: Array
    days: Array
    usd: Array


def options_for(setting: Setting, job: Job, gpu: Gpu | None, spread: str) -> tuple[Option, ...]:
    """What meets the job's deadline and budget by its middle estimate, the cheapest first.

    Of each accelerator the cheapest count that meets the deadline; with a budget alone the
    cheapest that is done in the usual time of a run, and where none is, the fastest.

    Args:
        setting: Knowledge, draws and day.
        job: What is to be computed; its `run` has the limits.
        gpu: The only accelerator to look at; all that could be had on the day when left out.
        spread: Id of the row that says how far unseen runs lie from the prediction.

    Raises:
        ValueError: Nothing meets them; says what comes nearest.
    """
    every = setting.knowledge.gpus
    looked_at = [gpu] if gpu else [one for one in every if _to_be_had(one, setting, job)]
    prices = {one: _price(setting, job, one) for one in looked_at}
    counts = (
        _counts(setting, job, one, price, spread)
        for one, price in prices.items()
        if gpu or price is not None
    )
    tried = [found for found in counts if found is not None]
    options = [best for one in tried if (best := _best(setting, job, one, spread)) is not None]
    if not options:
        raise ValueError(_nearest(job, tried, gpu, setting.day))
    return tuple(sorted(options, key=lambda one: _order(one, job, setting)))


def _order(option: Option, job: Job, setting: Setting) -> tuple[bool, float, float]:
    """In the usual time first where no deadline is given, then by cost, then by days."""
    usual = setting.constant("planning_days")
    late = not job.run.deadline_days and option.wall_clock_days > usual
    return late, _known(option.cost_usd), option.wall_clock_days


def _known(usd: float | None) -> float:
    return np.inf if usd is None else usd


def _to_be_had(gpu: Gpu, setting: Setting, job: Job) -> bool:
    """On sale on the day, and able to compute in the precision."""
    if not on_sale(gpu, setting.day) or not peak_tflops(gpu):
        return False
    try:
        peak_of(gpu, job.run.precision)
    except ValueError:
        return False
    return True


def _price(setting: Setting, job: Job, gpu: Gpu) -> Price | None:
    if job.run.plan == "owned":
        return owned_usd(setting, gpu, place_of(job.run.region, setting.knowledge))
    return rent(setting, gpu, job.run.plan)


def _counts(
    setting: Setting, job: Job, gpu: Gpu, price: Price | None, spread: str
) -> _Counts | None:
    """Whole nodes that hold the model, up to what is plausible; None where there are none."""
    n_gpus = _plausible(setting, job, gpu)
    if not n_gpus.size:
        return None
    first = median(timing(setting, job, gpu, float(n_gpus[0]), spread).hours)
    hours = first * _slower(setting, job, gpu, n_gpus)
    hourly = np.nan if price is None else median(price.usd)
    days = throughput.days(hours, n_gpus)
    return _Counts(gpu, price, n_gpus, hours, days, hours * hourly)


def _plausible(setting: Setting, job: Job, gpu: Gpu) -> Array:
    """Counts in whole nodes: room for the model, work for everybody, no more than was ever used."""
    if job.run.n_gpus:
        return np.array([float(job.run.n_gpus)])
    constants, node = setting.knowledge.constants, gpu.gpus_per_node or 1
    most = min(constants[f"{OWN}count.max"], job.params / constants[f"{OWN}params_per_gpu.least"])
    nodes = 1 if gpu.form in ONE_NODE else max(int(most // node), 1)
    counts = node * np.arange(1.0, min(nodes, MOST_NODES) + 1)
    return counts[counts >= fewest_gpus(setting, job, gpu)]


def _slower(setting: Setting, job: Job, gpu: Gpu, n_gpus: Array) -> Array:
    """Accelerator-hours on each count over those on the first."""
    if job.run.mfu is not None or job.run.tokens_per_s is not None:
        return np.ones_like(n_gpus)
    reached = utilisation(conditions(setting, job, gpu, n_gpus), setting.knowledge.constants)
    return np.asarray(reached[0] / reached)


def _best(setting: Setting, job: Job, counts: _Counts, spread: str) -> Option | None:
    run = job.run
    in_time = counts.days <= _known(run.deadline_days)
    paid = np.full_like(in_time, True) if run.budget_usd is None else counts.usd <= run.budget_usd
    dear = np.where(np.isnan(counts.usd), counts.n_gpus, counts.usd)
    usual = setting.constant("planning_days")
    slow = np.maximum(counts.days - usual, 0.0)
    wanted = dear if run.deadline_days else np.where(slow > 0, MUCH * (1 + slow), dear)
    meets = np.flatnonzero(in_time & paid)
    ranked = meets[np.argsort(wanted[meets], kind="stable")][:MOST_TRIED]
    tried = (_option(setting, job, counts, int(counts.n_gpus[at]), spread) for at in ranked)
    return next((one for one in tried if _meets(one, job)), None)


def _option(setting: Setting, job: Job, counts: _Counts, n_gpus: int, spread: str) -> Option:
    """The figures of the estimate itself."""
    hours = timing(setting, job, counts.gpu, float(n_gpus), spread).hours
    usd = None if counts.price is None else median(hours * counts.price.usd)
    return Option(counts.gpu, n_gpus, median(hours), median(throughput.days(hours, n_gpus)), usd)


def _meets(option: Option, job: Job) -> bool:
    in_time = option.wall_clock_days <= _known(job.run.deadline_days)
    budget = job.run.budget_usd
    return in_time and (budget is None or _known(option.cost_usd) <= budget)


def _nearest(job: Job, tried: list[_Counts], gpu: Gpu | None, day: str) -> str:
    """What comes nearest to a limit that nothing meets."""
    run, whom = job.run, gpu.name if gpu else f"no accelerator that could be had on {day}"
    limits = [f"{run.deadline_days:,.4g} days"] if run.deadline_days else []
    limits += [f"${run.budget_usd:,.0f}"] if run.budget_usd else []
    asked = " and ".join(limits)
    if not tried:
        return f"{whom} holds the model in a plausible number of nodes: take a smaller model"
    if run.budget_usd and all(np.isnan(one.usd).all() for one in tried):
        return f"no price of {whom} is known for {run.plan}, so no budget can be kept"
    if run.deadline_days:
        quick = min(tried, key=lambda one: float(one.days.min()))
        return _closest(whom, asked, "fastest", quick, int(np.argmin(quick.days)))
    cheap = min(tried, key=lambda one: float(np.nanmin(one.usd)) if one.price else np.inf)
    return _closest(whom, asked, "cheapest", cheap, int(np.nanargmin(cheap.usd)))


def _closest(whom: str, asked: str, what: str, counts: _Counts, at: int) -> str:
    verb = "does not meet" if not whom.startswith("no ") else "meets"
    usd = counts.usd[at]
    money = "" if np.isnan(usd) else f", ${usd:,.0f}"
    return (
        f"{whom} {verb} {asked}: the {what} is {int(counts.n_gpus[at]):,} x {counts.gpu.name}, "
        f"{counts.days[at]:,.3g} days{money} by the middle estimate"
    )

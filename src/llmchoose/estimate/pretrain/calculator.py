"""The pretraining calculator: what one run takes, without a profile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from llmchoose.estimate.formulas import cost, energy, throughput
from llmchoose.estimate.formulas.distributions import Array, Draws, median, percentile
from llmchoose.estimate.formulas.explain import Term
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu
from llmchoose.estimate.market import (
    Price,
    cards_usd,
    cluster_usd,
    newest_gpu,
    owning_break_even,
    plans_usd,
    since,
)
from llmchoose.estimate.places import place_of
from llmchoose.estimate.power import meter_kwh
from llmchoose.estimate.pretrain.job import Job, Run, check_memory, job_of, peak_of, usual_count
from llmchoose.estimate.pretrain.options import Option, options_for
from llmchoose.estimate.pretrain.timing import Timing, spread_for, timing
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Gpu

# PaLM ran on TPU v4, and others on H100, up to a year before they were for rent.
MAKERS_YEARS = 1


@dataclass(frozen=True)
class PretrainingEstimate:
    """What the run takes. Arrays are draws; None is unknown.

    Attributes:
        flops: Useful FLOPs, attention included.
        purchase_usd: The bare cards; `cluster_usd` adds servers and network.
        plans: Dollars of the run by every way to pay for accelerators.
        owned_utilisation: Share of its life that an owned accelerator must work to cost an hour
            what a rented one does; `owned_hours` the hours of work that is.
        options: With a deadline or budget: what meets it, the cheapest first.
        terms: The multiplication behind the accelerator-hours, middle values.
        sources: Ids of what the figures rest on.
        notes: What was assumed, in words.
    """

    run: Run
    tokens: float
    flops: float
    gpu: Gpu
    n_gpus: int
    mfu: Array
    goodput: Array
    gpu_hours: Array
    wall_clock_days: Array
    cost_usd: Array | None
    purchase_usd: Array | None
    cluster_usd: Array | None
    plans: Mapping[str, Array | None]
    owned_utilisation: Array | None
    owned_hours: Array | None
    energy_kwh: Array | None
    tco2e: Array | None
    options: tuple[Option, ...]
    terms: tuple[Term, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Hardware:
    """What the run is taken to run on, and why."""

    gpu: Gpu
    n_gpus: int
    options: tuple[Option, ...]
    notes: tuple[str, ...]


def estimate_pretraining(
    run: Run, knowledge: Knowledge, *, day: str | None = None, seed: int = 0, samples: int = 500
) -> PretrainingEstimate:
    """Estimate accelerator-hours, time, money and energy of a pretraining run.

    Args:
        run: Size, text and hardware, or a deadline or budget that hardware is looked for.
        knowledge: Hardware, prices and the fitted efficiency.
        day: ISO day that software, availability and prices are judged for. When left out the run
            is one of the knowledge's day, with the wider band of a day that is not known.
        seed: Seed of the draws.
        samples: Number of draws.

    Raises:
        ValueError: A figure makes no sense, the hardware is unknown or cannot hold the model, a
            figure would beat the hardware's peak, or nothing meets the deadline or budget.
    """
    setting = Setting(knowledge, Draws(seed, samples), day or knowledge.as_of)
    job, spread = job_of(setting, run), spread_for(knowledge, day)
    taken = _hardware(setting, job, spread)
    gpu, count = taken.gpu, taken.n_gpus
    room = check_memory(setting, job, gpu, count)
    timed = timing(setting, job, gpu, count, spread)
    days = throughput.days(timed.hours, count)
    place = place_of(run.region, knowledge)
    prices = plans_usd(setting, gpu, place)
    price, card = prices[run.plan], cards_usd(setting, gpu)
    plans = {name: _paid(timed.hours, each) for name, each in prices.items()}
    cluster = None if card is None else cluster_usd(setting, card, count)
    rented = "on_demand" if run.plan == "owned" else run.plan
    even = owning_break_even(setting, gpu, place, rented)
    kwh = meter_kwh(setting, gpu, timed.hours, place)
    return PretrainingEstimate(
        run=replace(run, arch=job.arch, params=job.params),
        tokens=job.tokens,
        flops=job.flops,
        gpu=gpu,
        n_gpus=count,
        mfu=timed.mfu,
        goodput=timed.goodput,
        gpu_hours=timed.hours,
        wall_clock_days=days,
        cost_usd=plans[run.plan],
        purchase_usd=None if card is None else count * card.usd,
        cluster_usd=cluster,
        plans=plans,
        owned_utilisation=even,
        owned_hours=None if even is None else cost.hours_of_use(even, _life(setting)),
        energy_kwh=kwh,
        tco2e=None if kwh is None else energy.tco2e(kwh, place.grid_gco2e_per_kwh),
        options=taken.options,
        terms=timed.terms,
        sources=_sources(timed, price, card),
        notes=_notes(job, price, (*taken.notes, room, *timed.notes, _late(job, days))),
    )


def _life(setting: Setting) -> Array:
    return setting.factor("cluster.life")


def _paid(hours: Array, price: Price | None) -> Array | None:
    return None if price is None else cost.rent_usd(hours, price.usd)


def _hardware(setting: Setting, job: Job, spread: str) -> _Hardware:
    """The accelerator and count: as given, or the best that meets the deadline and budget."""
    run = job.run
    gpu, notes = _named_gpu(setting, run)
    if run.deadline_days is None and run.budget_usd is None:
        return _Hardware(gpu, run.n_gpus or usual_count(setting, job, gpu), (), notes)
    found = options_for(setting, job, gpu if run.gpu else None, spread)
    best, usual = found[0], setting.constant("planning_days")
    within = "" if run.deadline_days else f" in the usual {usual:g} days (--deadline says others)"
    why = (
        f"{best.n_gpus:,} x {best.gpu.name} is the cheapest of {len(found)} ways that meet it"
        f"{within}, by middle estimates"
        if len(found) > 1
        else ""
    )
    return _Hardware(best.gpu, best.n_gpus, found, (*(notes if run.gpu else ()), why))


def _named_gpu(setting: Setting, run: Run) -> tuple[Gpu, tuple[str, ...]]:
    """The accelerator asked for, which its maker had before anybody could rent it."""
    found = match(run.gpu, setting.knowledge.gpus) if run.gpu else None
    soon = f"{int(setting.day[:4]) + MAKERS_YEARS}{setting.day[4:]}"
    if found is None or found.row is None or not since(found.row, soon):
        gpu, taken = find_gpu(setting, run.gpu)
    else:
        gpu, taken = found.row, found.assumed
    early = "" if since(gpu, setting.day) else f"{gpu.name} could be had from {gpu.available_from}"
    # Without a name the usual card is taken, unless it does not compute in the precision.
    if run.gpu is None and run.precision and not getattr(gpu, f"{run.precision}_tflops"):
        gpu = newest_gpu(setting.knowledge, setting.day)
        taken = f"{gpu.name} is taken: it computes in {run.precision}"
    peak_of(gpu, run.precision)
    return gpu, (taken, early)


def _late(job: Job, days: Array) -> str:
    """Whether the slower tenth of outcomes misses the deadline."""
    limit, slow = job.run.deadline_days, float(percentile(days, 0.9)[0])
    if limit is None or slow <= limit:
        return ""
    return (
        f"the deadline of {limit:,.3g} days is met by the middle estimate ({median(days):,.3g} "
        f"days); one run in ten takes more than {slow:,.3g}"
    )


def _sources(timed: Timing, price: Price | None, card: Price | None) -> tuple[str, ...]:
    found = (
        "kaplan-2020-scaling",
        *timed.sources,
        *(price.source if price else ()),
        *(card.source if card else ()),
    )
    return tuple(dict.fromkeys(found))


def _notes(job: Job, price: Price | None, more: tuple[str, ...]) -> tuple[str, ...]:
    said: Mapping[str, bool] = {
        "no rental price is known: the cost is unknown, not zero": price is None
        and job.run.plan != "owned",
        "what owning costs is not known: the cost is unknown, not zero": price is None
        and job.run.plan == "owned",
        "the final run alone; --project counts the runs round it": not job.run.project,
        (price.note if price else ""): True,
        **dict.fromkeys((*job.notes, *more), True),
    }
    return tuple(text for text, holds in said.items() if holds and text)

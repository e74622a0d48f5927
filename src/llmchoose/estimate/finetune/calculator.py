"""The tuning calculator: memory, what it fits on, time, money and energy of one tuning run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.errors import quoted
from llmchoose.estimate.finetune import words
from llmchoose.estimate.finetune.managed import ManagedOption, managed_options
from llmchoose.estimate.finetune.recipes import Finetune
from llmchoose.estimate.finetune.remedies import Split, peak_gb, remedies, splits
from llmchoose.estimate.finetune.words import hours_terms
from llmchoose.estimate.finetune.workload import (
    Workload,
    epoch_tokens,
    length_spread,
    passes,
    workload,
)
from llmchoose.estimate.formulas import cost, energy, throughput
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array, Draws
from llmchoose.estimate.formulas.explain import Term
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.formulas.tuning_memory import ROOM, items_gb
from llmchoose.estimate.formulas.tuning_time import flops_per_token, parts_s
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu, find_model
from llmchoose.estimate.market import Price, plans_usd, since
from llmchoose.estimate.places import place_of
from llmchoose.estimate.power import meter_kwh
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Gpu

# Weights of 4 bit that are this many times what the cards hold: nothing can be turned on.
NEVER = 2.0


@dataclass(frozen=True)
class Finetuning:
    """What a tuning takes. Arrays are draws; None is unknown.

    Attributes:
        request: As asked for, with the defaults that were taken.
        memory_items: GB of one accelerator by item, middle values.
        fits: The middle of the peak stays below 95 % of the card; `fits_safely` its p90 does,
            with attention scores stored unless flash attention was asked for.
        fits_gpus: Accelerators of the day on which the same run fits.
        splits: Fewest accelerators for each way of sharding.
        assumed: The settings, given or taken from the library's habits.
        advice: What to turn on, when it does not fit.
        step_s: Seconds of a micro step by part, middle values.
        mfu: Useful FLOPs on real tokens over the peak.
        price: Draws of an accelerator-hour by the plan asked for.
        managed: Providers' tuning of the same tokens.
        terms: The multiplication behind the accelerator-hours.
    """

    request: Finetune
    model: Architecture
    gpu: Gpu | None
    n_gpus: int
    tokens: float | None
    epochs: float
    flops: float | None
    memory_gb_per_gpu: Array | None
    memory_items: Mapping[str, float]
    fits: bool | None
    fits_safely: bool | None
    fits_gpus: tuple[str, ...]
    splits: tuple[Split, ...]
    assumed: Mapping[str, object]
    advice: tuple[str, ...]
    step_s: Mapping[str, float]
    tokens_per_s: Array | None
    mfu: Array | None
    gpu_hours: Array | None
    wall_clock_days: Array | None
    cost_usd: Array | None
    price: Price | None
    plans: Mapping[str, Array | None]
    energy_kwh: Array | None
    tco2e: Array | None
    managed: tuple[ManagedOption, ...]
    terms: tuple[Term, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class _Timing:
    """Speed and hours of the run."""

    load: Workload
    step_s: Mapping[str, float]
    tokens_per_s: Array
    mfu: Array
    hours: Array | None
    terms: tuple[Term, ...]


def estimate_finetuning(
    request: Finetune,
    knowledge: Knowledge,
    *,
    day: str | None = None,
    seed: int = 0,
    samples: int = 500,
) -> Finetuning:
    """Estimate one tuning run.

    Args:
        request: Model, method, data, settings and hardware.
        knowledge: Hardware, prices, libraries' habits and fitted constants.
        day: ISO day that availability and prices are judged for; the knowledge's when left out.
        seed: Seed of the draws.
        samples: Number of draws.

    Raises:
        ValueError: A name is unknown, options contradict each other, or no way of tuning holds
            the model on the hardware.
    """
    setting = Setting(knowledge, Draws(seed, samples), day or knowledge.as_of)
    request = _with_dataset(request, setting)
    model, _, notes = find_model(setting, request.model, request.params, request.active_params)
    tokens, epochs = epoch_tokens(request, setting), passes(request, setting)
    managed = _managed(request, model, setting, tokens, epochs)
    if request.method == "managed":
        return _at_a_provider(request, model, tokens, epochs, managed, notes)
    if request.gpu is None:
        raise ValueError("say on which accelerator: --gpu A100-80GB, or use --method managed")
    gpu, taken = find_gpu(setting, request.gpu)
    asked = replace(request, n_gpus=request.n_gpus or 1)
    _check(asked, model, gpu)
    spread, split = _spread_out(setting, asked, model, gpu)
    return _on_cards(setting, spread, model, gpu, tokens, epochs, managed, (*notes, taken, split))


def _with_dataset(request: Finetune, setting: Setting) -> Finetune:
    """A request for a named set: all its examples, unless told how many.

    Raises:
        ValueError: There is no such set in the knowledge.
    """
    if not request.dataset:
        return request
    found = match(request.dataset, setting.knowledge.datasets)
    if found.row is None:
        known = ", ".join(row.id for row in setting.knowledge.datasets)
        raise ValueError(
            f"{quoted(request.dataset)} is no dataset of the knowledge, which has {known}; "
            "give --examples and --tokens-per-example instead"
        )
    told = request.examples or request.tokens
    return request if told else replace(request, examples=found.row.examples)


def _spread_out(
    setting: Setting, request: Finetune, model: Architecture, gpu: Gpu
) -> tuple[Finetune, str]:
    """Split what several cards would otherwise each hold whole, where one cannot."""
    if request.sharding or (request.n_gpus or 1) == 1:
        return request, ""
    if peak_gb(request, model, setting) <= ROOM * gpu.memory_gb:
        return request, ""
    said = "one card does not hold it whole: its weights are split (--sharding fsdp)"
    return replace(request, sharding="fsdp"), said


def _managed(
    request: Finetune, model: Architecture, setting: Setting, tokens: float | None, epochs: float
) -> tuple[ManagedOption, ...]:
    if not tokens or not epochs:
        return ()
    return managed_options(
        tokens,
        setting.knowledge,
        setting.day,
        epochs=epochs,
        like=request.model,
        params=float(model.params),
    )


def _check(request: Finetune, model: Architecture, gpu: Gpu) -> None:
    """Refuse what no way of tuning can hold."""
    count = request.n_gpus or 1
    splits_over = request.sharding in ("zero1", "zero2", "zero3", "fsdp")
    # On one card it is a way of offloading.
    if splits_over and count == 1 and not request.offload:
        raise ValueError(f"--sharding {request.sharding} splits over several: give --n-gpus")
    if request.method == "qlora" and request.bits not in (None, 4, 8):
        raise ValueError("QLoRA holds its base in 4 or 8 bit: leave --bits out, or use lora")
    if request.method == "full" and request.bits not in (None, 16, 32):
        raise ValueError("full tuning trains weights of 16 or 32 bit: use qlora, or --bits 16")
    least = float(model.params) / 2 / 1e9
    if least > NEVER * gpu.memory_gb * count and not request.offload:
        need = int(np.ceil(least / gpu.memory_gb / ROOM))
        raise ValueError(
            f"{float(model.params) / 1e9:.3g}B parameters are {least:,.0f} GB even in 4 bit; "
            f"{count} x {gpu.name} hold {gpu.memory_gb * count:,.0f} GB. At least {need} would "
            "have to share them, or a smaller model be taken"
        )


def _on_cards(
    setting: Setting,
    request: Finetune,
    model: Architecture,
    gpu: Gpu,
    tokens: float | None,
    epochs: float,
    managed: tuple[ManagedOption, ...],
    notes: tuple[str, ...],
) -> Finetuning:
    load = workload(request, model, gpu, setting)
    items = {
        name: float(gb)
        for name, gb in items_gb(model, load.recipe, setting.knowledge.constants).items()
    }
    peak = sum(items.values()) * setting.spread("memory.spread")
    room = ROOM * gpu.memory_gb
    fits = bool(sum(items.values()) * _middle(setting) <= room)
    mended = () if fits else remedies(request, model, setting, room / _middle(setting))
    timed = _timing(setting, request, load, gpu, tokens, epochs) if fits else None
    if mended:
        other = workload(mended[-1].request, model, gpu, setting)
        timed = _timing(setting, mended[-1].request, other, gpu, tokens, epochs)
    hours, count = None if timed is None else timed.hours, request.n_gpus or 1
    place = place_of(request.region, setting.knowledge)
    prices = plans_usd(setting, gpu, place)
    plans = {name: _paid(hours, price) for name, price in prices.items()}
    kwh = None if hours is None else meter_kwh(setting, gpu, hours, place)
    work = _flops(load, tokens, epochs, timed)
    timed_load = load if timed is None else timed.load
    said = words.notes(
        setting, request, timed_load.recipe, tokens, bool(mended), prices[request.plan]
    )
    return Finetuning(
        request=request,
        model=model,
        gpu=gpu,
        n_gpus=count,
        tokens=tokens,
        epochs=epochs,
        flops=work,
        memory_gb_per_gpu=peak,
        memory_items=items,
        fits=fits,
        fits_safely=_safe(setting, request, model, room),
        fits_gpus=_cards_that_hold(setting, sum(items.values()) * _middle(setting)),
        splits=splits(request, model, setting, room / _middle(setting)),
        assumed=words.assumed(request, load.recipe, epochs, setting),
        advice=words.advice(fits, mended, request, gpu),
        step_s={} if timed is None else timed.step_s,
        tokens_per_s=None if timed is None else timed.tokens_per_s,
        mfu=None if timed is None else timed.mfu,
        gpu_hours=hours,
        wall_clock_days=None if hours is None else throughput.days(hours, count),
        cost_usd=plans[request.plan],
        plans=plans,
        energy_kwh=kwh,
        tco2e=None if kwh is None else energy.tco2e(kwh, place.grid_gco2e_per_kwh),
        managed=managed,
        terms=() if timed is None else timed.terms,
        price=prices[request.plan],
        notes=tuple(note for note in (*notes, *said) if note),
        sources=words.sources(setting, prices[request.plan]),
    )


def _safe(setting: Setting, request: Finetune, model: Architecture, room: float) -> bool:
    """Whether p90 fits, with attention scores stored unless flash attention was asked for."""
    plain = replace(request, flash_attention=bool(request.flash_attention))
    high = setting.knowledge.fitted["memory.spread"].high or 1.0
    return peak_gb(plain, model, setting) * high <= room


def _middle(setting: Setting) -> float:
    """Measured over predicted memory, in the middle."""
    return setting.knowledge.fitted["memory.spread"].value


def _paid(hours: Array | None, price: Price | None) -> Array | None:
    return None if hours is None or price is None else cost.rent_usd(hours, price.usd)


def _flops(
    load: Workload, tokens: float | None, epochs: float, timed: _Timing | None
) -> float | None:
    if tokens is None:
        return None
    used = load if timed is None else timed.load
    each = flops_per_token(used.model, used.recipe, used.lengths.span)
    return float(tokens * epochs * each * used.lengths.padded / used.lengths.real)


def _timing(
    setting: Setting,
    request: Finetune,
    load: Workload,
    gpu: Gpu,
    tokens: float | None,
    epochs: float,
) -> _Timing:
    constants = setting.knowledge.constants
    step = parts_s(load.model, load.recipe, load.card, load.lengths, load.accumulation, constants)
    several = request.method == "full" and (request.n_gpus or 1) > 1
    kind = "tuning.spread.several" if several else "tuning.spread.single"
    work = flops_per_token(load.model, load.recipe, load.lengths.span) * load.lengths.padded
    least_s = float(work / (load.card.peak_flops * constants["tuning.utilisation_max"]))
    taken_s = np.maximum(float(step["total"]) / setting.spread(kind), least_s)
    speed = float(load.lengths.real) / taken_s
    # Computing activations again is work, but not useful work.
    once = replace(load.recipe, checkpointing=0.0)
    useful = flops_per_token(load.model, once, load.lengths.span) * speed
    hours = None
    if tokens is not None:
        read = tokens * epochs * length_spread(request, setting)
        hours = read * constants["tuning.whole_run"] / speed / SECONDS_PER_HOUR
    step_s = {name: float(value) for name, value in step.items()}
    terms: tuple[Term, ...] = ()
    if tokens is not None and hours is not None:
        terms = hours_terms(load, step_s, tokens, epochs, hours, constants, gpu, kind)
    return _Timing(
        load=load,
        step_s=step_s,
        tokens_per_s=speed * (request.n_gpus or 1),
        mfu=np.asarray(useful / load.card.peak_flops),
        hours=hours,
        terms=terms,
    )


def _cards_that_hold(setting: Setting, peak: float) -> tuple[str, ...]:
    """Accelerators of the day that hold a peak, the smallest first."""
    rows = [row for row in setting.knowledge.gpus if since(row, setting.day)]
    held = [row for row in rows if peak <= ROOM * row.memory_gb]
    return tuple(row.id for row in sorted(held, key=lambda row: (row.memory_gb, row.id)))


def _at_a_provider(
    request: Finetune,
    model: Architecture,
    tokens: float | None,
    epochs: float,
    managed: tuple[ManagedOption, ...],
    notes: tuple[str, ...],
) -> Finetuning:
    if tokens is None:
        raise ValueError("a provider bills by the token: give --examples or --tokens")
    if not managed:
        raise ValueError(
            "no provider of the day tunes such a model; leave --model out to see all services"
        )
    known = [one.usd for one in managed if one.usd is not None]
    return Finetuning(
        request=request,
        model=model,
        gpu=None,
        n_gpus=0,
        tokens=tokens,
        epochs=epochs,
        flops=None,
        memory_gb_per_gpu=None,
        memory_items={},
        fits=None,
        fits_safely=None,
        fits_gpus=(),
        splits=(),
        assumed={"epochs": epochs},
        advice=(),
        step_s={},
        tokens_per_s=None,
        mfu=None,
        gpu_hours=None,
        wall_clock_days=None,
        cost_usd=np.array(known) if known else None,
        price=None,
        plans={},
        energy_kwh=None,
        tco2e=None,
        managed=managed,
        terms=(),
        notes=notes,
        sources=tuple(dict.fromkeys(i for one in managed for i in one.source)),
    )

"""The pretraining calculator: what one run takes, without a profile."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmchoose.estimate import cost, energy, flops, memory, throughput
from llmchoose.estimate.distributions import Array, Draws, median
from llmchoose.estimate.efficiency import goodput, whole_run_utilisation
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import (
    Price,
    cards_usd,
    cluster_usd,
    newest_gpu,
    peak_tflops,
    rent,
    since,
)
from llmchoose.estimate.places import Place, place_of
from llmchoose.estimate.power import meter_kwh
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Gpu

# Encoder-decoders: each token passes the encoder or the decoder, about half of the weights.
SHARE_OF_WEIGHTS = {"decoder": 1.0, "encoder": 1.0, "encoder_decoder": 0.5}


@dataclass(frozen=True)
class Run:
    """A pretraining run as asked for; None leaves a figure to the model.

    Attributes:
        params: All parameters; `active_params` those that work on a token (MoE).
        tokens: Tokens seen, repeats counted; None takes the compute-optimal number.
        mfu: Measured utilisation while running, 0 to 1, of the dense peak.
        tokens_per_s: Measured throughput of one accelerator.
        goodput: Whole-run over running efficiency.
        project: Count the experiments and failed runs round the final run as well.
    """

    params: float
    tokens: float | None = None
    active_params: float | None = None
    arch: str = "decoder"
    gpu: str | None = None
    n_gpus: int | None = None
    seq_len: int = 2048
    precision: str | None = None
    mfu: float | None = None
    tokens_per_s: float | None = None
    goodput: float | None = None
    continued: bool = False
    project: bool = False
    plan: str = "on_demand"
    region: str = "World"


@dataclass(frozen=True)
class PretrainingEstimate:
    """What the run takes. Arrays are draws; None is unknown.

    Attributes:
        purchase_usd: The bare cards; `cluster_usd` adds servers and network.
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
    energy_kwh: Array | None
    tco2e: Array | None
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def estimate_pretraining(
    run: Run, knowledge: Knowledge, *, day: str | None = None, seed: int = 0, samples: int = 500
) -> PretrainingEstimate:
    """Estimate accelerator-hours, time, money and energy of a pretraining run.

    Args:
        run: Size, text and hardware.
        knowledge: Hardware, prices and the fitted efficiency.
        day: ISO day that availability and prices are judged for; the knowledge's when left out.
        seed: Seed of the draws.
        samples: Number of draws.

    Raises:
        ValueError: The hardware is unknown or was not to be had on the day, or a figure would beat
            the hardware's peak.
    """
    if run.active_params is not None and run.active_params > run.params:
        raise ValueError("more parameters are active than there are")
    setting = Setting(knowledge, Draws(seed, samples), day or knowledge.as_of)
    (gpu, taken), place = _gpu(setting, run), place_of(run.region, knowledge)
    peak = _peak(gpu, run.precision)
    tokens = run.tokens or float(
        flops.compute_optimal_tokens(run.params, setting.constant("tokens_per_param"))
    )
    work = _flops(run, tokens)
    running, good = _efficiency(setting, run, gpu, peak, work / tokens)
    _check_memory(setting, run, gpu)
    hours = throughput.gpu_hours(np.full(samples, work), peak, running * good) * _runs(setting, run)
    count = run.n_gpus or _usual_count(setting, hours, gpu)
    price = rent(setting, gpu, run.plan) if run.plan != "owned" else None
    card = cards_usd(setting, gpu)
    cluster = None if card is None else cluster_usd(setting, card, count)
    kwh = meter_kwh(setting, gpu, hours, place)
    return PretrainingEstimate(
        run=run,
        tokens=tokens,
        flops=work,
        gpu=gpu,
        n_gpus=count,
        mfu=running,
        goodput=good,
        gpu_hours=hours,
        wall_clock_days=throughput.days(hours, count),
        cost_usd=_cost(setting, run, gpu, hours, price, cluster, count, place),
        purchase_usd=None if card is None else count * card.usd,
        cluster_usd=cluster,
        energy_kwh=kwh,
        tco2e=None if kwh is None else energy.tco2e(kwh, place.grid_gco2e_per_kwh),
        sources=_sources(price, card),
        notes=_notes(run, price, taken),
    )


def _check_memory(setting: Setting, run: Run, gpu: Gpu) -> None:
    """Refuse a count on which weights, gradients and optimiser do not fit, split over all."""
    needed = float(memory.states_gb(run.params, setting.constant("memory.full_states")))
    least = int(np.ceil(needed / (gpu.memory_gb * setting.constant("memory.usable"))))
    if run.n_gpus is not None and run.n_gpus < least:
        raise ValueError(
            f"{run.params:.3g} parameters take {needed:,.0f} GB to train, which is at least "
            f"{least} x {gpu.name}; {run.n_gpus} do not hold it"
        )


def _runs(setting: Setting, run: Run) -> Array | float:
    """The final run, and those round it when the whole project is meant."""
    kind = "continued_pretrain" if run.continued else "scratch"
    return 1 + setting.factor(f"experiments.{kind}") if run.project else 1.0


def _gpu(setting: Setting, run: Run) -> tuple[Gpu, str]:
    prior = setting.knowledge.fields["compute.gpu"].prior
    name = run.gpu or (prior.value if prior else None) or ""
    found = match(name, setting.knowledge.gpus)
    gpu = found.row
    if gpu is None:
        guesses = f"; did you mean {' or '.join(found.close)}?" if found.close else ""
        raise ValueError(f"{name} is no accelerator of the catalogue{guesses}")
    if not since(gpu, setting.day):
        if run.gpu is None:
            return newest_gpu(setting.knowledge, setting.day), ""
        raise ValueError(f"{gpu.name} could be had from {gpu.available_from}, after {setting.day}")
    return gpu, found.assumed


def _peak(gpu: Gpu, precision: str | None) -> float:
    """Dense peak in TFLOP/s; without a precision the one that models are trained in."""
    if precision is None:
        precision, found = "known", peak_tflops(gpu)
    else:
        found = getattr(gpu, f"{precision}_tflops")
    if not found:
        raise ValueError(f"{gpu.name} has no {precision} arithmetic")
    # Training in fp8 keeps attention and optimiser in 16 bit: published utilisations are of bf16.
    return float(gpu.bf16_tflops or found) if precision == "fp8" else float(found)


def _flops(run: Run, tokens: float) -> float:
    active = (run.active_params or run.params) * SHARE_OF_WEIGHTS[run.arch]
    attention = flops.attention_per_token(active, run.seq_len, causal=run.arch != "encoder")
    return float(flops.training(active, tokens, 6.0, attention))


def _efficiency(
    setting: Setting, run: Run, gpu: Gpu, peak: float, flops_per_token: float
) -> tuple[Array, Array]:
    """Utilisation while running, and goodput, draw by draw."""
    shape = setting.draws.samples
    usual = goodput(setting.knowledge.fitted, setting.draws)
    good = usual if run.goodput is None else np.full(shape, run.goodput)
    if run.mfu is not None:
        return np.full(shape, run.mfu), good
    if run.tokens_per_s is not None:
        measured = run.tokens_per_s * flops_per_token / (peak * 1e12)
        if measured > 1:
            raise ValueError(
                f"{run.tokens_per_s:g} tokens/s on one {gpu.name} would be {measured:.0%} of its "
                "peak; is it the throughput of all accelerators together?"
            )
        return np.full(shape, measured), good
    active = run.active_params or run.params
    whole = whole_run_utilisation(
        setting.knowledge.fitted,
        setting.draws.normal("efficiency"),
        np.asarray(active),
        np.asarray(float(run.n_gpus or setting.knowledge.constants["pretraining.count_reference"])),
        gpu,
        setting.year,
        moe=bool(run.active_params and run.active_params < run.params),
        encoder=run.arch == "encoder",
    )
    if run.goodput is not None:
        return whole / median(usual), good
    running = np.minimum(whole / good, setting.knowledge.fitted["pretraining.mfu_max"].value)
    return running, whole / running


def _usual_count(setting: Setting, hours: Array, gpu: Gpu) -> int:
    """Whole nodes that finish in the usual time."""
    within, node = setting.constant("planning_days"), gpu.gpus_per_node or 1
    nodes = np.ceil(median(hours) / (within * throughput.HOURS_PER_DAY * node))
    return int(max(nodes, 1) * node)


def _cost(
    setting: Setting,
    run: Run,
    gpu: Gpu,
    hours: Array,
    price: Price | None,
    cluster: Array | None,
    count: int,
    place: Place,
) -> Array | None:
    if run.plan != "owned":
        return None if price is None else cost.rent_usd(hours, price.usd)
    if cluster is None or gpu.tdp_w is None:
        return None
    kilowatts = (
        gpu.tdp_w / 1000 * setting.factor("power_draw") * setting.factor("host_power") * place.pue
    )
    return hours * cost.owned_usd_per_hour(
        cluster / count,
        setting.factor("cluster.life"),
        setting.factor("cluster.utilisation"),
        kilowatts,
        place.usd_per_kwh,
        setting.factor("cluster.hosting_usd_per_kw"),
    )


def _sources(price: Price | None, card: Price | None) -> tuple[str, ...]:
    found = [
        "kaplan-2020-scaling",
        *(price.source if price else ()),
        *(card.source if card else ()),
    ]
    return tuple(dict.fromkeys(found))


def _notes(run: Run, price: Price | None, taken: str) -> tuple[str, ...]:
    said: Mapping[str, bool] = {
        "no rental price is known: the cost is unknown, not zero": price is None
        and run.plan != "owned",
        "the final run alone; --project counts the runs round it": not run.project,
        (price.note if price else ""): bool(price and price.note),
        taken: bool(taken),
    }
    return tuple(text for text, holds in said.items() if holds and text)

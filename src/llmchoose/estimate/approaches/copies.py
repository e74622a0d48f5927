"""Copies of a model on hardware of one's own: as many as carry a project's peak in time."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.approaches.model import (
    OWN_SERVING,
    Item,
    Training,
)
from llmchoose.estimate.approaches.requests import prompt_tokens
from llmchoose.estimate.formulas import cost, serving
from llmchoose.estimate.formulas.architecture import Architecture, by_size
from llmchoose.estimate.formulas.distributions import Array, Draws, median
from llmchoose.estimate.formulas.replica import Deployment, Layout
from llmchoose.estimate.formulas.serving import BYTES_16BIT
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.market import (
    Price,
    gpu_of,
    offered,
    rent,
    uses_owned,
)
from llmchoose.estimate.places import Place, place_of
from llmchoose.estimate.power import meter_kwh
from llmchoose.estimate.serve.hosting import GIB, deployment_of, laid_out
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Gpu

# Numbers of requests at which the load of a copy is worked out, and drawn lines between.
BATCHES = 101
LIGHT_PARAMS = 1e9
SHORTEST_S = 1e-9
# What a team without an engine of its own making would start.
ENGINE, PRECISION = "vllm", "bf16"


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """The copies of a model that carry a project's peak: what they can, and what they cost.

    Attributes:
        most: Requests beside each other that a copy's memory holds.
        capacity: Requests a second of such a full copy.
    """

    item: Item
    gpu: Gpu
    copy: Deployment
    curve: "LoadCurve"
    most: Array
    capacity: Array
    count: Array
    hours: Array


def own_serving_usd(inputs: Inputs, approach: str, trained: Training) -> Array | None:
    """Dollars a month of serving a trained model; None where no price is known."""
    return copies_of(inputs, approach, trained.params, trained.active).item.usd


def copies_of(inputs: Inputs, approach: str, params: Array, active: Array) -> Kept:
    """As many copies of a model as carry the peak and answer in the time that is allowed.

    Args:
        inputs: Draws.
        approach: Id of the approach that asks them.
        params: Parameters of the model.
        active: Those that work on each token.
    """
    shape = by_size(single(params), inputs.constant("architecture.vocab"), single(active))
    lengths = (
        np.maximum(prompt_tokens(inputs, approach), 1.0),
        np.maximum(inputs.number("traffic.output_tokens"), 1.0),
    )
    usual = (_half_octave(median(lengths[0])), _half_octave(median(lengths[1])))
    gpu, price, n_gpus = _serving_card(inputs, _middle(shape), sum(usual))
    middle = Usual(inputs.knowledge, inputs.day, _middle_size(shape), gpu, n_gpus, usual)
    copy = deployment_of(
        inputs, shape, None, gpu, PRECISION, ENGINE, lengths, inputs.knowledge.constants
    )
    copy = replace(copy, layout=usual_copy(middle).layout)
    constants = inputs.knowledge.constants
    most = np.maximum(serving.most_requests(copy, constants), 1.0)
    engine = inputs.factor(f"serving.engine.{ENGINE}")
    capacity = serving.requests_per_second(copy, most, constants)
    capacity = capacity * engine ** serving.fullness(most, constants)
    capacity = capacity * inputs.spread("serving.spread.saturated")
    curve = load_curve(middle)
    in_time = np.interp(_quick_enough(inputs, approach, copy, curve, most, capacity), *curve.loads)
    count = serving.replicas(
        inputs.number("traffic.requests_per_day"),
        inputs.number("traffic.peak_factor"),
        capacity * in_time,
        inputs.factor("serving.replicas_min"),
    )
    hours = count * n_gpus * inputs.constant("hours_per_month")
    usd = None if price is None else cost.rent_usd(hours, price.usd)
    if usd is not None and uses_owned(inputs, gpu):
        power = power_usd(inputs, gpu, hours)
        usd = None if power is None else usd * inputs.factor("owned.opportunity") + power
    source = price.source[:3] if price else ()
    note = f"{n_gpus} x {gpu.name} for each replica"
    item = Item(OWN_SERVING, usd, "monthly", source, note)
    return Kept(item, gpu, copy, curve, most, capacity, count, hours)


def site(inputs: Inputs) -> Place:
    """Where the accelerators of a project stand."""
    return place_of(str(inputs.values["compute.region"].flat[0]), inputs.knowledge)


def power_usd(inputs: Inputs, gpu: Gpu, gpu_hours: Array) -> Array | None:
    """What the electricity of accelerator-hours costs there; None for a card of unknown power."""
    place = site(inputs)
    kwh = meter_kwh(inputs, gpu, gpu_hours, place)
    return None if kwh is None else kwh * place.usd_per_kwh


def single(values: Array) -> Array | float:
    """A single figure where all draws are the same: formulas are faster on it."""
    first = float(values.flat[0])
    return first if np.all(values == first) else values


def _half_octave(value: float) -> float:
    """The nearest half power of two: lengths that a copy is laid out for."""
    return float(2 ** (round(2 * np.log2(value)) / 2))


def usual_size(params: Array) -> float:
    """The size that stands for all draws of one: its middle, to a power of four."""
    return float(4 ** round(np.log2(median(params)) / 2))


@dataclass(frozen=True)
class Usual:
    """What the middle copy of a deployment is made of: found once, however many profiles ask."""

    knowledge: Knowledge
    day: str
    size: tuple[float, float, float]
    gpu: Gpu
    n_gpus: int
    lengths: tuple[float, float]


@lru_cache(maxsize=256)
def usual_copy(of: Usual) -> Deployment:
    """The middle copy of the draws, laid out over its accelerators."""
    setting, constants = Setting(of.knowledge, Draws(0, 1), of.day), of.knowledge.constants
    params, active, vocab = of.size
    copy = deployment_of(
        setting,
        by_size(params, vocab, active),
        None,
        of.gpu,
        PRECISION,
        ENGINE,
        of.lengths,
        constants,
    )
    chosen = laid_out(copy, of.gpu, of.n_gpus, constants)
    layout = chosen.layout if chosen is not None else Layout(float(of.n_gpus), 1.0)
    return replace(copy, layout=layout)


@dataclass(frozen=True, eq=False, repr=False)
class LoadCurve:
    """How full the middle copy is, and how long an answer takes, as its load grows.

    How full a copy is at a share of its capacity hardly depends on its draw: the middle tells.

    Attributes:
        filled: 0 for one request alone to 1 for as many as memory holds, on a scale of logarithms.
        load: Share of the full copy's requests a second.
        waiting: Time in the system: 0 for that of a request alone to 1 for that in a full copy.
    """

    filled: Array
    load: Array
    waiting: Array

    @property
    def fills(self) -> tuple[Array, Array]:
        """How full a copy is at a load, to interpolate."""
        return self.load, self.filled

    @property
    def loads(self) -> tuple[Array, Array]:
        """The load of a copy that is so full, to interpolate."""
        return self.filled, self.load


@lru_cache(maxsize=256)
def load_curve(of: Usual) -> LoadCurve:
    """The middle copy under all loads. Time in the system: Little's law."""
    copy, constants = usual_copy(of), of.knowledge.constants
    full = max(float(serving.most_requests(copy, constants)), 1.0)
    filled = np.linspace(0.0, 1.0, BATCHES)
    served = serving.requests_per_second(copy, full**filled, constants)
    # More requests beside each other never serve fewer; where they would, fewer are let in.
    served = np.maximum.accumulate(served)
    seconds = full**filled / served
    longer = seconds[-1] - seconds[0]
    waiting = (seconds - seconds[0]) / longer if longer > 0 else filled
    return LoadCurve(filled, served / served[-1], waiting)


def _quick_enough(
    inputs: Inputs,
    approach: str,
    copy: Deployment,
    curve: LoadCurve,
    most: Array,
    capacity: Array,
) -> Array:
    """How full copies may be, 0 to 1, for answers to come in the time that is allowed.

    They are never left emptier than `serving.unhurried` allows: more copies make no request faster
    than it is alone.
    """
    allowed = inputs.number("traffic.latency") / 1e3
    if approach == "rag":
        allowed = allowed - inputs.factor("latency.rag_add") / 1e3
    alone = 1 / serving.requests_per_second(copy, 1.0, inputs.knowledge.constants)
    full = np.maximum(most / capacity, alone)
    allowed = np.maximum(allowed, alone * inputs.factor("serving.unhurried"))
    share = (allowed - alone) / np.maximum(full - alone, SHORTEST_S)
    filled = np.interp(share, curve.waiting, curve.filled)
    return np.where(_encoder(inputs, copy), 1.0, filled)


def _middle_size(shape: Architecture) -> tuple[float, float, float]:
    sizes = (np.asarray(shape.params), np.asarray(shape.active))
    params, active = (float(size) if size.ndim == 0 else usual_size(size) for size in sizes)
    return params, active, median(shape.vocab)


def _middle(shape: Architecture) -> Architecture:
    params, active, vocab = _middle_size(shape)
    return by_size(params, vocab, active)


def _serving_card(
    inputs: Inputs, model: Architecture, tokens: float
) -> tuple[Gpu, Price | None, int]:
    """The card and count that hold the model: those owned, else the least rent on the day."""
    constants = inputs.knowledge.constants
    cache = 2 * BYTES_16BIT * model.layers * model.kv_width * tokens
    weights = model.params * inputs.constant(f"serving.weight_bytes.{PRECISION}")
    need = float(np.asarray(weights + inputs.constant("serving.least_batch") * cache))

    def count(gpu: Gpu) -> int:
        room = gpu.memory_gb * GIB * constants["serving.memory"] - constants["serving.buffers"]
        return int(2 ** np.ceil(np.log2(max(need / room, 1.0))))

    own, _ = gpu_of(inputs)
    if uses_owned(inputs, own):
        return own, rent(inputs, own), count(own)
    offers = offered(inputs.knowledge, inputs.day)
    if not offers:
        return own, None, count(own)
    slowest = inputs.constant("serving.slowest_token") * constants["serving.bandwidth.single"]
    read = float(np.asarray(model.active * inputs.constant(f"serving.weight_bytes.{PRECISION}")))
    quick = [
        (gpu, usd)
        for gpu, usd in offers
        if read <= slowest * count(gpu) * (gpu.bandwidth_gb_s or 0.0) * 1e9
    ]
    gpu, _ = min(quick or offers, key=lambda offer: (count(offer[0]) * offer[1], offer[0].id))
    return gpu, rent(inputs, gpu), count(gpu)


def own_answer_ms(inputs: Inputs, approach: str, copy: Deployment, batch: Array) -> Array:
    """Milliseconds to a full answer beside so many other requests."""
    constants = inputs.knowledge.constants
    first, between, _ = serving.latency_s(copy, batch, constants)
    engine = inputs.factor(f"serving.engine.{ENGINE}") ** serving.fullness(batch, constants)
    decoder = serving.answer_ms(
        first / engine * 1e3 * inputs.spread("serving.spread.ttft"),
        between / engine * 1e3 * inputs.spread("serving.spread.tpot"),
        np.asarray(copy.output_len, float),
    )
    latency = np.where(_encoder(inputs, copy), inputs.factor("latency.encoder"), decoder)
    return latency + (inputs.factor("latency.rag_add") if approach == "rag" else 0.0)


def _encoder(inputs: Inputs, copy: Deployment) -> NDArray[np.bool_]:
    """Draws in which a small model reads and writes nothing: its time is an encoder's."""
    return np.asarray((np.asarray(copy.model.params) < LIGHT_PARAMS) & inputs.light)

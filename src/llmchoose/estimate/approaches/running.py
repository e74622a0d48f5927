"""Running an approach in production: tokens at a provider, or replicas of one's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.approaches.model import (
    HOSTING,
    OWN_SERVING,
    TOKENS,
    Item,
    Serving,
    Training,
)
from llmchoose.estimate.approaches.training import kind_of
from llmchoose.estimate.formulas import cost, serving
from llmchoose.estimate.formulas.architecture import Architecture, by_size
from llmchoose.estimate.formulas.distributions import Array, Draws, median
from llmchoose.estimate.formulas.replica import Deployment, Layout
from llmchoose.estimate.formulas.serving import BYTES_16BIT
from llmchoose.estimate.formulas.throughput import SECONDS_PER_DAY
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.market import (
    Price,
    api_rows,
    gpu_of,
    offered,
    open_model,
    params_of,
    rent,
    token_price,
    tuning_services,
    uses_owned,
)
from llmchoose.estimate.places import Place, place_of
from llmchoose.estimate.power import meter_kwh
from llmchoose.estimate.serve.hosting import GIB, deployment_of, laid_out
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import ApiModel, Gpu, ManagedTuning

DAYS_PER_MONTH = 365 / 12
PROMPTED = ("prompt", "rag")
SAY_WHERE = ("constraints.api_allowed", "constraints.self_host_only", "constraints.data_residency")
# Numbers of requests at which the load of a copy is worked out, and drawn lines between.
BATCHES = 101
LIGHT_PARAMS = 1e9
SHORTEST_S = 1e-9
# What a team without an engine of its own making would start.
ENGINE, PRECISION = "vllm", "bf16"


def must_self_host(inputs: Inputs) -> NDArray[np.bool_]:
    """Draws in which no provider may see the data."""
    return np.asarray(
        ~inputs.flag("constraints.api_allowed")
        | inputs.flag("constraints.self_host_only")
        | (inputs.word("constraints.data_residency") == "on_site")
    )


def self_hosted(inputs: Inputs) -> NDArray[np.bool_]:
    """Whether prompted models are to be served on hardware of one's own: one truth a row."""
    said = [inputs.stated(name) for name in SAY_WHERE]
    mostly = np.mean(must_self_host(inputs), axis=-1, keepdims=True) > 0.5
    return np.asarray(np.logical_or.reduce(np.broadcast_arrays(*said)) & mostly)


def prompt_tokens(inputs: Inputs, approach: str) -> Array:
    """Input tokens of one request, with what the approach puts into the context."""
    user = inputs.number("traffic.input_tokens")
    if "traffic.input_tokens" not in inputs.given:
        user = user * inputs.number("task.token_premium")
    if approach not in PROMPTED:
        return user
    shots = inputs.factor("prompt.shots") * inputs.number("data.tokens_per_example")
    shots = np.minimum(shots, inputs.constant("prompt.shots_max_tokens"))
    extra = inputs.factor("prompt.instruction_tokens") + shots
    return user + extra + (inputs.factor("rag.retrieved_tokens") if approach == "rag" else 0.0)


def serve(inputs: Inputs, approach: str, trained: Training | None) -> Serving:
    """What an approach costs a month to serve, and how fast it answers.

    Args:
        inputs: Draws of one profile.
        approach: Id of the approach.
        trained: The model that was trained; None for prompted and managed models.
    """
    if approach == "managed_finetune":
        return _managed(inputs)
    if trained is not None:
        return _trained(inputs, approach, trained)
    own = self_hosted(inputs)
    if not own.any():
        return _api(inputs, approach)
    model = open_model(inputs, "serve", kind_of(inputs))
    sizes = (np.full(inputs.draws.samples, params_of(model, active=some)) for some in (False, True))
    hosted = _own(inputs, approach, *sizes)
    return hosted if own.all() else _either(own, hosted, _api(inputs, approach))


def _either(own: NDArray[np.bool_], hosted: Serving, api: Serving) -> Serving:
    """A block of which some rows serve themselves and others ask a provider."""

    def share(item: Item, rows: NDArray[np.bool_]) -> Item:
        return item if item.usd is None else replace(item, usd=np.where(rows, item.usd, 0.0))

    return Serving(
        (*(share(one, own) for one in hosted.items), *(share(one, ~own) for one in api.items)),
        np.where(own, hosted.latency_ms, api.latency_ms),
        None if hosted.utilisation is None else np.where(own, hosted.utilisation, np.nan),
        None if hosted.gpu_hours is None else np.where(own, hosted.gpu_hours, np.nan),
        hosted.gpu,
    )


def _trained(inputs: Inputs, approach: str, trained: Training) -> Serving:
    """A trained model: those of one size are served alike, however they were trained."""
    size = _one(trained.params), _one(trained.active)
    if isinstance(size[0], float) and isinstance(size[1], float):
        return inputs.once(size, lambda: _own(inputs, approach, trained.params, trained.active))
    if np.ndim(trained.params) == 1:
        return _own(inputs, approach, trained.params, trained.active)
    return _by_size(inputs, approach, trained)


def _by_size(inputs: Inputs, approach: str, trained: Training) -> Serving:
    """A block whose rows train models of several sizes: those of one usual size together."""
    usual = np.array([_usual_size(row) for row in trained.params])
    parts = []
    for size in dict.fromkeys(usual.tolist()):
        rows = np.flatnonzero(usual == size)
        params, active = (
            np.broadcast_to(values, trained.params.shape)[rows]
            for values in (trained.params, trained.active)
        )
        parts.append((rows, _own(inputs.rows(rows), approach, params, active)))
    return _joined(parts, inputs.shape)


def _joined(parts: Sequence[tuple[NDArray[np.intp], Serving]], shape: tuple[int, ...]) -> Serving:
    """One serving of a block, of those of its groups of rows."""

    def whole(read: Callable[[Serving], Array | None]) -> Array | None:
        found = np.full(shape, np.nan)
        for rows, part in parts:
            values = read(part)
            if values is None:
                return None
            found[rows] = values
        return found

    first = parts[0][1]
    latency = whole(lambda part: part.latency_ms)
    assert latency is not None  # noqa: S101 every serving has one
    return Serving(
        (replace(first.items[0], usd=whole(lambda part: part.items[0].usd)),),
        latency,
        whole(lambda part: part.utilisation),
        whole(lambda part: part.gpu_hours),
        first.gpu,
    )


def _monthly_requests(inputs: Inputs) -> Array:
    return inputs.number("traffic.requests_per_day") * DAYS_PER_MONTH


def _token_item(
    inputs: Inputs, approach: str, rows: Sequence[ApiModel | ManagedTuning], note: str
) -> Item:
    read = token_price(inputs, rows, "input_usd_per_m")
    written = token_price(inputs, rows, "output_usd_per_m")
    if read is None or written is None:
        return Item(TOKENS, None, "monthly", (), "no price is known for the day")
    usd = _monthly_requests(inputs) * cost.token_usd(
        prompt_tokens(inputs, approach),
        inputs.number("traffic.output_tokens"),
        read.usd,
        written.usd,
    )
    return Item(TOKENS, usd, "monthly", read.source[:3], note)


def _provider_ms(inputs: Inputs) -> Array:
    return serving.answer_ms(
        inputs.factor("latency.api_first_token"),
        inputs.factor("latency.api_per_token"),
        inputs.number("traffic.output_tokens"),
    )


def _api(inputs: Inputs, approach: str) -> Serving:
    rows, note = api_rows(inputs)
    latency = _provider_ms(inputs)
    if approach == "rag":
        latency = latency + inputs.factor("latency.rag_add")
    return Serving((_token_item(inputs, approach, rows, note),), latency, None, None, None)


def _managed(inputs: Inputs) -> Serving:
    rows = tuning_services(inputs)
    items = [_token_item(inputs, "managed_finetune", rows, f"{len(rows)} tuning services")]
    hosted = [row.hosting_usd_per_hour for row in rows if row.hosting_usd_per_hour]
    if hosted and len(hosted) == len(rows):
        usd = np.full(inputs.draws.samples, min(hosted) * inputs.constant("hours_per_month"))
        items.append(Item(HOSTING, usd, "monthly", rows[0].source))
    return Serving(tuple(items), _provider_ms(inputs), None, None, None)


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
    return _kept(inputs, approach, trained.params, trained.active).item.usd


def _kept(inputs: Inputs, approach: str, params: Array, active: Array) -> Kept:
    shape = by_size(_one(params), inputs.constant("architecture.vocab"), _one(active))
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


def _own(inputs: Inputs, approach: str, params: Array, active: Array) -> Serving:
    kept = _kept(inputs, approach, params, active)
    per_day, capacity = inputs.number("traffic.requests_per_day"), kept.capacity
    rate = per_day / SECONDS_PER_DAY * inputs.number("traffic.peak_factor") / kept.count
    batch = kept.most ** np.interp(rate / capacity, *kept.curve.fills)
    latency = _own_latency(inputs, approach, kept.copy, batch)
    used = serving.utilisation(per_day, capacity, kept.count)
    return Serving((kept.item,), latency, used, kept.hours, kept.gpu)


def site(inputs: Inputs) -> Place:
    """Where the accelerators of a project stand."""
    return place_of(str(inputs.values["compute.region"].flat[0]), inputs.knowledge)


def power_usd(inputs: Inputs, gpu: Gpu, gpu_hours: Array) -> Array | None:
    """What the electricity of accelerator-hours costs there; None for a card of unknown power."""
    place = site(inputs)
    kwh = meter_kwh(inputs, gpu, gpu_hours, place)
    return None if kwh is None else kwh * place.usd_per_kwh


def _one(values: Array) -> Array | float:
    """A single figure where all draws are the same: formulas are faster on it."""
    first = float(values.flat[0])
    return first if np.all(values == first) else values


def _half_octave(value: float) -> float:
    """The nearest half power of two: lengths that a copy is laid out for."""
    return float(2 ** (round(2 * np.log2(value)) / 2))


def _usual_size(params: Array) -> float:
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
    params, active = (float(size) if size.ndim == 0 else _usual_size(size) for size in sizes)
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


def _own_latency(inputs: Inputs, approach: str, copy: Deployment, batch: Array) -> Array:
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


def retrieval_items(inputs: Inputs) -> tuple[Item, ...]:
    """Embedding the documents once, and keeping the index."""
    tokens = inputs.number("data.knowledge_tokens")
    price = inputs.factor("rag.embedding_usd_per_m")
    vectors = tokens / inputs.factor("rag.chunk_tokens") / 1e6
    index = np.maximum(
        vectors * inputs.factor("rag.index_usd_per_m_vectors"), inputs.factor("rag.index_floor_usd")
    )
    renewed = DAYS_PER_MONTH / np.maximum(inputs.number("data.knowledge_changes"), 1.0)
    again = tokens * np.minimum(renewed, 1.0) / 1e6 * price
    return (
        Item(
            "embedding the documents",
            tokens / 1e6 * price,
            "one_time",
            ("embedding-price-list-2026",),
        ),
        Item("vector index", index, "monthly", ("vector-db-comparison-2026",)),
        Item("embedding what changes", again, "monthly", ("embedding-price-list-2026",)),
    )

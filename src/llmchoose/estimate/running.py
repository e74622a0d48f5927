"""Running an approach in production: tokens at a provider, or replicas of one's own."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate import cost, memory, serving
from llmchoose.estimate.distributions import Array, median
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.market import (
    Price,
    api_rows,
    gpu_of,
    offered,
    open_model,
    params_of,
    peak_tflops,
    rent,
    token_price,
    tuning_services,
    uses_owned,
)
from llmchoose.estimate.model import Item, Serving, Training
from llmchoose.estimate.training import kind_of
from llmchoose.knowledge.tables import ApiModel, Gpu, ManagedTuning

DAYS_PER_MONTH = 365 / 12
PROMPTED = ("prompt", "rag")
LIGHT_PARAMS = 1e9


def must_self_host(inputs: Inputs) -> NDArray[np.bool_]:
    """Draws in which no provider may see the data."""
    return np.asarray(
        ~inputs.flag("constraints.api_allowed")
        | inputs.flag("constraints.self_host_only")
        | (inputs.word("constraints.data_residency") == "on_site")
    )


def self_hosted(inputs: Inputs) -> bool:
    """Whether the plan is to serve prompted models on hardware of one's own."""
    stated = {"constraints.api_allowed", "constraints.self_host_only", "constraints.data_residency"}
    return bool(stated & inputs.given) and bool(np.mean(must_self_host(inputs)) > 0.5)


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
    if approach in PROMPTED and not self_hosted(inputs):
        return _api(inputs, approach)
    if trained is not None:
        return _own(inputs, approach, trained.params, trained.active)
    model = open_model(inputs, "serve", kind_of(inputs))
    sizes = (np.full(inputs.draws.samples, params_of(model, active=some)) for some in (False, True))
    return _own(inputs, approach, *sizes)


def _monthly_requests(inputs: Inputs) -> Array:
    return inputs.number("traffic.requests_per_day") * DAYS_PER_MONTH


def _token_item(
    inputs: Inputs, approach: str, rows: Sequence[ApiModel | ManagedTuning], note: str
) -> Item:
    read = token_price(inputs, rows, "input_usd_per_m")
    written = token_price(inputs, rows, "output_usd_per_m")
    if read is None or written is None:
        return Item("tokens at the provider", None, "monthly", (), "no price is known for the day")
    usd = _monthly_requests(inputs) * cost.token_usd(
        prompt_tokens(inputs, approach),
        inputs.number("traffic.output_tokens"),
        read.usd,
        written.usd,
    )
    return Item("tokens at the provider", usd, "monthly", read.source[:3], note)


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
        items.append(Item("hosting of the tuned model", usd, "monthly", rows[0].source))
    return Serving(tuple(items), _provider_ms(inputs), None, None, None)


def _own(inputs: Inputs, approach: str, params: Array, active: Array) -> Serving:
    need = memory.states_gb(params, inputs.factor("memory.frozen_16bit")) * inputs.factor(
        "memory.serving"
    )
    gpu, price, n_gpus = _serving_card(inputs, median(need))
    capacity = serving.requests_per_second(
        active,
        prompt_tokens(inputs, approach),
        inputs.number("traffic.output_tokens"),
        peak_tflops(gpu),
        n_gpus,
        inputs.factor("serving.efficiency"),
    )
    per_day = inputs.number("traffic.requests_per_day")
    count = serving.replicas(
        per_day,
        inputs.number("traffic.peak_factor"),
        capacity,
        inputs.factor("serving.replicas_min"),
    )
    hours = count * n_gpus * inputs.constant("hours_per_month")
    usd = None if price is None else cost.rent_usd(hours, price.usd)
    if usd is not None and uses_owned(inputs, gpu):
        usd = usd * inputs.factor("owned.opportunity")
    item = Item(
        "serving on accelerators of one's own",
        usd,
        "monthly",
        price.source[:3] if price else (),
        f"{n_gpus} x {gpu.name} for each replica",
    )
    latency = _own_latency(inputs, approach, active)
    return Serving((item,), latency, serving.utilisation(per_day, capacity, count), hours, gpu)


def _serving_card(inputs: Inputs, need_gb: float) -> tuple[Gpu, Price | None, int]:
    """The card and count that hold the model: those owned, else the least rent on the day."""
    room = inputs.constant("memory.usable")

    def count(gpu: Gpu) -> int:
        return max(1, int(np.ceil(need_gb / (gpu.memory_gb * room))))

    own, _ = gpu_of(inputs)
    if uses_owned(inputs, own):
        return own, rent(inputs, own), count(own)
    offers = offered(inputs.knowledge, inputs.day)
    if not offers:
        return own, None, count(own)
    gpu, _ = min(offers, key=lambda offer: (count(offer[0]) * offer[1], offer[0].id))
    return gpu, rent(inputs, gpu), count(gpu)


def _own_latency(inputs: Inputs, approach: str, params: Array) -> Array:
    written = inputs.number("traffic.output_tokens")
    larger = (params / inputs.constant("serving.reference_params")) ** inputs.constant(
        "serving.size_exponent"
    )
    decoder = serving.answer_ms(
        inputs.factor("latency.own_first_token"), inputs.factor("latency.own_per_token"), written
    )
    encoder = (params < LIGHT_PARAMS) & inputs.light
    latency = np.where(encoder, inputs.factor("latency.encoder"), decoder * larger)
    return latency + (inputs.factor("latency.rag_add") if approach == "rag" else 0.0)


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


def shared_prefix_tokens(inputs: Inputs) -> Array:
    """Tokens that every request of a prompted model begins with."""
    knowledge = inputs.number("data.knowledge_tokens")
    small = np.where(knowledge <= inputs.constant("prompt.full_context_tokens"), knowledge, 0.0)
    wanted = inputs.lists["task.gap"]["knowledge"] > 0
    own = prompt_tokens(inputs, "prompt") - inputs.number("traffic.input_tokens")
    return np.asarray(own + small * wanted)


def model_size(inputs: Inputs) -> Array:
    """Parameters of the model that would be tuned."""
    model = open_model(inputs, "tune", kind_of(inputs))
    return np.full(inputs.draws.samples, params_of(model))

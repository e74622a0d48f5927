"""Running an approach in production: tokens at a provider, or replicas of one's own."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.approaches.copies import (
    Kept,
    copies_of,
    deployed,
    own_answer_ms,
    single,
)
from llmchoose.estimate.approaches.loads import by_curve
from llmchoose.estimate.approaches.middles import usual_size
from llmchoose.estimate.approaches.model import (
    HOSTING,
    TOKENS,
    Item,
    Serving,
    Training,
)
from llmchoose.estimate.approaches.requests import DAYS_PER_MONTH, prompt_tokens, self_hosted
from llmchoose.estimate.approaches.training import TUNED, kinds_of, models_of, sizes_of
from llmchoose.estimate.columns import Column, column_of
from llmchoose.estimate.formulas import cost, serving
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.throughput import SECONDS_PER_DAY
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.providers import api_rows, hosting_usd, token_prices, tuning_services
from llmchoose.knowledge.tables import ApiModel, ManagedTuning


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
    if inputs.many:
        return _partly(inputs, approach, np.flatnonzero(own))
    hosted = _hosted(inputs, approach)
    return hosted if own.all() else _either(own, hosted, _api(inputs, approach))


def _hosted(inputs: Inputs, approach: str) -> Serving:
    models = models_of(inputs, "serve")
    sizes = (sizes_of(inputs, models, active=some) for some in (False, True))
    return _own(inputs, approach, *sizes)


def _partly(inputs: Inputs, approach: str, rows: NDArray[np.intp]) -> Serving:
    """Many projects, of which some serve themselves and the others ask a provider."""
    some = inputs.once("served by themselves", lambda: _some_of(inputs, rows))
    part, count = _hosted(some, approach), len(inputs.many)
    hosted = _joined([(rows, part)], inputs.shape)
    if part.gpus is not None and part.gpus.which is not None:
        places = np.zeros(count, np.intp)
        places[rows] = part.gpus.which
        hosted = replace(hosted, gpus=Column(part.gpus.kinds, places))
    if len(rows) == count:
        return hosted
    own = np.zeros((count, 1), bool)
    own[rows] = True
    return _either(own, hosted, _api(inputs, approach))


def _some_of(inputs: Inputs, rows: NDArray[np.intp]) -> Inputs:
    """Some rows of a block, whose kinds are known."""
    some, kinds = inputs.rows(rows), kinds_of(inputs)
    some.once("kinds", lambda: kinds.rows(rows))
    return some


def _either(own: NDArray[np.bool_], hosted: Serving, api: Serving) -> Serving:
    """A block of which some rows serve themselves and others ask a provider."""

    def share(item: Item, rows: NDArray[np.bool_]) -> Item:
        return item if item.usd is None else replace(item, usd=np.where(rows, item.usd, 0.0))

    return Serving(
        (*(share(one, own) for one in hosted.items), *(share(one, ~own) for one in api.items)),
        np.where(own, hosted.latency_ms, api.latency_ms),
        None if hosted.utilisation is None else np.where(own, hosted.utilisation, np.nan),
        None if hosted.gpu_hours is None else np.where(own, hosted.gpu_hours, np.nan),
        hosted.gpus,
    )


def _trained(inputs: Inputs, approach: str, trained: Training) -> Serving:
    """A trained model: those of one size are served alike, however they were trained."""
    if inputs.many:
        if approach in TUNED:
            return _as_tuned(inputs)
        if trained.params.shape[-1] > 1:
            return _own(inputs, approach, trained.params, trained.active)
        return _mostly_as_tuned(inputs, approach, trained.params, trained.active)
    size = single(trained.params), single(trained.active)
    if isinstance(size[0], float) and isinstance(size[1], float):
        return inputs.once(size, lambda: _own(inputs, approach, trained.params, trained.active))
    if np.ndim(trained.params) == 1:
        return _own(inputs, approach, trained.params, trained.active)
    return _by_size(inputs, approach, trained)


def _as_tuned(inputs: Inputs) -> Serving:
    """A block whose rows serve the models that would be tuned."""
    models = models_of(inputs, "tune")
    sizes = (sizes_of(inputs, models, active=some) for some in (False, True))
    return inputs.once(("serving", "tune"), lambda: _own(inputs, TUNED[0], *sizes))


def _mostly_as_tuned(inputs: Inputs, approach: str, params: Array, active: Array) -> Serving:
    """A block of which most rows train the model that would be tuned: it is served as that is."""
    models, count = models_of(inputs, "tune"), len(inputs.many)
    other = (params != sizes_of(inputs, models)) | (active != sizes_of(inputs, models, active=True))
    rows = np.flatnonzero(np.broadcast_to(other[:, 0], count))
    if 2 * len(rows) > count:
        return _own(inputs, approach, params, active)
    tuned = _as_tuned(inputs)
    if not len(rows):
        return tuned
    sizes = (np.broadcast_to(size, (count, 1))[rows] for size in (params, active))
    part = _own(inputs.rows(rows), approach, *sizes)
    joined = _joined([(np.arange(count), tuned), (rows, part)], inputs.shape)
    if tuned.gpus is None or part.gpus is None:
        return joined
    gpus = [tuned.gpus.at(row) for row in range(count)]
    for place, row in enumerate(rows.tolist()):
        gpus[row] = part.gpus.at(place)
    return replace(joined, gpus=column_of(gpus))


def _by_size(inputs: Inputs, approach: str, trained: Training) -> Serving:
    """A block whose rows train models of several sizes: those of one usual size together."""
    usual = np.array([usual_size(row) for row in trained.params])
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
        first.gpus,
    )


def _monthly_requests(inputs: Inputs) -> Array:
    return inputs.number("traffic.requests_per_day") * DAYS_PER_MONTH


def _token_item(
    inputs: Inputs,
    approach: str,
    rows: Column[tuple[ApiModel, ...]] | Column[tuple[ManagedTuning, ...]],
    note: str,
) -> Item:
    read = token_prices(inputs, rows, "input_usd_per_m")
    written = token_prices(inputs, rows, "output_usd_per_m")
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
    rows, note = api_rows(inputs, kinds_of(inputs))
    latency = _provider_ms(inputs)
    if approach == "rag":
        latency = latency + inputs.factor("latency.rag_add")
    return Serving((_token_item(inputs, approach, rows, note),), latency, None, None, None)


def _managed(inputs: Inputs) -> Serving:
    rows = tuning_services(inputs)
    items = [_token_item(inputs, "managed_finetune", rows, f"{len(rows.one)} tuning services")]
    hourly = rows.figure(lambda some: hosting_usd(some) or 0.0)
    if np.any(hourly):
        usd = np.asarray(hourly * inputs.constant("hours_per_month"))
        whole = usd if inputs.many else np.full(inputs.draws.samples, usd)
        items.append(Item(HOSTING, whole, "monthly", rows.one[0].source if rows.one else ()))
    return Serving(tuple(items), _provider_ms(inputs), None, None, None)


def _own(inputs: Inputs, approach: str, params: Array, active: Array) -> Serving:
    kept = copies_of(inputs, approach, params, active)
    per_day, capacity = inputs.number("traffic.requests_per_day"), kept.capacity
    rate = per_day / SECONDS_PER_DAY * inputs.number("traffic.peak_factor") / kept.count
    if inputs.many:
        latency = _asked_ms(inputs, approach, kept, rate, params, active)
    else:
        batch = kept.most ** by_curve(kept.curves, "load", "filled", rate / capacity)
        copy = deployed(inputs, approach, single(params), single(active), kept.middles)
        latency = own_answer_ms(inputs, approach, copy, batch)
    used = serving.utilisation(per_day, capacity, kept.count)
    return Serving((kept.item,), latency, used, kept.hours, kept.gpus)


def _asked_ms(
    inputs: Inputs, approach: str, kept: Kept, rate: Array, params: Array, active: Array
) -> Array:
    """Time to a full answer for the projects that say how long one may take; NaN for the others."""
    rows = np.flatnonzero(np.broadcast_to(inputs.stated("traffic.latency")[:, 0], inputs.shape[0]))
    if not len(rows):
        return np.full((1, 1), np.nan)
    part = inputs.once("in time", lambda: inputs.rows(rows))
    count = inputs.shape[0]

    def cut(values: Array) -> Array:
        return np.broadcast_to(values, (count, np.shape(values)[-1]))[rows]

    load = cut(rate / kept.capacity)
    batch = cut(kept.most) ** by_curve(kept.curves.rows(rows), "load", "filled", load)
    copy = deployed(part, approach, cut(params), cut(active), kept.middles.rows(rows))
    found = np.full(inputs.shape, np.nan)
    found[rows] = own_answer_ms(part, approach, copy, batch)
    return found


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

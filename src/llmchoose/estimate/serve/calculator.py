"""The serving calculator: throughput, latency, memory, replicas and money of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.estimate.formulas import cost, energy
from llmchoose.estimate.formulas.distributions import Array, Draws, median
from llmchoose.estimate.formulas.explain import Term
from llmchoose.estimate.formulas.replica import Deployment, cache_bytes, weight_bytes
from llmchoose.estimate.formulas.serving import (
    batch_at,
    fullness,
    latency_s,
    most_requests,
    prefill_s,
    requests_per_second,
)
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu, find_model
from llmchoose.estimate.market import Price, plans_usd
from llmchoose.estimate.places import place_of
from llmchoose.estimate.power import meter_kwh
from llmchoose.estimate.serve.advice import advice, what_would_hold
from llmchoose.estimate.serve.hosting import deployment_of, engine_name, laid_out, precision_of
from llmchoose.estimate.serve.rivals import api_rival, hosted_rival, rival_of
from llmchoose.estimate.serve.service import DeploymentEstimate, Energy, Money, Service
from llmchoose.estimate.serve.words import (
    about_limits,
    about_load,
    about_prices,
    price_terms,
    sources,
    step_ms,
    throughput_terms,
)
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Gpu, OpenModel

GB = 1e9
# More copies than this of one model nobody runs: a slip of the pen.
MOST_REPLICAS = 1e6
# Batches on the way to the largest that keeps the latency asked for, a few percent apart.
BATCHES = 400
LONGEST = 1e9


@dataclass(frozen=True)
class _Served:
    """One copy at a load. Arrays are draws."""

    batch: int
    requests_per_s: Array
    ttft_ms: Array
    tpot_ms: Array
    faster: Array


def estimate_deployment(
    service: Service,
    knowledge: Knowledge,
    *,
    day: str | None = None,
    seed: int = 0,
    samples: int = 500,
) -> DeploymentEstimate:
    """Estimate what serving a model on accelerators of one's own does and costs.

    Args:
        service: Model, hardware, requests and limits.
        knowledge: Hardware, prices and fitted constants.
        day: ISO day that availability and prices are judged for; the knowledge's when left out.
        seed: Seed of the draws.
        samples: Number of draws.

    Raises:
        ValueError: A name is unknown, a figure makes no sense, or the accelerators do not hold the
            model; the sentence says what would.
    """
    _check(service)
    setting = Setting(knowledge, Draws(seed, samples), day or knowledge.as_of)
    model, row, notes = find_model(setting, service.model, service.params, service.active_params)
    gpu, taken = find_gpu(setting, service.gpu)
    asked = replace(
        service,
        precision=precision_of(service.precision),
        engine=engine_name(service.engine),
        params=float(np.asarray(model.params)),
    )
    one = deployment_of(
        setting,
        model,
        row,
        gpu,
        asked.precision,
        asked.engine,
        (asked.input_len, asked.output_len),
        knowledge.constants,
    )
    copy, count = _laid_out(setting, asked, one, gpu)
    return _estimate(setting, asked, copy, gpu, count, row, (*notes, taken))


def _check(service: Service) -> None:
    """Refuse what nobody can mean."""
    limits = {
        "input tokens": (service.input_len, 1.0, LONGEST),
        "output tokens": (service.output_len, 1.0, LONGEST),
        "requests beside each other": (service.concurrency, 1.0, LONGEST),
        "requests a second": (service.requests_per_second, 1e-9, LONGEST),
        "seconds to the first token": (service.ttft_s, 1e-6, LONGEST),
        "seconds between tokens": (service.tpot_s, 1e-6, LONGEST),
        "accelerators": (service.n_gpus, 1.0, MOST_REPLICAS),
    }
    for name, (value, low, high) in limits.items():
        if value is not None and not low <= value <= high:
            raise ValueError(f"{value:g} {name} is out of bounds: give {low:g} to {high:g}")


def _laid_out(
    setting: Setting, service: Service, one: Deployment, gpu: Gpu
) -> tuple[Deployment, int]:
    """One copy over the accelerators asked for, or the fewest that hold it."""
    counts = (service.n_gpus,) if service.n_gpus else _counts(gpu)
    for count in counts:
        copy = laid_out(
            one,
            gpu,
            count,
            setting.knowledge.constants,
            alone=service.concurrency == 1,
            tensor=service.tensor_parallel,
            pipeline=service.pipeline_parallel,
        )
        if copy is not None:
            return copy, count
    raise ValueError(what_would_hold(setting, one, gpu, counts[-1], service.precision))


def _counts(gpu: Gpu) -> tuple[int, ...]:
    """One, two, four … accelerators, up to a node, then whole nodes."""
    node = gpu.gpus_per_node or 8
    inside = [2**power for power in range(8) if 2**power < node]
    return (*inside, *(node * 2**power for power in range(7)))


def _estimate(
    setting: Setting,
    service: Service,
    copy: Deployment,
    gpu: Gpu,
    count: int,
    row: OpenModel | None,
    notes: tuple[str, ...],
) -> DeploymentEstimate:
    constants = setting.knowledge.constants
    most = max(int(median(most_requests(copy, constants))), 1)
    served, meets = _within(setting, service, copy, int(min(service.concurrency or most, most)))
    batch = served.batch
    replicas = _replicas(service, served)
    place = place_of(service.region, setting.knowledge)
    price = plans_usd(setting, gpu, place, always=True)[service.plan]
    load = _offered(setting, service, copy, served, replicas)
    hourly = None if price is None else cost.rent_usd(np.array(float(count)), price.usd)
    lengths, rate = (service.input_len, service.output_len), served.requests_per_s
    api = rival_of(api_rival(setting, service.versus, lengths), lengths, hourly, rate)
    hosted = rival_of(hosted_rival(setting, row), lengths, hourly, rate)
    items, terms = _memory(copy, batch, constants), _terms(setting, service, copy, served, price)
    said = (
        *notes,
        *about_limits(service, copy, most, row),
        *about_load(service, batch, load.batch),
        *about_prices(price, api, hosted),
    )
    return DeploymentEstimate(
        service=service,
        gpu=gpu,
        n_gpus=count,
        deployment=copy,
        memory_gb_per_gpu=np.full(rate.shape, sum(items.values())),
        memory_items=items,
        max_concurrency=most,
        concurrency=batch,
        requests_per_s=rate * replicas,
        output_tokens_per_s=rate * replicas * lengths[1],
        total_tokens_per_s=rate * replicas * sum(lengths),
        ttft_ms=load.ttft_ms,
        tpot_ms=load.tpot_ms,
        replicas=replicas,
        money=_money(setting, service, copy, served, hourly, replicas),
        energy=_energy(setting, service, gpu, served, count, replicas),
        api=api,
        hosted=hosted,
        meets=meets,
        step_ms=step_ms(copy, batch, constants),
        terms=terms,
        advice=advice(setting, copy, gpu, count, batch, meets, service.precision),
        notes=tuple(note for note in said if note),
        sources=sources(price, api, hosted),
    )


def _money(
    setting: Setting,
    service: Service,
    copy: Deployment,
    served: _Served,
    hourly: Array | None,
    replicas: int,
) -> Money | None:
    """What the deployment costs, an hour of one copy costing `hourly`."""
    if hourly is None:
        return None
    constants, batch = setting.knowledge.constants, float(served.batch)
    # Share of the time that goes into reading input.
    rate = requests_per_second(copy, batch, constants)
    reading = median(prefill_s(copy, batch, constants) * rate)
    million = hourly / (served.requests_per_s * SECONDS_PER_HOUR) * 1e6
    return Money(
        usd_per_hour=hourly * replicas,
        monthly_usd=hourly * replicas * setting.constant("hours_per_month"),
        usd_per_million_output=million / service.output_len,
        usd_per_million_read=million * reading / service.input_len,
        usd_per_million_written=million * (1 - reading) / service.output_len,
    )


def _energy(
    setting: Setting, service: Service, gpu: Gpu, served: _Served, count: int, replicas: int
) -> Energy | None:
    place = place_of(service.region, setting.knowledge)
    kwh = meter_kwh(setting, gpu, np.full(served.requests_per_s.shape, float(count)), place)
    if kwh is None:
        return None
    tokens = served.requests_per_s * service.output_len * SECONDS_PER_HOUR
    monthly = kwh * replicas * setting.constant("hours_per_month")
    return Energy(
        kwh_per_million_output=kwh / tokens * 1e6,
        kwh_per_month=monthly,
        tco2e_per_month=energy.tco2e(monthly, place.grid_gco2e_per_kwh),
    )


def _terms(
    setting: Setting, service: Service, copy: Deployment, served: _Served, price: Price | None
) -> tuple[Term, ...]:
    faster = median(served.faster)
    found = throughput_terms(service, copy, served.batch, faster, setting.knowledge.constants)
    if price is None:
        return found
    count = int(np.max(copy.layout.n_gpus))
    paid = price_terms(found[-1].value, count, median(price.usd), price.source[0])
    return (*found, *paid)


def _at(setting: Setting, service: Service, copy: Deployment, batch: int) -> _Served:
    """One copy at a batch, with the bands of unseen models and what the engine adds to them."""
    constants = setting.knowledge.constants
    mixture = float(np.max(copy.model.experts)) > 1
    kind = "single" if batch == 1 else ("mixture" if mixture else "saturated")
    full = float(fullness(batch, constants))
    # Full batches are measured for few engines; a request alone for each of them.
    faster = setting.factor(f"serving.engine.{service.engine}") ** full
    first, between, _ = latency_s(copy, float(batch), constants)
    rate = requests_per_second(copy, float(batch), constants)
    return _Served(
        batch=batch,
        requests_per_s=rate * setting.spread(f"serving.spread.{kind}") * faster,
        ttft_ms=first * 1e3 * setting.spread("serving.spread.ttft") / faster,
        tpot_ms=between * 1e3 * setting.spread("serving.spread.tpot") / faster,
        faster=faster,
    )


def _within(
    setting: Setting, service: Service, copy: Deployment, most: int
) -> tuple[_Served, dict[str, bool | None]]:
    """One copy at the largest batch that keeps the latency asked for by its middle, and which."""
    targets = {"ttft": service.ttft_s, "tpot": service.tpot_s}
    if not any(targets.values()):
        return _at(setting, service, copy, most), dict.fromkeys(targets)
    grid = np.unique(np.round(np.geomspace(1, most, BATCHES)))
    constants = setting.knowledge.constants
    engine = median(setting.factor(f"serving.engine.{service.engine}"))
    faster = engine ** fullness(grid, constants)
    first, between, _ = latency_s(copy, grid, constants)
    times = {"ttft": first / faster, "tpot": between / faster}
    kept = {
        name: times[name] * setting.knowledge.fitted[f"serving.spread.{name}"].value <= limit
        for name, limit in targets.items()
        if limit
    }
    both = np.all(list(kept.values()), axis=0)
    place = int(np.max(np.flatnonzero(both), initial=0))
    # The middle of the draws may lie a little above what the middle constants gave.
    for at in range(place, -1, -1):
        served = _at(setting, service, copy, int(grid[at]))
        found = _kept(served, targets)
        if all(one is not False for one in found.values()):
            break
    return served, found


def _kept(served: _Served, targets: Mapping[str, float | None]) -> dict[str, bool | None]:
    """Whether the middle latency keeps each target; None where none was asked for."""
    times = {"ttft": median(served.ttft_ms) / 1e3, "tpot": median(served.tpot_ms) / 1e3}
    return {
        name: None if limit is None else times[name] <= limit for name, limit in targets.items()
    }


def _replicas(service: Service, served: _Served) -> int:
    """Whole copies that carry the peak, with the middle throughput."""
    if service.requests_per_second is None:
        return 1
    needed = np.ceil(service.requests_per_second / median(served.requests_per_s))
    if needed > MOST_REPLICAS:
        raise ValueError(
            f"{service.requests_per_second:g} requests a second would take {needed:.3g} copies; "
            "is it the requests of a day?"
        )
    return int(max(needed, 1))


def _offered(
    setting: Setting, service: Service, copy: Deployment, served: _Served, replicas: int
) -> _Served:
    """One copy at its share of the requests that arrive; full where no rate is given.

    Requests wait for those beside them, so a copy that is not full answers faster.
    """
    if service.requests_per_second is None or service.concurrency is not None:
        return served
    constants = setting.knowledge.constants
    bare = requests_per_second(copy, float(served.batch), constants)
    faster = median(served.requests_per_s) / median(bare)
    share = service.requests_per_second / replicas / faster
    batch = median(batch_at(copy, share, float(served.batch), constants))
    return _at(setting, service, copy, max(round(batch), 1))


def _memory(copy: Deployment, batch: int, constants: Mapping[str, float]) -> dict[str, float]:
    """GB of one accelerator by item."""
    n_gpus = median(copy.layout.n_gpus)
    cache = batch * cache_bytes(copy, copy.input_len + copy.output_len)
    weights = median(weight_bytes(copy)) / n_gpus
    room = median(copy.card.memory) - weights
    return {
        "weights": weights / GB,
        "KV cache": min(median(cache) / n_gpus, room) / GB,
        "buffers": max(min(constants["serving.buffers"], room - median(cache) / n_gpus), 0) / GB,
    }

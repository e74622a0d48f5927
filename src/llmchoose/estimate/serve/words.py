"""A deployment in words: its steps, its multiplication, notes and sources."""

from collections.abc import Iterator

import numpy as np

from llmchoose.estimate.formulas.distributions import median
from llmchoose.estimate.formulas.explain import Term
from llmchoose.estimate.formulas.replica import Constants, Deployment
from llmchoose.estimate.formulas.serving import decode_parts_s, requests_per_second
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.market import Price
from llmchoose.estimate.serve.rivals import Rival, sources_of
from llmchoose.estimate.serve.service import Service
from llmchoose.knowledge.tables import OpenModel

STEP_WORDS = {
    "matrices": "reading and multiplying matrices",
    "caches": "reading caches",
    "activations": "moving activations",
    "exchanges": "waiting for exchanges",
    "launches": "launching kernels",
    "scheduling": "scheduling",
}
FITTED = "serving.bandwidth and the rest"


def step_ms(copy: Deployment, batch: int, constants: Constants) -> dict[str, float]:
    """Milliseconds of a step of decoding by part, middle values."""
    parts = decode_parts_s(copy, float(batch), constants)
    return {STEP_WORDS[name]: median(value) * 1e3 for name, value in parts.items()}


def throughput_terms(
    service: Service, copy: Deployment, batch: int, faster: float, constants: Constants
) -> tuple[Term, ...]:
    """Output tokens a second of one copy as a multiplication, middle values."""
    seconds = batch / median(requests_per_second(copy, float(batch), constants))
    speed = batch * service.output_len / seconds * faster
    return (
        Term("requests beside each other", float(batch), "requests", "serving.memory", ""),
        Term("output of each", service.output_len, "tokens", "request"),
        Term("seconds until it is written", seconds, "s", FITTED, "/"),
        Term("engine", faster, "x speed", f"serving.engine.{service.engine}"),
        Term("output tokens a second of a copy", speed, "tokens/s", "fit-serving", "="),
    )


def price_terms(speed: float, count: int, usd_per_hour: float, source: str) -> tuple[Term, ...]:
    """Dollars a million output tokens as a multiplication, middle values."""
    price = count * usd_per_hour / SECONDS_PER_HOUR / speed * 1e6
    return (
        Term("accelerators of a copy", float(count), "", "request", ""),
        Term("price of an accelerator-hour", usd_per_hour, "USD", source),
        Term("seconds of an hour", SECONDS_PER_HOUR, "s", "definition", "/"),
        Term("output tokens a second of a copy", speed, "tokens/s", "above", "/"),
        Term("a million tokens", 1e6, "tokens", "definition"),
        Term("price of a million output tokens", price, "USD", "at full use", "="),
    )


def about_limits(
    service: Service, copy: Deployment, most: int, row: OpenModel | None
) -> Iterator[str]:
    """Sentences on what the request runs into."""
    if (service.concurrency or 0) > most:
        yield f"memory holds {most:,} requests beside each other; of more, some would wait"
    whole = service.input_len + service.output_len
    if row is not None and row.context and whole > row.context:
        yield f"{whole:,.0f} tokens are more than {row.name} was made for: {row.context:,}"
    if bool(np.any(copy.layout.expert)):
        yield "accelerators share the experts and hold the rest whole, each with its own requests"


def about_load(service: Service, full: int, offered: int) -> Iterator[str]:
    """What the latency is of, where requests come at a rate."""
    if service.requests_per_second is not None and service.concurrency is None:
        yield (
            f"latency is at the load asked for, about {offered:,} requests beside each other in a "
            f"copy; throughput and price are of a full copy, {full:,}"
        )


def about_prices(price: Price | None, api: Rival | None, hosted: Rival | None) -> Iterator[str]:
    """Sentences on what the money rests on."""
    if price is None:
        yield "no price is known for this plan: the cost is unknown, not zero"
    elif price.note:
        yield price.note
    yield "cost a million tokens is at full use: at half the use it is twice as much"
    yield api.note if api is not None else "no API model of the day is priced"
    yield hosted.note if hosted is not None else "no hosted price of these weights is known"


def sources(price: Price | None, api: Rival | None, hosted: Rival | None) -> tuple[str, ...]:
    """Ids of what the figures rest on."""
    used = ("williams-2009-roofline", "pope-2022-inference", "fit-serving")
    paid = price.source if price is not None else ()
    return tuple(dict.fromkeys((*used, *paid, *sources_of((api, hosted)))))

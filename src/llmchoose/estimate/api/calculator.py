"""The API calculator: what requests to a hosted model cost, by the prices of the day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.errors import quoted
from llmchoose.estimate.api.billing import Item, bill, explain, total
from llmchoose.estimate.formulas.distributions import (
    Array,
    Draws,
    Scale,
    interval,
    median,
    three_point,
)
from llmchoose.estimate.formulas.explain import Term
from llmchoose.estimate.market import on_sale
from llmchoose.estimate.providers import price_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import ApiModel
from llmchoose.quantity import Quantity
from llmchoose.quantity.units import MONTH_DAYS

# A hundred requests a day for everybody alive: more is a slip of the pen.
MOST_REQUESTS_PER_DAY = 1e12
# No provider takes as much in one request; the model's own context is the narrower limit.
MOST_TOKENS = 1e8
MOST_SHOTS = 1e5
CONVERTED = "derived-characters-per-token"
_PER_CHARACTER = re.compile(r"\b(billed|priced) (by the|per) character\b")
NOTHING = Quantity(0.0, 0.0)


@dataclass(frozen=True)
class Requests:
    """Requests as asked for; a range is the 90 % interval, None or nothing what is not used.

    Attributes:
        model: An API model, a hosted endpoint, or open weights that somebody hosts.
        requests_per_day: Requests a day.
        input_tokens: Tokens of one request before examples and passages are added.
        output_tokens: Tokens of one answer that is shown.
        cached: Share of all input tokens that the provider reads from its cache, 0 to 1.
        batch: Sent as batch jobs, which are answered within a day or so.
        shots: Worked examples in each request.
        tokens_per_shot: Tokens of one of them; None takes the prior of data.tokens_per_example.
        retrieved_tokens: Passages put into each request.
        reasoning_tokens: Hidden tokens before the answer, billed as output.
    """

    model: str
    requests_per_day: Quantity
    input_tokens: Quantity
    output_tokens: Quantity
    cached: Quantity = NOTHING
    batch: bool = False
    shots: Quantity = NOTHING
    tokens_per_shot: Quantity | None = None
    retrieved_tokens: Quantity = NOTHING
    reasoning_tokens: Quantity = NOTHING


@dataclass(frozen=True)
class RequestsEstimate:
    """What the requests cost. Arrays are draws; None is unknown.

    Attributes:
        row: The price that was taken.
        lower_bound: Some price is not known, so that the true total is higher.
    """

    request: Requests
    row: ApiModel
    day: str
    requests_per_month: Array
    items: tuple[Item, ...]
    usd_per_request: Array | None
    monthly_usd: Array | None
    lower_bound: bool
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    terms: tuple[Term, ...]


def estimate_api(
    request: Requests,
    knowledge: Knowledge,
    *,
    day: str | None = None,
    seed: int = 0,
    samples: int = 500,
) -> RequestsEstimate:
    """Estimate what requests to a hosted model cost a month.

    Args:
        request: Model and traffic.
        knowledge: Prices with their dates.
        day: ISO day that availability and prices are judged for; the knowledge's when left out.
        seed: Seed of the draws.
        samples: Number of draws.

    Raises:
        ValueError: The model is unknown, not on sale on the day, not priced by the token, or its
            context does not hold the request; or a figure is out of all bounds.
    """
    _check(request)
    when = day or knowledge.as_of
    row, taken = find_model(request.model, knowledge, when)
    draws = Draws(seed, samples)
    parts = _tokens(request, knowledge, draws)
    _check_context(row, parts)
    cached = _drawn(draws, "cached", request.cached if _caches(request, row) else NOTHING)
    items = bill(row, parts, cached, batch=request.batch)
    known = [item.usd for item in items if item.usd is not None]
    per_month = _drawn(draws, "traffic.requests_per_day", request.requests_per_day) * MONTH_DAYS
    usd = np.sum(known, axis=0) if known else None
    return RequestsEstimate(
        request=request,
        row=row,
        day=when,
        requests_per_month=per_month,
        items=items,
        usd_per_request=usd,
        monthly_usd=None if usd is None else usd * per_month,
        lower_bound=len(known) < len(items),
        sources=tuple(dict.fromkeys(row.source)),
        notes=_notes(request, row, parts, when, taken),
        terms=explain(items, row, per_month),
    )


def find_model(name: str, knowledge: Knowledge, day: str) -> tuple[ApiModel, str]:
    """The price of the day of a model, and what had to be assumed about the name.

    Open weights that several providers host take the endpoint in the middle of their prices.

    Raises:
        ValueError: Nobody sells a model of that name, or not on the day.
    """
    rows = knowledge.api_models
    exact = [row for row in rows if name.lower() in (row.model.lower(), row.id.lower())]
    if exact:
        return _on_the_day([row for row in rows if row.model == exact[0].model], knowledge, day), ""
    # A name such as mistral-large passes from one version to the next: those on sale come first.
    sold = match(name, [row for row in rows if on_sale(row, day)])
    found = sold if sold.row else match(name, rows)
    opened = match(name, knowledge.open_models)
    same = opened.row is not None and (found.row is None or found.row.weights == opened.row.id)
    weights = opened.row.id if opened.row and same else None
    hosts = hosted_rows(knowledge, weights, day) if weights else ()
    if hosts:
        return _middle(name, hosts)
    if found.row is not None:
        row = _on_the_day([row for row in rows if row.model == found.row.model], knowledge, day)
        return row, found.assumed
    if weights:
        raise ValueError(f"no endpoint of {name} is known for {day}; `estimate serve` sizes one")
    close = found.close or opened.close
    guesses = f"; did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(f"{quoted(name)} is no API model of the catalogue{guesses}")


def hosted_rows(knowledge: Knowledge, open_model_id: str, day: str) -> tuple[ApiModel, ...]:
    """Endpoints of the same open weights that were on sale on an ISO day, cheapest first.

    Each with its price of the day; endpoints whose price is not known are left out, and so are
    those that had moved on to other weights.
    """
    named = {row.model for row in knowledge.api_models if row.weights == open_model_id}
    endpoints: dict[str, list[ApiModel]] = {name: [] for name in named}
    for row in knowledge.api_models:
        if row.model in named and on_sale(row, day):
            endpoints[row.model].append(row)
    priced = [price_of(periods, day) for periods in endpoints.values() if periods]
    whole = [
        row
        for row in priced
        if row.weights == open_model_id and row.input_usd_per_m and row.output_usd_per_m
    ]
    return tuple(sorted(whole, key=lambda row: (_both(row), row.id)))


def _both(row: ApiModel) -> float:
    return (row.input_usd_per_m or 0.0) + (row.output_usd_per_m or 0.0)


def middle_host(hosts: Sequence[ApiModel]) -> ApiModel:
    """The endpoint in the middle of those that sell the same weights; of two, the cheaper.

    Args:
        hosts: What `hosted_rows` gives: cheapest first.
    """
    return hosts[(len(hosts) - 1) // 2]


def _middle(name: str, hosts: Sequence[ApiModel]) -> tuple[ApiModel, str]:
    row = middle_host(hosts)
    if len(hosts) == 1:
        return row, f"{name} is taken as {row.model}"
    low, high = hosts[0], hosts[-1]
    return row, (
        f"{name} is hosted by {len(hosts)} providers, from {_price(low)} to {_price(high)}; "
        f"{row.model} in the middle is taken"
    )


def _price(row: ApiModel) -> str:
    return f"${row.input_usd_per_m:g}/${row.output_usd_per_m:g}"


def _on_the_day(periods: Sequence[ApiModel], knowledge: Knowledge, day: str) -> ApiModel:
    sold = [row for row in periods if on_sale(row, day)]
    if sold:
        return price_of(sold, day)
    row, others = periods[-1], _others(periods[-1], knowledge, day)
    until = f" until {row.withdrawn}" if row.withdrawn else ""
    raise ValueError(
        f"{row.model} could be had from {row.available_from}{until}, not on {day}; take "
        f"{others or 'another model'}, or say --as-of with a day on which it was sold"
    )


def _others(row: ApiModel, knowledge: Knowledge, day: str) -> str:
    """The provider's newest model of the same tier on the day; empty without one."""
    like = [
        other
        for other in knowledge.api_models
        if (other.provider, other.tier) == (row.provider, row.tier) and on_sale(other, day)
    ]
    newest = max(like, key=lambda other: (other.available_from or "", other.id), default=None)
    return newest.model if newest else ""


def _check(request: Requests) -> None:
    """Refuse what nobody can mean."""
    if request.requests_per_day.low <= 0:
        raise ValueError("no requests cost nothing: give the requests of a day or month, 1M/month")
    if request.input_tokens.low < 1:
        raise ValueError("a request has at least one input token")
    limits = {
        "requests a day": (request.requests_per_day, MOST_REQUESTS_PER_DAY),
        "input tokens": (request.input_tokens, MOST_TOKENS),
        "output tokens": (request.output_tokens, MOST_TOKENS),
        "retrieved tokens": (request.retrieved_tokens, MOST_TOKENS),
        "reasoning tokens": (request.reasoning_tokens, MOST_TOKENS),
        "examples": (request.shots, MOST_SHOTS),
        "tokens of an example": (request.tokens_per_shot or NOTHING, MOST_TOKENS),
        "cached share": (request.cached, 1.0),
    }
    for name, (quantity, most) in limits.items():
        if not 0 <= quantity.low <= quantity.high <= most:
            raise ValueError(f"{quantity.high:g} is out of bounds for {name}: at most {most:g}")


def _drawn(draws: Draws, name: str, quantity: Quantity) -> Array:
    """Draws of a quantity by the name of its field, so that all calculators draw alike."""
    scale: Scale = "log1p" if quantity.low == 0 else "log"
    if name == "cached":
        scale = "logit"
    return interval(draws.normal(name), quantity.low, quantity.high, scale) + np.zeros(
        draws.samples
    )


def _tokens(request: Requests, knowledge: Knowledge, draws: Draws) -> dict[str, Array]:
    """Tokens of one request by kind; kinds that are not used are left out."""
    found = {
        "input": _drawn(draws, "traffic.input_tokens", request.input_tokens),
        "few-shot examples": _drawn(draws, "shots", request.shots)
        * _tokens_per_shot(request, knowledge, draws),
        "retrieved passages": _drawn(draws, "retrieved_tokens", request.retrieved_tokens),
        "output": _drawn(draws, "traffic.output_tokens", request.output_tokens),
        "reasoning": _drawn(draws, "reasoning_tokens", request.reasoning_tokens),
    }
    return {name: tokens for name, tokens in found.items() if name == "input" or tokens.any()}


def _tokens_per_shot(request: Requests, knowledge: Knowledge, draws: Draws) -> Array:
    name = "data.tokens_per_example"
    if request.tokens_per_shot is not None:
        return _drawn(draws, name, request.tokens_per_shot)
    prior = knowledge.fields[name].prior
    if prior is None or prior.p10 is None or prior.p50 is None or prior.p90 is None:
        raise ValueError("say how long an example is: --tokens-per-shot 150")
    return three_point(draws.normal(name), prior.p10, prior.p50, prior.p90, "log")


def _check_context(row: ApiModel, parts: dict[str, Array]) -> None:
    """Refuse requests of which the middle one does not go into the model's context."""
    if _PER_CHARACTER.search(row.note or "") and CONVERTED not in row.source:
        raise ValueError(f"{row.model} is sold by the character, not by the token: {row.note}")
    needed = median(total(parts))
    if row.context and needed > row.context:
        raise ValueError(
            f"{needed:,.0f} tokens, input and output together, do not go into the context of "
            f"{row.model}: {row.context:,} tokens; shorten the request or take another model"
        )


def _caches(request: Requests, row: ApiModel) -> bool:
    return request.cached.high > 0 and row.cached_input_usd_per_m is not None


def _soon_withdrawn(row: ApiModel, day: str) -> bool:
    """Whether the model goes within a year of the day."""
    return bool(row.withdrawn and day < row.withdrawn <= f"{int(day[:4]) + 1}{day[4:]}")


def _notes(
    request: Requests, row: ApiModel, parts: dict[str, Array], day: str, taken: str
) -> tuple[str, ...]:
    read = total(parts, inputs_only=True)
    no_cache = request.cached.high > 0 and not _caches(request, row)
    shots = request.shots.high > 0 and request.tokens_per_shot is None
    unknown = {row.input_usd_per_m, row.output_usd_per_m}
    said = {
        taken: bool(taken),
        f"no price of {row.model} before {row.price_from} is known; that one is used": day
        < (row.price_from or ""),
        f"the last price known of {row.model} held until {row.price_until}": bool(row.price_until)
        and (row.price_until or "") <= day,
        f"no cached price of {row.model} is known: all input at the full price": no_cache,
        "what the provider asks for writing or keeping a cache is not counted": _caches(
            request, row
        ),
        f"no batch price of {row.model} is known: the full price is taken": request.batch
        and not row.batch_discount,
        "an example is taken to be as long as examples usually are; --tokens-per-shot says": shots,
        f"requests of more than {row.long_from or 0:,} input tokens are dearer, all of their "
        "tokens": bool(row.long_from and read.max() > row.long_from),
        f"some of these requests do not go into {row.context or 0:,} tokens of context": bool(
            row.context and total(parts).max() > row.context
        ),
        "no price by the token is known: the cost is unknown, not zero": unknown == {None},
        "a price is not known: the total is a lower bound": unknown > {None},
        f"of the price: {row.note}": bool(row.note) and CONVERTED in row.source,
        f"{row.model} is withdrawn on {row.withdrawn}": _soon_withdrawn(row, day),
    }
    return tuple(text for text, holds in said.items() if holds)

"""The API calculator's result, for a terminal and as JSON."""

import json
from dataclasses import asdict
from typing import Any

from llmchoose.estimate.api.billing import Item
from llmchoose.estimate.api.calculator import RequestsEstimate
from llmchoose.estimate.formulas.distributions import median
from llmchoose.quantity import Quantity
from llmchoose.quantity.short import short
from llmchoose.report.calculators import page


def render_json(estimate: RequestsEstimate, *, explain: bool = False) -> str:
    """The contract of `estimate api --format json`."""
    found = as_dict(estimate)
    if explain:
        found["explanation"] = page.terms_as_data(estimate.terms)
    return json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(estimate: RequestsEstimate) -> dict[str, Any]:
    """The result as plain data; items are of a month, by the middle of their draws."""
    row = estimate.row
    return {
        "schema_version": 1,
        "inputs": _inputs(estimate),
        "model": row.model,
        "provider": row.provider,
        "price_id": row.id,
        "as_of": estimate.day,
        "requests_per_month": page.band_of(estimate.requests_per_month),
        "monthly_usd": page.band_of(estimate.monthly_usd),
        "usd_per_request": page.band_of(estimate.usd_per_request),
        "items": [_item(estimate, item) for item in estimate.items],
        "lower_bound": estimate.lower_bound,
        "notes": list(estimate.notes),
        "sources": list(estimate.sources),
    }


def _inputs(estimate: RequestsEstimate) -> dict[str, Any]:
    """What was asked, a range as its two ends; what was not used is left out."""
    return {
        key: [value["low"], value["high"]] if isinstance(value, dict) else value
        for key, value in asdict(estimate.request).items()
        if value is not None and value != asdict(Quantity(0.0, 0.0))
    } | {key: value.low for key, value in _exact(estimate).items()}


def _exact(estimate: RequestsEstimate) -> dict[str, Quantity]:
    given = vars(estimate.request)
    return {
        key: value
        for key, value in given.items()
        if isinstance(value, Quantity) and value.exact and value.high > 0
    }


def _item(estimate: RequestsEstimate, item: Item) -> dict[str, Any]:
    usd = None if item.usd is None else item.usd * estimate.requests_per_month
    return {
        "item": item.item,
        "tokens": page.number(median(item.tokens * estimate.requests_per_month)),
        "usd_per_million": page.number(
            None if item.usd_per_million is None else median(item.usd_per_million)
        ),
        "usd": page.number(None if usd is None else median(usd)),
    }


def render_terminal(estimate: RequestsEstimate, *, explain: bool = False) -> str:
    """Figures in a column, p10 to p90 with the median between, then the items of a month."""
    row, at_least = estimate.row, "at least " if estimate.lower_bound else ""
    rows = [
        page.line("requests a month", estimate.requests_per_month, ",.0f"),
        page.line(f"{at_least}a request, USD", estimate.usd_per_request, ".4g"),
        page.line(f"{at_least}a month", estimate.monthly_usd, "$"),
    ]
    lines = [
        f"{row.model} of {row.provider}, price of {estimate.day}",
        "",
        *page.table(rows),
        "",
        f"{'in a month':<20}  {'tokens':>10}  {'USD per M':>12}  {'USD':>16}",
        *(_line(estimate, item) for item in estimate.items),
        *(page.explained(estimate.terms) if explain else ()),
        *page.foot(estimate.notes, estimate.sources),
    ]
    return page.printed([*lines, ""])


def _line(estimate: RequestsEstimate, item: Item) -> str:
    found = _item(estimate, item)
    price = page.UNKNOWN if found["usd_per_million"] is None else f"{found['usd_per_million']:.4g}"
    usd = page.UNKNOWN if found["usd"] is None else f"{found['usd']:,.2f}"
    return f"{item.item:<20}  {short(found['tokens']):>10}  {price:>12}  {usd:>16}"

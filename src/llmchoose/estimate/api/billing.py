"""What a provider bills of one request: tokens by kind, each at its price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.formulas.distributions import Array, median
from llmchoose.estimate.formulas.explain import Term
from llmchoose.knowledge.tables import ApiModel

INPUTS = ("input", "few-shot examples", "retrieved passages")
CACHED = "cached input"


@dataclass(frozen=True)
class Item:
    """One kind of token of a request. Arrays are draws.

    Attributes:
        tokens: Of one request.
        usd_per_million: Price after the batch discount, draw by draw since long requests may be
            dearer; None when it is not known.
    """

    item: str
    tokens: Array
    usd_per_million: Array | None

    @property
    def usd(self) -> Array | None:
        """Dollars of one request."""
        return None if self.usd_per_million is None else self.tokens * self.usd_per_million / 1e6


def total(parts: Mapping[str, Array], *, inputs_only: bool = False) -> Array:
    """Tokens of one request, all of them or those that are read."""
    counted = [tokens for name, tokens in parts.items() if name in INPUTS or not inputs_only]
    return np.asarray(np.sum(counted, axis=0))


def bill(
    row: ApiModel, parts: Mapping[str, Array], cached: Array, *, batch: bool
) -> tuple[Item, ...]:
    """The items of one request, input first; kinds without tokens are left out.

    Args:
        row: The price.
        parts: Tokens by kind; those of `INPUTS` are read, the others written.
        cached: Share of what is read that comes from the provider's cache.
        batch: Whether the batch discount is taken off, from cached tokens too.
    """
    whole = total(parts, inputs_only=True)
    read, hit, written = (
        _usd_per_million(row, column, whole, batch=batch)
        for column in ("input", "cached_input", "output")
    )
    items = [
        Item(name, tokens * (1 - cached), read) if name in INPUTS else Item(name, tokens, written)
        for name, tokens in parts.items()
    ]
    before = sum(item.item in INPUTS for item in items)
    items.insert(before, Item(CACHED, whole * cached, hit))
    return tuple(item for item in items if item.tokens.any())


def _usd_per_million(row: ApiModel, column: str, whole: Array, *, batch: bool) -> Array | None:
    usual = getattr(row, f"{column}_usd_per_m")
    if usual is None:
        return None
    usd = np.where(whole > (row.long_from or np.inf), usual * _long_factor(row, column), usual)
    return np.asarray(usd * (1 - (row.batch_discount or 0.0 if batch else 0.0)))


def _long_factor(row: ApiModel, column: str) -> float:
    """How much dearer a long request is; what is cached rises as the input does."""
    kind = "output" if column == "output" else "input"
    usual, dear = getattr(row, f"{kind}_usd_per_m"), getattr(row, f"long_{kind}_usd_per_m")
    return dear / usual if usual and dear else 1.0


def explain(items: Sequence[Item], row: ApiModel, requests_per_month: Array) -> tuple[Term, ...]:
    """Each item's multiplication by its middle values, and the month's requests at the end."""
    terms: list[Term] = []
    spent = 0.0
    for item in items:
        if item.usd is None or item.usd_per_million is None:
            continue
        usd = median(item.usd)
        spent += usd
        terms += [
            Term(item.item, median(item.tokens), "tokens a request", _option(item.item), ""),
            Term("price", median(item.usd_per_million) / 1e6, "USD a token", row.id),
            Term("in a request", usd, "USD", "the product of the two", "="),
        ]
    return (
        *terms,
        Term("all of a request", spent, "USD", "the sum of the above", ""),
        Term("requests", median(requests_per_month), "a month", "--requests"),
        Term("a month", spent * median(requests_per_month), "USD", "the product of the two", "="),
    )


def _option(item: str) -> str:
    return {
        "input": "--input-tokens, less what is cached",
        "few-shot examples": "--shots x --tokens-per-shot, less what is cached",
        "retrieved passages": "--retrieved-tokens, less what is cached",
        CACHED: "--cached share of all input",
        "output": "--output-tokens",
        "reasoning": "--reasoning-tokens",
    }[item]

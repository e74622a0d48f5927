"""Tuning through a provider's service: what each one that could be had on a day asks."""

import re
from dataclasses import dataclass

from llmchoose.estimate.providers import services_on
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import ManagedTuning

# A model up to half as large again is a stand-in for the one that was named.
ABOUT = 1.5
_RANGE = re.compile(r"(\d+(?:\.\d+)?)B\s*-\s*(\d+(?:\.\d+)?)B\b")
_UP_TO = re.compile(r"\bup to (\d+(?:\.\d+)?)B\b")
_OVER = re.compile(r"\bover (\d+(?:\.\d+)?)B\b")
_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)B\b")


@dataclass(frozen=True)
class ManagedOption:
    """A tuning service and what one job costs there.

    Attributes:
        model: The model, or the class of sizes, as the provider's price list has it.
        method: LoRA, full SFT … as the provider says.
        usd: Training alone; None when the price is not known.
        minimum_applied: The job is so small that the provider's minimum is charged.
        hosting_usd_per_month: Keeping the tuned model ready; None when nothing is known of it.
        note: What the price list says besides.
    """

    provider: str
    model: str
    method: str
    usd: float | None
    minimum_applied: bool
    hosting_usd_per_month: float | None
    source: tuple[str, ...]
    note: str


def managed_options(
    tokens: float,
    knowledge: Knowledge,
    day: str,
    *,
    epochs: float = 1.0,
    like: str | None = None,
    params: float | None = None,
) -> tuple[ManagedOption, ...]:
    """Every tuning service that could be had on a day, cheapest first, unknown prices last.

    Args:
        tokens: Tokens of the training set, once.
        knowledge: Services with their prices.
        day: ISO day.
        epochs: Passes over it; providers bill each.
        like: Only services for a model of this name, or of about its size where `params` says it.
        params: Parameters of that model; the catalogue's when left out.

    Raises:
        ValueError: The tokens or epochs are no positive number.
    """
    if not (0 < tokens < float("inf") and 0 < epochs < float("inf")):
        raise ValueError("a tuning job has more than no tokens and passes, and a finite number")
    size = params or _params_of(like, knowledge)
    rows = [row for row in services_on(knowledge, day) if _suits(row, like, size)]
    hours = knowledge.factors["hours_per_month"].p50
    options = [_option(row, tokens * epochs, hours, day) for row in rows]
    return tuple(sorted(options, key=_order))


def _order(option: ManagedOption) -> tuple[bool, float, str, str]:
    return option.usd is None, option.usd or 0.0, option.provider, option.model


def _option(row: ManagedTuning, tokens: float, hours_per_month: float, day: str) -> ManagedOption:
    price, hosting = row.train_usd_per_m_tokens, row.hosting_usd_per_hour
    by_tokens = None if price is None else price * tokens / 1e6
    least = row.minimum_usd or 0.0
    late = f"price of {row.as_of}; " if row.as_of > day else ""
    return ManagedOption(
        provider=row.provider,
        model=row.model,
        method=row.method or "",
        usd=None if by_tokens is None else max(by_tokens, least),
        minimum_applied=by_tokens is not None and by_tokens < least,
        hosting_usd_per_month=None if hosting is None else hosting * hours_per_month,
        source=row.source,
        note=f"{late}{row.note or ''}",
    )


def _params_of(name: str | None, knowledge: Knowledge) -> float | None:
    row = match(name, knowledge.open_models).row if name else None
    return row.params_b * 1e9 if row and row.params_b else None


def _suits(row: ManagedTuning, like: str | None, params: float | None) -> bool:
    """Whether the service tunes that model, or one of about its size."""
    if like is None and params is None:
        return True
    if like is not None and _word(like) in _word(row.model):
        return True
    low, high = sizes_of(row.model)
    return params is not None and low <= params <= high


def sizes_of(model: str) -> tuple[float, float]:
    """Least and most parameters that a price list's name for a model stands for.

    A class of sizes as it stands, a single model half as large to half as large again; (0, 0)
    where the name says no size.
    """
    between, most, least = _RANGE.search(model), _UP_TO.search(model), _OVER.search(model)
    if between:
        return float(between[1]) * 1e9, float(between[2]) * 1e9
    if most:
        return 0.0, float(most[1]) * 1e9
    if least:
        return float(least[1]) * 1e9, float("inf")
    one = _SIZE.search(model)
    return (float(one[1]) * 1e9 / ABOUT, float(one[1]) * 1e9 * ABOUT) if one else (0.0, 0.0)


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.rpartition("/")[2].lower())

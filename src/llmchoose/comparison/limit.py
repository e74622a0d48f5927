"""By how much a middle cost may rise before a comparison fails."""

import math
import re
from dataclasses import dataclass

from llmchoose.comparison.model import TOTAL, Comparison
from llmchoose.errors import quoted
from llmchoose.estimate.formulas.distributions import Band, significant
from llmchoose.quantity import parse_quantity

_PERCENT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*%")
_ZERO = re.compile(r"0+(?:\.0+)?")
DOLLARS = {"USD": 1.0, "$": 1.0}


@dataclass(frozen=True)
class Limit:
    """The most that the middle total may rise: a share of what it was, or dollars.

    Attributes:
        text: As it was written.
        share: None where dollars are meant; `usd` is None where a share is.
    """

    text: str
    share: float | None = None
    usd: float | None = None


@dataclass(frozen=True)
class Rise:
    """A middle total that rose by more than the limit: dollars, and a share where there is one."""

    usd: float
    share: float | None


def read_limit(text: str) -> Limit:
    """Read `10%`, `$5k` or `0`.

    Raises:
        ValueError: It is none of these.
    """
    spelt = text.strip()
    if percent := _PERCENT.fullmatch(spelt):
        return Limit(spelt, share=float(percent[1]) / 100)
    if _ZERO.fullmatch(spelt):
        return Limit(spelt, usd=0.0)
    if not any(sign in spelt for sign in DOLLARS):
        raise ValueError(f"{quoted(text)} is neither a share nor dollars")
    money = parse_quantity(spelt, "money", "usd", bytes_per_token=math.nan, usd_per=DOLLARS)
    if not money.exact:
        raise ValueError(f"{quoted(text)} is a range; write one limit, such as 10% or $5k")
    return Limit(spelt, usd=money.low)


def rise_above(found: Comparison, limit: Limit) -> Rise | None:
    """How far the middle total of what is proposed rose, where that is more than the limit.

    A new proposal and one that was removed are no rise. Compared are six significant digits, so
    that every machine comes to the same.
    """
    total = found.proposed.figures[TOTAL]
    usd = total.p50
    if usd is None or usd <= 0 or not isinstance(total.old, Band):
        return None
    if not isinstance(total.new, Band):
        return None
    if limit.usd is not None:
        return Rise(usd, total.share) if usd > significant(limit.usd) else None
    share = math.inf if total.share is None else total.share
    return Rise(usd, total.share) if share > significant(limit.share or 0.0) else None

"""Counts as shares: `31 of 50` is the interval that so many of so many tell."""

import math
import re

from llmchoose.errors import quoted
from llmchoose.quantity.units import Misread

_COUNTED = re.compile(r"(\d{1,9})\s*(?:/|of|out of)\s*(\d{1,9})", re.IGNORECASE)
# Standard normal at 95 %: the ends of a 90 % interval.
Z = 1.6448536269514722
DIGITS = 4


def share_of(text: str) -> tuple[float, float] | None:
    """Ends of the 90 % interval of a share that was counted; None where nothing was.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.

    Raises:
        Misread: More are right than there are, or there are none.
    """
    found = _COUNTED.fullmatch(text.strip())
    if found is None:
        return None
    right, total = int(found[1]), int(found[2])
    if total == 0 or right > total:
        raise Misread(f"{quoted(text)} is no share", "write how many of how many: 31 of 50")
    share, square = right / total, Z * Z / total
    half = Z * math.sqrt(share * (1 - share) / total + square / (4 * total))
    middle = share + square / 2
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return round(max(low, 0.0), DIGITS), round(min(high, 1.0), DIGITS)

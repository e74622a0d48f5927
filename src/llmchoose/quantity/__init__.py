"""Quantities as people write them (`2M..5M tokens`, `$50k`) to numbers in a unit, and back.

A range is the 90 % interval. Multipliers are decimal (k, M, B, T); a month is a twelfth of 365.25
days. Conversions of powers of ten are exact, so what is written back reads as the same number.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from llmchoose.errors import quoted
from llmchoose.quantity.shares import share_of
from llmchoose.quantity.units import CONVERTERS, PERIOD_DAYS, Amount, Meant, Misread

LONGEST = 1000
MULTIPLIERS = {
    "k": 3,
    "K": 3,
    "thousand": 3,
    "M": 6,
    "million": 6,
    "B": 9,
    "billion": 9,
    "T": 12,
    "trillion": 12,
}
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[,_]\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<power>[+-]?\d+))?"
    rf"(?:\s*(?P<times>{'|'.join(MULTIPLIERS)})(?![A-Za-z]))?"
)

_RANGE_SIGN = re.compile(r"[-–—~]\s*\S*\d")
_SEPARATED = re.compile(r"[,_.]\d")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or the ends of its 90 % interval, in a unit that the field knows."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether both ends are the same."""
        return self.low == self.high


def parse_quantity(
    text: str, dimension: str, unit: str, *, bytes_per_token: float, usd_per: Mapping[str, float]
) -> Quantity:
    """Read a number or a range as people write it.

    Args:
        text: Such as `200k..2M tokens`, `$50k`, `85%`, `1M/month` or `40 GB of text`.
        dimension: count, tokens, parameters, fraction, money, rate, ratio, memory or duration.
        unit: Unit of the result, and of a bare number where one is allowed.
        bytes_per_token: Of the text's language, for sizes where tokens are meant.
        usd_per: Dollars per unit of a currency, by code and by sign.

    Raises:
        Misread: (a ValueError) A sentence on what is wrong and which units are meant.
    """
    return _read(text, Meant(dimension, unit, bytes_per_token, usd_per))


def parse_duration(text: str, unit: str) -> Quantity:
    """Read a length of time, `6 weeks` or `60..180 days`, in `unit` (ms, days, months …).

    Raises:
        Misread: (a ValueError) A sentence on what is wrong; a bare number has no unit.
    """
    return _read(text, Meant("duration", unit))


def show_quantity(quantity: Quantity, unit: str) -> str:
    """Write a quantity the way people do; reading it again gives the same quantity."""
    ends = (quantity.low,) if quantity.exact else (quantity.low, quantity.high)
    if unit.startswith("usd"):
        per = unit.partition("/")[2]
        return "..".join(f"${_short(end)}" for end in ends) + (f"/{per}" if per else "")
    if unit == "fraction":
        # One spelling for both ends: an end without a unit would take the other's.
        percents = [_percent(end) for end in ends]
        return "..".join(percents if all(percents) else [repr(end) for end in ends])
    if unit in (*PERIOD_DAYS, "days", "months"):
        return f"{'..'.join(_long(end) for end in ends)} {unit}"
    numbers = "..".join(_short(end) for end in ends)
    if unit == "requests/day":
        return f"{numbers}/day"
    return f"{numbers} {unit}" if unit in ("tokens", "GB") else numbers


def _short(value: float) -> str:
    for name, power in (("T", 12), ("B", 9), ("M", 6), ("k", 3)):
        digits = f"{value / 10**power:.6g}"
        if value >= 10**power and "e" not in digits and float(f"{digits}e{power}") == value:
            return digits + name
    return _long(value)


def _long(value: float) -> str:
    return str(int(value)) if value.is_integer() and value < 1e15 else repr(value)


def _percent(value: float) -> str:
    digits = f"{value * 100:.10g}"
    same = "e" not in digits and float(f"{digits}e-2") == value
    return f"{digits}%" if same else ""


def _read(text: str, meant: Meant) -> Quantity:
    text = text.strip()
    if len(text) > LONGEST:
        raise Misread(f"{quoted(text)} is too long for a quantity", "write a number and its unit")
    counted = share_of(text) if meant.dimension == "fraction" else None
    if counted:
        return Quantity(*counted)
    parts = [part.strip() for part in text.split("..")]
    if len(parts) > 2 or "" in parts or "…" in text:
        raise _range_fault(text, meant)
    low = _amount(parts[0], text, meant)
    if len(parts) == 1:
        only = _convert(low, parts[0], meant)
        return Quantity(only, only)
    high = _amount(parts[-1], text, meant)
    low, high = _share_unit(low, high), _share_unit(high, low)
    quantity = Quantity(_convert(low, parts[0], meant), _convert(high, parts[-1], meant))
    if quantity.low > quantity.high:
        raise Misread(
            f"{quoted(text)} runs backwards",
            f"write the lower end first: {parts[1]}..{parts[0]}"[:99],
        )
    return quantity


def _range_fault(text: str, meant: Meant) -> Misread:
    if not text:
        return meant.misread(text)
    meant_is = "write both ends with two dots between: 200..400"
    return Misread(f"{quoted(text)} is not a range", meant_is)


def _amount(part: str, whole: str, meant: Meant) -> Amount:
    bare = "" if part[0].isdecimal() else part.lower().lstrip("+-.$€£ ").split(" ")[0]
    if bare in ("nan", "inf", "infinity", "∞"):
        fault = "is not a number" if bare == "nan" else "has no end"
        hint = "write a number, or leave the field out if it is unknown"
        raise Misread(f"{quoted(whole)} {fault}", hint)
    found = _NUMBER.search(part)
    if not found:
        raise meant.misread(whole)
    before, after = part[: found.start()].strip(), part[found.end() :].strip()
    if before.endswith(("-", "−")) or before.startswith(("-", "−")):
        raise Misread(f"{quoted(whole)} is negative", "write zero or more")
    if before.endswith("+"):
        before = before[:-1].strip()
    if after and _RANGE_SIGN.match(after):
        raise _range_fault(whole, meant)
    if after and _SEPARATED.match(after):
        raise Misread(
            f"{quoted(whole)} has separators in unusual places",
            "write 2,500 or 2500, and 2.5 with a point",
        )
    power = int(found["power"] or 0) + MULTIPLIERS.get(found["times"] or "", 0)
    digits = found["digits"].replace(",", "").replace("_", "")
    return Amount(digits, power, before, after)


def _share_unit(amount: Amount, other: Amount) -> Amount:
    """A range takes its unit once or twice: an end without one has the other's."""
    if amount.after:
        return amount
    return amount._replace(before=amount.before or other.before, after=other.after)


def _convert(amount: Amount, text: str, meant: Meant) -> float:
    if amount.before and meant.dimension != "money":
        raise meant.misread(text)
    try:
        value = CONVERTERS[meant.dimension](amount, text, meant)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise Misread(f"{quoted(text)} is too large to be meant", "write a number that can be true")
    return value

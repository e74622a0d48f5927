"""Units that quantities are written in, by dimension, and their conversion to a field's unit."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from llmchoose.errors import quoted

DAY_S, MONTH_DAYS, YEAR_DAYS = 86400.0, 30.4375, 365.25
PERIOD_DAYS = {
    "ms": 1e-3 / DAY_S,
    "s": 1 / DAY_S,
    "sec": 1 / DAY_S,
    "second": 1 / DAY_S,
    "min": 60 / DAY_S,
    "minute": 60 / DAY_S,
    "h": 1 / 24,
    "hr": 1 / 24,
    "hour": 1 / 24,
    "d": 1.0,
    "day": 1.0,
    "w": 7.0,
    "week": 7.0,
    "mo": MONTH_DAYS,
    "month": MONTH_DAYS,
    "quarter": YEAR_DAYS / 4,
    "y": YEAR_DAYS,
    "yr": YEAR_DAYS,
    "year": YEAR_DAYS,
    "millisecond": 1e-3 / DAY_S,
}
SIZE_BYTES = {
    "B": 1.0,
    "byte": 1.0,
    "kB": 1e3,
    "KB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "TB": 1e12,
    "PB": 1e15,
    "KiB": 2.0**10,
    "MiB": 2.0**20,
    "GiB": 2.0**30,
    "TiB": 2.0**40,
}
COUNTED = {
    "examples": ("example", "pair", "row", "label", "sample", "record", "question"),
    "gpus": ("gpu", "accelerator", "card", "chip"),
    "people": ("people", "person", "engineer", "fte"),
    "variants": ("variant", "version"),
    "tokens": ("token",),
    "parameters": ("parameter", "param"),
    "x": ("x", "×", "time"),
    "requests/day": ("request", "call", "query", "querie"),
}
_LARGE = {"m": "million", "b": "billion", "t": "trillion"}
_PER = re.compile(r"\s*(/|\bper\b|\b(an?|each|every)\b)\s*")
CURRENCY_WORDS = {
    "$": "USD",
    "us$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "franc": "CHF",
    "francs": "CHF",
    "yen": "JPY",
}


class Misread(ValueError):  # noqa: N818 the sentence it carries is for people
    """A text that is no value of its kind: `fault` says what is wrong, `meant` what to write."""

    def __init__(self, fault: str, meant: str) -> None:
        self.fault, self.meant = fault, meant
        super().__init__(f"{fault}: {meant}")


class Amount(NamedTuple):
    """One end of a range: digits, a power of ten, and the unit before and after the digits."""

    digits: str
    power: int
    before: str
    after: str

    def value(self, shift: int = 0) -> float:
        """The number, moved by further powers of ten."""
        # Through the text, so that 1.1M is the float nearest to 1100000.
        return float(f"{self.digits}e{self.power + shift}")


class Meant(NamedTuple):
    """What a field reads: its dimension and unit, and the tables for conversions."""

    dimension: str
    unit: str
    bytes_per_token: float = 0.0
    usd_per: Mapping[str, float] = {}

    def misread(self, text: str) -> Misread:
        """That a text is nothing of this kind, and what is."""
        kind, example = KINDS[self.dimension]
        per = f"/{self.unit.partition('/')[2]}" if self.dimension == "money" else ""
        fault = f"{quoted(text)} is not {kind.format(self.unit)}"
        return Misread(fault, self._hint(text, example, per.rstrip("/")))

    @staticmethod
    def _hint(text: str, example: str, per: str) -> str:
        small = re.search(r"\d\s*([mbt])(?![A-Za-z])", text)
        if small:
            return f"write {small[1].upper()} for {_LARGE[small[1]]}"
        return f"write {example.format(per)}"


KINDS = {
    "count": ("a number of {0}", "a plain number such as 200 or 2k"),
    "tokens": ("a number of tokens", "tokens, or the size of the text: 50M tokens, 40 GB of text"),
    "parameters": ("a number of parameters", "a number such as 7B or 350M"),
    "fraction": ("a fraction", "a number from 0 to 1, or a percentage: 0.85, 85%"),
    "money": ("an amount of money", "dollars or another currency: $50k{0}, €50k{0}, 50k EUR{0}"),
    "rate": ("a rate", "a number a day, or with its period: 10k, 1M/month, 20/s"),
    "ratio": ("a factor", "a plain number such as 1.4"),
    "memory": ("an amount of memory", "gigabytes: 48 GB"),
    "duration": (
        "a length of time",
        "a number with ms, s, min, h, days, weeks, months or years: 6 weeks",
    ),
}


def _tidy(value: float) -> float:
    """Twelve digits: no conversion is known better, and €50k does not end in 0.00000000001."""
    return float(f"{value:.12g}")


def _words(after: str) -> str:
    """A unit without capitals, plural and article, so that `Examples` is `example`."""
    word = after.strip().lower()
    return word[:-1] if len(word) > 1 and word.endswith("s") else word


def _is_counted(after: str, unit: str) -> bool:
    word = _words(after)
    return not word or word in COUNTED.get(unit, ()) or word == _words(unit)


def _plain(amount: Amount, text: str, meant: Meant) -> float:
    if not _is_counted(amount.after, meant.unit):
        raise meant.misread(text)
    return amount.value()


def _tokens(amount: Amount, text: str, meant: Meant) -> float:
    if _is_counted(amount.after, "tokens"):
        return amount.value()
    size = re.sub(r"\s+of\s+(plain\s+)?(text|data|documents)$", "", amount.after)
    size = size if size in SIZE_BYTES else _words(size)
    if size not in SIZE_BYTES or not meant.bytes_per_token:
        raise meant.misread(text)
    return _tidy(amount.value() * SIZE_BYTES[size] / meant.bytes_per_token)


def _fraction(amount: Amount, text: str, meant: Meant) -> float:
    percent = amount.after.lower() in ("%", "percent", "per cent")
    if amount.after and not percent:
        raise meant.misread(text)
    value = amount.value(-2 if percent else 0)
    if value > 1:
        top = "100 %" if percent else "1"
        if not percent and value <= 100:
            raise Misread(f"{quoted(text)} is above 1", f"write {value:g}% or {value / 100:g}")
        raise Misread(f"{quoted(text)} is above {top}", f"write {KINDS['fraction'][1]}")
    return value


def _money(amount: Amount, text: str, meant: Meant) -> float:
    name, per = _split_period(amount.after)
    unit_per = meant.unit.partition("/")[2]
    rate = _usd_per(amount.before, name, text, meant)
    value = amount.value() if rate == 1 else _tidy(amount.value() * rate)
    if per in ("", unit_per):
        return value
    if per not in PERIOD_DAYS or unit_per not in PERIOD_DAYS:
        raise meant.misread(text)
    return _tidy(value * PERIOD_DAYS[unit_per] / PERIOD_DAYS[per])


def _usd_per(sign: str, name: str, text: str, meant: Meant) -> float:
    rates = [_rate_of(word, meant.usd_per) for word in (name, sign) if word] or [1.0]
    # `$50k CAD`: the dollar sign is that of many currencies, so the name decides.
    if rates[0] is None or (rates[0] != rates[-1] and not sign.endswith("$")):
        raise meant.misread(text)
    return rates[0]


def _rate_of(word: str, usd_per: Mapping[str, float]) -> float | None:
    code = CURRENCY_WORDS.get(word.lower(), word.upper())
    return 1.0 if code == "USD" else usd_per.get(code, usd_per.get(word))


def _split_period(after: str) -> tuple[str, str]:
    """`EUR/month` and `requests per day` to what stands before, and the period's name."""
    slashed = _PER.sub("/", after, count=1)
    name, _, per = slashed.partition("/")
    return name.strip(), _period(per)


def _period(word: str) -> str:
    return word.strip() if word.strip() in PERIOD_DAYS else _words(word)


def _rate(amount: Amount, text: str, meant: Meant) -> float:
    name, per = _split_period(amount.after)
    dangling = amount.after.rstrip().endswith("/")
    if dangling or not _is_counted(name, meant.unit) or (per and per not in PERIOD_DAYS):
        raise meant.misread(text)
    if per in ("", "day", "d"):
        return amount.value()
    return _tidy(amount.value() / PERIOD_DAYS[per])


def _duration(amount: Amount, text: str, meant: Meant) -> float:
    if not amount.after:
        raise Misread(f"{quoted(text)} has no unit", meant.misread(text).meant)
    if amount.after == "m":
        raise Misread(f"{quoted(text)} may be minutes or months", "write min or months")
    unit, own = _period(amount.after), _period(meant.unit)
    if unit not in PERIOD_DAYS:
        raise meant.misread(text)
    if PERIOD_DAYS[unit] == PERIOD_DAYS[own]:
        return amount.value()
    return _tidy(amount.value() * PERIOD_DAYS[unit] / PERIOD_DAYS[own])


def _memory(amount: Amount, text: str, meant: Meant) -> float:
    if amount.after == "GB":
        return amount.value()
    if amount.after not in SIZE_BYTES:
        raise meant.misread(text)
    return _tidy(amount.value() * SIZE_BYTES[amount.after] / 1e9)


CONVERTERS: Mapping[str, Callable[[Amount, str, Meant], float]] = {
    "count": _plain,
    "parameters": _plain,
    "ratio": _plain,
    "tokens": _tokens,
    "fraction": _fraction,
    "money": _money,
    "rate": _rate,
    "duration": _duration,
    "memory": _memory,
}

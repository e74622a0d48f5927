"""Quantities are read as people write them, and written back so that they read the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.quantity import Quantity, parse_duration, parse_quantity, show_quantity

RATES = {"€": 1.1, "EUR": 1.1, "CAD": 0.7}
UNITS = [
    ("count", "examples"),
    ("tokens", "tokens"),
    ("parameters", "parameters"),
    ("money", "usd"),
    ("money", "usd/month"),
    ("money", "usd/example"),
    ("rate", "requests/day"),
    ("ratio", "x"),
    ("duration", "days"),
    ("duration", "months"),
    ("duration", "ms"),
    ("memory", "GB"),
    ("fraction", "fraction"),
]


def read(text: str, dimension: str, unit: str) -> Quantity:
    if dimension == "duration":
        return parse_duration(text, unit)
    return parse_quantity(text, dimension, unit, bytes_per_token=4.0, usd_per=RATES)


@pytest.mark.parametrize(
    ("text", "dimension", "unit", "low", "high"),
    [
        ("708B tokens", "tokens", "tokens", 708e9, 708e9),
        ("200k..2M", "count", "examples", 2e5, 2e6),
        ("2,000", "count", "examples", 2000, 2000),
        ("1e6", "count", "examples", 1e6, 1e6),
        ("40 GB of text", "tokens", "tokens", 1e10, 1e10),
        ("48 GB", "memory", "GB", 48, 48),
        ("$50k", "money", "usd", 5e4, 5e4),
        ("€50k", "money", "usd", 55000, 55000),
        ("50k EUR", "money", "usd", 55000, 55000),
        ("$50k CAD", "money", "usd", 35000, 35000),
        ("$30k..$150k", "money", "usd", 3e4, 1.5e5),
        ("30k..150k EUR", "money", "usd", 33000, 165000),
        ("$60k/year", "money", "usd/month", 5000, 5000),
        ("$1.50 per example", "money", "usd/example", 1.5, 1.5),
        ("85%", "fraction", "fraction", 0.85, 0.85),
        ("70..85%", "fraction", "fraction", 0.7, 0.85),
        ("30.4375k/month", "rate", "requests/day", 1000, 1000),
        ("1 request/s", "rate", "requests/day", 86400, 86400),
        ("6 weeks", "duration", "days", 42, 42),
        ("60..180 days", "duration", "days", 60, 180),
        ("2 years", "duration", "months", 24, 24),
        ("7B", "parameters", "parameters", 7e9, 7e9),
        ("1.4x", "ratio", "x", 1.4, 1.4),
    ],
)
def test_reads_the_notation(text: str, dimension: str, unit: str, low: float, high: float) -> None:
    assert read(text, dimension, unit) == Quantity(low, high)


@pytest.mark.parametrize(
    ("text", "dimension", "unit", "sentence"),
    [
        ("5M..2M", "count", "examples", "runs backwards: write the lower end first: 2M..5M"),
        ("-5", "count", "examples", "is negative"),
        ("nan", "count", "examples", "is not a number"),
        (".inf", "count", "examples", "has no end"),
        ("1e400", "count", "examples", "too large"),
        ("1" + "0" * 400, "count", "examples", "too large"),
        ("9" * 2000, "count", "examples", "too long"),
        ("1e" + "9" * 900, "count", "examples", "too large"),
        ("6 weeks", "money", "usd", "write dollars or another currency: $50k"),
        ("$5", "tokens", "tokens", "write tokens, or the size of the text"),
        ("40 GB", "count", "examples", "is not a number of examples"),
        ("5m", "tokens", "tokens", "write M for million"),
        ("200-400", "count", "examples", "two dots between"),
        ("200–400", "count", "examples", "two dots between"),
        ("..5", "count", "examples", "both ends"),
        ("2,5", "count", "examples", "separators"),
        ("85", "fraction", "fraction", "write 85% or 0.85"),
        ("120%", "fraction", "fraction", "above 100 %"),
        ("50k XYZ", "money", "usd", "is not an amount of money"),
        ("6", "duration", "days", "has no unit"),
        ("6m", "duration", "days", "minutes or months"),
        ("", "count", "examples", "is not a number of examples"),
    ],
)
def test_says_what_is_wrong(text: str, dimension: str, unit: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the sentence is what is tested
        read(text, dimension, unit)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 250


@given(st.sampled_from(UNITS), st.data())
def test_what_is_shown_reads_the_same(kind: tuple[str, str], data: st.DataObject) -> None:
    top = 1.0 if kind[0] == "fraction" else 1e18
    ends = sorted(data.draw(st.tuples(*[st.floats(0, top, allow_subnormal=False)] * 2)))
    quantity = Quantity(*ends)
    assert read(show_quantity(quantity, kind[1]), *kind) == quantity


@given(st.text(max_size=40), st.sampled_from(UNITS))
def test_any_text_is_read_or_refused_with_a_sentence(text: str, kind: tuple[str, str]) -> None:
    try:
        quantity = read(text, *kind)
    except ValueError as error:
        assert ":" in str(error)  # noqa: PT017
    else:
        assert 0 <= quantity.low <= quantity.high

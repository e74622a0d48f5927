"""Figures as sentences say them."""

import pytest

from llmchoose.quantity.short import short


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (49.9, 3, "50"),
        (30.4375, 3, "30"),
        (8.71, 3, "8.7"),
        (1, 3, "1"),
        (0.0312, 3, "0.031"),
        (0, 3, "0"),
        (363e9, 3, "363B"),
        (1_022_362, 3, "1.02M"),
        (930_611, 2, "930k"),
        (23_120, 2, "23k"),
        (999.7, 3, "1k"),
        (105, 2, "100"),
        (4_610, 2, "4.6k"),
        (1.4e12, 3, "1.4T"),
        (float("nan"), 3, "unknown"),
        (150, 3, "150"),
        (999_600, 2, "1M"),
    ],
)
def test_short(value: float, digits: int, said: str) -> None:
    assert short(value, digits) == said

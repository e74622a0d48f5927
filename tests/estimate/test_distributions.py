"""Draws and the distributions that bend them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.estimate.formulas.distributions import (
    Draws,
    Scale,
    band,
    categories,
    interval,
    quantile_pick,
    significant,
    three_point,
)

DRAWS = Draws(seed=0, samples=2000)
positive = st.floats(1e-3, 1e12, allow_nan=False)
scales = st.sampled_from(["log", "log1p"])


def test_a_draw_belongs_to_its_seed_and_name_and_to_nothing_else() -> None:
    first = Draws(7, 200).normal("task.gap")
    Draws(7, 200).normal("something else")
    assert (Draws(7, 200).normal("task.gap") == first).all()
    assert (Draws(8, 200).normal("task.gap") != first).any()
    assert (Draws(7, 200).normal("task.kind") != first).any()


def test_the_first_draws_are_the_same_on_every_machine() -> None:
    order = [round(float(z), 6) for z in Draws(0, 5).normal("data.quality")]
    assert sorted(order) == [-1.281552, -0.524401, 0.0, 0.524401, 1.281552]
    assert order == [round(float(z), 6) for z in Draws(0, 5).normal("data.quality")]


@given(positive, st.floats(1.0, 1e3), scales)
def test_a_range_is_its_p5_to_p95(low: float, ratio: float, scale: Scale) -> None:
    drawn = interval(DRAWS.normal("x"), low, low * ratio, scale)
    assert np.quantile(drawn, 0.05) == pytest.approx(
        low, rel=0.12, abs=1e-3 * (1 + np.log1p(low * ratio))
    )
    assert np.quantile(drawn, 0.95) == pytest.approx(low * ratio, rel=0.12)


@given(st.floats(0, 1e12))
def test_an_exact_value_is_never_spread(value: float) -> None:
    assert (interval(DRAWS.normal("x"), value, value, "log1p") == value).all()


def test_a_fraction_stays_a_fraction() -> None:
    drawn = interval(DRAWS.normal("x"), 0.4, 0.99, "logit")
    assert drawn.min() > 0
    assert drawn.max() < 1


@given(positive, st.floats(1.0, 50), st.floats(1.0, 50))
def test_three_points_are_kept(middle: float, below: float, above: float) -> None:
    drawn = three_point(DRAWS.normal("x"), middle / below, middle, middle * above, "log")
    figures = band(drawn)
    assert figures.p10 == pytest.approx(middle / below, rel=0.02)
    assert figures.p50 == pytest.approx(middle, rel=0.02)
    assert figures.p90 == pytest.approx(middle * above, rel=0.02)


@given(st.lists(positive, min_size=1, max_size=30))
def test_prices_drawn_from_a_list_never_leave_it(values: list[float]) -> None:
    drawn = quantile_pick(DRAWS.normal("x"), values)
    assert drawn.min() >= min(values) * (1 - 1e-9)
    assert drawn.max() <= max(values) * (1 + 1e-9)


def test_categories_come_as_often_as_they_are_likely() -> None:
    drawn = categories(DRAWS.uniform("x"), {"a": 0.2, "b": 0.5, "c": 0.3})
    assert (drawn == "a").mean() == pytest.approx(0.2, abs=0.001)
    assert (drawn == "b").mean() == pytest.approx(0.5, abs=0.001)


@given(st.floats(-1e300, 1e300))
def test_rounding_to_significant_digits_is_stable(value: float) -> None:
    assert significant(significant(value)) == significant(value)


def test_the_same_code_takes_a_block_of_profiles() -> None:
    low, high = np.array([[1.0], [10.0]]), np.array([[2.0], [1000.0]])
    block = interval(DRAWS.normal("x"), low, high, "log")
    assert block.shape == (2, 2000)
    assert (block[0] == interval(DRAWS.normal("x"), 1.0, 2.0, "log")).all()

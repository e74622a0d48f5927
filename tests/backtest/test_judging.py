"""Errors, bands and the share of what is learned from one's own runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.backtest.judging import bands, point_errors, spread_of
from llmchoose.backtest.own import learn

figures = st.lists(st.floats(0.1, 1e6), min_size=3, max_size=30)


def test_errors_are_counted_as_they_are_named() -> None:
    found = point_errors(np.array([10.0, 10, 10, 10]), np.array([10.0, 15, 5.1, 25]))
    assert found.median_ape == pytest.approx(0.495)
    assert found.within_2x == 0.75
    assert found.bias == pytest.approx(1.25)


@given(figures, st.floats(0.2, 5))
def test_a_common_factor_shows_as_bias(measured: list[float], factor: float) -> None:
    truth = np.array(measured)
    found = point_errors(truth, truth * factor)
    assert found.bias == pytest.approx(factor)
    assert found.mean_abs_log == pytest.approx(abs(np.log(factor)), abs=1e-9)


def test_a_long_series_counts_for_its_root() -> None:
    errors = np.concatenate([np.full(100, 0.5), [-0.4, -0.3, -0.2, -0.1, 0.0]])
    family = np.array(["series"] * 100 + [f"other {i}" for i in range(5)])
    assert spread_of(errors, family).low < 0.85
    assert spread_of(np.full(105, 0.5), family).low == 1.0


def test_a_band_is_made_of_the_other_families() -> None:
    errors = np.array([2.0, 2.0, 2.0, 0.1, -0.1, 0.1, -0.1, 0.2, -0.2])
    family = np.array(["a"] * 3 + ["b", "c", "d", "e", "f", "g"])
    low, high = bands(errors, family, np.full(9, "all"))
    assert high[0] < 1.3
    assert low[0] > 0.75


def test_own_runs_move_the_middle_the_more_the_more_there_are() -> None:
    middles = [learn(np.full(count, 0.4), 1.0, 0.6, 1.6)[1] for count in (1, 4, 40)]
    assert 1.0 < middles[0] < middles[1] < middles[2] < np.exp(0.4)


def test_many_runs_that_agree_narrow_the_band() -> None:
    found, middle = learn(np.full(40, 0.1), 1.0, 0.6, 1.6)
    assert found.low < middle < found.high
    assert found.high / found.low < 1.6 / 0.6 / 1.5


def test_runs_that_contradict_each_other_widen_it() -> None:
    errors = np.array([-1.0, 1.0] * 20)
    found, _ = learn(errors, 1.0, 0.6, 1.6)
    assert found.high / found.low > 1.6 / 0.6

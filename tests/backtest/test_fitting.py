"""The fit finds what is there, leaves out what it should, and is not led astray by one odd run."""

import numpy as np
import pytest

from llmchoose.backtest.fitting import Parameter, Regression, fit, left_out


def made(noise: float = 0.05, odd: float = 0.0) -> Regression:
    """ln y = ln 2 + 0.3 x with a family effect; `odd` is added to one run."""
    draw = np.random.default_rng(7)
    x = draw.normal(size=120)
    family = np.array([f"family {i // 6}" for i in range(120)])
    own = np.repeat(draw.normal(size=20) * 0.2, 6)
    truth = np.log(2) + 0.3 * x + own + noise * draw.normal(size=120)
    truth[0] += odd
    parameters = (
        Parameter("a", 1.0, 1.0, "x"),
        Parameter("k", 0.0, 1.0, "power", scale="linear"),
        Parameter("held", 5.0, 0.0, "x"),
    )
    return Regression(lambda c: np.log(c["a"]) + c["k"] * x, truth, family, parameters, noise, 0.2)


def test_constants_are_found_and_held_ones_stay() -> None:
    found = fit(made())
    assert found.values["a"] == pytest.approx(2, rel=0.15)
    assert found.values["k"] == pytest.approx(0.3, abs=0.02)
    assert found.values["held"] == 5.0
    assert "held" not in found.sds


def test_one_odd_run_hardly_moves_the_fit() -> None:
    plain, odd = fit(made()), fit(made(odd=8.0))
    assert odd.values["k"] == pytest.approx(plain.values["k"], abs=0.01)


def test_without_runs_the_prior_stays() -> None:
    regression = made()
    found = fit(regression, np.zeros(120, bool))
    assert found.values["a"] == pytest.approx(1.0)


def test_a_family_has_no_part_in_its_own_prediction() -> None:
    regression = made()
    own = regression.family == "family 3"
    moved = Regression(
        regression.predict,
        np.where(own, regression.truth + 1, regression.truth),
        regression.family,
        regression.parameters,
        regression.noise,
        regression.family_sd,
    )
    before, after = left_out(regression)[own], left_out(moved)[own]
    assert after == pytest.approx(before + 1, abs=1e-6)


def test_errors_of_left_out_runs_are_those_of_a_fit_without_them() -> None:
    regression = made()
    own = regression.family == "family 5"
    alone = fit(regression, ~own)
    expected = (regression.truth - regression.predict(alone.values))[own]
    assert left_out(regression)[own] == pytest.approx(expected, abs=1e-5)

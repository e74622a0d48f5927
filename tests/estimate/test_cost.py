"""Money of accelerators: owned hours, and where two ways of paying break even."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.estimate.formulas import cost
from llmchoose.estimate.formulas.distributions import Draws, median
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import owning_break_even, plans_usd
from llmchoose.estimate.places import WORLD, place_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match

usd = st.floats(0.01, 1e5)
share = st.floats(0.01, 1)
years = st.floats(0.5, 10)
kilowatts = st.floats(0.05, 3)


def array(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([value])


@given(usd, years, kilowatts, st.floats(0.01, 0.5), st.floats(0, 500), st.floats(1e-3, 1e3))
def test_at_the_break_even_an_owned_hour_costs_what_a_rented_one_does(
    card: float, life: float, kw: float, power: float, hosting: float, above: float
) -> None:
    rent = kw * power + above
    idle = cost.idle_usd_per_hour(array(card), array(life), array(kw), array(hosting))
    use = cost.owning_break_even(idle, array(kw * power), array(rent))
    owned = cost.owned_usd_per_hour(array(card), array(life), use, array(kw), power, array(hosting))
    assert owned[0] == pytest.approx(rent, rel=1e-6)


@given(usd, usd, usd, st.floats(1, 10))
def test_a_dearer_rent_never_asks_for_more_use(
    idle: float, power: float, rent: float, more: float
) -> None:
    at = partial(cost.owning_break_even, array(idle), array(power))
    assert at(array(rent * more))[0] <= at(array(rent))[0]


def test_power_that_costs_the_rent_is_never_paid_back() -> None:
    assert cost.owning_break_even(array(1), array(2), array(2))[0] == np.inf
    assert cost.owning_break_even(array(1), array(3), array(2))[0] == np.inf


def test_hours_of_use_are_a_share_of_the_life() -> None:
    assert cost.hours_of_use(array(0.5), array(5))[0] == 0.5 * 5 * 8760


@given(share, share)
def test_a_reservation_pays_from_its_share_of_the_price_by_the_hour(
    committed: float, by_hour: float
) -> None:
    use = cost.commitment_break_even(array(committed), array(by_hour))[0]
    assert use * by_hour == pytest.approx(committed)


@given(usd, st.floats(0, 10), st.floats(0.01, 10))
def test_at_the_break_even_serving_costs_what_the_api_does(
    fixed: float, own: float, saved: float
) -> None:
    tokens = cost.serving_break_even_tokens(array(fixed), own, array(own + saved))[0]
    assert fixed + tokens * own / 1e6 == pytest.approx(tokens * (own + saved) / 1e6)


def test_an_api_that_is_cheaper_than_power_is_never_beaten() -> None:
    assert cost.serving_break_even_tokens(array(1000), 2.0, array(2))[0] == np.inf


@given(usd, st.floats(1, 1e5), st.floats(0.01, 100))
def test_the_use_of_a_deployment_at_which_it_costs_what_the_api_does(
    hour: float, speed: float, api: float
) -> None:
    use = cost.serving_break_even_utilisation(array(hour), array(speed), array(api))[0]
    assert use * speed * 3600 * api / 1e6 == pytest.approx(hour)


def test_draws_keep_their_shape() -> None:
    rent = np.linspace(1, 4, 7)
    assert cost.owning_break_even(np.full(7, 0.8), np.full(7, 0.1), rent).shape == (7,)
    assert cost.serving_break_even_tokens(np.full(7, 900.0), 0.0, rent).shape == (7,)


@pytest.fixture
def setting(knowledge: Knowledge) -> Setting:
    return Setting(knowledge, Draws(0, 500), "2026-06-30")


def test_every_plan_stands_side_by_side_and_a_missing_one_is_none(setting: Setting) -> None:
    gpu = match("H100", setting.knowledge.gpus).row
    assert gpu is not None
    plans = plans_usd(setting, gpu)
    assert list(plans) == [
        "on_demand",
        "reserved_1y",
        "reserved_3y",
        "spot",
        "marketplace",
        "owned",
    ]
    for plan in ("on_demand", "owned"):
        price = plans[plan]
        assert price is not None
        assert 0.5 < median(price.usd) < 20
        assert price.source
    unpriced = match("MI250X", setting.knowledge.gpus).row
    assert unpriced is not None
    assert plans_usd(setting, unpriced)["on_demand"] is None


def test_owning_breaks_even_where_its_hour_meets_the_rent(setting: Setting) -> None:
    gpu = match("A100-80GB", setting.knowledge.gpus).row
    assert gpu is not None
    use = owning_break_even(setting, gpu, place_of(WORLD, setting.knowledge))
    assert use is not None
    assert use.shape == (500,)
    assert 0.02 < median(use) < 2

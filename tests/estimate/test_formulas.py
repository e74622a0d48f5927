"""Formulas held against papers, and against what must always be true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.estimate.formulas import (
    architecture,
    cost,
    energy,
    flops,
    memory,
    people,
    serving,
    throughput,
)

size = st.floats(1e6, 1e13)
text = st.floats(1e6, 1e14)


def test_gpt3_takes_the_flops_of_its_paper() -> None:
    """Brown et al. 2020, table D.1: 3.14e23 FLOPs for 174.6B parameters and 300B tokens."""
    assert float(flops.training(174.6e9, 300e9)) == pytest.approx(3.14e23, rel=0.005)


def test_the_shape_rule_is_near_published_decoders() -> None:
    """LLaMA-65B has 80 layers of 8192 (Touvron et al. 2023, table 2); GPT-3 96 of 12288."""
    layers, hidden = architecture.shape_of(65.2e9)
    assert layers == pytest.approx(80, rel=0.15)
    assert hidden == pytest.approx(8192, rel=0.15)
    layers, hidden = architecture.shape_of(174.6e9)
    assert layers == pytest.approx(96, rel=0.15)
    assert hidden == pytest.approx(12288, rel=0.15)


def test_chinchilla_saw_twenty_tokens_a_parameter() -> None:
    """Hoffmann et al. 2022: 70B parameters, 1.4T tokens."""
    assert float(flops.compute_optimal_tokens(70e9, 20)) == pytest.approx(1.4e12)


def test_a_65b_model_needs_more_than_780_gb_to_tune() -> None:
    """Dettmers et al. 2023, abstract: regular 16-bit tuning of 65B takes more than 780 GB."""
    assert float(memory.states_gb(65e9, 16)) > 780


def test_zero_states_of_a_7_5b_model_are_those_of_the_paper() -> None:
    """Rajbhandari et al. 2019, figure 1: 120 GB at 7.5B parameters, 1.9 GB over 64 devices."""
    states = memory.states_gb(7.5e9, 16)
    assert float(states) == pytest.approx(120)
    assert float(memory.per_gpu_gb(states, 64, 0.0, 0.0)) == pytest.approx(1.9, abs=0.03)


def test_llama_65b_hours_follow_from_its_throughput() -> None:
    """Touvron et al. 2023: about 380 tokens/s on each A100-80GB, 1.4T tokens, 1,022,362 hours."""
    per_token = float(flops.training(65.2e9, 1.0))
    used = 380 * per_token / 312e12
    hours = throughput.gpu_hours(flops.training(65.2e9, 1.4e12), 312, used)
    assert float(hours) == pytest.approx(1_022_362, rel=0.01)
    assert float(throughput.days(hours, 2048)) == pytest.approx(20.8, rel=0.01)


def test_nothing_beats_the_hardwares_peak() -> None:
    with pytest.raises(ValueError, match="beat the hardware's peak"):
        throughput.gpu_hours(np.array([1e20]), 312, 1.2)


@given(size, text, st.floats(1.0, 100))
def test_more_tokens_never_take_fewer_hours(params: float, tokens: float, more: float) -> None:
    few = throughput.gpu_hours(flops.training(params, tokens), 312, 0.4)
    many = throughput.gpu_hours(flops.training(params, tokens * more), 312, 0.4)
    assert many >= few


@given(text, st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_higher_utilisation_never_takes_longer(tokens: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    work = flops.training(7e9, tokens)
    assert throughput.gpu_hours(work, 312, high) <= throughput.gpu_hours(work, 312, low)


@given(size, st.floats(1, 1000))
def test_sharding_over_more_cards_never_takes_more_memory(params: float, shards: float) -> None:
    states = memory.states_gb(params, 16)
    assert memory.per_gpu_gb(states, shards, 2, 1) <= memory.per_gpu_gb(states, 1, 2, 1)


def test_a_job_whose_own_part_fills_the_card_fits_on_no_number_of_cards() -> None:
    assert memory.min_gpus(100.0, 80.0, 80.0, 0.9) == np.inf


def test_min_gpus_leave_room_on_each_card() -> None:
    count = memory.min_gpus(1120.0, 10.0, 80.0, 0.9)
    assert 1120 / count + 10 <= 80 * 0.9
    assert 1120 / (count - 1) + 10 > 80 * 0.9


def test_2048_cards_at_15000_dollars_are_thirty_million() -> None:
    bare = cost.purchase_usd(
        np.array([2048.0]), np.array([15000.0]), np.array([1.0]), np.array([0.0])
    )
    assert float(bare[0]) == pytest.approx(30.72e6)


def test_energy_of_llama_65b_is_its_papers() -> None:
    """Touvron et al. 2023, table 15: 1,022,362 h x 400 W x PUE 1.1 = 449 MWh, 173 tCO2e."""
    kwh = energy.energy_kwh(np.array([1_022_362.0]), 400, 1.0, 1.0, 1.1)
    assert float(kwh[0]) / 1000 == pytest.approx(449, rel=0.005)
    assert float(energy.tco2e(kwh, 385)[0]) == pytest.approx(173, rel=0.005)


def test_an_owned_hour_costs_more_the_less_it_is_used() -> None:
    def hourly(used: float) -> float:
        return float(
            cost.owned_usd_per_hour(
                np.array(30000.0),
                np.array(5.0),
                np.array(used),
                np.array(0.9),
                0.1,
                np.array(190.0),
            )
        )

    assert hourly(0.2) > hourly(0.8) > 0


@given(st.floats(1, 1e9), st.floats(1, 20), st.floats(0.1, 1e5))
def test_replicas_always_carry_the_peak(per_day: float, peak: float, capacity: float) -> None:
    count = serving.replicas(np.array(per_day), np.array(peak), np.array(capacity), np.array(1.0))
    assert count >= 1
    assert count * capacity >= per_day / 86400 * peak * (1 - 1e-9)
    assert 0 <= serving.utilisation(np.array(per_day), np.array(capacity), count) <= 1


def test_twice_the_team_does_not_halve_the_calendar() -> None:
    def days(engineers: float) -> float:
        return float(
            people.calendar_days(np.array(10.0), np.array(engineers), np.array(3.0), np.array(0.5))
        )

    assert days(3) == pytest.approx(70)
    assert 35 < days(6) < 70

"""The formula of pretraining efficiency, by what it must and must not depend on."""

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.backtest.stacking import stacked
from llmchoose.estimate.formulas.efficiency import (
    Conditions,
    assumed_count,
    factors,
    utilisation,
    whole_run_utilisation,
)
from llmchoose.knowledge.load import Knowledge, load_knowledge

CONSTANTS = load_knowledge().constants
PLAN = Conditions(7e9, 256, 80.0, "a100", 2024.0)
CLASSES = ("a100", "h100", "other", "tpu", "v100")

conditions = st.builds(
    Conditions,
    params=st.floats(1e6, 1e13),
    n_gpus=st.integers(1, 100_000),
    memory_gb=st.floats(8.0, 400.0),
    gpu_class=st.sampled_from(CLASSES),
    year=st.floats(2016, 2030),
    moe=st.booleans(),
    encoder=st.booleans(),
    fp8=st.booleans(),
)


@given(conditions)
def test_every_run_stays_below_the_peak(at: Conditions) -> None:
    assert 0 < float(utilisation(at, CONSTANTS)) < 1


@given(conditions)
def test_it_is_the_product_of_its_factors(at: Conditions) -> None:
    found = prod(float(factor) for factor in factors(at, CONSTANTS).values())
    assert float(utilisation(at, CONSTANTS)) == pytest.approx(found)


@given(st.lists(conditions, min_size=1, max_size=5))
def test_many_runs_at_once_are_as_each_alone(several: list[Conditions]) -> None:
    alone = [float(utilisation(one, CONSTANTS)) for one in several]
    assert utilisation(stacked(several), CONSTANTS) == pytest.approx(alone)


def test_a_factor_that_does_not_apply_is_one() -> None:
    found = factors(PLAN, CONSTANTS)
    for name in ("moe", "encoder", "fp8", "few_accelerators", "before_flash_attention", "class"):
        assert found[f"pretraining.{name}"] == 1.0


def test_the_day_matters_only_where_flash_attention_exists() -> None:
    early = replace(PLAN, year=2021.0)
    assert utilisation(early, CONSTANTS) < utilisation(PLAN, CONSTANTS)
    for word in ("tpu", "v100"):
        then, now = (replace(at, gpu_class=word) for at in (early, PLAN))
        assert utilisation(then, CONSTANTS) == utilisation(now, CONSTANTS)


def test_more_accelerators_for_the_same_model_are_used_less_well() -> None:
    counts = np.array([64.0, 256.0, 1024.0])
    found = utilisation(replace(PLAN, n_gpus=counts), CONSTANTS)
    assert np.all(np.diff(found) < 0)


def test_beyond_what_was_seen_nothing_is_extrapolated() -> None:
    largest = utilisation(replace(PLAN, params=1e15, memory_gb=400.0), CONSTANTS)
    assert largest == utilisation(replace(PLAN, params=1e14, memory_gb=200.0), CONSTANTS)


def test_a_class_nobody_fitted_gives_no_number() -> None:
    assert np.isnan(utilisation(replace(PLAN, gpu_class="abacus"), CONSTANTS))


def test_an_unknown_count_is_whole_nodes_that_finish_in_time() -> None:
    one_day = 312e12 * 0.3 * 86400
    found = assumed_count(np.array([1.0, 20 * 8 * one_day, 21 * 8 * one_day]), 312, 20, CONSTANTS)
    assert found.tolist() == [8.0, 8.0, 16.0]


def test_draws_are_spread_round_the_formula_and_capped(knowledge: Knowledge) -> None:
    card = next(gpu for gpu in knowledge.gpus if gpu.id == "a100-80gb-sxm")
    z = np.linspace(-3, 3, 601)
    found = whole_run_utilisation(
        knowledge.fitted, z, np.full(601, 7e9), np.array(256.0), card, 2024
    )
    assert np.all(np.diff(found) >= 0)
    assert found.max() <= CONSTANTS["pretraining.mfu_max"]
    assert float(np.median(found)) == pytest.approx(float(utilisation(PLAN, CONSTANTS)), rel=0.02)

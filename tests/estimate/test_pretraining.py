"""The pretraining calculator against published runs, by the general model."""

import numpy as np
import pytest

from llmchoose.estimate.distributions import band
from llmchoose.estimate.pretraining import Run, estimate_pretraining
from llmchoose.knowledge.load import Knowledge


def test_llama_65b_lies_in_the_band_and_near_the_middle(knowledge: Knowledge) -> None:
    """Touvron et al. 2023, table 15: 1,022,362 A100-80GB hours; the cards about $30M (S4-29)."""
    run = Run(65e9, 1.4e12, gpu="A100-80GB", n_gpus=2048)
    found = estimate_pretraining(run, knowledge, day="2023-12-31")
    hours = band(found.gpu_hours)
    assert hours.p10 < 1_022_362 < hours.p90
    assert pytest.approx(hours.p50, rel=0.35) == 1_022_362
    assert found.purchase_usd is not None
    assert band(found.purchase_usd).p50 == pytest.approx(30.72e6, rel=0.02)


def test_gpt3_cost_lies_in_the_band(knowledge: Knowledge) -> None:
    """Lambda 2020: about $4.6M for GPT-3 on V100s at reserved prices."""
    run = Run(175e9, 300e9, gpu="V100", plan="reserved_3y")
    found = estimate_pretraining(run, knowledge, day="2020-12-31")
    assert found.cost_usd is not None
    cost = band(found.cost_usd)
    assert cost.p10 < 4.6e6 < cost.p90


def test_a_measured_mfu_is_taken_as_running_and_goodput_comes_on_top(knowledge: Knowledge) -> None:
    run = Run(7e9, 1e12, gpu="A100-80GB", n_gpus=256, mfu=0.4)
    whole = Run(7e9, 1e12, gpu="A100-80GB", n_gpus=256, mfu=0.4, goodput=1.0)
    one, other = (estimate_pretraining(r, knowledge) for r in (run, whole))
    assert (one.mfu == 0.4).all()
    assert band(one.gpu_hours).p50 > band(other.gpu_hours).p50


def test_active_parameters_make_a_mixture_cheaper(knowledge: Knowledge) -> None:
    dense = estimate_pretraining(Run(47e9, 1e12, gpu="H100"), knowledge)
    sparse = estimate_pretraining(Run(47e9, 1e12, active_params=13e9, gpu="H100"), knowledge)
    assert np.median(sparse.gpu_hours) < np.median(dense.gpu_hours)


def test_a_project_costs_more_than_its_final_run(knowledge: Knowledge) -> None:
    final = estimate_pretraining(Run(7e9, 1e12), knowledge)
    project = estimate_pretraining(Run(7e9, 1e12, project=True), knowledge)
    assert np.median(project.gpu_hours) > np.median(final.gpu_hours)


def test_a_missing_price_is_unknown_and_never_zero(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(7e9, 1e12, gpu="MI250X"), knowledge)
    assert found.cost_usd is None
    assert any("unknown, not zero" in note for note in found.notes)


def test_nothing_runs_above_the_peak(knowledge: Knowledge) -> None:
    for gpu in ("A100-80GB", "H100", "V100", "TPU v4", "L4"):
        found = estimate_pretraining(Run(7e9, 1e11, gpu=gpu), knowledge, samples=2000)
        assert (found.mfu * found.goodput).max() <= 1


def test_impossible_runs_are_refused(knowledge: Knowledge) -> None:
    with pytest.raises(ValueError, match="do not hold it"):
        estimate_pretraining(Run(65e9, 1.4e12, gpu="A100-80GB", n_gpus=1), knowledge)
    with pytest.raises(ValueError, match="more parameters are active"):
        estimate_pretraining(Run(7e9, 1e12, active_params=100e9), knowledge)
    with pytest.raises(ValueError, match="did you mean"):
        estimate_pretraining(Run(7e9, 1e12, gpu="A100-8GB"), knowledge)

"""The pretraining calculator against published runs, and what it refuses."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmchoose.estimate.formulas.distributions import band, median
from llmchoose.estimate.formulas.explain import product, remainder
from llmchoose.estimate.pretrain.calculator import PretrainingEstimate, estimate_pretraining
from llmchoose.estimate.pretrain.job import Run
from llmchoose.knowledge.load import Knowledge, load_knowledge

LLAMA = Run(65.2e9, 1.4e12, gpu="A100-80GB", n_gpus=2048)
SMALL = Run(7e9, 1e12, gpu="A100-80GB", n_gpus=256)
SHIPPED = load_knowledge()


def hours(run: Run, day: str | None = None) -> float:
    return median(estimate_pretraining(run, SHIPPED, day=day).gpu_hours)


def test_llama_65b_lies_in_the_band_and_near_the_middle(knowledge: Knowledge) -> None:
    """Touvron et al. 2023, table 15: 1,022,362 A100-80GB hours; the cards about $30M (S4-29)."""
    found = estimate_pretraining(LLAMA, knowledge, day="2023-12-31")
    published = band(found.gpu_hours)
    assert published.p10 < 1_022_362 < published.p90
    assert pytest.approx(published.p50, rel=0.4) == 1_022_362
    assert found.purchase_usd is not None
    assert band(found.purchase_usd).p50 == pytest.approx(30.72e6, rel=0.02)


def test_gpt3_cost_lies_in_the_band(knowledge: Knowledge) -> None:
    """Lambda 2020: about $4.6M for GPT-3 on V100s at reserved prices."""
    run = Run(175e9, 300e9, gpu="V100", plan="reserved_3y")
    found = estimate_pretraining(run, knowledge, day="2020-12-31")
    assert found.cost_usd is not None
    cost = band(found.cost_usd)
    assert cost.p10 < 4.6e6 < cost.p90


def test_work_is_six_nd_and_attention(knowledge: Knowledge) -> None:
    """GPT-3 2020, table D.1: 3.14e23 FLOPs; attention adds 6 x 96 x 12,288 x 2,048 a token."""
    found = estimate_pretraining(Run(175e9, 300e9, model="GPT-3", gpu="V100-32GB"), knowledge)
    attention = 6 * 96 * 12288 * 2048 * 300e9
    assert found.flops == pytest.approx(3.15e23 + attention, rel=0.02)


def test_an_encoder_looks_both_ways_and_an_encoder_decoder_works_by_halves() -> None:
    bare, both, halves = (
        estimate_pretraining(replace(SMALL, arch=arch), SHIPPED).flops
        for arch in ("decoder", "encoder", "encoder_decoder")
    )
    dense = 6 * 7e9 * 1e12
    assert both - dense == pytest.approx(2 * (bare - dense))
    assert halves == pytest.approx(bare / 2)


def test_the_catalogue_gives_size_and_kind(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(model="bert-base", tokens=1e11), knowledge)
    assert found.run.arch == "encoder"
    assert found.run.params == pytest.approx(110e6, rel=0.05)
    other = estimate_pretraining(Run(7e9, 1e12, model="Nobody-7B"), knowledge)
    assert any("`Nobody-7B` is not in the catalogue" in note for note in other.notes)


def test_without_a_day_the_band_is_wider_and_the_software_todays() -> None:
    old, now = (estimate_pretraining(SMALL, SHIPPED, day=day) for day in ("2021-06-30", None))
    late = estimate_pretraining(SMALL, SHIPPED, day="2024-06-30")
    assert median(now.gpu_hours) < median(old.gpu_hours)
    assert _width(now) > _width(late)
    assert median(now.gpu_hours) == pytest.approx(median(late.gpu_hours), rel=0.05)


def _width(found: PretrainingEstimate) -> float:
    figures = band(found.gpu_hours)
    return figures.p90 / figures.p10


def test_a_measured_mfu_is_taken_as_running_and_goodput_comes_on_top(knowledge: Knowledge) -> None:
    run = replace(SMALL, mfu=0.4)
    one, other = (
        estimate_pretraining(each, knowledge) for each in (run, replace(run, goodput=1.0))
    )
    assert (one.mfu == 0.4).all()
    assert band(one.gpu_hours).p50 > band(other.gpu_hours).p50
    assert median(other.gpu_hours) == pytest.approx(6 * 7e9 * 1e12 / (0.4 * 312e12 * 3600))


def test_measured_tokens_a_second_give_the_hours_whatever_the_flops(knowledge: Knowledge) -> None:
    """Touvron et al. 2023, section 2.4: 380 tokens/s on each A100-80GB, 21 days on 2,048."""
    found = estimate_pretraining(replace(LLAMA, tokens_per_s=380, goodput=1.0), knowledge)
    assert median(found.wall_clock_days) == pytest.approx(21, rel=0.02)


def test_active_parameters_make_a_mixture_cheaper() -> None:
    assert hours(Run(47e9, 1e12, active_params=13e9, gpu="H100")) < hours(
        Run(47e9, 1e12, gpu="H100")
    )


def test_a_project_costs_more_than_its_final_run() -> None:
    assert hours(replace(SMALL, project=True)) > hours(SMALL)


def test_a_missing_price_is_unknown_and_never_zero(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(7e9, 1e12, gpu="MI250X"), knowledge)
    assert found.cost_usd is None
    assert any("unknown, not zero" in note for note in found.notes)


def test_every_way_to_pay_stands_beside_the_one_chosen(knowledge: Knowledge) -> None:
    found = estimate_pretraining(SMALL, knowledge)
    assert found.cost_usd is not None
    assert np.array_equal(np.asarray(found.plans["on_demand"]), found.cost_usd)
    assert {"spot", "reserved_1y", "owned"} <= set(found.plans)
    owned = estimate_pretraining(replace(SMALL, plan="owned"), knowledge)
    assert owned.cost_usd is not None
    assert median(owned.cost_usd) == median(found.plans["owned"])  # type: ignore[arg-type]


def test_owning_and_renting_cost_the_same_where_they_break_even(knowledge: Knowledge) -> None:
    found = estimate_pretraining(SMALL, knowledge)
    assert found.owned_utilisation is not None
    assert found.owned_hours is not None
    assert 0.05 < median(found.owned_utilisation) < 1
    years = found.owned_hours / found.owned_utilisation / 8760
    assert 3 <= median(years) <= 6


@given(
    st.floats(1e7, 1e12),
    st.floats(1e8, 2e13),
    st.sampled_from(["A100-80GB", "H100", "V100-32GB", "TPU v4", "L4", "B200", "MI300X"]),
    st.sampled_from(["decoder", "encoder", "encoder_decoder"]),
)
@settings(max_examples=40, deadline=None)
def test_more_text_never_takes_less_and_bands_are_ordered(
    params: float, tokens: float, gpu: str, arch: str
) -> None:
    one = estimate_pretraining(Run(params, tokens, gpu=gpu, n_gpus=4096, arch=arch), SHIPPED)
    more = estimate_pretraining(Run(params, 2 * tokens, gpu=gpu, n_gpus=4096, arch=arch), SHIPPED)
    assert np.all(more.gpu_hours > one.gpu_hours)
    assert (one.mfu * one.goodput).max() <= 1
    for values in (one.mfu, one.goodput, one.gpu_hours, one.wall_clock_days, one.cost_usd):
        if values is not None:
            figures = band(values)
            assert figures.p10 <= figures.p50 <= figures.p90


@pytest.mark.parametrize(
    "change", [{}, {"mfu": 0.4}, {"tokens_per_s": 3000}, {"project": True}, {"goodput": 0.6}]
)
def test_the_multiplication_gives_the_hours(change: dict[str, Any]) -> None:
    found = estimate_pretraining(replace(SMALL, **change), SHIPPED)
    # Middle values multiply to the middle of the product where each has its own draws.
    assert product(found.terms) == pytest.approx(median(found.gpu_hours), rel=1e-3)
    assert 0.9 < remainder(found.terms) < 1.1


def test_a_deadline_takes_the_cheapest_that_meets_it(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(7e9, 1e12, deadline_days=42), knowledge)
    assert len(found.options) > 5
    costs = [one.cost_usd for one in found.options if one.cost_usd is not None]
    assert costs == sorted(costs)
    assert all(one.wall_clock_days <= 42 for one in found.options)
    best = found.options[0]
    assert (best.gpu, best.n_gpus) == (found.gpu, found.n_gpus)
    assert best.gpu_hours == pytest.approx(median(found.gpu_hours))
    assert any("one run in ten takes more" in note for note in found.notes)


def test_counts_are_whole_nodes_and_hold_the_model(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(70e9, 1.4e12, deadline_days=60), knowledge)
    for one in found.options:
        assert one.n_gpus % (one.gpu.gpus_per_node or 1) == 0
        assert one.n_gpus * one.gpu.memory_gb >= 16 * 70


def test_a_named_accelerator_gets_its_count_from_the_deadline() -> None:
    run = Run(7e9, 1e12, gpu="H100")
    slow, quick = (
        estimate_pretraining(replace(run, deadline_days=days), SHIPPED) for days in (60, 20)
    )
    assert slow.gpu.id == quick.gpu.id == "h100-sxm"
    assert slow.n_gpus < quick.n_gpus


def test_a_budget_takes_the_cheapest_that_is_done_in_the_usual_time(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(7e9, 1e12, gpu="H100", budget_usd=400e3), knowledge)
    assert found.cost_usd is not None
    assert median(found.cost_usd) <= 400e3
    assert median(found.wall_clock_days) <= knowledge.factors["planning_days"].p50
    fewer = Run(7e9, 1e12, gpu="H100", n_gpus=found.n_gpus // 2)
    assert median(estimate_pretraining(fewer, knowledge).wall_clock_days) > 20


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (Run(405e9, 1e12, gpu="T4", n_gpus=1), "1,620 GB for weights and gradients"),
        (Run(7e9, 1e12, active_params=100e9), "more parameters are active"),
        (Run(7e9, 1e12, gpu="A100-8GB"), "did you mean"),
        (Run(7e9, -1.0), "tokens: -1 is out of reach; give a number from"),
        (Run(7e9, float("nan")), "tokens: nan is out of reach"),
        (Run(1e30, 1e12), "parameters: 1e\\+30 is out of reach"),
        (Run(7e9, 1e12, n_gpus=0), "accelerators: 0 is out of reach"),
        (Run(7e9, 1e12, mfu=2.0), "utilisation: 2 is out of reach"),
        (Run(7e9, 1e12, mfu=0.4, tokens_per_s=300), "give one of the two"),
        (Run(7e9, 1e12, tokens_per_s=1e8), "is it the throughput of all"),
        (Run(7e9, 1e12, gpu="V100", precision="bf16"), "it computes in fp16, fp32"),
        (Run(7e9, 1e12, gpu="A100", precision="fp4"), "take bf16, fp16, fp8, fp32"),
        (Run(7e9, 1e12, gpu="CS-2"), "name another accelerator"),
        (Run(None, 1e12), "say how large the model is"),
        (Run(None, 1e12, model="nobody"), "give its size"),
        (Run(405e9, 15e12, deadline_days=1), "the fastest is .* days"),
        (Run(405e9, 15e12, budget_usd=1e6), "the cheapest is .* \\$"),
        (Run(7e9, 1e12, gpu="MI250X", budget_usd=1e6), "no budget can be kept"),
        (Run(7e9, 1e12, gpu="H100", n_gpus=8, deadline_days=21), "the fastest is 8 x H100"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_do(run: Run, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        estimate_pretraining(run, SHIPPED)


def test_what_needs_a_frugal_optimiser_is_a_note(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(70e9, 1e12, gpu="A100-80GB", n_gpus=8), knowledge)
    assert any("8-bit or factored optimiser" in note for note in found.notes)


def test_a_count_left_open_holds_the_model(knowledge: Knowledge) -> None:
    found = estimate_pretraining(Run(405e9, 1e9, gpu="A100-40GB"), knowledge)
    assert found.n_gpus * 40 >= 16 * 405


def test_a_maker_could_train_on_what_nobody_else_could_have(knowledge: Knowledge) -> None:
    """PaLM 2022: 6,144 TPU v4 a year before anybody could rent them."""
    run = Run(540e9, 780e9, gpu="TPU v4", n_gpus=6144)
    found = estimate_pretraining(run, knowledge, day="2021-06-30")
    assert any("could be had from 2022-05" in note for note in found.notes)
    figures = band(found.gpu_hours)
    assert figures.p10 < 8.4e6 < figures.p90
    with pytest.raises(ValueError, match="could be had from"):
        estimate_pretraining(run, knowledge, day="2019-06-30")


@pytest.mark.parametrize("word", ["bf16/fp8", "BF16", "bfloat16"])
def test_precisions_are_read_as_people_write_them(word: str) -> None:
    assert hours(replace(SMALL, precision=word)) == hours(replace(SMALL, precision="bf16"))


def test_a_tpu_multiplies_in_16_bit_whatever_the_weights_are_kept_in() -> None:
    run = replace(SMALL, gpu="TPU v3")
    assert hours(replace(run, precision="fp32")) == hours(replace(run, precision="bf16"))


@pytest.mark.parametrize("gpu", ["A100-64GB", "H100-64GB", "Ascend910", "GH200", "TPUv5e", "H800"])
def test_hardware_of_published_runs_is_known(gpu: str) -> None:
    assert hours(replace(SMALL, gpu=gpu)) > 0

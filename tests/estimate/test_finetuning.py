"""The tuning calculator against published runs, and what it says when things do not fit."""

import numpy as np
import pytest

from llmchoose.estimate.finetune.calculator import Finetuning, estimate_finetuning
from llmchoose.estimate.finetune.recipes import Finetune
from llmchoose.estimate.formulas.distributions import band
from llmchoose.estimate.formulas.explain import product, remainder
from llmchoose.knowledge.load import Knowledge


def estimate(knowledge: Knowledge, **asked: object) -> Finetuning:
    return estimate_finetuning(Finetune(**asked), knowledge)  # type: ignore[arg-type]


def test_alpaca_lies_in_the_band(knowledge: Knowledge) -> None:
    """Taori et al. 2023: 52k examples, 3 passes, 8 A100-80GB, 3 hours: 24 GPU-hours."""
    found = estimate(
        knowledge, model="llama-7b", method="full", examples=52e3, tokens_per_example=110,
        epochs=3, seq_len=512, gpu="A100-80GB", n_gpus=8,
    )  # fmt: skip
    assert found.gpu_hours is not None
    hours = band(found.gpu_hours)
    assert hours.p10 < 24 < hours.p90
    assert found.fits


def test_qlora_of_7b_takes_a_consumer_card(knowledge: Knowledge) -> None:
    found = estimate(
        knowledge, model="llama-2-7b", method="qlora", stack="unsloth", seq_len=2048,
        micro_batch=2, tokens=7e6, gpu="RTX 4090",
    )  # fmt: skip
    assert found.fits
    assert "rtx4090" in found.fits_gpus
    assert found.memory_gb_per_gpu is not None
    assert 6 < band(found.memory_gb_per_gpu).p50 < 12


def test_what_does_not_fit_says_what_to_turn_on(knowledge: Knowledge) -> None:
    found = estimate(
        knowledge, params=13e9, method="lora", seq_len=2048, micro_batch=4, gpu="A100-40GB",
        examples=1e4, tokens_per_example=300,
    )  # fmt: skip
    assert found.fits is False
    assert found.fits_safely is False
    assert any("checkpointing" in step for step in found.advice)
    assert found.gpu_hours is not None


def test_what_nothing_helps_has_no_time(knowledge: Knowledge) -> None:
    found = estimate(knowledge, params=30e9, method="full", gpu="T4", tokens=1e6)
    assert found.fits is False
    assert found.gpu_hours is None
    assert found.cost_usd is None


def test_without_data_there_is_memory_and_speed_alone(knowledge: Knowledge) -> None:
    found = estimate(knowledge, params=7e9, gpu="A100-80GB")
    assert found.memory_gb_per_gpu is not None
    assert found.tokens_per_s is not None
    assert found.gpu_hours is None
    assert any("--examples" in note for note in found.notes)


def test_padding_and_short_texts_cost_most_of_the_peak(knowledge: Knowledge) -> None:
    short = estimate(knowledge, params=7e9, gpu="A100-80GB", examples=1e4, tokens_per_example=60)
    packed = estimate(knowledge, params=7e9, gpu="A100-80GB", tokens=6e5, seq_len=4096)
    assert short.mfu is not None
    assert packed.mfu is not None
    assert np.median(short.mfu) < 0.5 * np.median(packed.mfu)


def test_nothing_runs_above_the_peak(knowledge: Knowledge) -> None:
    for gpu in ("A100-80GB", "H100", "T4", "L40S", "RTX 4090", "V100"):
        found = estimate(knowledge, params=1e9, method="qlora", gpu=gpu, tokens=1e6, seq_len=2048)
        assert found.mfu is not None
        assert found.mfu.max() <= 1.0


def test_the_multiplication_gives_the_hours(knowledge: Knowledge) -> None:
    found = estimate(
        knowledge, params=7e9, gpu="A100-80GB", examples=1e4, tokens_per_example=200, epochs=2
    )
    assert found.gpu_hours is not None
    assert product(found.terms) == pytest.approx(found.terms[-1].value, rel=6e-4)
    assert 0.9 < remainder(found.terms) < 1.1
    assert band(found.gpu_hours).p50 == pytest.approx(found.terms[-1].value, rel=0.05)


def test_a_missing_price_is_unknown_and_never_zero(knowledge: Knowledge) -> None:
    found = estimate(knowledge, params=7e9, gpu="MI250X", tokens=1e6)
    assert found.cost_usd is None
    assert any("unknown, not zero" in note for note in found.notes)


def test_managed_tuning_needs_no_accelerator(knowledge: Knowledge) -> None:
    found = estimate(
        knowledge, params=8e9, method="managed", examples=1e4, tokens_per_example=500, epochs=3
    )
    assert found.managed
    assert found.gpu is None
    priced = [one.usd for one in found.managed if one.usd is not None]
    assert priced == sorted(priced)


def test_a_model_the_catalogue_lacks_is_taken_by_its_size(knowledge: Knowledge) -> None:
    found = estimate(knowledge, params=11.1e9, model="our-own-11b", gpu="A100-80GB")
    assert any("`our-own-11b` is not in the catalogue" in note for note in found.notes)
    assert found.fits is not None


def test_several_cards_share_what_one_cannot_hold(knowledge: Knowledge) -> None:
    found = estimate(knowledge, params=70e9, gpu="A100-80GB", n_gpus=8, grad_checkpointing=True)
    assert found.request.sharding == "fsdp"
    assert any("split" in note for note in found.notes)
    assert found.fits


def test_the_same_seed_gives_the_same_figures(knowledge: Knowledge) -> None:
    one, other = (
        estimate(knowledge, params=7e9, gpu="H100", tokens=1e7).gpu_hours for _ in range(2)
    )
    assert one is not None
    assert other is not None
    assert np.array_equal(one, other)


def test_what_is_cut_off_is_neither_computed_nor_paid(knowledge: Knowledge) -> None:
    hours = []
    for length in (512, 1024, 4096):
        found = estimate(
            knowledge, params=7e9, gpu="A100-80GB", examples=1e4, tokens_per_example=length,
            seq_len=512,
        )  # fmt: skip
        assert found.gpu_hours is not None
        hours.append(band(found.gpu_hours).p50)
    assert hours == pytest.approx([hours[0]] * 3)


def test_an_assumed_length_widens_the_band(knowledge: Knowledge) -> None:
    given = estimate(knowledge, params=7e9, gpu="A100-80GB", examples=1e4, tokens_per_example=280)
    assumed = estimate(knowledge, params=7e9, gpu="A100-80GB", examples=1e4)
    assert given.gpu_hours is not None
    assert assumed.gpu_hours is not None
    known, unknown = band(given.gpu_hours), band(assumed.gpu_hours)
    assert unknown.p90 / unknown.p10 > 1.5 * known.p90 / known.p10
    assert unknown.p50 == pytest.approx(known.p50, rel=0.2)


def test_computing_again_is_no_useful_work(knowledge: Knowledge) -> None:
    asked = {"params": 7e9, "gpu": "A100-80GB", "tokens": 1e7, "seq_len": 2048}
    plain = estimate(knowledge, **asked, grad_checkpointing=False)
    again = estimate(knowledge, **asked, grad_checkpointing=True)
    assert plain.mfu is not None
    assert again.mfu is not None
    assert np.median(again.mfu) < np.median(plain.mfu)


def test_a_named_set_brings_its_examples(knowledge: Knowledge) -> None:
    found = estimate(knowledge, params=7e9, gpu="A100-80GB", dataset="alpaca")
    assert found.tokens == pytest.approx(52002 * 110)

"""Memory of tuning held against the papers its formulas come from, and against common sense."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.estimate.finetune.recipes import Finetune, resolve
from llmchoose.estimate.finetune.remedies import peak_gb, remedies, splits
from llmchoose.estimate.formulas.architecture import Architecture, by_size
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.formulas.tuning_memory import items_gb, layer_activations, lora_params
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_model
from llmchoose.knowledge.load import Knowledge

STATES = ("weights", "gradients", "optimizer")
LONG = st.sampled_from([256, 512, 1024, 2048, 8192])
SIZE = st.sampled_from([0.5e9, 1.5e9, 7e9, 13e9, 70e9])


@pytest.fixture(scope="module")
def setting(knowledge: Knowledge) -> Setting:
    return Setting(knowledge, Draws(0, 50), knowledge.as_of)


def items(request: Finetune, setting: Setting) -> dict[str, float]:
    model, _, _ = find_model(setting, request.model, request.params)
    found = items_gb(model, resolve(request, model, setting), setting.knowledge.constants)
    return {name: float(gb) for name, gb in found.items()}


@pytest.mark.parametrize(
    ("sharding", "gb"), [("ddp", 120), ("zero1", 31.4), ("zero2", 16.6), ("zero3", 1.88)]
)
def test_states_are_split_as_in_the_zero_paper(setting: Setting, sharding: str, gb: float) -> None:
    """Rajbhandari et al. 2019, figure 1: 7.5B parameters, Adam in mixed precision, 64 cards."""
    request = Finetune(params=7.5e9, method="full", stack="deepspeed", sharding=sharding, n_gpus=64)
    found = items(request, setting)
    assert sum(found[name] for name in STATES) == pytest.approx(gb, rel=0.01)


def test_qlora_of_65b_stays_on_a_card_of_48_gb(setting: Setting) -> None:
    """Dettmers et al. 2023, abstract: 65B parameters on one 48 GB card."""
    request = Finetune(
        model="llama-65b", method="qlora", precision="nf4_double", stack="peft",
        seq_len=512, micro_batch=1, lora_rank=64, optimizer="paged_adamw_8bit",
    )  # fmt: skip
    assert sum(items(request, setting).values()) < 48


def test_lora_of_gpt3_trains_what_its_paper_says() -> None:
    """Hu et al. 2021, table 4: rank 4 on queries and values of 175B trains 18.9M at r = 4."""
    model = Architecture(175e9, 175e9, 96, 12288, 96, 96, 128, 49152, 50257, gated=False)
    assert float(lora_params(model, 4, 0.0)) == pytest.approx(18.9e6, rel=0.01)


def test_activations_are_34_bytes_a_hidden_unit_for_gpt() -> None:
    """Korthikanti et al. 2022, equation 1: 34 h a token and layer, without dropout's masks 32."""
    model = Architecture(175e9, 175e9, 96, 12288, 96, 96, 128, 49152, 50257, gated=False)
    assert float(layer_activations(model)) / 12288 == pytest.approx(34, abs=3)


@given(SIZE, LONG)
def test_longer_sequences_and_less_saving_never_take_less(params: float, seq_len: int) -> None:
    from llmchoose.knowledge.load import load_knowledge

    setting = Setting(load_knowledge(), Draws(0, 50), "2026-11-21")
    model = by_size(params, 32000)
    plain = Finetune(params=params, method="full", seq_len=seq_len, micro_batch=2, n_gpus=8)

    def peak(**changes: object) -> float:
        return peak_gb(replace(plain, **changes), model, setting)  # type: ignore[arg-type]

    assert peak(seq_len=2 * seq_len) >= peak()
    assert peak(micro_batch=4) >= peak()
    assert peak(grad_checkpointing=True) <= peak(grad_checkpointing=False)
    assert peak(flash_attention=True) <= peak(flash_attention=False)
    assert peak(sharding="fsdp") <= peak(sharding="zero2") <= peak(sharding="zero1")
    assert peak(sharding="zero1") <= peak(sharding="ddp")
    assert peak(optimizer="adamw_8bit") <= peak(optimizer="adamw")
    assert peak(method="lora", sharding="ddp") <= peak(sharding="ddp")
    assert peak(method="qlora", sharding="ddp") <= peak(method="lora", sharding="ddp") + 1e-9 or (
        seq_len > 1024
    )


def test_remedies_go_on_until_it_fits(setting: Setting) -> None:
    request = Finetune(params=13e9, method="full", n_gpus=4, seq_len=2048, micro_batch=4)
    model = by_size(13e9, 32000)
    found = remedies(request, model, setting, 76.0)
    peaks = [one.peak_gb for one in found]
    assert found
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[-1] <= 76.0 < peak_gb(request, model, setting)
    assert len(remedies(request, model, setting, 40.0)) > len(found)


def test_nothing_is_offered_where_nothing_helps(setting: Setting) -> None:
    request = Finetune(params=405e9, method="lora", seq_len=4096)
    assert remedies(request, by_size(405e9, 128000), setting, 15.0) == ()


def test_finer_splits_need_no_more_cards(setting: Setting) -> None:
    request = Finetune(params=7e9, method="full", stack="deepspeed", seq_len=1024, micro_batch=1)
    found = {one.sharding: one.n_gpus for one in splits(request, by_size(7e9, 32000), setting, 76)}
    assert found["zero3"] <= found["zero2"] <= found["zero1"]
    assert "ddp" not in found


def test_a_frozen_base_keeps_no_activations(setting: Setting) -> None:
    frozen = items(Finetune(params=7e9, method="frozen", seq_len=2048), setting)
    lora = items(Finetune(params=7e9, method="lora", seq_len=2048), setting)
    assert frozen["activations"] < lora["activations"] / 10
    assert np.isclose(frozen["weights"], lora["weights"])

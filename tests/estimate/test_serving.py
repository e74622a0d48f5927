"""The roofline of serving held against published measurements, and what must always be true."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmchoose.backtest import serving as backtest
from llmchoose.estimate.formulas.architecture import by_size
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.formulas.replica import (
    Deployment,
    Layout,
    cache_bytes,
    cache_room,
    routed_params,
    weight_bytes,
    with_usual_experts,
)
from llmchoose.estimate.formulas.serving import (
    batch_at,
    decode_parts_s,
    decode_s,
    latency_s,
    most_requests,
    requests_per_second,
)
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu, find_model
from llmchoose.estimate.serve.hosting import (
    card_of,
    deployment_of,
    engine_name,
    laid_out,
    precision_of,
)
from llmchoose.knowledge.load import Knowledge, load_knowledge

KNOWN = load_knowledge()
SETTING = Setting(KNOWN, Draws(0, 50), KNOWN.as_of)
CONSTANTS = KNOWN.constants
lengths = st.integers(1, 30_000)


def copy(
    model: str = "Llama-3.1-8B",
    gpu: str = "H100",
    precision: str = "bf16",
    engine: str = "trtllm",
    read: float = 1000,
    written: float = 500,
) -> Deployment:
    shape, row, _ = find_model(SETTING, model, None)
    card, _ = find_gpu(SETTING, gpu)
    return deployment_of(SETTING, shape, row, card, precision, engine, (read, written), CONSTANTS)


def test_a_cached_token_of_llama_3_8b_takes_128_kib_in_16_bit() -> None:
    """32 layers x 8 key-value heads x 128 x 2 x 2 bytes (Dubey et al. 2024, table 3)."""
    one = replace(copy(), bytes_per_value=2.0)
    assert float(cache_bytes(one, 1)) == 128 * 1024


def test_latent_attention_caches_576_values_a_layer() -> None:
    """DeepSeek-V2, section 2.1.4: 512 compressed and 64 rotated."""
    one = copy("DeepSeek-V3", "H200", "fp8")
    assert float(cache_bytes(one, 1)) == 576 * 61


def test_mixtral_has_45_billion_parameters_in_its_experts() -> None:
    """Jiang et al. 2024: 32 layers x 8 experts x 3 x 4096 x 14336."""
    shape, _, _ = find_model(SETTING, "Mixtral 8x7B", None)
    routed, rest = routed_params(shape)
    assert float(routed) == pytest.approx(32 * 8 * 3 * 4096 * 14336, rel=0.01)
    assert float(rest + routed) == pytest.approx(46.7e9)


def test_a_mixture_without_a_catalogue_row_gets_usual_experts() -> None:
    usual = {f"serving.usual.{name}": SETTING.constant(f"serving.usual.{name}") for name in USUAL}
    fine = with_usual_experts(by_size(235e9, 150_000, 22e9), usual)
    coarse = with_usual_experts(by_size(46.7e9, 32_000, 12.9e9), usual)
    dense = by_size(8e9, 32_000)
    assert with_usual_experts(dense, usual) is dense
    assert 64 < float(np.asarray(fine.experts)) < 256
    assert 6 < float(np.asarray(coarse.experts)) < 16
    assert all(float(part) > 0 for part in routed_params(fine))


USUAL = ("share", "coarse", "few", "many")


def test_one_request_is_near_the_bandwidth_of_the_card() -> None:
    """A good engine reads its weights at 0.6 to 0.9 of the bandwidth for each token."""
    one = copy(engine="lmdeploy", gpu="A100-80GB", read=1)
    bound = 2039e9 / float(weight_bytes(one))
    assert 0.55 < 1 / float(decode_s(one, 1.0, CONSTANTS)) / bound < 0.9


@settings(deadline=None, max_examples=60)
@given(lengths, lengths, st.floats(1, 2000), st.floats(1.01, 4))
def test_more_bandwidth_is_never_slower(
    read: int, written: int, batch: float, times: float
) -> None:
    one = copy(read=read, written=written)
    faster = replace(one, card=replace(one.card, bandwidth=one.card.bandwidth * times))
    assert decode_s(faster, batch, CONSTANTS) <= decode_s(one, batch, CONSTANTS)
    assert requests_per_second(faster, batch, CONSTANTS) >= requests_per_second(
        one, batch, CONSTANTS
    )


@settings(deadline=None, max_examples=60)
@given(lengths, lengths, st.integers(1, 10_000))
def test_a_longer_context_never_lets_more_requests_in(read: int, written: int, more: int) -> None:
    one, longer = copy(read=read, written=written), copy(read=read + more, written=written)
    assert most_requests(longer, CONSTANTS) <= most_requests(one, CONSTANTS)
    assert requests_per_second(longer, 8.0, CONSTANTS) < requests_per_second(one, 8.0, CONSTANTS)


@settings(deadline=None, max_examples=60)
@given(lengths, lengths)
def test_caches_and_weights_never_exceed_the_card(read: int, written: int) -> None:
    one = copy(read=read, written=written)
    most = np.floor(np.maximum(most_requests(one, CONSTANTS), 0))
    held = weight_bytes(one) + most * cache_bytes(one, read + written)
    assert held <= one.card.memory
    assert cache_room(one, CONSTANTS) < one.card.memory


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 3000), st.floats(1.01, 3))
def test_a_larger_batch_serves_more_and_answers_later(batch: float, times: float) -> None:
    one = copy(read=200, written=200)
    assert requests_per_second(one, batch * times, CONSTANTS) > requests_per_second(
        one, batch, CONSTANTS
    )
    assert latency_s(one, batch * times, CONSTANTS)[2] > latency_s(one, batch, CONSTANTS)[2]


def test_the_parts_of_a_step_are_its_whole() -> None:
    one = laid_out(copy(), find_gpu(SETTING, "H100")[0], 4, CONSTANTS)
    assert one is not None
    parts = decode_parts_s(one, 64.0, CONSTANTS)
    assert sum(float(part) for part in parts.values()) == pytest.approx(
        float(decode_s(one, 64.0, CONSTANTS))
    )
    assert all(float(part) >= 0 for part in parts.values())


def test_the_batch_of_a_rate_serves_that_rate_and_hardly_more() -> None:
    one = copy(read=467, written=256)
    most = most_requests(one, CONSTANTS)
    batch = batch_at(one, 8.0, most, CONSTANTS)
    assert 1 <= float(batch) < float(most)
    assert float(requests_per_second(one, batch, CONSTANTS)) == pytest.approx(8.0, rel=0.01)


def test_arrays_give_what_single_figures_give() -> None:
    reads = np.array([100.0, 1000.0, 5000.0])
    several = replace(copy(), input_len=reads)
    whole = requests_per_second(several, np.full(3, 16.0), CONSTANTS)
    alone = [float(requests_per_second(copy(read=one), 16.0, CONSTANTS)) for one in reads]
    assert whole == pytest.approx(alone)


def test_cards_with_fast_links_share_matrices_and_others_take_what_serves_most() -> None:
    linked = laid_out(copy("Llama-3.3-70B"), find_gpu(SETTING, "H100")[0], 4, CONSTANTS)
    loose = laid_out(
        copy("Llama-3.3-70B", "RTX PRO 6000", "fp8"),
        find_gpu(SETTING, "RTX PRO 6000")[0],
        4,
        CONSTANTS,
    )
    assert linked is not None
    assert loose is not None
    assert linked.layout == Layout(4.0, 1.0)
    assert loose.layout.pipeline > 1


def test_many_experts_are_shared_unless_one_request_is_served() -> None:
    one, gpu = copy("Qwen3-235B-A22B", "H200", "fp8"), find_gpu(SETTING, "H200")[0]
    many = laid_out(one, gpu, 8, CONSTANTS)
    alone = laid_out(one, gpu, 8, CONSTANTS, alone=True)
    assert many is not None
    assert alone is not None
    assert many.layout.expert
    assert not alone.layout.expert


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("awq-int4", "int4"),
        ("gptq-int8", "int8"),
        ("gptq-4bit-g128", "int4"),
        ("bnb.nf4", "nf4"),
        ("bnb.nf4-dq", "nf4-dq"),
        ("exl2-3.0bpw", "3bpw"),
        ("2.5bpw", "2.5bpw"),
        ("w4a16", "int4"),
        ("NVFP4", "fp4"),
        ("mxfp4", "fp4"),
        ("FP8", "fp8"),
        ("e4m3", "fp8"),
        ("bfloat16", "bf16"),
        ("float16", "fp16"),
        ("fp16", "fp16"),
    ],
)
def test_number_formats_as_people_spell_them(written: str, meant: str) -> None:
    assert precision_of(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TensorRT-LLM", "trtllm"),
        ("trtllm-0.14 triton backend", "trtllm"),
        ("vllm (2023-11)", "vllm"),
        ("hf-4.51", "hf"),
        ("hf-autogptq", "hf"),
        ("lmdeploy-turbomind", "lmdeploy"),
        ("litgpt generate_sequentially", "litgpt"),
        ("SGLang 0.4.6", "sglang"),
    ],
)
def test_engines_as_people_spell_them(written: str, meant: str) -> None:
    assert engine_name(written) == meant


def test_a_card_without_a_format_takes_the_next_wider() -> None:
    a100, _ = find_gpu(SETTING, "A100-80GB")
    assert card_of(SETTING, a100, "fp8").peak == card_of(SETTING, a100, "bf16").peak


def test_bundled_runs_say_why_they_are_left_out(knowledge: Knowledge) -> None:
    for run in knowledge.serving_runs:
        assert (run.comparable == "no") == bool(run.why_not), run.id
        assert run.gpu in {gpu.id for gpu in knowledge.gpus}, run.id
        if run.tensor_parallel:
            assert run.tensor_parallel * (run.pipeline_parallel or 1) == run.n_gpus, run.id


def test_shipped_constants_predict_the_runs_they_were_fitted_to() -> None:
    runs = backtest.comparable(SETTING)
    errors, _, kinds = backtest.measured(runs, SETTING)
    for kind, limit in (("saturated", 0.10), ("mixture", 0.20), ("single", 0.13)):
        own = errors[kinds == f"serving.spread.{kind}"]
        assert np.median(np.abs(np.expm1(-own))) < limit, kind
        assert np.mean(np.abs(own) < np.log(2)) > 0.97, kind

"""The serving calculator: published rows inside its band, and sentences for what cannot be."""

from dataclasses import replace

import numpy as np
import pytest

from llmchoose.estimate.formulas.distributions import band
from llmchoose.estimate.formulas.explain import product
from llmchoose.estimate.serve.calculator import estimate_deployment
from llmchoose.estimate.serve.service import DeploymentEstimate, Service
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.runs import ServingRun

EIGHT = Service(params=8.03e9, model="Llama-3.1-8B", gpu="H100", input_len=467, output_len=256)


def like(run: ServingRun) -> Service:
    return Service(
        params=None if run.params_b is None else run.params_b * 1e9,
        active_params=None if run.active_params_b is None else run.active_params_b * 1e9,
        model=run.model or run.name,
        gpu=run.gpu,
        n_gpus=int(run.n_gpus or 1),
        precision=run.precision or "bf16",
        input_len=run.input_len or 512,
        output_len=run.output_len or 256,
        concurrency=None if run.load == "max" else float(run.load or 1),
        engine=run.engine or "vllm",
    )


def estimate(service: Service, knowledge: Knowledge) -> DeploymentEstimate:
    return estimate_deployment(service, knowledge, samples=200)


def test_no_run_that_really_ran_is_refused_and_the_band_holds_most(knowledge: Knowledge) -> None:
    inside, near = [], []
    for run in knowledge.serving_runs[::7]:
        if run.comparable == "yes" and run.output_tokens_per_s and "qps" not in (run.load or ""):
            found = estimate(like(run), knowledge).output_tokens_per_s
            ends = band(found)
            inside.append(ends.p10 <= run.output_tokens_per_s <= ends.p90)
            near.append(0.5 < ends.p50 / run.output_tokens_per_s < 2)
    assert len(inside) > 60
    assert np.mean(inside) > 0.72
    assert np.mean(near) > 0.95


def test_bands_are_in_order_and_positive(knowledge: Knowledge) -> None:
    found = estimate(replace(EIGHT, requests_per_second=50), knowledge)
    assert found.money is not None
    for values in (
        found.output_tokens_per_s,
        found.ttft_ms,
        found.tpot_ms,
        found.money.monthly_usd,
        found.money.usd_per_million_output,
    ):
        ends = band(values)
        assert 0 < ends.p10 <= ends.p50 <= ends.p90


def test_replicas_carry_the_rate(knowledge: Knowledge) -> None:
    found = estimate(replace(EIGHT, requests_per_second=200), knowledge)
    assert found.replicas > 1
    assert band(found.requests_per_s).p50 >= 200


def test_a_latency_asked_for_limits_the_batch(knowledge: Knowledge) -> None:
    free = estimate(EIGHT, knowledge)
    tight = estimate(replace(EIGHT, tpot_s=0.02), knowledge)
    assert tight.concurrency < free.concurrency
    assert tight.meets == {"ttft": None, "tpot": True}
    assert band(tight.tpot_ms).p50 <= 20 * 1.03


def test_a_latency_that_nothing_keeps_is_missed_and_said(knowledge: Knowledge) -> None:
    found = estimate(replace(EIGHT, tpot_s=0.0005), knowledge)
    assert found.concurrency == 1
    assert found.meets["tpot"] is False
    assert "misses the tpot" in found.advice[0]


def test_more_requests_than_memory_holds_wait(knowledge: Knowledge) -> None:
    found = estimate(replace(EIGHT, concurrency=1e6), knowledge)
    assert found.concurrency == found.max_concurrency
    assert any("would wait" in note for note in found.notes)


def test_memory_stays_on_the_card(knowledge: Knowledge) -> None:
    for n_gpus in (1, 2, 4, 8):
        found = estimate(replace(EIGHT, n_gpus=n_gpus), knowledge)
        assert sum(found.memory_items.values()) <= 80 * 2**30 / 1e9


def test_break_even_falls_with_a_dearer_rival(knowledge: Knowledge) -> None:
    cheap = estimate(replace(EIGHT, versus="gpt-4o-mini"), knowledge).api
    dear = estimate(replace(EIGHT, versus="gpt-4o"), knowledge).api
    assert cheap is not None
    assert dear is not None
    assert (dear.break_even or 0) < (cheap.break_even or 0)


def test_hosted_endpoints_of_the_same_weights_are_found(knowledge: Knowledge) -> None:
    found = estimate(replace(EIGHT, model="Llama-3.3-70B", params=None, n_gpus=4), knowledge)
    assert found.hosted is not None
    assert "Llama-3.3-70B" in found.hosted.name


def test_an_unknown_price_is_a_lower_bound_and_not_free(knowledge: Knowledge) -> None:
    found = estimate(replace(EIGHT, gpu="H20"), knowledge)
    assert found.money is None
    assert found.lower_bound
    assert found.api is not None
    assert found.api.break_even is None


def test_the_explanation_multiplies_to_the_figures(knowledge: Knowledge) -> None:
    found = estimate(EIGHT, knowledge)
    ends = [i for i, term in enumerate(found.terms) if term.sign == "="]
    first, second = found.terms[: ends[0] + 1], found.terms[ends[0] + 1 :]
    assert product(first) == pytest.approx(first[-1].value)
    assert product(second) == pytest.approx(second[-1].value)
    assert first[-1].value == pytest.approx(band(found.output_tokens_per_s).p50, rel=0.05)


def test_the_same_seed_gives_the_same_figures(knowledge: Knowledge) -> None:
    one, two = (estimate(EIGHT, knowledge).output_tokens_per_s for _ in range(2))
    assert np.array_equal(one, two)


def test_an_engine_that_is_not_measured_when_full_has_a_wider_band(knowledge: Knowledge) -> None:
    def width(engine: str) -> float:
        ends = band(estimate(replace(EIGHT, engine=engine), knowledge).output_tokens_per_s)
        return ends.p90 / ends.p10

    assert width("vllm") > width("trtllm")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"params": 405e9, "model": None, "gpu": "T4", "n_gpus": 1}, "take 64 x Tesla T4"),
        (
            {"params": 70e9, "model": None, "n_gpus": 1},
            "--precision fp8",
        ),
        ({"precision": "purple"}, "no number format"),
        ({"engine": "abacus"}, "nothing is known of the engine"),
        ({"gpu": "H10O"}, "did you mean"),
        ({"input_len": 0}, "input tokens is out of bounds"),
        ({"concurrency": float("nan")}, "out of bounds"),
        ({"requests_per_second": 1e8}, "requests of a day"),
        ({"n_gpus": 4, "tensor_parallel": 3}, "are not 4"),
        ({"versus": "gpt-99"}, "no API model"),
        ({"active_params": 9e10}, "more parameters are active"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    change: dict[str, object], words: str, knowledge: Knowledge
) -> None:
    with pytest.raises(ValueError, match=words):
        estimate(replace(EIGHT, **change), knowledge)  # type: ignore[arg-type]


def test_requests_at_a_rate_wait_for_those_beside_them(knowledge: Knowledge) -> None:
    found = [
        estimate(replace(EIGHT, requests_per_second=rate), knowledge) for rate in (0.5, 4.0, 12.0)
    ]
    waits = [band(one.tpot_ms).p50 for one in found]
    assert waits == sorted(waits)
    assert waits[0] < 0.5 * band(estimate(EIGHT, knowledge).tpot_ms).p50
    assert any("at the load asked for" in note for note in found[0].notes)

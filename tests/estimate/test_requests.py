"""The API calculator: prices of the day, what is billed, and what is refused."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.estimate.api.calculator import (
    Requests,
    RequestsEstimate,
    estimate_api,
    find_model,
    hosted_rows,
)
from llmchoose.estimate.formulas.distributions import band, median
from llmchoose.estimate.formulas.explain import product
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.overlay import SHIPPED
from llmchoose.quantity import Quantity
from llmchoose.quantity.units import MONTH_DAYS

MILLION_A_MONTH = Quantity(1e6 / MONTH_DAYS, 1e6 / MONTH_DAYS)
DAY = "2026-11-21"
COLUMNS = (
    "id,model,provider,family,tier,input_usd_per_m,output_usd_per_m,available_from,price_from,"
    "source,as_of,verified,note\n"
)


def exactly(value: float) -> Quantity:
    return Quantity(value, value)


def asked(model: str, read: float = 800, written: float = 200) -> Requests:
    return Requests(model, MILLION_A_MONTH, exactly(read), exactly(written))


def dollars(found: RequestsEstimate) -> float:
    assert found.monthly_usd is not None
    return median(found.monthly_usd)


def items(found: RequestsEstimate) -> dict[str, float]:
    return {item.item: median(item.tokens) for item in found.items}


def test_a_month_is_tokens_times_the_price_list(knowledge: Knowledge) -> None:
    """GPT-4.1 mini: $0.40 and $1.60 a million (LiteLLM 1.72.0): 800 M and 200 M tokens a month."""
    found = estimate_api(asked("gpt-4.1-mini"), knowledge, day="2025-06-01")
    assert dollars(found) == pytest.approx(800 * 0.40 + 200 * 1.60)
    assert median(found.requests_per_month) == pytest.approx(1e6)
    assert not found.lower_bound


@pytest.mark.parametrize(
    ("day", "usd"),
    [("2025-05-01", 800 * 10 + 200 * 40), ("2025-06-09", 16000), ("2025-06-10", 800 * 2 + 200 * 8)],
)
def test_the_price_is_that_of_the_day(day: str, usd: float, knowledge: Knowledge) -> None:
    """OpenAI cut o3 by 80 % on 2025-06-10."""
    assert dollars(estimate_api(asked("o3"), knowledge, day=day)) == pytest.approx(usd)


def test_cached_batch_and_reasoning_tokens_have_their_prices(knowledge: Knowledge) -> None:
    """GPT-5: $1.25, $0.125 cached, $10 (LiteLLM 1.77.7); batch takes half off all of them."""
    request = replace(
        asked("gpt-5"), cached=exactly(0.5), batch=True, reasoning_tokens=exactly(1000)
    )
    found = estimate_api(request, knowledge, day=DAY)
    full = 400 * 1.25 + 400 * 0.125 + 200 * 10 + 1000 * 10
    assert dollars(found) == pytest.approx(full / 2)
    assert items(found) == pytest.approx(
        {"input": 400, "cached input": 400, "output": 200, "reasoning": 1000}
    )


def test_examples_and_passages_are_input(knowledge: Knowledge) -> None:
    request = replace(
        asked("gpt-4.1-mini"),
        shots=exactly(5),
        tokens_per_shot=exactly(150),
        retrieved_tokens=exactly(2500),
    )
    found = estimate_api(request, knowledge, day=DAY)
    assert dollars(found) == pytest.approx((800 + 750 + 2500) * 0.40 + 200 * 1.60)


def test_an_example_without_a_length_takes_the_prior_and_says_so(knowledge: Knowledge) -> None:
    found = estimate_api(replace(asked("gpt-5"), shots=exactly(5)), knowledge, day=DAY)
    prior = knowledge.fields["data.tokens_per_example"].prior
    assert prior is not None
    assert prior.p50 is not None
    assert items(found)["few-shot examples"] == pytest.approx(5 * prior.p50, rel=0.02)
    assert any("--tokens-per-shot" in note for note in found.notes)


def test_what_a_provider_does_not_discount_is_full_price_with_a_note(knowledge: Knowledge) -> None:
    """GPT-4 has no cached price; there was no batch before 2024-04-15 (its SDK's changelog)."""
    plain = asked("gpt-4")
    for request, said in (
        (replace(plain, cached=exactly(0.5)), "no cached price"),
        (replace(plain, batch=True), "no batch price"),
    ):
        found = estimate_api(request, knowledge, day="2024-01-31")
        assert dollars(found) == pytest.approx(800 * 30 + 200 * 60)
        assert any(said in note for note in found.notes)
        assert not found.lower_bound
    batch = estimate_api(replace(plain, batch=True), knowledge, day="2024-06-01")
    assert dollars(batch) == pytest.approx((800 * 30 + 200 * 60) / 2)


def test_long_requests_are_dearer_in_all_their_tokens(knowledge: Knowledge) -> None:
    """Gemini 2.5 Pro: $1.25/$10 up to 200k tokens of input, $2.50/$15 above (genai-prices)."""
    short = estimate_api(asked("gemini-2.5-pro", 200_000), knowledge, day="2026-01-01")
    long = estimate_api(asked("gemini-2.5-pro", 200_001), knowledge, day="2026-01-01")
    assert dollars(short) == pytest.approx(200_000 * 1.25 + 200 * 10)
    assert dollars(long) == pytest.approx(200_001 * 2.50 + 200 * 15)
    assert any("dearer" in note for note in long.notes)


def test_a_price_by_the_character_is_converted_and_said(knowledge: Knowledge) -> None:
    found = estimate_api(asked("text-bison"), knowledge, day="2024-01-31")
    assert any("billed by the character" in note for note in found.notes)
    assert "derived-characters-per-token" in found.sources


def overlaid(tmp_path: Path, row: str) -> Knowledge:
    file = tmp_path / "api_models.csv"
    file.write_text(COLUMNS + row + "\n", "utf-8")
    return Knowledge(SHIPPED, file)


def test_a_price_by_the_character_that_nobody_converted_is_refused(tmp_path: Path) -> None:
    own = overlaid(
        tmp_path, "x--1,ours,Us,Own,mid,1,2,2024,2024,judgement,2024,yes,billed by the character"
    )
    with pytest.raises(ValueError, match="by the character"):
        estimate_api(asked("ours"), own, day=DAY)


def test_a_missing_price_makes_a_lower_bound_and_never_zero(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    own = overlaid(tmp_path, "x--1,ours,Us,Own,mid,1,,2024,2024,judgement,2024,yes,")
    found = estimate_api(asked("ours"), own, day=DAY)
    assert dollars(found) == pytest.approx(800)
    assert found.lower_bound
    assert any("lower bound" in note for note in found.notes)
    nothing = estimate_api(asked("rerank-v3.5"), knowledge, day=DAY)
    assert nothing.monthly_usd is None
    assert nothing.lower_bound
    assert any("unknown, not zero" in note for note in nothing.notes)


def test_open_weights_take_an_endpoint_in_the_middle_of_their_hosts(knowledge: Knowledge) -> None:
    hosts = hosted_rows(knowledge, "meta-llama/Llama-3.1-8B", DAY)
    assert len(hosts) > 2
    row, said = find_model("meta-llama/Llama-3.1-8B", knowledge, DAY)
    assert row in hosts[1:-1]
    assert f"hosted by {len(hosts)} providers" in said
    named, nothing = find_model("Llama-3.1-8B (DeepInfra)", knowledge, DAY)
    assert (named.provider, nothing) == ("DeepInfra", "")


@pytest.mark.parametrize(
    "weights",
    [
        "meta-llama/Llama-3.1-8B",
        "meta-llama/Llama-3.1-70B",
        "meta-llama/Llama-3.1-405B",
        "meta-llama/Llama-3.3-70B-Instruct",
        "Qwen/Qwen3-32B",
        "Qwen/Qwen2.5-72B",
        "deepseek-ai/DeepSeek-V3",
        "deepseek-ai/DeepSeek-R1",
        "mistralai/Mixtral-8x7B-v0.1",
        "openai/gpt-oss-120b",
    ],
)
def test_well_known_open_weights_have_hosts_with_prices(weights: str, knowledge: Knowledge) -> None:
    hosts = hosted_rows(knowledge, weights, "2026-06-30")
    assert len(hosts) >= 2
    prices = [(row.input_usd_per_m or 0) + (row.output_usd_per_m or 0) for row in hosts]
    assert prices == sorted(prices)
    assert min(prices) > 0


def test_an_endpoint_that_moved_on_hosts_its_old_weights_no_more(knowledge: Knowledge) -> None:
    """DeepSeek's own API served V3 until 2025-09 and later models since."""
    assert "deepseek-chat" in {
        row.model for row in hosted_rows(knowledge, "deepseek-ai/DeepSeek-V3", "2025-03-01")
    }
    assert "deepseek-chat" not in {
        row.model for row in hosted_rows(knowledge, "deepseek-ai/DeepSeek-V3", "2026-01-01")
    }


def test_hosted_weights_are_open_models_of_the_catalogue(knowledge: Knowledge) -> None:
    known = {row.id for row in knowledge.open_models}
    assert {row.weights for row in knowledge.api_models if row.weights} <= known


def test_periods_of_a_price_do_not_overlap(knowledge: Knowledge) -> None:
    models: dict[str, list[tuple[str, str]]] = {}
    for row in knowledge.api_models:
        models.setdefault(row.model, []).append((row.price_from or "", row.price_until or "9999"))
    for name, periods in models.items():
        ordered = sorted(periods)
        for (start, end), (following, _) in pairwise(ordered):
            assert start < end <= following, name


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (asked("gtp-5"), "did you mean gpt-5"),
        (asked("gpt-4.5-preview"), "not on 2026-11-21"),
        (asked("gpt-6-sol"), ""),
        (replace(asked("gpt-5"), requests_per_day=exactly(0)), "no requests cost nothing"),
        (asked("gpt-5", read=0), "at least one input token"),
        (asked("gpt-5", written=300_000_000), "out of bounds for output tokens"),
        (asked("gpt-5", written=500_000), "do not go into the context"),
        (replace(asked("gpt-5"), requests_per_day=exactly(1e30)), "out of bounds for requests"),
        (replace(asked("gpt-5"), requests_per_day=exactly(float("nan"))), "out of bounds"),
        (replace(asked("gpt-5"), cached=exactly(1.5)), "out of bounds for cached share"),
        (replace(asked("gpt-5"), shots=exactly(-1)), "out of bounds for examples"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    request_: Requests, said: str, knowledge: Knowledge
) -> None:
    if not said:
        estimate_api(request_, knowledge, day=DAY)
        return
    with pytest.raises(ValueError, match=said):
        estimate_api(request_, knowledge, day=DAY)


def test_a_model_is_sold_until_its_last_day(knowledge: Knowledge) -> None:
    """Claude Sonnet 4.5 is listed until 2026-11-30."""
    estimate_api(asked("claude-sonnet-4.5"), knowledge, day="2026-11-29")
    with pytest.raises(ValueError, match="until 2026-11-30"):
        estimate_api(asked("claude-sonnet-4.5"), knowledge, day="2026-11-30")


def test_a_name_passes_from_one_version_to_the_next(knowledge: Knowledge) -> None:
    for day, model in (("2025-06-30", "mistral-large-2411"), (DAY, "mistral-large-2512")):
        assert find_model("mistral-large", knowledge, day)[0].model == model


def test_ranges_become_bands_and_exact_figures_do_not(knowledge: Knowledge) -> None:
    request = replace(asked("gpt-5"), requests_per_day=Quantity(1e4, 1e5))
    ranged, exact = (estimate_api(one, knowledge, day=DAY) for one in (request, asked("gpt-5")))
    assert ranged.monthly_usd is not None
    assert exact.monthly_usd is not None
    wide, narrow = band(ranged.monthly_usd), band(exact.monthly_usd)
    assert wide.p10 < wide.p50 < wide.p90
    assert narrow.p10 == narrow.p90
    again = estimate_api(request, knowledge, day=DAY)
    assert again.monthly_usd is not None
    assert (again.monthly_usd == ranged.monthly_usd).all()


@given(
    st.floats(1, 1e4), st.floats(1, 5e3), st.floats(0, 1), st.floats(1, 3), st.sampled_from([0, 3])
)
def test_more_tokens_never_cost_less_and_more_cache_never_more(
    read: float, written: float, share: float, more: float, shots: int
) -> None:
    knowledge = Knowledge()
    base = replace(
        asked("gpt-5", read, written),
        cached=exactly(share / 2),
        shots=exactly(shots),
        tokens_per_shot=exactly(100),
    )
    usd = dollars(estimate_api(base, knowledge, day=DAY, samples=50))
    larger = replace(base, output_tokens=exactly(written * more), input_tokens=exactly(read * more))
    assert dollars(estimate_api(larger, knowledge, day=DAY, samples=50)) >= usd * (1 - 1e-9)
    cheaper = replace(base, cached=exactly(share))
    assert dollars(estimate_api(cheaper, knowledge, day=DAY, samples=50)) <= usd * (1 + 1e-9)


def test_the_explained_multiplication_comes_to_the_total(knowledge: Knowledge) -> None:
    request = replace(asked("gpt-5"), cached=exactly(0.25), retrieved_tokens=exactly(2500))
    found = estimate_api(request, knowledge, day=DAY)
    assert found.terms[-1].value == pytest.approx(dollars(found))
    assert product(found.terms) == pytest.approx(dollars(found))
    assert np.isclose(product(found.terms[:2]), found.terms[2].value)

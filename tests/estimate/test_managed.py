"""Managed tuning: what each service of the day asks for one job."""

import pytest

from llmchoose.estimate.finetune.managed import managed_options, sizes_of
from llmchoose.knowledge.load import Knowledge


def test_a_job_costs_tokens_times_epochs_times_the_price(knowledge: Knowledge) -> None:
    """GPT-4o mini: $3 a million tokens (OpenAI, 2024-10); 7M tokens, three epochs."""
    options = managed_options(7e6, knowledge, "2024-10-15", epochs=3)
    mini = next(one for one in options if one.model == "gpt-4o-mini-2024-07-18")
    assert mini.usd == pytest.approx(63)
    assert not mini.minimum_applied
    assert mini.hosting_usd_per_month == 0


def test_a_minimum_is_charged_for_a_small_job(knowledge: Knowledge) -> None:
    """Mistral's documentation: every job has a minimum fee of $4."""
    options = managed_options(1e5, knowledge, "2024-12-31")
    nemo = next(one for one in options if one.model == "Mistral NeMo")
    assert nemo.usd == 4
    assert nemo.minimum_applied


def test_hosting_is_of_a_month(knowledge: Knowledge) -> None:
    options = managed_options(1e6, knowledge, "2024-12-31")
    azure = next(one for one in options if one.provider == "Azure OpenAI")
    assert azure.hosting_usd_per_month == pytest.approx(1.7 * 730)


def test_cheapest_first_and_unknown_prices_last(knowledge: Knowledge) -> None:
    prices = [one.usd for one in managed_options(1e6, knowledge, "2024-06-30")]
    known = [usd for usd in prices if usd is not None]
    assert known == sorted(known)
    assert None in prices
    assert prices[: len(known)] == known


def test_only_what_could_be_had_on_the_day(knowledge: Knowledge) -> None:
    assert managed_options(1e6, knowledge, "2019-01-01") == ()
    early = {one.provider for one in managed_options(1e6, knowledge, "2022-06-30")}
    assert "OpenAI" in early
    assert "Together" not in early
    late = {one.model for one in managed_options(1e6, knowledge, "2026-11-21")}
    assert "gpt-4o-mini-2024-07-18" not in late, "closed to newcomers in 2026-05"


def test_a_later_price_list_is_said(knowledge: Knowledge) -> None:
    options = managed_options(1e6, knowledge, "2023-12-31")
    together = next(one for one in options if one.provider == "Together")
    assert together.note.startswith("price of 2026")


def test_services_of_about_the_models_size_or_of_its_name(knowledge: Knowledge) -> None:
    small = managed_options(1e6, knowledge, "2024-12-31", like="meta-llama/Llama-3.1-8B")
    assert {one.model for one in small} >= {"Llama 3.1 8B", "up to 16B, LoRA SFT"}
    assert not any("70B" in one.model for one in small)
    large = managed_options(1e6, knowledge, "2024-12-31", params=70e9)
    assert "70B-100B, LoRA SFT" in {one.model for one in large}
    named = managed_options(1e6, knowledge, "2024-12-31", like="gpt-4o-mini")
    assert {one.model for one in named} == {"gpt-4o-mini-2024-07-18"}


@pytest.mark.parametrize(
    ("model", "least", "most"),
    [
        ("up to 16B, LoRA SFT", 0, 16e9),
        ("17B-69B, full SFT", 17e9, 69e9),
        ("16.1B-80B", 16.1e9, 80e9),
        ("over 300B, LoRA SFT", 300e9, float("inf")),
        ("Qwen3-235B, LoRA SFT", 235e9 / 1.5, 235e9 * 1.5),
        ("Meta Llama 3.1 8B", 8e9 / 1.5, 8e9 * 1.5),
        ("gpt-4o-mini-2024-07-18", 0, 0),
    ],
)
def test_sizes_are_read_from_a_price_lists_names(model: str, least: float, most: float) -> None:
    assert sizes_of(model) == pytest.approx((least, most))


def test_larger_jobs_never_cost_less(knowledge: Knowledge) -> None:
    for small, large in ((1e4, 1e5), (1e6, 5e6)):
        one, other = (
            {(o.provider, o.model): o.usd for o in managed_options(size, knowledge, "2025-03-31")}
            for size in (small, large)
        )
        assert all(other[key] >= usd for key, usd in one.items() if usd is not None)  # type: ignore[operator]


@pytest.mark.parametrize(("tokens", "epochs"), [(0, 1), (-1, 1), (float("nan"), 1), (1e6, 0)])
def test_no_tokens_are_no_job(tokens: float, epochs: float, knowledge: Knowledge) -> None:
    with pytest.raises(ValueError, match="tuning job"):
        managed_options(tokens, knowledge, "2025-03-31", epochs=epochs)

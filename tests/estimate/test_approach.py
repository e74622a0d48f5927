"""Estimates of whole approaches: what must hold for any profile."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmchoose.assessment import Assessment, assess
from llmchoose.estimate.formulas.distributions import median
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile

BASE = """
name: base
task: {kind: generation, gap: [behaviour], base_model_coverage: 0.7}
data: {labelled_examples: 2k, tokens_per_example: 500, unlabelled_tokens: 1B}
traffic: {requests_per_day: 5k, input_tokens: 500, output_tokens: 300}
team: {engineers: 3, cost_per_month: $12k}
"""


def assessed(knowledge: Knowledge, text: str = BASE, **changes: str) -> Assessment:
    from llmchoose.profile.load import set_value

    profile = parse_profile(text.encode(), "base.yaml", knowledge)
    for name, value in changes.items():
        profile = set_value(profile, f"{name.replace('__', '.')}={value}", knowledge)
    return assess(profile, knowledge, samples=200)


def total(found: Assessment, approach: str) -> float:
    return median(found.estimates[approach].total_usd)


def test_every_approach_is_estimated_and_adds_up(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    assert len(found.estimates) == 7
    horizon = found.inputs.number("time.horizon")
    for estimate in found.estimates.values():
        once = sum(
            item.usd for item in estimate.items if item.when == "one_time" and item.usd is not None
        )
        assert np.allclose(once, estimate.one_time_usd)
        assert np.allclose(
            estimate.total_usd, estimate.one_time_usd + estimate.monthly_usd * horizon
        )
        assert not estimate.lower_bound


@pytest.mark.parametrize("approach", ["prompt", "rag", "managed_finetune"])
def test_more_requests_never_cost_less(knowledge: Knowledge, approach: str) -> None:
    few = assessed(knowledge, traffic__requests_per_day="1k")
    many = assessed(knowledge, traffic__requests_per_day="1M")
    assert total(many, approach) > total(few, approach)


def test_more_copies_are_kept_where_answers_must_come_sooner(knowledge: Knowledge) -> None:
    busy = BASE.replace("5k", "2M").replace("output_tokens: 300", "output_tokens: 60")
    totals, waits = [], []
    for allowed in ("60s", "4s", "2s", "10ms"):
        found = assessed(knowledge, busy, traffic__latency=allowed, model__target_params="8B")
        totals.append(total(found, "lora"))
        waits.append(median(found.estimates["lora"].readings["latency_ms"]))
    assert totals == sorted(totals)
    assert totals[-1] > 1.2 * totals[0]
    assert waits == sorted(waits, reverse=True)
    # Answers come about in time where copies can help, and not at any price where they cannot.
    assert waits[1] < 4000
    assert totals[-1] < 10 * totals[0]


@pytest.mark.parametrize("approach", ["lora", "full_finetune"])
def test_more_examples_never_take_fewer_gpu_hours(knowledge: Knowledge, approach: str) -> None:
    hours = []
    for count in ("1k", "100k"):
        training = assessed(knowledge, data__labelled_examples=count).estimates[approach].training
        assert training is not None
        hours.append(median(training.gpu_hours))
    assert hours[0] < hours[1]


def test_an_irrelevant_field_changes_no_draw(knowledge: Knowledge) -> None:
    one, two = assessed(knowledge), assessed(knowledge, owner="Somebody else")
    for name, estimate in one.estimates.items():
        assert (estimate.total_usd == two.estimates[name].total_usd).all()


def test_rent_and_purchase_stand_side_by_side(knowledge: Knowledge) -> None:
    options = assessed(knowledge).estimates["scratch"].acquisitions
    assert [option.how for option in options] == ["rent", "buy", "owned"]
    assert all(option.usd is not None for option in options)


def test_an_accelerator_without_a_known_rent_leaves_a_lower_bound(knowledge: Knowledge) -> None:
    found = assessed(knowledge, compute__gpu="MI250X").estimates["lora"]
    assert found.lower_bound
    unknown = [item for item in found.items if item.usd is None]
    assert [item.name for item in unknown] == ["training compute (rent)"]


def test_energy_is_unknown_where_a_provider_carries_the_load(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    assert found.estimates["prompt"].energy_kwh is None
    assert found.estimates["lora"].energy_kwh is not None


def test_data_that_may_not_leave_is_served_on_ones_own_machines(knowledge: Knowledge) -> None:
    found = assessed(knowledge, constraints__api_allowed="false").estimates["prompt"]
    assert any("of one's own" in item.name for item in found.items)
    assert not any("provider" in item.name for item in found.items)


def test_a_card_that_was_not_out_yet_gives_way_and_the_report_says_so(
    knowledge: Knowledge,
) -> None:
    found = assessed(knowledge, compute__gpu="H100", as_of="2019").estimates["lora"]
    assert found.training is not None
    assert found.training.gpu.id.startswith("v100")
    assert any("H100" in note for note in found.notes)


def test_owned_cards_cost_less_than_rented_ones(knowledge: Knowledge) -> None:
    scratch = assessed(knowledge, compute__owned='["8 x A100-80GB"]').estimates["scratch"]
    rent, _, owned = scratch.acquisitions
    assert rent.usd is not None
    assert owned.usd is not None
    assert median(owned.usd) < median(rent.usd)
    assert any(item.name == "training compute (owned)" for item in scratch.items)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["qa", "classification", "code", "sequence"]),
    tokens=st.sampled_from(["1k", "5M", "2B", "900B"]),
    requests=st.sampled_from(["0", "1", "10k", "1B"]),
    year=st.sampled_from(["2018", "2021-06", "2024", "2026-11"]),
)
def test_any_profile_gives_finite_ordered_figures(
    knowledge: Knowledge, kind: str, tokens: str, requests: str, year: str
) -> None:
    found = assessed(
        knowledge,
        task__kind=kind,
        data__unlabelled_tokens=tokens,
        traffic__requests_per_day=requests,
        as_of=year,
    )
    for estimate in found.estimates.values():
        assert np.isfinite(estimate.total_usd).all()
        assert (estimate.total_usd > 0).all()
        assert (estimate.time_days > 0).all()
        if estimate.training is not None:
            assert (estimate.training.gpu_hours >= 0).all()
            assert (estimate.training.memory_gb <= estimate.training.gpu.memory_gb * 60).all()


def test_only_cards_that_are_owned_are_used_as_owned(knowledge: Knowledge) -> None:
    few = assessed(knowledge, compute__owned='["2 x RTX 3090"]').estimates["full_finetune"]
    other = assessed(knowledge, compute__owned='["1 x T4"]', compute__gpu="B200").estimates["lora"]
    best = assessed(knowledge, compute__owned='["1 x RTX 3090", "8 x H100"]').estimates["lora"]
    assert any(item.name == "training compute (owned)" for item in few.items)
    assert any(item.name == "training compute (rent)" for item in other.items)
    assert best.training is not None
    assert best.training.gpu.id == "h100-sxm"


def test_a_mixture_is_served_by_its_active_parameters(knowledge: Knowledge) -> None:
    dense = assessed(
        knowledge,
        model__open="Llama-3.1-70B",
        traffic__requests_per_day="5M",
        traffic__latency="60s",
    )
    sparse = assessed(
        knowledge,
        model__open="Mixtral-8x7B",
        traffic__requests_per_day="5M",
        traffic__latency="60s",
    )
    assert total(sparse, "lora") < total(dense, "lora")


def test_no_examples_and_no_money_are_no_crash(knowledge: Knowledge) -> None:
    found = assessed(knowledge, data__labelled_examples="0", budget__one_time="0")
    assert np.isfinite(found.estimates["lora"].total_usd).all()


def test_people_never_cost_more_than_the_team_has_time_for(knowledge: Knowledge) -> None:
    found = assessed(knowledge, team__engineers="2")
    for estimate in found.estimates.values():
        work = next(item.usd for item in estimate.items if item.name == "people until production")
        assert work is not None
        most = 2 * estimate.time_days / 7 * 12_000 * 12 / 52
        assert (work <= most * 1.0001).all()


def test_lora_of_a_65b_model_fits_one_48gb_card_in_4_bit(knowledge: Knowledge) -> None:
    """Dettmers et al. 2023, abstract: 65B tuned on a single 48 GB GPU."""
    changes = {"model__open": "llama-65b", "compute__gpu": "A6000"}
    after = assessed(knowledge, as_of="2023-07", **changes).estimates["lora"].training
    before = assessed(knowledge, as_of="2023-04", **changes).estimates["lora"].training
    assert after is not None
    assert before is not None
    assert median(after.min_gpus) <= 2 < median(before.min_gpus)

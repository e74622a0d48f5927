"""Two approaches together, and techniques: what must hold for any profile."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.decision.quality import combined_quality, expected_quality
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.approaches.combined import estimate_pair, reading_passages, with_passages
from llmchoose.estimate.approaches.model import (
    EVALUATION,
    HOSTING,
    KEEPING,
    LABELLING,
    OWN_SERVING,
    RENEWAL,
    TOKENS,
    TOOLS,
    TRAINING,
    WORK,
    Estimate,
    Money,
    Pair,
)
from llmchoose.estimate.approaches.requests import prompt_tokens
from llmchoose.estimate.approaches.techniques import share_saved, technique_money
from llmchoose.estimate.blocks import block_of
from llmchoose.estimate.formulas.distributions import Array, median
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.load import parse_profile, set_value
from llmchoose.quantity import Quantity

BASE = """
name: base
task: {kind: generation, gap: [knowledge, behaviour], base_model_coverage: 0.7}
data: {labelled_examples: 2k, tokens_per_example: 500, knowledge_tokens: 5M}
traffic: {requests_per_day: 5k, input_tokens: 500, output_tokens: 300}
team: {engineers: 3, cost_per_month: $12k}
"""
TUNED = ["managed_finetune", "lora", "full_finetune", "continued_pretrain", "scratch"]
ONCE = (EVALUATION, TOOLS)
JOINED = (WORK, KEEPING, RENEWAL, LABELLING, *ONCE)
EPSILON = 1e-9
DISTIL = "distillation"


def assessed(knowledge: Knowledge, text: str = BASE, **changes: str) -> Assessment:
    profile = parse_profile(text.encode(), "base.yaml", knowledge)
    for name, value in changes.items():
        profile = set_value(profile, f"{name.replace('__', '.')}={value}", knowledge)
    return assess(profile, knowledge, samples=200)


def pair_of(found: Assessment, partner: str, primary: str = "rag") -> Pair:
    return estimate_pair(found.inputs, found.estimates, primary, partner)


def usd(estimate: Estimate | Pair, name: str) -> Array:
    """Dollars of the lines that begin so; nothing where there are none."""
    found = [item.usd for item in estimate.items if item.name.startswith(name)]
    return np.sum([part for part in found if part is not None], axis=0) if found else np.zeros(1)


def without_extra(tmp_path: Path) -> Knowledge:
    """The shipped knowledge, but the second approach brings no work of its own."""
    names = ("work", "time", "operations")
    rows = [f"combined.extra_{name},share,0,0,0,judgement,2026-11," for name in names]
    file = tmp_path / "factors.csv"
    file.write_text("\n".join(["id,unit,p10,p50,p90,source,as_of,note", *rows]), "utf-8")
    return load_knowledge(file)


@pytest.mark.parametrize("partner", TUNED)
def test_what_both_would_do_costs_the_larger_to_the_sum(knowledge: Knowledge, partner: str) -> None:
    found = assessed(knowledge)
    both, rag = pair_of(found, partner), found.estimates["rag"]
    reader = reading_passages(found.inputs, found.estimates[partner])
    for name in JOINED:
        one, other, together = usd(rag, name), usd(reader, name), usd(both, name)
        assert (together >= np.maximum(one, other) * (1 - EPSILON)).all(), name
        assert (together <= (one + other) * (1 + EPSILON)).all(), name


@pytest.mark.parametrize("partner", TUNED)
def test_the_time_lies_between_the_longer_and_the_sum(knowledge: Knowledge, partner: str) -> None:
    found = assessed(knowledge)
    both = pair_of(found, partner).time_days
    one = found.estimates["rag"].time_days
    other = reading_passages(found.inputs, found.estimates[partner]).time_days
    assert (both >= np.maximum(one, found.estimates[partner].time_days)).all()
    assert (both >= other).all()
    assert (both <= one + other).all()


@pytest.mark.parametrize("partner", TUNED)
def test_what_one_of_them_brings_is_kept_as_it_is(knowledge: Knowledge, partner: str) -> None:
    found = assessed(knowledge)
    both, alone = pair_of(found, partner), found.estimates
    for name in ("embedding the documents", "vector index", "embedding what changes"):
        assert (usd(both, name) == usd(alone["rag"], name)).all()
    for name in (LABELLING, HOSTING):
        assert (usd(both, name) == usd(alone[partner], name)).all()
    assert len({item.name for item in both.items}) == len(both.items)


@pytest.mark.parametrize("partner", TUNED)
def test_a_pair_adds_up(knowledge: Knowledge, partner: str) -> None:
    found = assessed(knowledge)
    both = pair_of(found, partner)
    horizon = found.inputs.number("time.horizon")
    assert np.allclose(both.total_usd, both.one_time_usd + both.monthly_usd * horizon)
    assert np.allclose(both.added_usd, both.total_usd - found.estimates["rag"].total_usd)
    assert not both.lower_bound


@pytest.mark.parametrize("partner", TUNED)
def test_the_same_pair_costs_the_same_whichever_is_recommended(
    knowledge: Knowledge, partner: str
) -> None:
    found = assessed(knowledge)
    one, other = pair_of(found, partner), pair_of(found, "rag", partner)
    assert (one.total_usd == other.total_usd).all()
    assert (one.time_days == other.time_days).all()


@pytest.mark.parametrize("partner", ["lora", "managed_finetune"])
def test_a_pair_costs_less_than_both_apart(knowledge: Knowledge, partner: str) -> None:
    found = assessed(knowledge)
    apart = found.estimates["rag"].total_usd + found.estimates[partner].total_usd
    assert median(pair_of(found, partner).total_usd) < median(apart)


def test_without_extra_work_a_pair_takes_what_the_larger_takes(tmp_path: Path) -> None:
    found = assessed(without_extra(tmp_path))
    both, rag, lora = pair_of(found, "lora"), found.estimates["rag"], found.estimates["lora"]
    assert np.allclose(both.time_days, np.maximum(rag.time_days, lora.time_days))
    for name in (WORK, KEEPING):
        assert np.allclose(usd(both, name), np.maximum(usd(rag, name), usd(lora, name)))


def test_no_pair_asks_for_more_people_than_there_are(knowledge: Knowledge) -> None:
    found = assessed(knowledge, team__engineers="1")
    both = pair_of(found, "full_finetune")
    salary = found.inputs.number("team.cost_per_month")
    assert (usd(both, KEEPING) <= salary * (1 + EPSILON)).all()
    assert (usd(both, WORK) <= salary * both.time_days / 7 / (52 / 12) * (1 + EPSILON)).all()


@pytest.mark.parametrize("partner", ["lora", "full_finetune", "continued_pretrain"])
def test_a_tuned_model_is_trained_and_served_with_the_passages(
    knowledge: Knowledge, partner: str
) -> None:
    found = assessed(knowledge, traffic__requests_per_day="2M", traffic__latency="60s")
    both, alone = pair_of(found, partner), found.estimates[partner]
    assert (usd(both, OWN_SERVING) >= usd(alone, OWN_SERVING)).all()
    assert median(usd(both, OWN_SERVING)) > median(usd(alone, OWN_SERVING))
    assert median(usd(both, TRAINING)) > median(usd(alone, TRAINING))
    assert not usd(both, TOKENS).any()
    assert median(both.latency_ms) > median(alone.readings["latency_ms"])
    assert both.energy_kwh is not None
    assert alone.energy_kwh is not None
    assert median(both.energy_kwh) > median(alone.energy_kwh)


def test_a_provider_bills_the_passages_too(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    both, alone = pair_of(found, "managed_finetune"), found.estimates["managed_finetune"]
    assert (usd(both, TOKENS) > usd(alone, TOKENS)).all()
    assert both.energy_kwh is None


@pytest.mark.parametrize("text", [BASE, BASE.replace("input_tokens: 500, ", "")])
def test_the_passages_are_added_to_the_prompt_once(knowledge: Knowledge, text: str) -> None:
    inputs = assessed(knowledge, text, task__token_premium="2").inputs
    longer = with_passages(inputs, "lora")
    passages = inputs.factor("rag.retrieved_tokens")
    assert np.allclose(prompt_tokens(longer, "lora"), prompt_tokens(inputs, "lora") + passages)


def test_a_missing_price_leaves_a_lower_bound(knowledge: Knowledge) -> None:
    found = assessed(knowledge, compute__gpu="MI250X")
    assert found.estimates["lora"].lower_bound
    assert pair_of(found, "lora").lower_bound


def test_the_rows_of_a_block_are_estimated_as_each_alone(knowledge: Knowledge) -> None:
    base = assessed(knowledge)
    few, many = (Quantity(value, value) for value in (500.0, 5000.0))
    block = block_of(
        base.inputs, [{"data.labelled_examples": few}, {"data.labelled_examples": many}]
    )
    both = estimate_pair(block, estimate_all(block), "rag", "lora")
    alone = expected_quality(block)["rag"]
    quality = combined_quality(block, "rag", "lora", alone)
    for row, count in enumerate(("500", "5k")):
        single = assessed(knowledge, data__labelled_examples=count)
        assert np.allclose(
            np.broadcast_to(both.total_usd, block.shape)[row], pair_of(single, "lora").total_usd
        )
        expected = combined_quality(
            single.inputs, "rag", "lora", expected_quality(single.inputs)["rag"]
        )
        assert np.allclose(np.broadcast_to(quality, block.shape)[row], expected)


@pytest.mark.parametrize("partner", TUNED[:-1])
def test_both_together_reach_at_least_what_each_does(knowledge: Knowledge, partner: str) -> None:
    inputs = assessed(knowledge).inputs
    alone = expected_quality(inputs)
    together = combined_quality(inputs, "rag", partner, alone["rag"])
    assert (together >= alone["rag"]).all()
    assert median(together) > median(alone[partner])
    assert (together < 1).all()


def test_of_one_gap_each_closes_its_share_of_what_the_other_leaves(knowledge: Knowledge) -> None:
    inputs = assessed(knowledge, task__gap="behaviour").inputs
    alone = expected_quality(inputs)
    room = 1 - inputs.number("task.base_model_coverage")
    # The model reads the data: of the room, what is left is the product of what each leaves.
    left = (1 - alone["rag"]) * (1 - alone["lora"]) / room
    together = combined_quality(inputs, "rag", "lora", alone["rag"])
    assert np.allclose(1 - together, left, rtol=0.01)


def money(found: Assessment, approach: str, technique: str) -> Money:
    result = technique_money(found.inputs, found.estimates, approach, technique)
    assert result is not None
    return result


def saved(result: Money) -> Array:
    assert result.saved_usd is not None
    return result.saved_usd


def test_a_technique_without_an_estimate_has_no_figure(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    for name in ("vocabulary_extension", "full_context", "of somebody's own"):
        assert technique_money(found.inputs, found.estimates, "continued_pretrain", name) is None


def test_a_share_saves_no_more_than_the_tokens_bill(knowledge: Knowledge) -> None:
    found = assessed(knowledge, traffic__latency="2 days")
    horizon = found.inputs.number("time.horizon")
    for approach in ("prompt", "rag"):
        pays = {one.id: one for one in found.decision.techniques[approach]}
        assert {"prompt_caching", "batch_api"} <= set(pays)
        for name in ("prompt_caching", "batch_api"):
            figure = pays[name].usd_saved
            assert figure is not None
            assert (figure >= 0).all()
            assert (figure <= usd(found.estimates[approach], TOKENS) * horizon).all()


def test_without_a_tokens_bill_a_share_of_it_has_no_figure(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    assert share_saved(found.inputs, found.estimates["lora"], np.full(200, 0.5)) is None


@pytest.mark.parametrize("approach", ["prompt", "rag"])
def test_distillation_pays_only_above_a_volume(knowledge: Knowledge, approach: str) -> None:
    figures = [
        median(saved(money(assessed(knowledge, traffic__requests_per_day=count), approach, DISTIL)))
        for count in ("100", "10k", "1M")
    ]
    assert figures[0] < 0 < figures[-1]
    assert figures == sorted(figures)


def test_distillation_takes_work_and_answers_once(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    result = money(found, "prompt", DISTIL)
    assert (result.once_usd > 0).all()
    assert result.monthly_saved_usd is not None
    horizon = found.inputs.number("time.horizon")
    assert np.allclose(saved(result), result.monthly_saved_usd * horizon - result.once_usd)


def test_distillation_saves_no_more_than_the_tokens_bill(knowledge: Knowledge) -> None:
    found = assessed(knowledge, traffic__requests_per_day="1M")
    bill = usd(found.estimates["rag"], TOKENS) * found.inputs.number("time.horizon")
    assert (saved(money(found, "rag", DISTIL)) < bill).all()


def test_more_variants_save_more_on_one_base(knowledge: Knowledge) -> None:
    figures = [
        saved(money(assessed(knowledge, task__variants=count), "lora", "shared_base_serving"))
        for count in ("1", "3", "20")
    ]
    assert not figures[0].any()
    assert all((low <= high).all() for low, high in itertools.pairwise(figures))
    assert median(figures[1]) > 0


def test_labels_of_a_model_save_less_than_all_labels_cost(knowledge: Knowledge) -> None:
    found = assessed(knowledge, data__labelled_examples="20", data__labelling_cost="$2")
    result, by_hand = money(found, "lora", "model_made_labels"), found.estimates["lora"]
    assert (saved(result) <= usd(by_hand, LABELLING)).all()
    assert np.allclose(saved(result) + result.once_usd, usd(by_hand, LABELLING))
    assert median(saved(result)) > 0


def test_labels_cheaper_than_those_of_a_model_save_nothing(knowledge: Knowledge) -> None:
    found = assessed(knowledge, data__labelled_examples="20", data__labelling_cost="$0.001")
    assert median(saved(money(found, "lora", "model_made_labels"))) < 0
    assert not any(one.id == "model_made_labels" for one in found.decision.techniques["lora"])


def test_reading_the_tasks_text_buys_quality_and_saves_nothing(knowledge: Knowledge) -> None:
    less, more = (
        money(
            assessed(knowledge, data__unlabelled_tokens=text), "lora", "task_adaptive_pretraining"
        )
        for text in ("50M", "500M")
    )
    assert less.saved_usd is None
    assert (less.once_usd > 0).all()
    assert median(less.once_usd) < median(more.once_usd)


def test_a_model_without_a_price_has_no_figure(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    alone = found.estimates["prompt"]
    bare = replace(alone, items=tuple(item for item in alone.items if item.name != TOKENS))
    estimates = {**found.estimates, "prompt": bare}
    assert technique_money(found.inputs, estimates, "prompt", DISTIL) is None

"""What is named beside an approach, and what is left out."""

import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.decision.combine import Partner, partners
from llmchoose.estimate.formulas.distributions import band, median
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile, set_value

BASE = """
name: questions about products
task: {kind: qa, gap: [knowledge, behaviour], base_model_coverage: 0.8, specificity: single_task}
data: {knowledge_tokens: 50M tokens, labelled_examples: 5k}
traffic: {requests_per_day: 20k, input_tokens: 300, output_tokens: 300}
constraints: {distillation_allowed: true}
"""


def assessed(knowledge: Knowledge, **changes: str) -> Assessment:
    profile = parse_profile(BASE.encode(), "base.yaml", knowledge)
    for name, value in changes.items():
        profile = set_value(profile, f"{name.replace('__', '.')}={value}", knowledge)
    return assess(profile, knowledge, samples=200)


def beside(found: Assessment, approach: str) -> dict[str, Partner]:
    """Partners of an approach, were it the recommended one."""
    ranked = found.decision.ranked
    one = next(one for one in ranked if one.approach.id == approach)
    rules = found.knowledge.rulebook.combinations
    return {partner.approach: partner for partner in partners(rules, one, ranked, found.estimates)}


def named(found: Assessment, approach: str) -> set[str]:
    return {one.id for one in found.decision.techniques[approach]}


def test_a_tuned_reader_beside_retrieval_says_what_it_buys(knowledge: Knowledge) -> None:
    partner = beside(assessed(knowledge), "rag")["lora"]
    assert median(partner.adds) > 0.01
    assert "points of quality" in partner.reason
    assert "over the horizon" in partner.reason
    assert (partner.estimate.primary, partner.estimate.partner) == ("rag", "lora")


def test_the_quality_of_both_is_that_of_the_first_and_what_is_added(knowledge: Knowledge) -> None:
    found = assessed(knowledge)
    partner = beside(found, "lora")["rag"]
    alone = next(one for one in found.decision.ranked if one.approach.id == "lora").quality
    assert partner.adds == pytest.approx(partner.quality - alone)
    assert (partner.adds >= 0).all()
    assert (partner.quality <= 1).all()


def test_what_adds_hardly_anything_is_not_named(knowledge: Knowledge) -> None:
    little = assessed(knowledge, task__prompt_baseline="0.99")
    assert "lora" in beside(assessed(knowledge), "rag")
    assert not beside(little, "rag")
    assert not beside(little, "lora")


def test_retrieval_is_named_for_its_citations_though_it_adds_little(knowledge: Knowledge) -> None:
    found = assessed(knowledge, task__prompt_baseline="0.99", task__citations_required="true")
    partner = beside(found, "lora")["rag"]
    assert median(partner.adds) < 0.01
    assert "hardly more quality" in partner.reason


def test_both_together_over_the_budget_are_not_recommended(knowledge: Knowledge) -> None:
    asked = {"task__gap": "[knowledge, behaviour]", "task__citations_required": "true"}
    free = assessed(knowledge, **asked)
    (lora,) = free.decision.partners
    alone, both = (band(one.one_time_usd).p10 for one in (free.estimates["rag"], lora.estimate))
    budget = f"${(alone + both) / 2:.0f}"
    tight = assessed(knowledge, **asked, budget__one_time=budget).decision
    assert tight.recommended is not None
    assert tight.recommended.approach.id == "rag"
    assert not tight.partners
    (said,) = (one for one in tight.reasons if "beside it would pay" in one.text)
    assert said.criterion == "G-BUDGET"
    assert said.speaks == "against"


def test_only_the_partners_of_the_recommended_approach_are_estimated(knowledge: Knowledge) -> None:
    decision = assessed(knowledge).decision
    assert decision.recommended is not None
    assert {one.estimate.primary for one in decision.partners} <= {decision.recommended.approach.id}


def test_distillation_is_named_only_where_it_saves(knowledge: Knowledge) -> None:
    assert "distillation" in named(assessed(knowledge, traffic__requests_per_day="500k"), "prompt")
    few = assessed(knowledge, traffic__requests_per_day="20k")
    bill = median(few.estimates["prompt"].readings["monthly_api_usd"])
    assert bill >= 3000, "the rule's own condition holds"
    assert "distillation" not in named(few, "prompt")


def test_a_technique_that_buys_quality_is_not_held_against_its_cost(knowledge: Knowledge) -> None:
    found = assessed(knowledge, task__base_model_coverage="0.5", data__unlabelled_tokens="200M")
    technique = next(
        one for one in found.decision.techniques["lora"] if one.id == "task_adaptive_pretraining"
    )
    assert technique.usd_saved is None
    assert technique.usd_once is not None
    assert {"L-29", "judgement"} <= set(technique.sources)

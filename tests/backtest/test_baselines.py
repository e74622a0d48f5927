"""Rules of thumb, each on small profiles."""

import pytest

from llmchoose.backtest.baselines import advised
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile

KNOWLEDGE = "task: {kind: qa, gap: [knowledge, behaviour]}"
STYLE = "task: {kind: chat, gap: [behaviour]}\ndata: {labelled_examples: 40..90}"
UNREAD = "task: {kind: sequence, gap: [language], base_model_coverage: 0.01..0.05}\n"
UNREAD += "data: {unlabelled_tokens: 20B..100B tokens}"
NOTHING = "task: {kind: qa}"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("always_prompt", ["prompt", "prompt", "prompt", "prompt"]),
        ("always_rag", ["rag", "rag", "rag", "rag"]),
        ("two_by_two", ["rag", "lora", "prompt", "prompt"]),
        ("main_gap", ["rag", "lora", "continued_pretrain", "prompt"]),
        ("documents", ["rag", "lora", "scratch", "prompt"]),
    ],
)
def test_a_rule_of_thumb_says(rule: str, said: list[str], knowledge: Knowledge) -> None:
    baseline = next(one for one in knowledge.baselines if one.id == rule)
    profiles = [
        parse_profile(f"name: x\n{text}\n".encode(), "x.yaml", knowledge)
        for text in (KNOWLEDGE, STYLE, UNREAD, NOTHING)
    ]
    assert [advised(baseline, profile) for profile in profiles] == said


def test_thresholds_are_held_against_the_middle_of_a_range(knowledge: Knowledge) -> None:
    baseline = next(one for one in knowledge.baselines if one.id == "documents")
    few = STYLE.replace("40..90", "20..90")
    profile = parse_profile(f"name: x\n{few}\n".encode(), "x.yaml", knowledge)
    assert advised(baseline, profile) == "prompt"


def test_every_rule_of_thumb_names_its_sources(knowledge: Knowledge) -> None:
    for one in knowledge.baselines:
        assert all(knowledge.cite(source).title for source in one.sources)

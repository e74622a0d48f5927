"""Every shipped rule: its failing example fails it and no other, its passing example none."""

from pathlib import Path

import pytest

from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.knowledge.policy import Example, PolicyRule
from llmchoose.policy.check import Terms, check
from llmchoose.policy.examples import policy_of, proposal_of
from llmchoose.policy.load import load_policy
from llmchoose.policy.model import Policy
from llmchoose.profile.find import Candidate

RULES = load_knowledge().policy.rules


def found(example: Example, knowledge: Knowledge, folder: Path) -> set[str]:
    """Rules that find something in an example."""
    profile, policy = folder / "profile.yaml", folder / "policy.yaml"
    profile.write_text(proposal_of(example, knowledge.policy), "utf-8")
    text = policy_of(example)
    policy.write_text(text, "utf-8")
    held = load_policy(policy, knowledge) if text else Policy()
    checked = check([Candidate(str(profile), named=True)], knowledge, Terms(held))
    return {one.rule for one in checked.findings if one.rule != "own-rule" and not one.waived}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_failing_example_fails_this_rule_alone(
    rule: PolicyRule, knowledge: Knowledge, tmp_path: Path
) -> None:
    assert found(rule.fails, knowledge, tmp_path) == {rule.id}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_passing_example_passes_every_rule(
    rule: PolicyRule, knowledge: Knowledge, tmp_path: Path
) -> None:
    assert found(rule.passes, knowledge, tmp_path) == set()

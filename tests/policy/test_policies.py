"""Policies: each file of `bad/` is refused with the message beside it (UPDATE=1 rewrites them)."""

import os
from pathlib import Path

import pytest

from llmchoose.errors import InputError, show_problem
from llmchoose.knowledge.load import Knowledge
from llmchoose.policy.check import check_expressions
from llmchoose.policy.force import limits_in_force, rules_in_force
from llmchoose.policy.load import load_policy

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


def message_of(path: Path, knowledge: Knowledge) -> str:
    with pytest.raises(InputError) as caught:
        check_expressions(load_policy(path, knowledge), knowledge)
    shown = "\n".join(show_problem(problem) for problem in caught.value.problems) + "\n"
    return shown.replace(f"{path.parent}/", "")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_message_is_the_one_on_file(path: Path, knowledge: Knowledge) -> None:
    message = message_of(path, knowledge)
    expected = path.with_suffix(".txt")
    if os.environ.get("UPDATE") == "1":
        expected.write_text(message, "utf-8")
    assert message == expected.read_text("utf-8")
    assert message.count("error: ") == message.count("--> ")


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder / "policy.yaml"


def test_what_stands_in_a_file_goes_before_what_it_extends(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    policy = write(
        tmp_path,
        policy="extends: [house.yaml]\nlimits: {max_days: 4 weeks}\nseverity: {P-OWNER: note}\n",
        house="limits: {max_days: 8 weeks, max_gpu_hours: 10k}\nseverity: {P-OWNER: error}\n",
    )
    held = load_policy(policy, knowledge)
    assert limits_in_force(held, knowledge.policy)["max_days"] == 28
    assert limits_in_force(held, knowledge.policy)["max_gpu_hours"] == 10_000
    owner = next(one for one in rules_in_force(held, knowledge.policy) if one.id == "P-OWNER")
    assert (owner.grade, owner.default) == ("note", "warning")
    assert owner.where is not None
    assert owner.where.path == str(policy)
    hours = next(one for one in rules_in_force(held, knowledge.policy) if one.id == "P-GPU-HOURS")
    assert hours.limit_where is not None
    assert hours.limit_where.path.endswith("house.yaml")


def test_a_rule_of_an_extended_policy_can_be_switched_off(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    policy = write(
        tmp_path,
        policy="extends: house.yaml\nseverity: {dear: off}\n",
        house='rules: [{id: dear, when: "estimate.cost.total_usd.p50 > 5"}]\n',
    )
    held = load_policy(policy, knowledge)
    assert [one.grade for one in rules_in_force(held, knowledge.policy) if one.own] == ["off"]


def test_files_that_extend_each_other_in_a_circle_are_refused(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    policy = write(tmp_path, policy="extends: house.yaml\n", house="extends: policy.yaml\n")
    with pytest.raises(InputError, match="round in a circle"):
        load_policy(policy, knowledge)


def test_two_ways_to_one_file_are_no_circle(tmp_path: Path, knowledge: Knowledge) -> None:
    policy = write(
        tmp_path,
        policy="extends: [left.yaml, right.yaml]\n",
        left="extends: base.yaml\n",
        right="extends: base.yaml\n",
        base="limits: {max_days: 5 days}\n",
    )
    assert len(load_policy(policy, knowledge).files) == 4


def test_a_link_that_leads_outside_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    (tmp_path / "outside.yaml").write_text("limits: {max_days: 5 days}\n", "utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    policy = write(inside, policy="extends: link.yaml\n")
    with pytest.raises(InputError, match="outside"):
        load_policy(policy, knowledge)


@pytest.mark.parametrize("text", ["limits:\n", "schema_version: 1\n", "severity: {}\nrules: []\n"])
def test_empty_parts_are_fine(text: str, tmp_path: Path, knowledge: Knowledge) -> None:
    assert load_policy(write(tmp_path, policy=text), knowledge).limits == {}

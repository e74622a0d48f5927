"""The schema for editors: it takes what the loader takes, and refuses what it can see is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from llmchoose.knowledge.load import Knowledge
from llmchoose.policy.load import load_policy
from llmchoose.policy.schema import json_schema

WHOLE = """\
schema_version: 1
limits: {max_total_usd: $500k, max_days: 9 months, max_gpu_hours: 12000}
severity: {P-OWNER: error, P-CHEAPER: "off", dear: note}
rules:
  - {id: dear, title: Dear, severity: warning, when: estimate.cost.total_usd.p50 > 5, message: dear}
waivers:
  - {rule: P-OWNER, path: "pilots/**", reason: pilots, approved_by: Ada, expires: 2027-06}
"""


@pytest.fixture(scope="module")
def schema(knowledge: Knowledge) -> Any:
    found = json_schema(knowledge.policy)
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def test_a_whole_policy_fits_both(schema: Any, knowledge: Knowledge, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(WHOLE, "utf-8")
    load_policy(file, knowledge)
    assert list(schema.iter_errors(yaml.safe_load(WHOLE))) == []


@pytest.mark.parametrize(
    "name",
    [
        "list",
        "rule_with_a_strange_key",
        "rule_without_expression",
        "unknown_key",
        "unknown_limit",
        "unknown_severity",
        "version",
        "waiver_without_path",
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(name: str, schema: Any) -> None:
    text = (Path(__file__).parent / "bad" / f"{name}.yaml").read_text("utf-8")
    assert list(schema.iter_errors(yaml.safe_load(text)))


def test_every_limit_and_rule_is_described(schema: Any, knowledge: Knowledge) -> None:
    parts = schema.schema["properties"]
    assert set(parts["limits"]["properties"]) == {one.id for one in knowledge.policy.limits}
    assert set(parts["severity"]["properties"]) == {one.id for one in knowledge.policy.rules}

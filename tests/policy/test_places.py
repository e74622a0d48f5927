"""How much of a line a finding marks: the value, and nothing behind it."""

import pytest

from llmchoose.policy.findings import width_of


@pytest.mark.parametrize(
    ("line", "value", "marked"),
    [
        ("  approach: lora   # paper", "lora", "lora"),
        ("name: Letters, and more", "Letters", "Letters, and more"),
        ("decision: {approach: lora}", "lora", "lora"),
        ("decision: {approach: lora, reason: because}", "lora", "lora"),
        ('decision: {approach: "lo, ra", reason: x}', '"lo', '"lo, ra"'),
        ("constraints: {regulations: [gdpr, ccpa] , api_allowed: true}", "[gdpr", "[gdpr, ccpa]"),
        ("  gap: [format,", "[format", "[format,"),
        ("budget: {one_time: $30k..$150k }", "$30k", "$30k..$150k"),
        ("x:", "", "x:"),
    ],
)
def test_the_value_is_marked(line: str, value: str, marked: str) -> None:
    column = line.index(value) + 1
    assert line[column - 1 :][: width_of(line, column)] == marked

"""The proposals that pass or fail a rule, written out from the rule's row."""

import json
from collections.abc import Mapping
from typing import Any

from llmchoose.knowledge.policy import Example, PolicyBook
from llmchoose.profile.dump import write_text


def proposal_of(example: Example, book: PolicyBook) -> str:
    """The proposal as the text of a profile."""
    if example.text:
        return example.text
    nested: dict[str, Any] = {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in book.examples[example.of].items()
    }
    for name in example.drop:
        section, _, key = name.rpartition(".")
        (nested[section] if section else nested).pop(key)
    for name, value in example.set.items():
        section, _, key = name.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[key] = value
    return "".join(_written(name, value) for name, value in nested.items())


def policy_of(example: Example) -> str:
    """The policy that goes with it as a text; empty where the shipped rules alone do."""
    limits = "".join(f"  {name}: {_inline(value)}\n" for name, value in example.limits.items())
    rule = f"  - id: own-rule\n    when: {json.dumps(example.when)}\n" if example.when else ""
    return (f"limits:\n{limits}" if limits else "") + (f"rules:\n{rule}" if rule else "")


def _written(name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return f"{name}: {_inline(value)}\n"
    return f"{name}:\n" + "".join(f"  {key}: {_inline(one)}\n" for key, one in value.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value) if isinstance(value, bool | int | float) else write_text(str(value))

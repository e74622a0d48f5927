"""JSON Schema of a policy, for editors: what the loader accepts."""

from typing import Any

from llmchoose.knowledge.policy import PolicyBook, PolicyLimit
from llmchoose.policy.load import (
    GRADES,
    LONGEST_EXPRESSION,
    MOST_RULES,
    SCHEMA_VERSION,
)

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
DAY: Schema = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*\d{4}(-\d{1,2}){0,2}\s*$"},
        {"type": "integer", "minimum": 1950, "maximum": 2150},
    ]
}


def json_schema(book: PolicyBook) -> Schema:
    """The schema (JSON Schema 2020-12) of policy.yaml.

    It refuses unknown keys and limits; expressions and units are left to the loader.
    """
    grade: Schema = {"enum": list(GRADES)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "llmchoose policy",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            "extends": {
                "description": "Policies that this one extends, by path; what stands here counts.",
                "anyOf": [TEXT, {"type": "array", "items": TEXT}, {"type": "null"}],
            },
            "limits": _object(
                "The most that a proposal may take.",
                {one.id: _limit(one) for one in book.limits},
            ),
            "severity": {
                **_object(
                    "How severe a rule is; off switches it off.",
                    {
                        rule.id: {"title": rule.title, "default": rule.severity, **grade}
                        for rule in book.rules
                    },
                ),
                "additionalProperties": grade,
            },
            "rules": {
                "description": "Rules of one's own, as CEL expressions.",
                "type": ["array", "object", "null"],
                "maxItems": MOST_RULES,
                "items": _rule(grade),
            },
            "waivable": {
                "description": "Rules that a proposal may waive by itself; any where left out.",
                "anyOf": [TEXT, {"type": "array", "items": TEXT}, {"type": "null"}],
            },
            "waivers": {
                "description": "Exceptions: which rule, for which files, why, by whom, until when.",
                "type": ["array", "object", "null"],
                "items": _waiver(),
            },
        },
    }


def _object(description: str, properties: Schema) -> Schema:
    return {
        "description": description,
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": properties,
    }


def _limit(limit: PolicyLimit) -> Schema:
    shown = {} if limit.default is None else {"default": limit.default}
    return {
        "description": f"{limit.text}, in {limit.unit}",
        "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "[0-9]"}],
        **shown,
    }


def _rule(grade: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "when"],
        "properties": {
            "id": TEXT,
            "title": TEXT,
            "severity": {"default": "error", **grade},
            "when": {
                **TEXT,
                "maxLength": LONGEST_EXPRESSION,
                "description": "A CEL expression over profile, estimate and decision; true fails.",
            },
            "message": TEXT,
        },
    }


def _waiver() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["rule", "path", "reason"],
        "properties": {
            "rule": TEXT,
            "path": {**TEXT, "description": "Files, from the folder of the policy: pilots/**"},
            "reason": TEXT,
            "approved_by": TEXT,
            "expires": DAY,
        },
    }

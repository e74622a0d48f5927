"""JSON Schema of the profile, for editors: what the loader accepts, with help and examples."""

from collections.abc import Mapping
from typing import Any

from llmchoose.knowledge.fields import Field
from llmchoose.profile.entries import WAIVER_PARTS, trial_parts

Schema = dict[str, Any]
_EMPTY: Schema = {"type": "null"}
_PATTERN = r"[0-9]"
# Editors read patterns as ECMAScript does, which has no way to leave case aside.
FLAG = "^([Tt][Rr][Uu][Ee]|[Yy][Ee][Ss]|[Ff][Aa][Ll][Ss][Ee]|[Nn][Oo])$"
_DURATION = r"[0-9][0-9.,_eE+]*\s*[A-Za-z]"


def json_schema(fields: Mapping[str, Field]) -> Schema:
    """The schema (JSON Schema 2020-12) of what the loader accepts.

    It refuses unknown keys and words; whether a unit or a name fits is left to the loader.
    """
    approaches = fields["decision.approach"].values if "decision.approach" in fields else ()
    properties: Schema = {}
    for field in fields.values():
        if not field.section:
            properties[field.key] = _field(field, approaches)
            continue
        section = properties.setdefault(field.section, _section(field))
        section["properties"][field.key] = _field(field, approaches)
    properties["task"] = {**properties.get("task", {}), "type": ["object", "null"]}
    required = [field.name for field in fields.values() if field.required]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "llmchoose profile",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [*required, "task"],
    }


def _section(field: Field) -> Schema:
    return {
        "type": ["object", "null"],
        "description": field.heading,
        "additionalProperties": False,
        "properties": {},
    }


def _field(field: Field, approaches: tuple[str, ...]) -> Schema:
    value = _value(field, approaches)
    schema: Schema = {"title": field.question, "description": field.help}
    if field.example is not None:
        schema["examples"] = [field.example]
    # A key without a value is a field left out, except where one is needed.
    return {**schema, **(value if field.required else {"anyOf": [value, _EMPTY]})}


def _value(field: Field, approaches: tuple[str, ...]) -> Schema:
    match field.type:
        case "enum":
            return _enum(field)
        case "enums":
            return _list_or_one(_enum(field), unique=True)
        case "flag":
            return {"anyOf": [{"type": "boolean"}, {"pattern": FLAG}]}
        case "quantity" | "duration":
            return _quantity(field)
        case "date":
            return _day()
        case "gpus":
            return _list_or_one({"type": "string", "pattern": r"\S"})
        case "trials":
            return _list_or_one(_entry(trial_parts(approaches)))
        case "waivers":
            return _list_or_one(_entry(WAIVER_PARTS))
        case _:
            return {"type": ["string", "number", "boolean"], "maxLength": 10_000}


def _enum(field: Field) -> Schema:
    weights = field.name == "constraints.must_own_weights"
    return {"enum": [*field.values, True, False] if weights else list(field.values)}


def _list_or_one(item: Schema, *, unique: bool = False) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "uniqueItems": unique}]}


def _quantity(field: Field) -> Schema:
    pattern = _DURATION if field.type == "duration" else _PATTERN
    forms: list[Schema] = [{"type": "string", "pattern": pattern}]
    if field.type == "quantity":
        bounds = {"minimum": field.minimum, "maximum": field.maximum}
        forms.append({"type": "number", **{k: v for k, v in bounds.items() if v is not None}})
    if field.words:
        forms.append({"enum": list(field.words)})
    return {"anyOf": forms}


def _day() -> Schema:
    text: Schema = {"type": "string", "pattern": r"^\s*\d{4}(-\d{1,2}){0,2}\s*$"}
    return {"anyOf": [text, {"type": "integer", "minimum": 1950, "maximum": 2150}]}


def _entry(parts: Mapping[str, Field]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"anyOf": [_value(part, ()), _EMPTY]} for name, part in parts.items()},
        "required": [name for name, part in parts.items() if part.required],
    }

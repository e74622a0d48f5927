"""Profiles written as YAML; reading one again gives an equal profile."""

import re
from collections.abc import Mapping
from dataclasses import fields as parts_of
from datetime import date

from llmchoose.knowledge.fields import Field
from llmchoose.profile.entries import WAIVER_PARTS, trial_parts
from llmchoose.profile.model import OwnedGpus, Profile, Trial, Value, Waiver
from llmchoose.quantity import Quantity, show_quantity

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NOT_BARE = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def dump(profile: Profile, fields: Mapping[str, Field]) -> str:
    """Write a profile as YAML, sections in the order of the fields, without comments."""
    lines: list[str] = []
    section = ""
    for name, value in profile.values.items():
        field = fields[name]
        if field.section and field.section != section:
            lines.append(f"{field.section}:")
        section = field.section
        indent = "  " if section else ""
        lines.append(f"{indent}{field.key}: {write_value(value, field, fields)}")
    return "\n".join(lines) + "\n"


def write_value(value: Value, field: Field, fields: Mapping[str, Field]) -> str:
    """One value as YAML on one line, the way people write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(_item(item, field, fields) for item in value)}]"
    return _scalar(value, field.unit)


def _item(item: object, field: Field, fields: Mapping[str, Field]) -> str:
    if isinstance(item, OwnedGpus):
        return _quote(f"{item.count} x {item.gpu}")
    if isinstance(item, Trial | Waiver):
        trial = isinstance(item, Trial)
        parts = trial_parts(fields["decision.approach"].values) if trial else WAIVER_PARTS
        given = ((part.name, getattr(item, part.name)) for part in parts_of(item))
        inside = (f"{n}: {_scalar(it, parts[n].unit)}" for n, it in given if it is not None)
        return f"{{{', '.join(inside)}}}"
    return _scalar(item, field.unit)


def _scalar(value: object, unit: str) -> str:
    if isinstance(value, Quantity):
        return show_quantity(value, unit)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return _quote(str(value))


def _quote(text: str) -> str:
    if _BARE.fullmatch(text) and text.lower() not in _NOT_BARE:
        return text
    import json  # seldom needed

    return json.dumps(text, ensure_ascii=False)

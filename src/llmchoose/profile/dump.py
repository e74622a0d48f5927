"""Profiles written as YAML; reading one again gives an equal profile."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields as parts_of
from datetime import date

from llmchoose.knowledge.fields import Field
from llmchoose.profile.entries import WAIVER_PARTS, trial_parts
from llmchoose.profile.model import OwnedGpus, Profile, Trial, Value, Waiver
from llmchoose.quantity import Quantity, show_quantity
from llmchoose.yamltext.tree import core_scalar

# Signs that mean something in YAML, at the start or anywhere, and words that older readers take
# for true or false.
_NEEDS_QUOTES = re.compile(
    r"^[-?:,\[\]{}#&*!|>'\"%@`~\s]|: |:$| #|[,\[\]{}\n\r\t\"]"
    r"|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]"
    r"|^(?i:yes|no|on|off|y|n|---.*|\.\.\..*)$"
)


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


def write_text(text: str) -> str:
    """A text as YAML on one line, without quotes where it reads as the same text without them."""
    if not _NEEDS_QUOTES.search(text) and text.strip() == text and core_scalar(text or "~") == text:
        return text
    return json.dumps(text, ensure_ascii=False)


def _item(item: object, field: Field, fields: Mapping[str, Field]) -> str:
    if isinstance(item, OwnedGpus):
        return write_text(f"{item.count} x {item.gpu}")
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
    return write_text(str(value))

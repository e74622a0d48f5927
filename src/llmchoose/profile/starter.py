"""A profile to start from: every field with its help, all but the first few commented out."""

import json
from collections.abc import Mapping
from textwrap import wrap

from llmchoose.knowledge.fields import Field

FILLED = ("name", "task.kind", "task.gap")
_HEAD = """\
# A profile for llmchoose. Fill in what you know, delete the # in front of it, leave the rest:
# what is left out is assumed, and the report names each assumption.
# Amounts may be ranges, from the low end to the high end: 200..400, $30k..$150k, 60..180 days.
"""


def starter(fields: Mapping[str, Field]) -> str:
    """Write the starter profile; it can be assessed as it is."""
    blocks = [_HEAD]
    section = ""
    for field in fields.values():
        head = field.name.partition(".")[0] if field.section or field.heading else ""
        if head and head != section:
            blocks.append(_heading(field, head))
        section = head
        blocks.append(_entry(field))
    return "\n".join(blocks) + "\n"


def _heading(field: Field, section: str) -> str:
    title = f"# --- {section}: {field.heading}"
    if not field.section:
        return title
    filled = any(name.startswith(f"{section}.") for name in FILLED)
    return f"{title}\n{'' if filled else '#'}{section}:"


def _entry(field: Field) -> str:
    indent = "  " if field.section else ""
    choices = (
        f" One of {', '.join(field.values)}."
        if field.type == "enum"
        else (f" Any of {', '.join(field.values)}." if field.type == "enums" else "")
    )
    words = wrap(f"{field.help}{choices}", 92)
    comment = "\n".join(f"{indent}# {line}" for line in words)
    # Without a space after it, so that taking the sign away leaves the line where it belongs.
    sign = "" if field.name in FILLED else "#"
    return f"{comment}\n{indent}{sign}{field.key}: {example_text(field.example)}"


def example_text(example: object) -> str:
    """An example as YAML on one line."""
    if isinstance(example, list):
        return f"[{', '.join(example_text(item) for item in example)}]"
    if isinstance(example, dict):
        inside = (f"{key}: {example_text(value)}" for key, value in example.items())
        return f"{{{', '.join(inside)}}}"
    text = str(example).lower() if isinstance(example, bool) else str(example)
    plain = not any(sign in text for sign in ":#,[]{}\"'") and text != "no"
    return text if plain else json.dumps(text, ensure_ascii=False)

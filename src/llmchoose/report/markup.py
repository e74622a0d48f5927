"""Citations in words, and text as Markdown takes it."""

import re

from llmchoose.knowledge.load import Citation

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def escape(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return SPECIAL.sub(r"\\\1", text).replace("\n", " ")


def cited(one: Citation) -> str:
    """What a source says, and what and of when it is."""
    if one.claim:
        return f"{one.claim} ({one.title}, {one.kind}, {one.date})"
    return f"{one.title} ({one.kind}, {one.date})"

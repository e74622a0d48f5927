"""Explanations as JSON (schema_version 1): one line for each page, or one for a list."""

import json
from dataclasses import asdict
from typing import Any

from llmchoose.explanation.model import Explanation, Index, Page, Section, Table

SCHEMA_VERSION = 1


def render(explanation: Explanation, *, plain: bool = False) -> str:
    """A line for each page; an id that two kinds have gives two."""
    del plain  # JSON has no colour
    if isinstance(explanation, Index):
        return _line(_index(explanation))
    return "".join(_line(as_dict(page)) for page in explanation)


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(page: Page) -> dict[str, Any]:
    """A page as plain data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": page.kind,
        "id": page.id,
        "title": page.title,
        "text": page.text,
        "facts": {
            fact.name.replace(" ", "_"): fact.text if fact.value is None else fact.value
            for fact in page.facts
        },
        "sections": {section.key: _section(section) for section in page.sections},
        "sources": [asdict(one) for one in page.citations],
    }


def _section(section: Section) -> dict[str, Any]:
    found: dict[str, Any] = {"title": section.title}
    if isinstance(section, Table):
        found |= {"columns": section.head, "rows": section.rows}
    else:
        found |= {"entries": [asdict(entry) for entry in section.entries]}
    return found if section.data is None else {**found, "data": section.data}


def _index(index: Index) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "list",
        "id": index.title,
        "groups": [
            {
                "kind": group.kind,
                "list": group.plural,
                "entries": [{"id": entry.label, "text": entry.text} for entry in group.entries],
            }
            for group in index.groups
        ],
        "further": [entry.label for entry in index.further],
    }

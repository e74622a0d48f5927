"""Explanations for a terminal: pages that wrap, lists with one line for each id."""

from collections.abc import Iterator, Sequence

from llmchoose.errors import visible
from llmchoose.explanation.model import Explanation, Group, Index, Page, Section, Table
from llmchoose.knowledge.load import Citation
from llmchoose.report.markup import cited
from llmchoose.report.screen import (
    GAP,
    Line,
    columns,
    cut,
    listed,
    printed,
    terminal_width,
    wrapped,
)

TITLE = "bold underline"
WIDEST_ID = 36


def render(explanation: Explanation, *, plain: bool = False) -> str:
    """A list, or pages one after another, in colour where standard output is a terminal.

    Args:
        explanation: What was asked for.
        plain: Write no colour whatever the terminal says (for files).
    """
    width = terminal_width()
    if isinstance(explanation, Index):
        lines = list(_index(explanation, width))
    else:
        lines = [line for page in explanation for line in _page(page, width)]
    return printed([(visible(text), style) for text, style in lines], width, plain=plain)


def _page(page: Page, width: int) -> Iterator[Line]:
    head = cut(f"{page.kind} {page.id}", width - 2)
    yield f"{head} {'─' * (width - len(head) - 1)}", "bold"
    if page.title not in (page.id, page.text):
        yield from wrapped(page.title, width, "bold")
    if page.text:
        yield from wrapped(page.text, width)
    if page.facts:
        yield "", ""
        yield from listed([(fact.name, fact.text) for fact in page.facts], width)
    for section in page.sections:
        yield from _section(section, width)
    if page.citations:
        yield "", ""
        yield "Sources", TITLE
        yield from listed([(one.id, _cited(one)) for one in page.citations], width)
    yield "", ""


def _section(section: Section, width: int) -> Iterator[Line]:
    yield "", ""
    yield from wrapped(section.title, width, TITLE)
    if not isinstance(section, Table):
        yield from listed([(entry.label, entry.text) for entry in section.entries], width)
        return
    lines = columns([section.head, *section.rows])
    if max(map(len, lines)) <= width:
        yield from ((line, "" if place else "bold") for place, line in enumerate(lines))
    else:
        yield from listed(
            [(name, _row(section.head, cells)) for name, *cells in section.rows], width
        )


def _row(head: Sequence[str], cells: Sequence[str]) -> str:
    return ", ".join(f"{word} {cell}" for word, cell in zip(head[1:], cells, strict=True))


def _cited(one: Citation) -> str:
    return f"{cited(one)} {one.url}" if one.url else cited(one)


def _index(index: Index, width: int) -> Iterator[Line]:
    for group in index.groups:
        yield from _group(group, width)
        yield "", ""
    if index.further:
        yield from wrapped("Longer lists: llmchoose explain LIST", width, TITLE)
        yield from wrapped(_counts(index), width)
        yield "", ""
    yield from wrapped("llmchoose explain ID shows one of them with its sources.", width)


def _counts(index: Index) -> str:
    return ", ".join(f"{entry.label} ({entry.text})" for entry in index.further)


def _group(group: Group, width: int) -> Iterator[Line]:
    yield f"{group.plural} ({len(group.entries):,})", TITLE
    widest = max(len(entry.label) for entry in group.entries)
    indent = min(widest, WIDEST_ID, width // 2)
    for entry in group.entries:
        yield cut(f"{entry.label:<{indent}}{GAP}{entry.text}", width), ""

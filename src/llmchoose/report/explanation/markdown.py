"""Explanations as Markdown: the pages of the documentation are these."""

from collections.abc import Iterator, Sequence

from llmchoose.explanation.model import Entry, Explanation, Index, Page, Section, Table
from llmchoose.knowledge.load import Citation
from llmchoose.report.markup import cited, escape


def render(explanation: Explanation, *, plain: bool = False) -> str:
    """A list, or pages one after another, each under a heading of its own."""
    del plain  # Markdown has no colour
    if isinstance(explanation, Index):
        return _index(explanation)
    return "\n".join(render_page(page) for page in explanation)


def render_page(page: Page) -> str:
    """One page."""
    return "\n\n".join(_blocks(page)) + "\n"


def _blocks(page: Page) -> Iterator[str]:
    named = "" if page.title in (page.id, page.text) else f": {escape(page.title)}"
    yield f"# {escape(page.id)}{named}"
    yield f"*{escape(page.kind)}*" + (f" {escape(page.text)}" if page.text else "")
    if page.facts:
        yield "\n".join(f"- **{fact.name}**: {escape(fact.text)}" for fact in page.facts)
    for section in page.sections:
        yield f"## {escape(section.title)}"
        yield _section(section)
    if page.citations:
        yield "## Sources"
        yield "\n".join(_cited(one) for one in page.citations)


def _section(section: Section) -> str:
    if isinstance(section, Table):
        return _table(section.head, [[escape(cell) for cell in row] for row in section.rows])
    return _entries(section.entries)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _entries(entries: Sequence[Entry]) -> str:
    return "\n".join(f"- {_code(entry.label)}: {escape(entry.text)}" for entry in entries)


def _code(text: str) -> str:
    return escape(text) if "`" in text else f"`{text}`"


def _cited(one: Citation) -> str:
    link = f" <{one.url}>" if one.url else ""
    return f"- {_code(one.id)}: {escape(cited(one))}{link}"


def _index(index: Index) -> str:
    parts = [f"# {escape(index.title)}"]
    for group in index.groups:
        parts += [f"## {escape(group.plural)}", _entries(group.entries)]
    if index.further:
        parts += ["## Longer lists", _entries(index.further)]
    return "\n\n".join(parts) + "\n"

"""Pages of rows of the tables: constants, accelerators, prices, models, published runs."""

from collections.abc import Callable
from typing import Any

from llmchoose.explanation.kinds import KINDS
from llmchoose.explanation.kinds.kind import cited_by
from llmchoose.explanation.links import citations
from llmchoose.explanation.model import Entry, Fact, Listing, Page, Section
from llmchoose.explanation.wording import figure, listed
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Factor, Fitted, Gpu, Row

TOLD = ("id", "source", "as_of", "note")
VERIFIED = {
    "yes": "yes, seen at the source",
    "partly": "partly seen at the source",
    "no": "no, from memory",
}


def factor_page(row: Factor, knowledge: Knowledge) -> Page:
    """A constant of the estimate with its spread."""
    points = {"p10": row.p10, "p50": row.p50, "p90": row.p90}
    facts = tuple(Fact(name, figure(value), value) for name, value in points.items())
    return _page("factor", row, row.id, (*facts, Fact("unit", row.unit)), knowledge)


def fitted_page(row: Fitted, knowledge: Knowledge) -> Page:
    """A constant fitted to published runs, with p10 and p90."""
    points = {"p10": row.low, "p50": row.value, "p90": row.high}
    facts = [
        Fact(name, figure(value), value) for name, value in points.items() if value is not None
    ]
    return _page("fitted constant", row, row.id, (*facts, Fact("unit", row.unit)), knowledge)


def gpu_page(row: Gpu, knowledge: Knowledge) -> Page:
    """An accelerator, and what it is rented at."""
    page = _page("gpu", row, row.name, _columns(row), knowledge)
    rents = tuple(
        Entry(one.id, f"${one.usd_per_gpu_hour:g} an hour, {one.plan} [{listed(one.source)}]")
        for one in knowledge.rents
        if one.gpu == row.id
    )
    section: tuple[Section, ...] = (Listing("rents", "What it is rented at", rents),)
    return page.with_sections(section if rents else ())


def row_page(kind: str) -> Callable[[Row, Knowledge], Page]:
    """The function that lays out any row of a table: its columns, as far as they are known."""

    def page(row: Row, knowledge: Knowledge) -> Page:
        title = str(getattr(row, "name", "") or getattr(row, "model", "") or row.id)
        return _page(kind, row, title, _columns(row), knowledge)

    return page


def _page(kind: str, row: Row, title: str, facts: tuple[Fact, ...], knowledge: Knowledge) -> Page:
    cited = citations(cited_by(row), knowledge)
    return Page(kind, row.id, title, row.note or "", (*facts, Fact("as of", row.as_of)), (), cited)


def _columns(row: Row) -> tuple[Fact, ...]:
    return tuple(
        _cell(name, value)
        for name, value in vars(row).items()
        if name not in TOLD and not name.endswith("_source") and value not in (None, (), "")
    )


def _cell(name: str, value: Any) -> Fact:
    said = name.replace("_", " ")
    if name == "verified":
        return Fact(said, VERIFIED.get(value, value), value)
    if isinstance(value, tuple):
        return Fact(said, listed(value), list(value))
    return Fact(said, figure(value) if isinstance(value, float) else str(value), value)


TABLES = {kind.name: row_page(kind.name) for kind in KINDS if kind.part in ("facts", "runs")}

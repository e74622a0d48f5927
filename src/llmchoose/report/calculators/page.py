"""What the calculators' pages are laid out of: rows of bands, notes, sources, explained factors."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from textwrap import fill, wrap
from typing import Any

from llmchoose.errors import visible
from llmchoose.estimate.formulas.distributions import Array, band, significant
from llmchoose.estimate.formulas.explain import Term
from llmchoose.quantity.short import short

WIDTH = 80
UNKNOWN = "unknown"
MOST_CITED = 8
Line = tuple[str, str, str, str]


def printed(lines: Iterable[str]) -> str:
    """Lines as they go to a terminal: what came from outside cannot steer it."""
    return "\n".join(visible(line) for text in lines for line in text.split("\n"))


def band_of(values: Array | None) -> dict[str, float] | None:
    """p10, p50 and p90 as plain data; None stays unknown."""
    return None if values is None else asdict(band(values))


def number(value: float | None) -> float | None:
    """A figure as it leaves the program."""
    return None if value is None else significant(value)


def line(name: str, values: Array | None, style: str) -> Line:
    """A row of a table: `style` is `$` for money, else a format for each percentile."""
    if values is None:
        return name, UNKNOWN, UNKNOWN, UNKNOWN
    low, middle, high = (
        f"${short(value)}" if style == "$" else f"{value:{style}}"
        for value in asdict(band(values)).values()
    )
    return name, low, middle, high


def table(rows: Sequence[Line]) -> list[str]:
    """Rows under p10, p50 and p90, names left and figures right."""
    lines = [("", "p10", "p50", "p90"), *rows]
    wide = max(len(row[0]) for row in lines)
    return [
        f"{name:<{wide}}  {low:>13}  {middle:>13}  {high:>13}".rstrip()
        for name, low, middle, high in lines
    ]


def pairs(rows: Iterable[tuple[str, str]], title: str) -> list[str]:
    """A titled list of names and values; nothing where there is none."""
    listed = list(rows)
    if not listed:
        return []
    wide = min(max(len(name) for name, _ in listed), WIDTH // 2)
    found = ["", title]
    for name, value in listed:
        start, *rest = wrap(value, WIDTH - wide - 4, break_on_hyphens=False) or [""]
        found.append(f"  {name:<{wide}}  {start}".rstrip())
        found += [" " * (wide + 4) + part for part in rest]
    return found


def foot(notes: Iterable[str], sources: Iterable[str]) -> list[str]:
    """Notes one below the other, then the sources."""
    said = [fill(f"note: {note}", WIDTH, subsequent_indent="      ") for note in notes]
    listed = list(sources)
    more = len(listed) - MOST_CITED
    tail = f" and {more} more, all of them in --format json" if more > 0 else ""
    shown = f"sources: {', '.join(listed[:MOST_CITED])}{tail}"
    cited = fill(shown, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return ["", *said, cited]


def explained(terms: Sequence[Term]) -> list[str]:
    """The multiplication, factor by factor."""
    if not terms:
        return []
    wide = min(max(len(term.name) for term in terms), WIDTH // 2)
    found = ["", "How it comes out"]
    for term in terms:
        value = f"{term.sign:1} {_figure(term.value)} {term.unit}".rstrip()
        found.append(f"  {term.name:<{wide}}  {value}")
        indent = " " * (wide + 6)
        found.append(fill(term.source, WIDTH, initial_indent=indent, subsequent_indent=indent))
    return found


def _figure(value: float) -> str:
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"


def terms_as_data(terms: Sequence[Term]) -> list[dict[str, Any]]:
    """The multiplication as plain data."""
    return [asdict(term) | {"value": significant(term.value)} for term in terms]

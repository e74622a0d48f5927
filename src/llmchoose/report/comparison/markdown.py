"""A comparison as Markdown: what a pull request's comment says."""

from collections.abc import Iterable, Sequence

from llmchoose.comparison.model import Comparison
from llmchoose.comparison.review import Review
from llmchoose.report import changes, markup
from llmchoose.report.changes import Row

HEAD = ("before", "after", "change")


def render(review: Review, *, several: bool, plain: bool) -> str:
    """All comparisons under headings of their own; of several the totals first."""
    del plain  # Markdown has no colour
    parts = _together(review) if several else []
    parts += [part for one in review.comparisons for part in _report(one)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _together(review: Review) -> list[str]:
    said = f"**{escape(changes.count_words(review))}**"
    if not review.comparisons:
        return [said]
    summary = map(changes.summary_row, review.comparisons)
    return [
        said,
        _figures("all together", changes.total_rows(review)),
        _table(("profile", *HEAD), [(row.label, row.old, row.new, row.change) for row in summary]),
    ]


def _report(found: Comparison) -> list[str]:
    lines = [f"- **{label}**: {escape(text)}" for label, text in changes.advice(found)]
    head = [
        f"## {escape(changes.name_of(found))}",
        f"**Total: {escape(changes.total_words(found))}**",
        "\n".join(lines),
    ]
    if found.kind == "same":
        return [*head, escape(changes.about(found))]
    rows, same = changes.item_rows(found.proposed)
    items = [(row.label, row.old, row.new, row.change) for row in rows]
    approaches = [
        (name, chance, row.old, row.new, row.change)
        for name, chance, row in changes.approach_rows(found)
    ]
    return [
        *head,
        _inputs(found),
        _figures("", changes.figure_rows(found.proposed)),
        _folded(
            "Cost by item, in the middle",
            _table(("item", *HEAD), items) if items else "",
            f"{same} {'item' if same == 1 else 'items'} did not change." if same else "",
        ),
        _folded("All approaches", _table(("approach", "best", *HEAD), approaches)),
        f"{escape(changes.about(found))}. {changes.MIDDLES}",
    ]


def _inputs(found: Comparison) -> str:
    if not found.inputs:
        return ""
    rows = [(label, text) for label, text, _ in changes.inputs_words(found)]
    notes = [changes.method_words(found), changes.turning_words(found)]
    said = " ".join(escape(note) for note in notes if note)
    table = _table(("input", "what it did"), rows)
    return "\n\n".join(part for part in ("### Which input did it", table, said) if part)


def _figures(title: str, rows: Iterable[Row]) -> str:
    cells = [
        (row.label, _told(row.old, row.old_band), _told(row.new, row.new_band), row.change)
        for row in rows
    ]
    return _table((title, *HEAD), cells)


def _told(middle: str, band: str) -> str:
    return f"{middle} ({band})" if band else middle


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _folded(title: str, *parts: str) -> str:
    inside = "\n\n".join(part for part in parts if part)
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>"


def escape(text: str) -> str:
    """Text that Markdown, HTML and GitHub leave as it is: an @ calls nobody."""
    return markup.escape(text).replace("@", "@<!-- -->")

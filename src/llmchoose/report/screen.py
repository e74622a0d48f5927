"""What reports for a terminal are laid out with: width, colour, lists, columns.

Lines are laid out by us; rich gives them colour where standard output is a terminal that wants it.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from shutil import get_terminal_size
from textwrap import TextWrapper, wrap

NARROWEST, WIDEST = 40, 160
GAP = "  "
Line = tuple[str, str]
Pair = tuple[str, str]


def terminal_width() -> int:
    """Columns to write in."""
    return min(max(get_terminal_size().columns, NARROWEST), WIDEST)


def printed(lines: Sequence[Line], width: int, *, plain: bool) -> str:
    """Lines with their styles as text, in colour where standard output is a terminal.

    Args:
        lines: Texts that fit the width, each with its style.
        width: Columns.
        plain: Write no colour whatever the terminal says (for files).
    """
    if plain or not wants_colour():
        return "".join(f"{text.rstrip()}\n" for text, _ in lines)
    return _coloured(lines, width)


def wants_colour() -> bool:
    """Whether standard output is a terminal that wants colour, or colour is forced."""
    if os.environ.get("NO_COLOR") and not os.environ.get("FORCE_COLOR"):
        return False
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return terminal or bool(os.environ.get("FORCE_COLOR"))


def _coloured(lines: Sequence[Line], width: int) -> str:
    from rich.console import COLOR_SYSTEMS, Console  # dear to load, and only needed for colour

    console = Console(file=sys.stdout, highlight=False, width=width)
    system = COLOR_SYSTEMS.get(console.color_system or "")
    styles = {style: console.get_style(style) for style in {style for _, style in lines if style}}
    if console.no_color:
        styles = {name: style.without_color for name, style in styles.items()}
    # Printing line by line takes twenty times as long.
    return "".join(
        f"{styles[style].render(text, color_system=system) if style else text}\n"
        for text, style in lines
    )


def wrapped(text: str, width: int, style: str = "") -> Iterator[Line]:
    """A paragraph."""
    return ((line, style) for line in wrap(text, width, break_on_hyphens=False))


def paragraph(text: str, width: int, indent: str = "") -> list[str]:
    """A paragraph as indented lines; of an empty text one empty line."""
    found = [line for line, _ in wrapped(text, width - len(indent))]
    return [f"{indent}{line}" for line in found or [""]]


def listed(
    rows: Sequence[Pair], width: int, styles: Mapping[str, str] | None = None
) -> Iterator[Line]:
    """Labels with their texts beside them, each text wrapped under itself."""
    indent = min(max((len(label) for label, _ in rows), default=0), width // 2) + len(GAP)
    wrapper = TextWrapper(width=width, subsequent_indent=" " * indent, break_on_hyphens=False)
    for label, text in rows:
        style = (styles or {}).get(label, "")
        for line in wrapper.wrap(f"{label:<{indent - len(GAP)}}{GAP}{text}"):
            yield line, style


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells, padded so that the columns stand under each other."""
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [GAP.join(f"{cell:<{w}}" for cell, w in zip(row, wide, strict=True)) for row in rows]


def cut(text: str, width: int) -> str:
    """A text that is too long, with a mark where it ends."""
    return text if len(text.rstrip()) <= width else f"{text[: width - 1]}…"

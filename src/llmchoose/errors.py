"""What is wrong with an input, and where: errors are values that point at a place in a file."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

SHOWN = 100
LONGEST_WORD = 80
# Everything YAML does not print, and the marks that turn text around in a terminal.
NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f\ufeff\ufffe\uffff]"
)
# Surrogates stand for the bytes of a file name that are no UTF-8.
_ESCAPED = re.compile(f"{NOT_TEXT.pattern}|[\t\r\n\ud800-\udfff]")


class Mark(NamedTuple):
    """A place in a file; lines and columns count from 1, columns in characters."""

    path: str
    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        message: A sentence that says what is wrong.
        mark: Where; None when it is about no place in a file.
        line: The offending line as it stands in the file.
        width: Characters of that line that are meant.
        hint: What was probably meant, or what to write.
    """

    message: str
    mark: Mark | None = None
    line: str = ""
    width: int = 1
    hint: str = ""


class InputError(Exception):
    """The input cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.message for problem in self.problems))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Problem, ...]]]:
        # Exceptions are rebuilt from their arguments when they cross to another process.
        return InputError, (self.problems,)


def show_problem(problem: Problem) -> str:
    """Write a problem as people read it: the sentence, the place, the line, a caret, the hint.

    Nothing of the input reaches the terminal unescaped, and a long line is cut around the column.
    """
    text = f"error: {visible(problem.message)}"
    if problem.mark is None:
        return f"{text}\n  {visible(problem.hint)}" if problem.hint else text
    return "\n".join((text, *show_place(problem.mark, problem.line, problem.width, problem.hint)))


def show_place(
    mark: Mark, line: str, width: int, hint: str = "", shown: int = SHOWN
) -> tuple[str, str, str]:
    """Where something is: the file, the line, a caret under what is meant and the hint beside it.

    Args:
        mark: The place.
        line: The line as it stands in the file.
        width: Characters of it that are meant.
        hint: What was probably meant.
        shown: The most characters of the line to show.
    """
    text, start, wide = _cut(line, mark.column - 1, width, shown)
    number = str(mark.line)
    carets = f"{' ' * start}{'^' * wide} {visible(hint)}".rstrip()
    place = f"  --> {visible(mark.path)}:{mark.line}:{mark.column}"
    return place, f"{number} | {text}", f"{' ' * len(number)} | {carets}"


def visible(text: str) -> str:
    r"""Replace control characters and the like by their escapes (`\x1b`), tabs too."""
    return _ESCAPED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def quoted(text: str) -> str:
    """Put a word of the input into a sentence: escaped, in backticks, cut when it is long."""
    cut = text if len(text) <= LONGEST_WORD else f"{text[: LONGEST_WORD // 2]}…"
    return f"`{visible(cut)}`"


def closest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that was probably meant, or an empty text."""
    from difflib import get_close_matches  # only needed when something is wrong

    plain = {other.lower(): other for other in reversed(list(words))}
    found = get_close_matches(word[:LONGEST_WORD].lower(), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else ""


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The question `did you mean …?`, or an empty text when nothing comes near."""
    found = closest(word, words)
    return f"did you mean {found}?" if found else ""


def one_of(words: Iterable[str]) -> str:
    """Words as a sentence lists them: `a, b or c`."""
    *front, last = words
    return f"{', '.join(front)} or {last}" if front else last


def _cut(line: str, column: int, width: int, shown: int) -> tuple[str, int, int]:
    """The part of a line around a column: the text, where the caret starts, how wide it is."""
    first = max(0, column - shown // 2) if len(line) > shown else 0
    last = min(len(line), first + shown)
    before, after = "…" if first else "", "…" if last < len(line) else ""
    start = before + visible(line[first:column])
    meant = visible(line[column : min(column + width, last)])
    text = before + visible(line[first:last]) + after
    return text.rstrip(), _cells(start), max(1, _cells(meant))


def _cells(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters take two, accents none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(bool(unicodedata.combining(letter)) for letter in text)

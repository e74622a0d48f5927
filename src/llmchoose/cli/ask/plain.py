"""Questions as plain lines: for pipes, simple terminals and screen readers."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from llmchoose.cli.options import show
from llmchoose.errors import InputError, Problem
from llmchoose.knowledge.fields import Field
from llmchoose.report.screen import listed, paragraph, terminal_width
from llmchoose.report.talk.questions import KEYS, choices, form, title

# An answer of 10,000 letters is too long already; the rest of such a line is thrown away.
LONGEST_LINE = 65_536
PROMPT = "> "
INDENT = "   "


@dataclass
class PlainAsker:
    """Writes a question as lines and reads a line.

    Attributes:
        told: Whether the keys were told; once is enough.
    """

    out: TextIO
    told: bool = False

    def say(self, text: str, indent: str = "") -> None:
        """Write a sentence, wrapped to the terminal."""
        for line in paragraph(text, terminal_width(), indent):
            show(f"{line}\n", self.out)

    def show(self, field: Field, number: int, suggested: str) -> None:
        """Write a question, its choices and how it is answered."""
        show("\n", self.out)
        self.say(title(field, number))
        rows = [(f"  {at} {name}", said) for at, (name, said) in enumerate(choices(field), 1)]
        for line, _ in listed(rows, terminal_width()):
            show(f"{line}\n", self.out)
        self.say(form(field), INDENT)
        if suggested:
            self.say(f"Enter: {suggested}", INDENT)
        elif not self.told:
            self.told = True
            self.say(KEYS, INDENT)

    def read(self, field: Field, suggested: str) -> str:
        """What the person types to it.

        Raises:
            EOFError: There is no more input.
            InputError: The line is too long, or is not UTF-8.
        """
        return self.line()

    def line(self, prompt: str = PROMPT) -> str:
        """One line of input.

        Raises:
            EOFError: There is none.
            InputError: It is too long, or is not UTF-8.
        """
        show(prompt, self.out)
        if sys.stdin is None:  # closed by whoever called us
            raise EOFError
        data = read_line(sys.stdin.buffer.readline)
        if not sys.stdin.isatty():
            show("\n", self.out)
        return data


def read_line(readline: Callable[[int], bytes]) -> str:
    """A line from whatever gives bytes, without its end.

    Raises:
        EOFError: There is no more.
        InputError: It is longer than anybody types, or is not UTF-8.
    """
    data = readline(LONGEST_LINE)
    if not data:
        raise EOFError
    whole = data.endswith(b"\n") or len(data) < LONGEST_LINE
    while not whole:
        rest = readline(LONGEST_LINE)
        whole = not rest or rest.endswith(b"\n")
        if whole:
            message = f"the line has more than {LONGEST_LINE} characters"
            raise InputError((Problem(message, hint="write a short answer"),))
    try:
        return data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        message = "the answer cannot be read as text (UTF-8)"
        raise InputError((Problem(message, hint="type it again"),)) from None

"""Questions in a real terminal: choices in a menu under the line, with arrow keys and search."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import print_formatted_text
from prompt_toolkit.styles import Style

from llmchoose.cli.ask.plain import INDENT, PROMPT
from llmchoose.knowledge.fields import Field
from llmchoose.profile.values import LONGEST_TEXT
from llmchoose.report.screen import paragraph, terminal_width, wants_colour
from llmchoose.report.talk.questions import KEYS, UNKNOWN, form, menu, title

# The terminal's own colours, so that dark and light ones both read well.
STYLE = Style.from_dict(
    {
        "question": "bold",
        "placeholder": "noinherit italic",
        "bottom-toolbar": "noinherit",
        "bottom-toolbar.text": "noinherit",
        "completion-menu": "noinherit",
        "completion-menu.completion": "noinherit",
        "completion-menu.completion.current": "noinherit reverse bold",
        "completion-menu.meta.completion": "noinherit",
        "completion-menu.meta.completion.current": "noinherit reverse",
        "scrollbar.background": "noinherit",
        "scrollbar.button": "noinherit",
    }
)


@dataclass
class TerminalAsker:
    """Asks on a line with a menu of the choices under it."""

    session: PromptSession[str] = field(default_factory=lambda: _session())

    def say(self, text: str, indent: str = "") -> None:
        """Write a sentence, wrapped to the terminal."""
        for line in paragraph(text, terminal_width() - 1, indent):
            print_formatted_text(line, color_depth=_depth())

    def show(self, field: Field, number: int, suggested: str) -> None:
        """Write a question and how it is answered."""
        print_formatted_text("")
        for line in paragraph(title(field, number), terminal_width() - 1):
            shown = FormattedText([("class:question", line)])
            print_formatted_text(shown, style=STYLE, color_depth=_depth())
        self.say(form(field), INDENT)

    def read(self, field: Field, suggested: str) -> str:
        """What the person types to it, or chooses.

        Raises:
            EOFError: Ctrl-D. KeyboardInterrupt: Ctrl-C.
        """
        rows, many = menu(field), field.type == "enums"
        return self.session.prompt(
            PROMPT,
            completer=_Menu(rows, many, bool(field.values)),
            placeholder=suggested,
            bottom_toolbar=f"Enter: {suggested}   q leave" if suggested else KEYS,
            pre_run=_open_menu if rows else None,
            reserve_space_for_menu=min(len(rows) + 1, 13) if rows else 0,
            color_depth=_depth(),
        )

    def line(self, prompt: str = PROMPT) -> str:
        """One line of input."""
        return self.session.prompt(
            prompt,
            completer=None,
            placeholder="",
            bottom_toolbar=None,
            pre_run=None,
            reserve_space_for_menu=0,
            color_depth=_depth(),
        )


@dataclass(frozen=True)
class _Menu(Completer):
    """The choices whose words begin with, or hold, what is typed."""

    rows: Sequence[tuple[str, str]]
    many: bool
    numbered: bool

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        return self._found(document.text_before_cursor)

    def _found(self, typed: str) -> Iterator[Completion]:
        last = typed.rpartition(",")[2].lstrip() if self.many else typed
        taken = [part.strip() for part in typed.split(",")[:-1]] if self.many else []
        for at, (name, said) in enumerate(self.rows, 1):
            number = str(at) if self.numbered else ""
            wanted = last.lower() in f"{number} {name} {name.replace('_', ' ')} {said}".lower()
            if wanted and name not in taken:
                before = f"{number if name != UNKNOWN else '':>2} "
                yield Completion(name, -len(last), display=before + name, display_meta=said)


def _open_menu() -> None:
    get_app().current_buffer.start_completion(select_first=False)


def _session() -> PromptSession[str]:
    return PromptSession(
        style=STYLE,
        key_bindings=_keys(),
        complete_while_typing=True,
        enable_suspend=True,
    )


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        # One line, and no more of it than can be an answer: it would be drawn sign by sign.
        text = event.data.replace("\r", " ").replace("\n", " ")
        event.current_buffer.insert_text(text[: LONGEST_TEXT + 1])

    @keys.add(Keys.Vt100MouseEvent)
    def _stray(event: KeyPressEvent) -> None:
        # Colours that were pasted look like a mouse to the library, which then trips over them.
        pass

    return keys


def _depth() -> ColorDepth | None:
    return None if wants_colour() else ColorDepth.DEPTH_1_BIT

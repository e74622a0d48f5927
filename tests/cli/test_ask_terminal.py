"""`llmchoose ask` in a real terminal: a menu with arrow keys and search, in every width."""

import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>])")
DOWN, ENTER, CONTROL_C, CONTROL_D = "\x1b[B", "\r", "\x03", "\x04"


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, folder: Path, width: int, **environment: str) -> None:
        self.process, self.end = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            own = {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT / "src"), **environment}
            os.environ.pop("COLUMNS", None)
            command = [sys.executable, "-m", "llmchoose", "ask", "p.yaml"]
            os.execve(sys.executable, command, {**os.environ, **own})
        ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 30, width, 0, 0))
        self.raw = ""

    def until(self, text: str) -> str:
        """What was shown until a text appears, without what steers the terminal."""
        shown, stop = "", time.monotonic() + 30
        while text not in shown and time.monotonic() < stop:
            if select.select([self.end], [], [], 0.1)[0]:
                try:
                    got = os.read(self.end, 65536).decode(errors="replace")
                except OSError:
                    break
                self.raw += got
                if "\x1b[6n" in got:  # where is the cursor?
                    os.write(self.end, b"\x1b[1;1R")
                shown = ESCAPES.sub("", self.raw)
        assert text in shown, shown
        self.raw = ""
        return shown

    def type(self, *keys: str) -> None:
        """Press keys, one after another as a person does."""
        for key in keys:
            os.write(self.end, key.encode())
            time.sleep(0.05)

    def code(self) -> int:
        """The exit code, once it has ended."""
        stop = time.monotonic() + 20
        while select.select([self.end], [], [], max(stop - time.monotonic(), 0))[0]:
            try:
                if not os.read(self.end, 65536):
                    break
            except OSError:
                break
        else:
            os.kill(self.process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@pytest.fixture(params=[60, 120])
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    made = Terminal(tmp_path, request.param)
    yield made
    os.close(made.end)


def test_choices_have_a_menu_arrow_keys_and_search(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until("What is the project called?")
    terminal.type("\x1b[31mTri", "age", ENTER)  # with a colour that was pasted
    shown = terminal.until("I don't know")
    assert "What does a good existing model lack" in shown
    assert "facts it would have" in shown
    terminal.type(DOWN, DOWN, DOWN, ENTER)  # the third choice
    terminal.until("So far:")
    text = (tmp_path / "p.yaml").read_text()
    assert yaml.safe_load(text)["task"] == {"gap": ["behaviour"]}
    terminal.until("q save")
    terminal.type("b", ENTER)
    terminal.until("lack for this task")
    assert (tmp_path / "p.yaml").read_text().startswith("name: Triage\n")
    terminal.type("look up")  # words of the explanation find it
    time.sleep(0.3)
    terminal.type(DOWN, ENTER)
    terminal.until("So far:")
    assert yaml.safe_load((tmp_path / "p.yaml").read_text())["task"] == {"gap": ["knowledge"]}
    terminal.until("q save")
    terminal.type(CONTROL_D)
    assert terminal.code() == 0


def test_an_interrupt_at_a_question_loses_nothing(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until("What is the project called?")
    terminal.type(ENTER)
    terminal.until("I don't know")
    terminal.type(CONTROL_C)
    terminal.until("Go on with: llmchoose ask p.yaml")
    assert terminal.code() == 130
    assert (tmp_path / "p.yaml").read_text().endswith("\n\ntask:\n")


def test_a_dumb_terminal_gets_plain_lines(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, TERM="dumb")
    shown = terminal.until("\n> ")
    assert "What is the project called?" in shown
    assert "\x1b" not in terminal.raw
    terminal.type("\n", "q\n")
    terminal.until("Go on with")
    assert terminal.code() == 0
    os.close(terminal.end)

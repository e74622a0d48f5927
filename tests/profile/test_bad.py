"""Each file of `bad/` is refused with exactly the message beside it (UPDATE=1 rewrites them)."""

import os
from pathlib import Path

import pytest

from llmchoose.errors import InputError, show_problem
from llmchoose.knowledge.load import load_knowledge
from llmchoose.profile.load import load_profile

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
KNOWLEDGE = load_knowledge()


def message_of(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_profile(path, KNOWLEDGE)
    shown = [show_problem(problem) for problem in caught.value.problems]
    return "\n".join(shown).replace(str(path), path.name) + "\n"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_message_is_the_one_on_file(path: Path) -> None:
    message = message_of(path)
    expected = path.with_suffix(".txt")
    if os.environ.get("UPDATE") == "1":
        expected.write_text(message, "utf-8")
    assert message == expected.read_text("utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_problem_has_a_place_and_no_traceback(path: Path) -> None:
    message = message_of(path)
    assert message.count("error: ") == message.count(f"--> {path.name}:")
    assert "Traceback" not in message
    assert "\x1b" not in message

"""`llmchoose ask`: on plain lines, from a file of answers; as processes killed, and twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest
import yaml

from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "profiles" / "quickstart.yaml"
SESSION = Path(__file__).parent / "snapshots" / "ask.txt"
ENVIRONMENT = {**os.environ, "COLUMNS": "80", "PYTHONPATH": str(ROOT / "src")}
Ask = Callable[..., CompletedProcess[str]]


@pytest.fixture
def ask(run: "Run") -> Ask:
    """Run the command in a folder, with what is typed."""

    def once(folder: Path, *arguments: str, typed: bytes = b"") -> CompletedProcess[str]:
        return run("ask", *arguments, cwd=folder, stdin=typed)

    return once


def test_a_talk_on_plain_lines(tmp_path: Path, ask: Ask) -> None:
    typed = "Claims triage\n?\nbehaviuor\n3, 4\n\ns\nb\n5000\nq\n"
    done = ask(tmp_path, "claims.yaml", typed=typed.encode())
    assert done.returncode == 0
    said = done.stdout + "---\n" + (tmp_path / "claims.yaml").read_text()
    if os.environ.get("UPDATE"):
        SESSION.parent.mkdir(exist_ok=True)
        SESSION.write_text(said)
    assert said == SESSION.read_text()
    assert "Go on with: llmchoose ask claims.yaml" in done.stderr
    assert os.listdir(tmp_path) == ["claims.yaml"]


def test_answers_from_a_file(tmp_path: Path, knowledge: Knowledge, ask: Ask) -> None:
    done = ask(tmp_path, "new.yaml", "--answers", str(QUICKSTART), "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    person = load_profile(QUICKSTART, knowledge)
    written = load_profile(tmp_path / "new.yaml", knowledge)
    assert said["settled"] is True
    assert said["recommendation"] == said["standing"][-1]["approach"]
    assert said["confidence"] == said["standing"][-1]["confidence"]
    assert [step["field"] for step in said["standing"]] == said["asked"]
    assert said["profile"] == written.normalised()
    assert {name: person.get(name) for name in written.values} == dict(written.values)
    assert set(written.values) <= {*said["asked"], "name", "description", "as_of"}
    assert written.blank == set(said["asked"]) - set(person.values)


def test_the_end_is_the_assessment_and_how_to_repeat_it(tmp_path: Path, ask: Ask) -> None:
    done = ask(tmp_path, "a b.yaml", "--answers", str(QUICKSTART), "--seed", "3")
    assert done.returncode == 0
    said = done.stdout
    assert "All approaches side by side" in said
    assert said.splitlines()[-2:] == [
        "The profile is a b.yaml.",
        "The same again: llmchoose assess 'a b.yaml' --seed 3",
    ]


def test_set_answers_beforehand(tmp_path: Path, ask: Ask) -> None:
    changes = ("--set", "task.gap=[format]", "--set", "weight:gap_fit=12")
    typed = b"Letters" + b"\n" * 20
    done = ask(tmp_path, "p.yaml", *changes, "--quick", typed=typed)
    assert done.returncode == 0
    text = (tmp_path / "p.yaml").read_text()
    assert text.startswith("name: Letters\n")
    assert "  gap: [format]\n" in text
    assert "5. " in done.stdout
    assert "6. " not in done.stdout.partition("quick round")[0]
    assert done.stdout.endswith("llmchoose assess p.yaml --set weight:gap_fit=12\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--all", "--quick"], "contradict"),
        (["--format", "html"], "no format"),
        (["-"], "needs a file"),
        (["no/such/folder/p.yaml"], "does not exist"),
        (["--answers", "nobody.yaml"], "nobody.yaml does not exist"),
        (["--set", "task.knd=qa"], "did you mean task.kind?"),
    ],
)
def test_wrong_calls_are_sentences_and_write_nothing(
    tmp_path: Path, arguments: list[str], sentence: str, ask: Ask
) -> None:
    done = ask(tmp_path, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_broken_profile_is_told_and_left_alone(tmp_path: Path, ask: Ask) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("name: x\ntask:\n  knd: qa\n")
    done = ask(tmp_path, "p.yaml")
    assert done.returncode == 2
    assert "p.yaml:3:3" in done.stderr
    assert file.read_text() == "name: x\ntask:\n  knd: qa\n"


def test_going_on_keeps_every_line_of_a_person(tmp_path: Path, ask: Ask) -> None:
    before = QUICKSTART.read_text()
    file = tmp_path / "p.yaml"
    file.write_text(before)
    file.chmod(0o640)
    assert ask(tmp_path, "p.yaml").returncode == 0
    assert file.read_text() == before
    assert ask(tmp_path, "p.yaml", "--all", typed=b"Ada\nq\n").returncode == 0
    after = file.read_text().splitlines()
    assert [line for line in before.splitlines() if line not in after] == []
    assert file.stat().st_mode & 0o777 == 0o640


def test_input_that_ends_loses_nothing(tmp_path: Path, ask: Ask) -> None:
    done = ask(tmp_path, "p.yaml", typed=b"Triage\nknowledge\nwell")
    assert done.returncode == 0
    assert yaml.safe_load((tmp_path / "p.yaml").read_text())["task"]["gap"] == ["knowledge"]
    nothing = ask(tmp_path, "q.yaml")
    assert "nothing was written" in nothing.stderr
    assert not (tmp_path / "q.yaml").exists()


def test_hostile_lines_are_refused_and_the_talk_goes_on(tmp_path: Path, ask: Ask) -> None:
    lines = [b"x" * 10_000_000, b"\xff\xfe", b"a\x1b[2Jb", b"!!python/object:os.system", b"q"]
    done = ask(tmp_path, "p.yaml", typed=b"\n".join(lines))
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "more than 65536 characters" in done.stdout
    assert "cannot be read as text" in done.stdout
    text = (tmp_path / "p.yaml").read_text()
    assert text == 'name: "!!python/object:os.system"\n\ntask:\n'


class Talk:
    """A process that is talked to line by line."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "llmchoose", "ask", "--plain", *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )

    def wait(self, sign: bytes = b"\n> ") -> bytes:
        """Read until a prompt."""
        assert self.process.stdout is not None
        said = b""
        while not said.endswith(sign):
            letter = self.process.stdout.read(1)
            if not letter:
                break
            said += letter
        return said

    def type(self, line: str) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def say(self, *lines: str) -> None:
        """Answer questions, and wait for the next one."""
        for line in lines:
            self.wait()
            self.type(line)
        self.wait()

    def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


def test_killed_at_every_question_the_file_is_whole_and_nothing_is_asked_twice(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    questions = {field.question: field for field in knowledge.fields.values()}
    asked: list[str] = []
    answers = {"name": "Triage", "task.gap": "3", "data.labelled_examples": "500"}
    for _ in range(8):
        talk = Talk(tmp_path, "p.yaml")
        text = talk.wait().decode()
        found = [field for line, field in questions.items() if f". {line}\n" in text]
        if len(found) != 1:
            talk.kill()
            break
        asked.append(found[0].name)
        talk.type(answers.get(found[0].name, ""))
        talk.wait()
        talk.kill()
        profile = load_profile(tmp_path / "p.yaml", knowledge)
        assert {*profile.values, *profile.blank} == set(asked)
    assert len(asked) >= 5
    assert len(set(asked)) == len(asked)


def test_the_second_on_one_file_is_told(tmp_path: Path, ask: Ask) -> None:
    first = Talk(tmp_path, "p.yaml")
    first.wait()
    second = ask(tmp_path, "p.yaml", "--answers", str(QUICKSTART))
    assert second.returncode == 2
    assert "being filled in by another" in second.stderr
    first.kill()
    assert ask(tmp_path, "p.yaml", typed=b"Triage\nq\n").returncode == 0
    assert os.listdir(tmp_path) == ["p.yaml"]


def test_what_an_editor_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    talk = Talk(tmp_path, "p.yaml")
    talk.say("Triage")
    file = tmp_path / "p.yaml"
    file.write_text("# mine\n" + file.read_text() + "  novelty: known\n")
    talk.type("format")
    said = talk.wait().decode()
    assert "was changed meanwhile" in said
    assert file.read_text() == "# mine\nname: Triage\n\ntask:\n  gap: [format]\n  novelty: known\n"
    file.write_text("name: [")
    talk.type("1")
    assert "does not read any more" in talk.wait().decode()
    assert file.read_text() == "name: ["
    talk.kill()


def test_a_file_that_vanishes_is_written_again(tmp_path: Path) -> None:
    talk = Talk(tmp_path, "p.yaml")
    talk.say("Triage", "format")
    file = tmp_path / "p.yaml"
    before = file.read_text()
    file.unlink()
    talk.type("")
    assert "was deleted meanwhile" in talk.wait().decode()
    assert file.read_text().startswith(before.rstrip())
    talk.kill()


def test_a_wrong_answer_after_an_edit_is_the_answers_fault(tmp_path: Path) -> None:
    talk = Talk(tmp_path, "p.yaml")
    talk.say("Triage")
    file = tmp_path / "p.yaml"
    file.write_text("# mine\n" + file.read_text())
    talk.type("nonsense")
    assert "! `nonsense` is not one of its values" in talk.wait().decode()
    talk.kill()


def test_the_end_offers_to_go_on_or_back(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "p.yaml").write_text("name: x\n")
    typed = "knowledge\nwell\n95%\nhuh\nb\nm\nq\n"
    done = ask(tmp_path, "p.yaml", typed=typed.encode())
    said = done.stdout
    assert done.returncode == 0
    assert "Not asked, taken as usual: " in said
    assert said.count("Enter: the assessment   m more questions   b back   q leave > ") >= 1
    assert "All approaches side by side" not in said
    assert (tmp_path / "p.yaml").read_text().startswith("name: x\n\ntask:\n")


def test_going_back_keeps_what_an_editor_wrote(tmp_path: Path) -> None:
    talk = Talk(tmp_path, "p.yaml")
    talk.say("Triage", "format")
    file = tmp_path / "p.yaml"
    text = file.read_text() + "owner: Ada  # typed\n"
    file.write_text(text)
    talk.type("b")
    assert "was changed meanwhile" in talk.wait().decode()
    assert file.read_text() == text
    talk.kill()


def test_braces_around_everything_are_told_at_once(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "p.yaml").write_text("{name: x, task: {kind: qa}}\n")
    done = ask(tmp_path, "p.yaml")
    assert done.returncode == 2
    assert "one pair of braces" in done.stderr


def test_a_closed_input_is_an_end(tmp_path: Path) -> None:
    command = f"{sys.executable} -m llmchoose ask p.yaml <&-"
    done = subprocess.run(
        ["bash", "-c", command], check=False, cwd=tmp_path, capture_output=True, env=ENVIRONMENT
    )
    assert done.returncode == 0
    assert b"nothing was written" in done.stderr


def test_letters_are_answers_in_quotes(tmp_path: Path, ask: Ask) -> None:
    ask(tmp_path, "p.yaml", typed=b"'q'\nq\n")
    assert (tmp_path / "p.yaml").read_text().startswith("name: q\n")


def test_nothing_answered_is_json_too(tmp_path: Path, ask: Ask) -> None:
    done = ask(tmp_path, "p.yaml", "-f", "json", typed=b"q\n")
    said = json.loads(done.stdout)
    assert (said["asked"], said["recommendation"], said["profile"]) == ([], None, None)


def test_a_read_only_file_and_one_of_comments_are_refused(tmp_path: Path, ask: Ask) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("# nothing yet\n")
    done = ask(tmp_path, "p.yaml", typed=b"x\n")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert file.read_text() == "# nothing yet\n"


def test_an_interrupt_says_where_the_answers_are(tmp_path: Path) -> None:
    talk = Talk(tmp_path, "p.yaml")
    talk.say("Triage")
    time.sleep(0.1)
    talk.process.send_signal(signal.SIGINT)
    _, told = talk.process.communicate(timeout=20)
    assert talk.process.returncode == 130
    assert b"All answers are in p.yaml." in told

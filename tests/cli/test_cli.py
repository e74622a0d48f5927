"""The command line, where only a process shows it as one: what a person or a CI job sees."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ROOT = Path(__file__).parent.parent.parent
PROFILE = ROOT / "profiles" / "quickstart.yaml"
InBash = Callable[[str], CompletedProcess[bytes]]


@pytest.fixture
def in_bash(clean: dict[str, str]) -> InBash:
    """Run with a shell's pipes and redirections behind the arguments."""

    def once(arguments: str) -> CompletedProcess[bytes]:
        return subprocess.run(
            ["bash", "-c", f"{sys.executable} -m llmchoose {arguments}"],
            capture_output=True,
            cwd=ROOT,
            env=clean,
            timeout=60,
            check=False,
        )

    return once


def test_assess_prints_a_recommendation(process: "Run") -> None:
    done = process("assess", str(PROFILE))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    text = done.stdout
    assert "\x1b[" not in text
    assert "Do" in text
    assert "All approaches side by side" in text


@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_no_line_is_wider_than_the_terminal(width: str, run: "Run") -> None:
    text = run("assess", str(PROFILE), COLUMNS=width).stdout
    assert max(len(line) for line in text.splitlines()) <= int(width)


def test_a_pipe_gets_no_colour_and_force_color_gives_it(run: "Run") -> None:
    assert "\x1b[" not in run("assess", str(PROFILE)).stdout
    assert "\x1b[" in run("assess", str(PROFILE), FORCE_COLOR="1").stdout
    assert "\x1b[3" not in run("assess", str(PROFILE), FORCE_COLOR="1", NO_COLOR="1").stdout


def test_the_same_bytes_under_another_hash_seed_locale_and_time_zone(
    run: "Run", process: "Run"
) -> None:
    call = ("assess", str(PROFILE), "--format", "json")
    first = run(*call).stdout
    other = process(
        *call, PYTHONHASHSEED="7", LC_ALL="C", TZ="Asia/Tokyo", LANG="tr_TR.UTF-8"
    ).stdout
    assert first == other
    assert json.loads(first)["schema_version"] == 1


def test_another_seed_gives_another_draw_but_the_same_shape(run: "Run") -> None:
    one = json.loads(run("assess", str(PROFILE), "-f", "json", "--seed", "1").stdout)
    two = json.loads(run("assess", str(PROFILE), "-f", "json", "--seed", "2").stdout)
    assert one["approaches"] != two["approaches"]
    assert one.keys() == two.keys()


def test_standard_input_is_a_profile(process: "Run") -> None:
    done = process("assess", "-", "-f", "json", stdin=PROFILE.read_bytes())
    assert json.loads(done.stdout)["recommendation"]["approach"]


def test_several_profiles_give_one_json_line_each(run: "Run") -> None:
    done = run("assess", str(PROFILE), str(ROOT / "profiles/minimal.yaml"), "-f", "json")
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 2


def test_set_changes_a_field_and_as_of_the_day(run: "Run") -> None:
    done = run(
        "assess",
        str(PROFILE),
        "-f",
        "json",
        "--set",
        "task.base_model_coverage=0.5",
        "--as-of",
        "2024-03",
    )
    report = json.loads(done.stdout)
    assert report["profile"]["task"]["base_model_coverage"] == 0.5
    assert report["generated_from"]["as_of"] == "2024-03-31"


def test_a_report_file_appears_whole(tmp_path: Path, run: "Run") -> None:
    target = tmp_path / "report.md"
    done = run("assess", str(PROFILE), "-f", "markdown", "-o", str(target))
    assert done.returncode == 0
    assert done.stdout == ""
    assert target.read_text("utf-8").startswith("# ")
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("assess", "missing.yaml"), "missing.yaml"),
        (("assess", "profiles"), "profiles"),
        (("assess", str(PROFILE), "-o", "no/such/folder/x.md"), "no/such/folder"),
        (("assess", str(PROFILE), "--as-of", "yesterday"), "--as-of"),
        (("assess", str(PROFILE), "--set", "task.knd=qa"), "task.kind"),
        (("assess", str(PROFILE), "--set", "nonsense"), "nonsense"),
        (("assess", str(PROFILE), "--rulebook", "missing.yaml"), "missing.yaml"),
        (("assess", str(PROFILE), "--knowledge", "README.md"), "README.md"),
        (("assess", str(PROFILE), "--format", "pdf"), "pdf"),
        (("assess",), "PROFILE"),
        (("asses",), "asses"),
        (("estimate", "pretrain", "--params", "65 GB", "--tokens", "1T"), "--params"),
        (("estimate", "pretrain", "--params", "7B"), "--tokens"),
        (("estimate", "pretrain", "--params", "7B", "--tokens", "1T", "--gpu", "A1000"), "A1000"),
        (("estimate", "pretrain", "--params", "7B", "--tokens", "1T", "--mfu", "1.4"), "1.4"),
        (
            ("estimate", "pretrain", "--params", "7B", "--tokens", "1T", "--tokens-per-s", "1e9"),
            "peak",
        ),
        (
            (
                "estimate",
                "pretrain",
                "--params",
                "7B",
                "--tokens",
                "1T",
                "--gpu",
                "H100",
                "--as-of",
                "2020",
            ),
            "2020",
        ),
    ],
)
def test_a_wrong_call_is_a_sentence_and_exit_2(
    arguments: tuple[str, ...], said: str, run: "Run"
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    message = done.stderr
    assert said in message
    assert "Traceback" not in message


def test_a_reader_that_leaves_early_ends_it_quietly(in_bash: InBash) -> None:
    done = in_bash(f"assess {PROFILE} | head -1")
    assert done.stderr == b""


def test_version_and_help_load_neither_numpy_nor_pydantic_nor_yaml(
    clean: dict[str, str],
) -> None:
    code = (
        "import os, sys; sys.argv = ['llmchoose', %r]; os._exit = sys.exit\n"
        "import llmchoose.__main__ as m\n"
        "try: m.main()\nexcept SystemExit: pass\n"
        "bad = {'numpy', 'pydantic', 'yaml', 'llmchoose.knowledge'} & set(sys.modules)\n"
        "sys.exit(f'loaded {bad}' if bad else 0)"
    )
    for option in ("--version", "--help"):
        done = subprocess.run(
            [sys.executable, "-c", code % option],
            capture_output=True,
            env=clean,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


def test_init_writes_a_profile_that_assess_reads_and_never_overwrites(
    tmp_path: Path, process: "Run"
) -> None:
    assert process("init", cwd=tmp_path).returncode == 0
    assert process("assess", "profile.yaml", cwd=tmp_path).returncode == 0
    before = (tmp_path / "profile.yaml").read_bytes()
    again = process("init", cwd=tmp_path)
    assert again.returncode == 2
    assert "profile.yaml exists" in again.stderr
    assert (tmp_path / "profile.yaml").read_bytes() == before


def test_the_installed_command_is_the_module(process: "Run") -> None:
    command = Path(sys.executable).parent / "llmchoose"
    done = subprocess.run([str(command), "--version"], capture_output=True, timeout=60, check=False)
    assert done.stdout.decode() == process("--version").stdout


def test_ctrl_c_ends_it_without_a_traceback(clean: dict[str, str]) -> None:
    code = (
        "import llmchoose.assessment as a, sys\n"
        "def interrupted(*_, **__): raise KeyboardInterrupt\n"
        "a.assess = interrupted\n"
        f"sys.argv = ['llmchoose', 'assess', {str(PROFILE)!r}]\n"
        "from llmchoose.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=clean, timeout=60, check=False
    )
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr


def test_an_output_is_written_through_links_and_never_over_an_input(
    tmp_path: Path, run: "Run"
) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("old")
    link.symlink_to(real)
    assert run("assess", str(PROFILE), "-f", "markdown", "-o", str(link)).returncode == 0
    assert link.is_symlink()
    assert real.read_text("utf-8").startswith("# ")
    copy = tmp_path / "p.yaml"
    copy.write_bytes(PROFILE.read_bytes())
    refused = run("assess", str(copy), "-o", str(copy))
    assert refused.returncode == 2
    assert copy.read_bytes() == PROFILE.read_bytes()
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert run("assess", str(PROFILE), "-o", str(loop)).returncode == 2


@pytest.mark.parametrize("stdout", [">&-", "> /dev/full"])
def test_an_output_that_takes_nothing_is_no_traceback(stdout: str, in_bash: InBash) -> None:
    done = in_bash(f"assess {PROFILE} {stdout}")
    assert b"Traceback" not in done.stderr


def test_an_absurd_width_is_no_traceback(run: "Run") -> None:
    assert run("assess", str(PROFILE), COLUMNS="0").returncode == 0
    assert run("assess", str(PROFILE), COLUMNS="many").returncode == 0


@pytest.mark.parametrize("output_format", ["terminal", "json", "markdown"])
def test_a_rulebook_that_cites_an_unknown_source_is_refused(
    tmp_path: Path, output_format: str, run: "Run"
) -> None:
    shipped = (ROOT / "src/llmchoose/knowledge/data/rulebook.yaml").read_text("utf-8")
    file = tmp_path / "own.yaml"
    file.write_text(re.sub(r"sources: \[[^\]]*\]", "sources: [our-invoice]", shipped), "utf-8")
    done = run("assess", str(PROFILE), "--format", output_format, "--rulebook", str(file))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error: `our-invoice` is no source of the knowledge" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_a_rulebook_is_shown_where_it_stands(tmp_path: Path, run: "Run") -> None:
    file = tmp_path / "own.yaml"
    file.write_text("extends: shipped\ncriteria:\n  - id: gap_fit\n    wieght: 12\n")
    done = run("assess", str(PROFILE), "--rulebook", str(file))
    assert done.returncode == 2
    assert done.stdout == ""
    said = done.stderr
    assert f"--> {file}:4:5" in said
    assert "did you mean weight?" in said


def test_a_rulebook_that_extends_the_shipped_one_shows_in_the_report(
    tmp_path: Path, run: "Run"
) -> None:
    file = tmp_path / "bank.yaml"
    file.write_text("extends: shipped\ncriteria:\n  - id: gap_fit\n    weight: 19\n")
    done = run("assess", str(PROFILE), "-f", "json", "--rulebook", str(file))
    report = json.loads(done.stdout)
    assert report["generated_from"]["rulebook"].endswith("+bank")
    for approach in report["approaches"]:
        weights = {one["id"]: one["weight"] for one in approach["criteria"]}
        assert weights["gap_fit"] == 19

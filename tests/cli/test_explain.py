"""llmchoose explain: pages, lists, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

QUICKSTART = ("--profile", "profiles/quickstart.yaml")


def test_an_id_is_a_page_and_several_words_are_one_id(run: "Run") -> None:
    done = run("explain", "g-labels")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("gate G-LABELS ")
    assert run("explain", "hyperparameter", "tuning").stdout.startswith("term hyperparameter")


def test_from_a_number_of_a_report_to_its_document_in_two_commands(run: "Run") -> None:
    number = run("explain", "pretraining.mfu_base").stdout
    assert "fit-pretraining" in number
    assert "scripts/fit.py" in run("explain", "fit-pretraining").stdout


def test_without_an_id_it_lists(run: "Run") -> None:
    text = run("explain").stdout
    assert text.startswith("criteria (")
    assert "Longer lists: llmchoose explain LIST" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gap_fitt",), "did you mean gap_fit?"),
        (("gap_fit", "--format", "jsn"), "did you mean json?"),
        (("gap_fit", "-o", "no/such/folder/x.md"), "no/such/folder"),
        (("gap_fit", "--rulebook", "missing.yaml"), "missing.yaml"),
        (("gap_fit", "--profile", "missing.yaml"), "missing.yaml"),
        (("gap_fit", "--set", "task.kind=qa"), "name one: --profile FILE"),
        (("gap_fit", "--as-of", "2024"), "name one: --profile FILE"),
        (("gates", *QUICKSTART), "name an id of it"),
        (QUICKSTART, "name an id of it"),
        (("gap_fit", *QUICKSTART, "--set", "task.gapp=format"), "task.gap"),
        (("gap_fit", *QUICKSTART, "--as-of", "soon"), "--as-of"),
        (("gap_fitt", *QUICKSTART), "did you mean gap_fit?"),
        (("gap_fit", *QUICKSTART, "-o", "profiles/quickstart.yaml"), "overwrite the profile"),
    ],
)
def test_a_wrong_call_is_a_sentence_and_exit_2(
    arguments: tuple[str, ...], said: str, run: "Run"
) -> None:
    done = run("explain", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_json_has_a_line_for_each_kind_that_has_the_id(run: "Run") -> None:
    lines = run("explain", "rag", "-f", "json").stdout.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["approach", "term"]


@pytest.mark.parametrize("output_format", ["terminal", "json", "markdown"])
def test_with_a_profile_it_shows_how_the_id_came_out(output_format: str, run: "Run") -> None:
    done = run("explain", "G-BUDGET", *QUICKSTART, "-f", output_format)
    assert (done.returncode, done.stderr) == (0, "")
    assert "In Norrland Pumps" in done.stdout
    assert "over the budget of $150k" in " ".join(done.stdout.split())


def test_the_profile_can_be_changed_and_the_draws_be_others(run: "Run") -> None:
    call = ("explain", "gap_fit", *QUICKSTART, "-f", "json")
    changed = run(*call, "--set", "task.gap=[format]", "--as-of", "2024", "--samples", "90")
    scores = json.loads(changed.stdout)["sections"]["profile_scores"]["data"]
    assert {one["value"] for one in scores} == {"format"}
    other = run("explain", "lora", *QUICKSTART, "--seed", "7", "-f", "json").stdout
    assert other != run("explain", "lora", *QUICKSTART, "-f", "json").stdout


def test_a_file_and_a_pipe_get_no_colour(tmp_path: Path, run: "Run") -> None:
    target = tmp_path / "gate.md"
    done = run("explain", "G-API", "-f", "markdown", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert target.read_text("utf-8").startswith("# G-API")
    assert "\x1b[" not in run("explain", "G-API").stdout
    assert "\x1b[" in run("explain", "G-API", FORCE_COLOR="1").stdout


@pytest.mark.parametrize("name", ["gap_fit", "G-LABELS", "S4-04", "task.gap"])
def test_it_loads_neither_numpy_nor_pydantic(name: str, clean: dict[str, str]) -> None:
    code = (
        f"import os, sys; sys.argv = ['llmchoose', 'explain', {name!r}]; os._exit = sys.exit\n"
        "from llmchoose.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(bool({'numpy', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=clean, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()

"""`llmchoose backtest --decisions --history`: judged on decisions of one's own."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

TASK = "task: {kind: qa, gap: [knowledge], base_model_coverage: well, citations_required: true}\n"
GOOD = f"name: Manuals\nas_of: 2024-05-01\n{TASK}decision: {{approach: rag, outcome: worked}}\n"
REGRETTED = GOOD.replace("approach: rag", "approach: scratch").replace("worked", "regretted")
MIXED = GOOD.replace("worked", "mixed")
OPEN = f"name: Not yet\n{TASK}"
BAD = GOOD.replace("outcome: worked", "outcome: splendid")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    for name, text in (("good", GOOD), ("regretted", REGRETTED), ("mixed", MIXED), ("open", OPEN)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_own_decisions_are_judged_and_others_counted(history: Path, run: "Run") -> None:
    done = run("backtest", "--decisions", "--history", str(history), "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["skipped"] == {"without_outcome": 1, "unclear": 1}
    assert found["parts"][0]["seen"]["cases"] == 2
    assert found["parts"][0]["seen"]["worked"] == 1
    assert [one["id"] for one in found["regretted"]] == ["regretted"]
    assert found["regretted"][0]["advised_against"]
    text = run("backtest", "--decisions", "--history", str(history)).stdout
    assert "recommendations held against 2 of your own decisions" in text
    assert "skipped: 1 without decision.approach and decision.outcome" in text


def test_a_bad_file_is_named_with_its_problem(history: Path, run: "Run") -> None:
    (history / "bad.yaml").write_text(BAD, "utf-8")
    (history / "worse.yaml").write_text("name: [", "utf-8")
    done = run("backtest", "--decisions", "--history", str(history))
    assert done.returncode == 2
    assert "bad.yaml:4:" in done.stderr
    assert "splendid" in done.stderr
    assert "worse.yaml" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_wrong_calls_get_a_sentence(tmp_path: Path, run: "Run") -> None:
    for arguments, says in (
        (("--history", "."), "--history goes with --decisions"),
        (("--decisions", "--only", "memory"), "--decisions goes with"),
        (("--decisions", "--history", "gone"), "gone does not exist"),
        (("--decisions", "--history", "."), "says what was decided and how it went"),
    ):
        done = run("backtest", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert says in done.stderr

"""`llmchoose backtest`: what it prints, what it learns and what it refuses."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
RUNS = "name,params_b,tokens_b,hardware,n_gpus,gpu_hours\n" + "".join(
    f"run {i},7,1000,A100-80GB,256,{150_000 + 5000 * i}\n" for i in range(4)
)


def test_a_table_and_a_picture_for_each_quantity(run: "Run") -> None:
    done = run("backtest", "--only", "memory")
    assert done.returncode == 0, done.stderr
    assert "peak memory of tuning" in done.stdout
    assert "qlora" in done.stdout
    assert "weights and states alone" in done.stdout
    assert "█" in done.stdout
    assert "fits says what happened" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_json_holds_every_run_with_its_band(run: "Run") -> None:
    done = run("backtest", "--only", "pretraining", "--format", "json")
    found = json.loads(done.stdout)["quantities"][0]
    assert found["errors"]["runs"] == len(found["runs"]) > 80
    for one in found["runs"]:
        assert one["p10"] <= one["p50"] <= one["p90"]
    assert "hardware" in found["groups"]
    assert "6ND at 40% of the peak" in found["rules"]


def test_own_runs_are_learned_from_and_used(tmp_path: Path, run: "Run", process: "Run") -> None:
    (tmp_path / "mine.csv").write_text(RUNS, "utf-8")
    done = process("backtest", "--runs", "mine.csv", "--calibrate", "learned.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "your own runs: pretraining" in done.stdout
    call = ("estimate", "pretrain", "--params", "7B", "--tokens", "1T", "--gpu", "A100-80GB")
    whole = (*call, "--n-gpus", "256", "--format", "json")
    plain = json.loads(run(*whole, cwd=tmp_path).stdout)["gpu_hours"]
    taught = json.loads(run(*whole, "--knowledge", "learned.csv", cwd=tmp_path).stdout)["gpu_hours"]
    assert abs(taught["p50"] - 157_500) < abs(plain["p50"] - 157_500)
    profile = str(ROOT / "profiles" / "minimal.yaml")
    assessed = run("assess", profile, "--knowledge", "learned.csv", cwd=tmp_path)
    assert assessed.returncode == 0, assessed.stderr


def test_wrong_calls_get_a_sentence_and_write_nothing(tmp_path: Path, run: "Run") -> None:
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n", "utf-8")
    for arguments, says in (
        (("--calibrate", "x.csv"), "--runs"),
        (("--runs", "mine.csv", "--calibrate", "x.csv"), "not those of a table of runs"),
        (("--runs", "mine.csv", "--calibrate", "mine.csv"), "would overwrite what is read"),
        (("--runs", "mine.csv", "-o", "mine.csv"), "would overwrite what is read"),
        (("--runs", "mine.csv", "--only", "memory"), "leave --runs out"),
        (("--runs", "gone.csv"), "does not exist"),
    ):
        done = run("backtest", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.csv").exists()

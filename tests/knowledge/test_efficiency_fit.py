"""The table of published runs, and the efficiency that is fitted on it."""

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT / "src" / "llmchoose" / "knowledge" / "data"
SCRIPT = ROOT / "scripts" / "fit_efficiency.py"
ARCHITECTURES = {"decoder", "encoder", "encoder_decoder", "moe_decoder"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fit_efficiency", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def runs() -> list[dict[str, str]]:
    return table("runs/pretraining.csv")


def number(row: dict[str, str], column: str) -> float:
    return float(row[column])


def test_runs_and_constants_are_sorted_by_a_unique_id(runs: list[dict[str, str]]) -> None:
    for rows in (runs, table("efficiency.csv"), table("sources/runs.csv")):
        ids = [row["id"] for row in rows]
        assert ids == sorted(set(ids))


def test_every_run_and_constant_names_a_known_source(runs: list[dict[str, str]]) -> None:
    known = {row["id"] for row in table("sources/runs.csv")} | {"judgement"}
    for row in (*runs, *table("efficiency.csv")):
        assert set(row["source"].split("|")) <= known, row["id"]
        assert row["as_of"]


def test_every_accelerator_of_a_run_is_in_the_catalogue(runs: list[dict[str, str]]) -> None:
    known = {row["id"] for row in table("gpus.csv")} | {""}
    assert {row["gpu"] for row in runs} <= known


def test_words_of_the_runs_are_of_the_lists(runs: list[dict[str, str]]) -> None:
    assert {row["kind"] for row in runs} == {"scratch", "continued"}
    assert {row["architecture"] for row in runs} == ARCHITECTURES
    assert {row["hours_basis"] for row in runs} == {"reported", "logged", "wall", ""}
    assert {row["verified"] for row in runs} <= {"yes", "partly", "no"}


def test_a_run_that_is_left_out_says_why(runs: list[dict[str, str]]) -> None:
    for row in runs:
        assert row["comparable"] in ("yes", "no")
        assert bool(row["why_not"]) == (row["comparable"] == "no"), row["id"]


def test_comparable_runs_have_what_the_fit_reads(runs: list[dict[str, str]]) -> None:
    comparable = [row for row in runs if row["comparable"] == "yes"]
    assert len(comparable) > 80
    for row in comparable:
        for column in ("params_b", "tokens_b", "gpu_hours", "year"):
            assert number(row, column) > 0, row["id"]


def test_hours_agree_with_count_and_days_where_all_are_given(runs: list[dict[str, str]]) -> None:
    for row in runs:
        if row["hours_basis"] == "wall" and row["n_gpus"] and row["wall_days"]:
            derived = number(row, "n_gpus") * number(row, "wall_days") * 24
            # PaLM ran on half of its chips for a fifth of the time; others are rounded.
            assert derived == pytest.approx(number(row, "gpu_hours"), rel=0.13), row["id"]


def test_the_shipped_constants_are_what_the_script_fits(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fit_efficiency.py", "--check", "--show", "llama-65b"])
    assert script.main() == 0
    assert "llama-65b" in capsys.readouterr().out


def test_check_notices_a_stale_table(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stale = tmp_path / "efficiency.csv"
    stale.write_text("id\n", "utf-8")
    monkeypatch.setattr(script, "TARGET", stale)
    monkeypatch.setattr(sys, "argv", ["fit_efficiency.py", "--check"])
    assert script.main() == 1
    assert stale.read_text("utf-8") == "id\n"


def test_unseen_families_are_predicted_better_than_by_a_constant(script: ModuleType) -> None:
    runs, _, prior_sd = script.load_runs()
    rows = np.ones(len(runs.id), bool)
    errors = script.unseen_errors(runs, prior_sd, rows)
    flat = script.unseen_errors(runs._replace(x=runs.x[:, :1]), prior_sd[:1], rows)
    assert np.median(np.abs(np.expm1(errors))) <= 0.27
    assert np.mean(np.abs(errors) <= np.log(2)) >= 0.95
    assert np.sqrt(np.mean(errors**2)) < 0.8 * np.sqrt(np.mean(flat**2))


def test_the_band_covers_as_it_says_on_unseen_families(script: ModuleType) -> None:
    runs, _, prior_sd = script.load_runs()
    errors = script.unseen_errors(runs, prior_sd, np.ones(len(runs.id), bool))
    sds = script.unseen_sds(runs, prior_sd)
    assert 0.75 <= np.mean(np.abs(errors) <= script.Z10 * sds) <= 0.88


def test_a_family_has_no_part_in_its_own_prediction(script: ModuleType) -> None:
    runs, _, prior_sd = script.load_runs()
    rows = np.ones(len(runs.id), bool)
    left = runs.family == "llama"
    moved = runs._replace(log_mfu=np.where(left, runs.log_mfu + 1, runs.log_mfu))
    before = script.unseen_errors(runs, prior_sd, rows)[left]
    assert script.unseen_errors(moved, prior_sd, rows)[left] == pytest.approx(before + 1)


def test_constants_lie_inside_their_bands_and_below_the_peak() -> None:
    rows = {row["id"]: row for row in table("efficiency.csv")}
    for row in rows.values():
        if row["low"]:
            assert number(row, "low") <= number(row, "value") <= number(row, "high"), row["id"]
    assert 0 < number(rows["mfu_base"], "value") < number(rows["mfu_max"], "value") <= 0.65


def test_every_accelerator_has_a_class_that_is_fitted(script: ModuleType) -> None:
    fitted = {row["id"] for row in script._table("efficiency.csv")}
    for gpu in script._table("gpus.csv"):
        assert f"mfu_factor.{gpu['mfu_class']}" in fitted, gpu["id"]


def test_flops_a_token_are_six_per_parameter_and_attention(script: ModuleType) -> None:
    """GPT-3 2020, table 2.1: 96 layers of 12,288; shape from size alone comes within 15 %."""
    params, zero = np.array([175e9]), np.zeros(1)
    attention = script.flops_per_token(params, np.array([2048.0]), zero) - 6 * params
    assert attention == pytest.approx(6 * 96 * 12288 * 2048, rel=0.15)
    assert script.flops_per_token(params, zero, zero) == pytest.approx(6 * params)

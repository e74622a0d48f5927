"""The table of published pretraining runs."""

import csv
from pathlib import Path

import pytest

from llmchoose.knowledge.overlay import SHIPPED

ARCHITECTURES = {"decoder", "encoder", "encoder_decoder", "moe_decoder"}
BASES = {"reported", "logged", "wall", "assumed", ""}
Table = list[dict[str, str]]


def table(path: Path) -> Table:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def runs() -> Table:
    return table(SHIPPED / "runs" / "pretraining.csv")


def number(row: dict[str, str], column: str) -> float:
    return float(row[column])


def test_runs_are_sorted_by_a_unique_id(runs: Table) -> None:
    ids = [row["id"] for row in runs]
    assert ids == sorted(set(ids))


def test_every_run_names_a_known_source_and_a_date(runs: Table) -> None:
    known = {row["id"] for row in table(SHIPPED / "sources" / "runs.csv")}
    for row in runs:
        assert set(row["source"].split("|")) <= known, row["id"]
        assert row["as_of"]


def test_every_accelerator_of_a_run_is_in_the_catalogue(runs: Table) -> None:
    known = {row["id"] for row in table(SHIPPED / "gpus.csv")}
    assert {row["gpu"] for row in runs} <= known


def test_words_of_the_runs_are_of_the_lists(runs: Table) -> None:
    assert {row["kind"] for row in runs} == {"scratch", "continued"}
    assert {row["architecture"] for row in runs} == ARCHITECTURES
    assert {row["hours_basis"] for row in runs} == BASES
    assert {row["verified"] for row in runs} <= {"yes", "partly", "no"}


def test_a_run_that_is_left_out_says_why(runs: Table) -> None:
    for row in runs:
        assert row["comparable"] in ("yes", "no")
        assert bool(row["why_not"]) == (row["comparable"] == "no"), row["id"]


def test_comparable_runs_have_what_the_fit_reads(runs: Table) -> None:
    comparable = [row for row in runs if row["comparable"] == "yes"]
    assert len(comparable) > 80
    for row in comparable:
        for column in ("params_b", "tokens_b", "gpu_hours", "year"):
            assert number(row, column) > 0, row["id"]


def test_hours_agree_with_count_and_days_where_all_are_given(runs: Table) -> None:
    for row in runs:
        if row["hours_basis"] == "wall" and row["n_gpus"] and row["wall_days"]:
            derived = number(row, "n_gpus") * number(row, "wall_days") * 24
            # PaLM ran on half of its chips for a fifth of the time; others are rounded.
            assert derived == pytest.approx(number(row, "gpu_hours"), rel=0.13), row["id"]


def test_constants_of_pretraining_lie_inside_their_bands() -> None:
    rows = {row["id"]: row for row in table(SHIPPED / "fitted.csv")}
    for row in rows.values():
        if row["low"]:
            assert number(row, "low") <= number(row, "value") <= number(row, "high"), row["id"]
    base, most = (number(rows[f"pretraining.{name}"], "value") for name in ("mfu_base", "mfu_max"))
    assert 0 < base < most < 1


def test_every_accelerator_has_a_class_that_is_fitted() -> None:
    fitted = {row["id"] for row in table(SHIPPED / "fitted.csv")}
    for gpu in table(SHIPPED / "gpus.csv"):
        assert f"pretraining.class.{gpu['mfu_class']}" in fitted, gpu["id"]

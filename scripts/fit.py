"""Fit to the published runs and comparisons, and write `fitted.csv` and `closures.csv`."""

import argparse
import csv
import sys
from pathlib import Path

from llmchoose.backtest import memory, pretraining, serving, tuning
from llmchoose.backtest.closures import ClosureRow, closure_rows
from llmchoose.backtest.clues import ClueRow, GapRow, clue_rows, gap_rows
from llmchoose.backtest.decisions import case_profiles
from llmchoose.backtest.fitted import FittedRow, as_csv
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Setting
from llmchoose.knowledge.load import SHIPPED, Knowledge, load_knowledge

AS_OF = "2026-11"
# A solver of another machine may differ in the last digit that is written.
TOLERANCE = 2e-3
FIGURES = {"value", "low", "high", "effective_comparisons", "measured", "p10", "p50", "p90"}
FIGURES |= {"coverage_p10", "coverage_p50", "coverage_p90", "projects"}
FIGURES |= {"none", "knowledge", "behaviour", "format", "language", "reasoning"}


def texts(knowledge: Knowledge) -> dict[Path, str]:
    """Every table that is fitted, by its file."""
    cases = case_profiles(knowledge)
    return {
        SHIPPED / "clues.csv": as_csv(clue_rows(cases, knowledge, AS_OF), ClueRow),
        SHIPPED / "gaps.csv": as_csv(gap_rows(cases, knowledge, AS_OF), GapRow),
        SHIPPED / "fitted.csv": as_csv(fitted(knowledge)),
        SHIPPED / "closures.csv": as_csv(closure_rows(knowledge, AS_OF), ClosureRow),
    }


def fitted(knowledge: Knowledge) -> list[FittedRow]:
    """Every row of the table."""
    setting = Setting(knowledge, Draws(0, 1), knowledge.as_of)
    return [
        row
        for fit in (pretraining, memory, tuning, serving)
        for row in fit.fitted_rows(setting, AS_OF)
    ]


def stale(text: str, path: Path) -> list[str]:
    """Ids whose figures in the file are not those of the fit."""
    new = {row["id"]: row for row in csv.DictReader(text.splitlines())}
    old = {row["id"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}
    same = {name for name in new.keys() & old.keys() if _same(new[name], old[name])}
    return sorted((new.keys() | old.keys()) - same)


def _same(new: dict[str, str], old: dict[str, str]) -> bool:
    return new.keys() == old.keys() and all(
        _near(text, old[key]) if key in FIGURES else text == old[key] for key, text in new.items()
    )


def _near(new: str, old: str) -> bool:
    figure = float(new or 0)
    return bool(new) == bool(old) and abs(figure - float(old or 0)) <= TOLERANCE * abs(figure)


def main() -> int:
    """Fit, and write the tables or say what in them is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    call = parser.parse_args()
    tables = texts(load_knowledge())
    if call.check:
        found = {path.name: stale(text, path) for path, text in tables.items()}
        for name, rows in found.items():
            print("\n".join(f"{row} is stale" for row in rows) or f"{name} is current")
        return int(any(found.values()))
    for path, text in tables.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

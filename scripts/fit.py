"""Fit the constants of the estimates to the published runs and write `fitted.csv`."""

import argparse
import csv
import sys
from pathlib import Path

from llmchoose.backtest import memory, pretraining, serving, tuning
from llmchoose.backtest.fitted import FittedRow, as_csv
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Setting
from llmchoose.knowledge.load import SHIPPED, Knowledge, load_knowledge

TARGET = SHIPPED / "fitted.csv"
AS_OF = "2026-11"
# A solver of another machine may differ in the last digit that is written.
TOLERANCE = 2e-3


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
    figures = ("value", "low", "high")
    words = {key: value for key, value in new.items() if key not in figures}
    return all(old[key] == value for key, value in words.items()) and all(
        bool(new[key]) == bool(old[key])
        and abs(float(new[key] or 0) - float(old[key] or 0))
        <= TOLERANCE * abs(float(new[key] or 0))
        for key in figures
    )


def main() -> int:
    """Fit, and write the table or say what in it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    call = parser.parse_args()
    text = as_csv(fitted(load_knowledge()))
    if call.check:
        found = stale(text, TARGET)
        print("\n".join(f"{name} is stale" for name in found) or "fitted.csv is current")
        return int(bool(found))
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Fit to the published runs, comparisons and decisions, and write the tables that are fitted."""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from llmchoose.backtest import memory, pretraining, serving, tuning
from llmchoose.backtest.closures import ClosureRow, closure_rows
from llmchoose.backtest.clues import ClueRow, GapRow, clue_rows, gap_rows
from llmchoose.backtest.decisions import case_profiles
from llmchoose.backtest.fitted import FittedRow, as_csv
from llmchoose.backtest.rounds import Round, rounds
from llmchoose.backtest.sureness import confidence_rows
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Setting
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.knowledge.overlay import SHIPPED

AS_OF = "2026-11"
# A solver of another machine may differ in the last digit that is written.
TOLERANCE = 2e-3
FIGURES = {"value", "low", "high", "effective_comparisons", "measured", "p10", "p50", "p90"}
FIGURES |= {"coverage_p10", "coverage_p50", "coverage_p90", "projects"}
FIGURES |= {"none", "knowledge", "behaviour", "format", "language", "reasoning"}


def tables(
    knowledge: Knowledge, decisions: Callable[[], Sequence[Round]]
) -> dict[str, Callable[[], str]]:
    """How each table that is fitted is made, by its name.

    Args:
        knowledge: Runs, comparisons and decisions.
        decisions: Gives the advice on the real decisions, which takes a while.
    """
    return {
        "clues.csv": lambda: as_csv(clue_rows(case_profiles(knowledge), knowledge, AS_OF), ClueRow),
        "gaps.csv": lambda: as_csv(gap_rows(case_profiles(knowledge), knowledge, AS_OF), GapRow),
        "fitted.csv": lambda: as_csv(fitted(knowledge, decisions())),
        "closures.csv": lambda: as_csv(closure_rows(knowledge, AS_OF), ClosureRow),
    }


def fitted(knowledge: Knowledge, decisions: Sequence[Round]) -> list[FittedRow]:
    """Every row of the table."""
    setting = Setting(knowledge, Draws(0, 1), knowledge.as_of)
    return [
        *confidence_rows(decisions, knowledge, AS_OF),
        *(
            row
            for fit in (pretraining, memory, tuning, serving)
            for row in fit.fitted_rows(setting, AS_OF)
        ),
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
    if new == old:
        return True
    try:
        figure, other = float(new), float(old)
    except ValueError:
        return False
    return abs(figure - other) <= TOLERANCE * abs(figure)


def main() -> int:
    """Fit, and write the tables or say what in them is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    parser.add_argument("table", nargs="*", help="tables to fit; all when left out")
    call = parser.parse_args()
    # The confidence rests on the advice, and that on the clues: each is made from what is written.
    known = load_knowledge()
    makers = tables(known, lambda: rounds(load_knowledge(), workers=os.cpu_count() or 1))
    old = False
    for name in call.table or makers:
        text, path = makers[name](), SHIPPED / name
        if call.check:
            found = stale(text, path)
            old = old or bool(found)
            print("\n".join(f"{row} is stale" for row in found) or f"{name} is current")
        else:
            path.write_text(text, "utf-8")
    return int(old)


if __name__ == "__main__":
    sys.exit(main())

"""The shipped constants and tables are those that the script fits to what is shipped."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from llmchoose.backtest.rounds import Round
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.overlay import SHIPPED

if TYPE_CHECKING:
    from tests.conftest import FitsOnce

ROOT = Path(__file__).parents[2]
QUICK = ("clues.csv", "gaps.csv", "closures.csv")


def test_the_fitted_tables_are_what_the_script_writes() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/fit.py", "--check", *QUICK],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "".join(f"{name} is current\n" for name in QUICK)


def test_the_fitted_constants_are_what_the_script_writes(
    advice_on_decisions: tuple[Round, ...], fits_once: "FitsOnce", knowledge: Knowledge
) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "fit.py"))
    tables = script["tables"](knowledge, lambda: advice_on_decisions)
    assert set(tables) == {*QUICK, "fitted.csv"}
    with fits_once():
        made = tables["fitted.csv"]()
    assert script["stale"](made, SHIPPED / "fitted.csv") == []

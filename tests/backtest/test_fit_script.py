"""The shipped constants and closures are those that the script fits to the shipped runs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_fitted_tables_are_what_the_script_writes() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/fit.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "fitted.csv is current\nclosures.csv is current\n"

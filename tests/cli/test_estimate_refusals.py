"""Absurd, contradictory and misspelt calls of the calculators: a sentence, and exit code 2."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CASES = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text("utf-8"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}


@pytest.mark.parametrize("case", CASES, ids=[case["args"] for case in CASES])
def test_a_call_that_cannot_be_answered_gets_a_sentence(case: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "llmchoose", "estimate", *case["args"].split()],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in case["says"]:
        assert part in done.stderr, done.stderr

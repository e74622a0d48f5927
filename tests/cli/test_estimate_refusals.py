"""Absurd, contradictory and misspelt calls of the calculators: a sentence, and exit code 2."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Run

CASES = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["args"] for case in CASES])
def test_a_call_that_cannot_be_answered_gets_a_sentence(case: dict[str, Any], run: "Run") -> None:
    done = run("estimate", *case["args"].split(), COLUMNS="200")
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in case["says"]:
        assert part in done.stderr, done.stderr

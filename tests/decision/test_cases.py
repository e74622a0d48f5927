"""Each file of `cases/` is a sentence, a short profile and what must come of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from llmchoose.assessment import Assessment, assess
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, knowledge: Knowledge) -> None:
    case = yaml.safe_load(path.read_text("utf-8"))
    text = yaml.safe_dump(case["profile"], sort_keys=False, allow_unicode=True)
    found = assess(parse_profile(text.encode(), path.name, knowledge), knowledge)
    for key, wanted in case["expect"].items():
        assert _figures(found)[key](wanted), f"{case['says']} got {_said(found)}"


def _figures(found: Assessment) -> dict[str, Any]:
    best = found.decision.recommended
    name = best.approach.id if best else None
    closed = {one.approach.id for one in found.decision.ranked if not one.feasible}
    beside = [partner.approach for partner in found.decision.partners]
    return {
        "approach": lambda wanted: name == wanted,
        "family": lambda wanted: best is not None and best.approach.family == wanted,
        "not": lambda wanted: name not in wanted,
        "infeasible": lambda wanted: closed == set(wanted),
        "combine_with": lambda wanted: beside == wanted,
        "notes": lambda wanted: wanted in " ".join(found.estimates["lora"].notes),
    }


def _said(found: Assessment) -> str:
    rows = [f"{one.approach.id} {one.probability_best:.2f}" for one in found.decision.ranked]
    return ", ".join(rows)

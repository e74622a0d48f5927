"""Each file of `cases/` is a sentence, a short profile and what must come of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from llmchoose.assessment import Assessment, assess
from llmchoose.decision.trials import undecided
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile
from llmchoose.profile.model import Profile

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
        "gate": lambda wanted: all(closed_by(found, *pair) for pair in wanted.items()),
        "no gate": lambda wanted: not any(closed_by(found, *pair) for pair in wanted.items()),
        "raised": lambda wanted: all(moved(found, one) > 0 for one in wanted),
        "lowered": lambda wanted: all(moved(found, one) < 0 for one in wanted),
        "undecided": lambda wanted: ties(found) == wanted,
        "not counted": lambda wanted: (
            [one.trial.approach for one in found.decision.evidence if not one.counted] == wanted
        ),
        "as without trials": lambda _: without_trials(found) == (best and best.approach.family),
        "notes": lambda wanted: wanted in " ".join(found.estimates["lora"].notes),
    }


def closed_by(found: Assessment, approach: str, gate: str) -> bool:
    one = next(one for one in found.decision.ranked if one.approach.id == approach)
    return any(held.id == gate and not held.passed for held in one.gates)


def moved(found: Assessment, approach: str) -> float:
    one = next(one for one in found.decision.ranked if one.approach.id == approach)
    return float(one.quality.mean() - one.prior.mean())


def ties(found: Assessment) -> list[list[str]]:
    pairs = undecided(found.decision.evidence)
    return [[one.trial.approach, other.trial.approach] for one, other in pairs]


def without_trials(found: Assessment) -> str | None:
    held = {name: value for name, value in found.profile.values.items() if name != "trials"}
    best = assess(Profile(found.profile.path, held), found.knowledge).decision.recommended
    return best.approach.family if best else None


def _said(found: Assessment) -> str:
    rows = [f"{one.approach.id} {one.probability_best:.2f}" for one in found.decision.ranked]
    return ", ".join(rows)

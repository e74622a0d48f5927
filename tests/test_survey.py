"""Many profiles at once: what is said of each is what `assess` says of it alone."""

from pathlib import Path

import pytest

from llmchoose.assessment import assess
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile
from llmchoose.report.formats.json import as_dict
from llmchoose.survey import Surveyed, survey

PROFILES = sorted((Path(__file__).parent.parent / "profiles").glob("*.yaml"))


@pytest.fixture(scope="module")
def surveyed(knowledge: Knowledge) -> dict[str, Surveyed]:
    profiles = [load_profile(path, knowledge) for path in PROFILES]
    return {one.profile.path: one for one in survey(profiles, knowledge)}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_among_many_is_judged_as_it_is_alone(
    path: Path, surveyed: dict[str, Surveyed], knowledge: Knowledge
) -> None:
    one = surveyed[str(path)]
    report = as_dict(assess(load_profile(path, knowledge), knowledge))
    said = report["recommendation"]
    assert one.recommended == said["approach"]
    assert one.confidence == said["confidence"]
    assert one.confidence_words == said["confidence_words"]
    for row in report["approaches"]:
        name = row["approach"]
        assert one.feasible(name) == row["feasible"]
        assert one.probability_best(name) == row["probability_best"]
        gates = [(gate.id, gate.kind, gate.passed, gate.reason) for gate in one.gates(name)]
        assert gates == [(g["id"], g["kind"], g["passed"], g["reason"]) for g in row["gates"]]
        for figure in ("one_time_usd", "monthly_usd", "total_usd"):
            assert _plain(one, name, figure) == row["cost"][figure]
        for figure in ("gpu_hours", "wall_clock_days", "memory_gb_per_gpu"):
            assert _plain(one, name, figure) == row["compute"][figure]
        for figure in ("time_to_production_days", "energy_kwh", "tco2e", "quality", "fit"):
            assert _plain(one, name, figure) == row[figure]


def _plain(one: Surveyed, approach: str, figure: str) -> dict[str, float] | None:
    found = one.figure(approach, figure)  # type: ignore[arg-type]
    return vars(found) if found else None

"""Many profiles at once: what is said of each is what `assess` says of it alone."""

import math
import random
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.decision.rank import Ranked
from llmchoose.estimate.formulas.distributions import Array, band
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile, set_value
from llmchoose.profile.model import Profile, Value
from llmchoose.quantity import Quantity
from llmchoose.survey.model import Figure, Surveyed
from llmchoose.survey.weigh import survey

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
    alone = assess(load_profile(path, knowledge), knowledge)
    said = alone.decision
    assert one.recommended == _id(said.recommended)
    assert one.confidence == said.confidence
    assert one.confidence_words == said.confidence_words
    for ranked in said.ranked:
        name = ranked.approach.id
        assert one.feasible(name) == ranked.feasible
        assert one.probability_best(name) == ranked.probability_best
        gates = [(gate.id, gate.kind, gate.passed, gate.reason) for gate in one.gates(name)]
        assert gates == [(g.id, g.kind, g.passed, g.reason) for g in ranked.gates]
        for figure, draws in _figures(alone, ranked).items():
            found = one.figure(name, figure)
            assert found == (None if draws is None else band(draws)), figure


FIGURES = get_args(Figure)
CASES = sorted((resources.files("llmchoose") / "knowledge/data/cases").iterdir(), key=str)
TRIALS = [
    "[{approach: rag, score: 0.82, examples: 300}, {approach: lora, score: 0.7..0.9}]",
    "[{approach: rag, score: 0.97, metric: recall@20}, {approach: rag, score: 0.6}]",
    "[{approach: prompt, score: 0.96, examples: 4000}]",
]
CHANGES = [
    "compute.owned=[8 x A100-80GB]",
    "compute.owned=[4 x H100-80GB]",
    "compute.gpu=RTX3090",
    "compute.gpu=TPU-v4",
    "compute.acquire=buy",
    "compute.acquire=owned",
    "compute.region=Germany",
    "compute.max_gpus=0",
    "task.language=de",
    "task.language=yo",
    "task.kind=classification",
    "task.kind=sequence",
    "task.prompt_baseline=0.7",
    "task.eval_examples=400",
    "task.quality_target=0.9",
    "task.citations_required=true",
    "traffic.input_tokens=1k..5k",
    "traffic.output_tokens=300",
    "traffic.latency=300 ms",
    "constraints.self_host_only=true",
    "constraints.api_allowed=false",
    "constraints.open_licence_ok=false",
    "constraints.must_own_weights=sole",
    "model.open=llama-2-7b",
    "model.target_params=1B",
    "ops.refresh=10 days",
    "as_of=2021-03",
    "as_of=2024-11-02",
    "data.unlabelled_tokens=3B..40B",
    *(f"trials={trials}" for trials in TRIALS),
]


@cache
def templates(knowledge: Knowledge) -> list[Profile]:
    return [load_profile(str(path), knowledge) for path in (*PROFILES, *CASES)]


def mixed(seed: int, count: int, knowledge: Knowledge) -> list[Profile]:
    """Different profiles: numbers moved, other answers, some of them blank but for a task."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        template = draw.choice(templates(knowledge))
        values = {
            name: value
            for name, value in template.values.items()
            if knowledge.fields[name].required or draw.random() > 0.3
        }
        moved = {name: _moved(value, knowledge, name, draw) for name, value in values.items()}
        profile = Profile(template.path, moved)
        for change in draw.sample(CHANGES, 4):
            profile = set_value(profile, change, knowledge)
        found.append(profile)
    return found


def _moved(value: Value, knowledge: Knowledge, name: str, draw: random.Random) -> Value:
    if not isinstance(value, Quantity):
        return value
    high = 1.0 if knowledge.fields[name].dimension == "fraction" else math.inf
    factor = draw.uniform(0.5, 2.0)
    return Quantity(min(value.low * factor, high), min(value.high * factor, high))


@pytest.mark.parametrize("seed", range(3))
def test_any_mix_of_profiles_is_judged_as_each_is_alone(seed: int, knowledge: Knowledge) -> None:
    profiles = mixed(seed, 24, knowledge)
    surveyed = list(survey(profiles, knowledge, samples=60))
    assert [one.profile for one in surveyed] == profiles
    for profile, one in zip(profiles, surveyed, strict=True):
        alone = assess(profile, knowledge, samples=60)
        made = alone.decision
        assert one.recommended == _id(made.recommended)
        assert one.confidence == made.confidence
        assert one.confidence_words == made.confidence_words
        for ranked in made.ranked:
            name = ranked.approach.id
            said = f"{profile.values} {name}"
            assert one.feasible(name) == ranked.feasible, said
            assert one.probability_best(name) == pytest.approx(ranked.probability_best, rel=1e-5), (
                said
            )
            gates = [(gate.id, gate.kind, gate.passed, gate.reason) for gate in one.gates(name)]
            assert gates == [(g.id, g.kind, g.passed, g.reason) for g in ranked.gates], said
            expected = _figures(alone, ranked)
            for figure in FIGURES:
                draws, found = expected[figure], one.figure(name, figure)
                if draws is None:
                    assert found is None, f"{figure} {said}"
                    continue
                assert found is not None, f"{figure} {said}"
                whole = band(np.broadcast_to(draws, (60,)))
                assert vars(found) == pytest.approx(vars(whole), rel=2e-6, abs=1e-9), (
                    f"{figure} {said}"
                )


def _id(ranked: Ranked | None) -> str | None:
    return ranked.approach.id if ranked else None


def _figures(alone: Assessment, ranked: Ranked) -> Mapping[Figure, Array | None]:
    estimate = alone.estimates[ranked.approach.id]
    run = estimate.training
    return {
        "one_time_usd": estimate.one_time_usd,
        "monthly_usd": estimate.monthly_usd,
        "total_usd": estimate.total_usd,
        "gpu_hours": run.gpu_hours if run else None,
        "wall_clock_days": run.wall_clock_days if run else None,
        "memory_gb_per_gpu": run.memory_gb if run else None,
        "time_to_production_days": estimate.time_days,
        "energy_kwh": estimate.energy_kwh,
        "tco2e": estimate.tco2e,
        "quality": ranked.quality,
        "net_benefit": ranked.net_benefit,
        "fit": ranked.fit,
    }


def test_a_day_asked_for_goes_before_those_of_the_profiles(knowledge: Knowledge) -> None:
    profiles = mixed(7, 12, knowledge)
    day = date(2023, 5, 1)
    for profile, one in zip(
        profiles, survey(profiles, knowledge, as_of=day, samples=60), strict=True
    ):
        alone = assess(profile, knowledge, as_of=day, samples=60)
        assert one.inputs.day == "2023-05-01"
        assert one.recommended == _id(alone.decision.recommended)
        assert one.confidence == alone.decision.confidence


def test_what_rules_read_of_a_profile_among_many(knowledge: Knowledge) -> None:
    profiles = mixed(11, 12, knowledge)
    for profile, one in zip(profiles, survey(profiles, knowledge, samples=60), strict=True):
        alone = assess(profile, knowledge, samples=60).inputs
        assert one.inputs.given == alone.given
        assert one.inputs.day == alone.day
        assumed = [assumption.input for assumption in one.inputs.assumptions]
        assert assumed == [assumption.input for assumption in alone.assumptions]


def test_more_profiles_than_a_block_holds_come_in_their_order(knowledge: Knowledge) -> None:
    profiles = mixed(5, 20, knowledge) * 15
    surveyed = list(survey(profiles, knowledge, samples=10))
    assert [one.profile for one in surveyed] == profiles
    assert [one.recommended for one in surveyed[:20]] * 15 == [one.recommended for one in surveyed]


def test_a_survey_of_nothing_says_nothing(knowledge: Knowledge) -> None:
    assert list(survey([], knowledge)) == []


def test_who_it_is_and_what_was_decided_change_no_figure(knowledge: Knowledge) -> None:
    plain = load_profile(PROFILES[-1], knowledge)
    changes = ("name=Other", "owner=Ada", "status=draft", "decision.approach=scratch")
    twins = [plain, *(set_value(plain, change, knowledge) for change in changes)]
    weighed = survey(twins, knowledge, samples=60)
    assert len({(id(one.block), one.row) for one in weighed}) == 1
    assert [one.profile for one in weighed] == twins
    for twin in twins:
        alone = assess(twin, knowledge, samples=60).decision
        assert alone.recommended is not None
        assert alone.recommended.approach.id == weighed[0].recommended
        assert alone.confidence == weighed[0].confidence

"""A row of a block is what the changed profile gives alone."""

from pathlib import Path

import numpy as np
import pytest

from llmchoose.decision.rank import weigh
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.blocks import Change, block_of, scenarios_of, stacked
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import read_inputs
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile, set_value
from llmchoose.profile.model import Profile
from llmchoose.quantity import Quantity

PROFILES = Path(__file__).parents[2] / "profiles"
CHANGES = [
    "data.labelled_examples=20k",
    "data.unlabelled_tokens=30B",
    "data.unlabelled_tokens=300M",
    "budget.one_time=1M",
    "budget.monthly=$900",
    "time.deadline=30 days",
    "traffic.requests_per_day=5M",
    "constraints.api_allowed=false",
    "constraints.self_host_only=true",
    "constraints.must_own_weights=hold",
    "team.experience=tuning",
    "team.engineers=9",
    "compute.max_gpus=2",
    "task.gap=language",
    "task.base_model_coverage=0.2",
    "task.prompt_baseline=0.7",
    "task.citations_required=true",
    "task.novelty=new",
    "data.quality=poor",
    "data.knowledge_changes=2 days",
    "data.sensitivity=regulated",
    "time.horizon=6 months",
]


@pytest.mark.parametrize("name", ["quickstart", "minimal", "meditron-2023", "indeed-2023"])
def test_a_row_is_what_the_changed_profile_gives(name: str, knowledge: Knowledge) -> None:
    base = load_profile(PROFILES / f"{name}.yaml", knowledge)
    inputs = read_inputs(base, knowledge, Draws(0, 60))
    changed = [set_value(base, change, knowledge) for change in CHANGES]
    names = [change.partition("=")[0] for change in CHANGES]
    block = block_of(
        inputs, [{name: one.values[name]} for name, one in zip(names, changed, strict=True)]
    )
    estimates = estimate_all(block)
    together = weigh(block, estimates)
    for row, profile in enumerate(changed):
        alone_inputs = read_inputs(profile, knowledge, Draws(0, 60))
        alone = estimate_all(alone_inputs)
        for approach, estimate in alone.items():
            in_block = np.broadcast_to(estimates[approach].total_usd, block.shape)[row]
            assert in_block == pytest.approx(estimate.total_usd, rel=1e-9), CHANGES[row]
        single = weigh(alone_inputs, alone)
        assert together.chance[:, row] == pytest.approx(single.chance, abs=1e-3), CHANGES[row]
        assert together.best()[row] == single.best(), CHANGES[row]


def test_leaving_an_answer_open_is_a_row_too(knowledge: Knowledge) -> None:
    base = load_profile(PROFILES / "quickstart.yaml", knowledge)
    inputs = read_inputs(base, knowledge, Draws(0, 60))
    block = block_of(inputs, [{"task.gap": None}, {"team.experience": None}])
    together = weigh(block, estimate_all(block))
    for row, name in enumerate(("task.gap", "team.experience")):
        held = {key: value for key, value in base.values.items() if key != name}
        alone = read_inputs(Profile(base.path, held), knowledge, Draws(0, 60))
        single = weigh(alone, estimate_all(alone))
        assert together.chance[:, row] == pytest.approx(single.chance, abs=1e-6)


def test_a_scenario_is_a_row_with_several_answers(knowledge: Knowledge) -> None:
    base = load_profile(PROFILES / "quickstart.yaml", knowledge)
    inputs = read_inputs(base, knowledge, Draws(0, 60))
    answers = {
        "data.quality": np.array(["poor", "curated"]),
        "task.citations_required": np.array([False, False]),
        "team.engineers": np.array([2.0, 9.0]),
    }
    known = {name: np.array([True, name != "team.engineers"]) for name in answers}
    changes: list[Change] = [
        {
            "data.quality": "poor",
            "task.citations_required": False,
            "team.engineers": Quantity(2, 2),
        },
        {"data.quality": "curated", "task.citations_required": False},
    ]
    by_hand = block_of(inputs, changes)
    both = stacked(by_hand, scenarios_of(inputs, answers, known))
    assert both.shape == (4, 60)
    weighed, alone = weigh(both, estimate_all(both)), weigh(by_hand, estimate_all(by_hand))
    assert weighed.chance[:, :2] == pytest.approx(alone.chance, abs=1e-9)
    # What a scenario leaves open counts as not stated; the profile states it.
    assert weighed.chance[:, 2] == pytest.approx(alone.chance[:, 0], abs=1e-9)
    assert not both.stated("team.engineers")[3, 0]

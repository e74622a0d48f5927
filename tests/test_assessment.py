"""The public API, as another program uses it."""

from pathlib import Path

import pytest

import llmchoose
from llmchoose import InputError, assess, load_knowledge, load_profile
from llmchoose.profile.load import set_value

ROOT = Path(__file__).parents[1]


def test_the_readmes_example_works() -> None:
    knowledge = load_knowledge()
    profile = load_profile(ROOT / "profiles/quickstart.yaml", knowledge)
    decision = assess(profile, knowledge).decision
    assert decision.recommended is not None
    assert decision.recommended.approach.id == "rag"
    assert 0 < decision.confidence < 1


def test_every_public_name_is_there_and_an_unknown_one_is_not() -> None:
    for name in llmchoose.__all__:
        assert getattr(llmchoose, name)
    with pytest.raises(AttributeError, match="no attribute 'utils'"):
        _ = llmchoose.utils


def test_a_wrong_profile_raises_all_its_problems(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("name: x\ntask: {knd: qa, gap: knowlege}\n")
    with pytest.raises(InputError) as caught:
        load_profile(file, load_knowledge())
    assert len(caught.value.problems) == 2


def test_the_same_call_gives_the_same_assessment() -> None:
    knowledge = load_knowledge()
    profile = load_profile(ROOT / "profiles/bloomberggpt-2022.yaml", knowledge)
    one, two = (assess(profile, knowledge, samples=100) for _ in range(2))
    assert one.decision.confidence == two.decision.confidence
    for name, estimate in one.estimates.items():
        assert (estimate.total_usd == two.estimates[name].total_usd).all()


def test_more_samples_change_little() -> None:
    knowledge = load_knowledge()
    profile = load_profile(ROOT / "profiles/quickstart.yaml", knowledge)
    few, many = (assess(profile, knowledge, samples=n) for n in (500, 4000))
    for one, other in zip(few.decision.ranked, many.decision.ranked, strict=True):
        assert one.probability_best == pytest.approx(other.probability_best, abs=0.02)


def test_what_is_remembered_of_one_knowledge_is_not_taken_for_another() -> None:
    """A card that one of them names is not the card that a project of the other owns."""
    plain = ROOT / "profiles/quickstart.yaml"
    one, other = load_knowledge(), load_knowledge()
    named = set_value(load_profile(plain, one), "compute.gpu=RTX3090", one)
    assess(named, one, samples=60)
    owning = set_value(load_profile(plain, other), "compute.gpu=RTX3090", other)
    owning = set_value(owning, "compute.owned=[8 x RTX3090]", other)
    training = assess(owning, other, samples=60).estimates["lora"]
    assert any(item.name == "training compute (owned)" for item in training.items)

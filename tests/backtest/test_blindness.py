"""Nothing of a decision reaches its own assessment, and none is judged by what was fitted to it."""

from dataclasses import replace

import pytest

from llmchoose.backtest.advice import advise
from llmchoose.backtest.decisions import blind, bundled, case_profiles
from llmchoose.backtest.folds import FOLDS, fold_of, without
from llmchoose.backtest.rounds import PLANS, SAMPLES, Round
from llmchoose.backtest.thinning import thinned
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.knowledge.load import Knowledge

DRAWS = Draws(0, SAMPLES)


def test_no_profile_keeps_anything_of_its_decision(knowledge: Knowledge) -> None:
    for one in bundled(knowledge):
        assert not [name for name in one.profile.values if name.startswith("decision.")]


@pytest.mark.parametrize("place", [0, 40])
def test_another_decision_in_the_file_changes_no_advice(place: int, knowledge: Knowledge) -> None:
    profile = case_profiles(knowledge)[place]
    other = replace(
        profile,
        values={
            **profile.values,
            "decision.approach": "scratch",
            "decision.outcome": "regretted",
            "decision.acceptable": ("prompt",),
        },
    )
    assert blind(other) == blind(profile)
    assert advise(blind(other), [knowledge], DRAWS) == advise(blind(profile), [knowledge], DRAWS)


def test_every_decision_is_advised_on_once_a_plan(
    advice_on_decisions: tuple[Round, ...], knowledge: Knowledge
) -> None:
    assert len(advice_on_decisions) == len(knowledge.cases) * len(PLANS)
    met = {(one.decided.id, one.share, one.seed) for one in advice_on_decisions}
    assert len(met) == len(advice_on_decisions)


def test_more_draws_give_the_same_advice(
    advice_on_decisions: tuple[Round, ...],
    knowledge: Knowledge,
) -> None:
    whole = [one for one in advice_on_decisions if not one.share][::6]
    many = [advise(one.decided.profile, [knowledge], Draws(0, 2000))[0] for one in whole]
    assert [one.seen.approach for one in whole] == [one.approach for one in many]
    for one, other in zip(whole, many, strict=True):
        assert one.seen.chance == pytest.approx(other.chance, abs=0.02)


def test_what_is_fitted_has_not_seen_the_fold(knowledge: Knowledge) -> None:
    decisions = bundled(knowledge)
    folds = [fold_of(one.id) for one in decisions]
    assert {folds.count(fold) for fold in range(FOLDS)} <= set(range(13, 19))
    base = {clue.id: clue for clue in without(0, decisions, knowledge).clues}["base"]
    assert base.projects == len(decisions) - folds.count(0)
    moved = [
        replace(one, profile=replace(one.profile, values={**one.profile.values, "task.gap": ()}))
        if fold_of(one.id) == 0
        else one
        for one in decisions
    ]
    clues = [
        [vars(clue) for clue in without(0, made, knowledge).clues] for made in (decisions, moved)
    ]
    assert clues[0] == clues[1]


def test_unseen_advice_is_that_of_the_knowledge_without_the_fold(
    advice_on_decisions: tuple[Round, ...], knowledge: Knowledge
) -> None:
    some = [one for one in advice_on_decisions if one.share == 0.75 and one.seed == 2][::26]
    decisions = bundled(knowledge)
    for one in some:
        profile = thinned(one.decided.profile, one.decided.id, one.share, one.seed)
        world = without(fold_of(one.decided.id), decisions, knowledge)
        assert advise(profile, [world], DRAWS)[0] == one.unseen

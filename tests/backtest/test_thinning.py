"""Answers are left out by chance, and the same ones every time."""

from dataclasses import replace

import pytest

from llmchoose.backtest.decisions import bundled
from llmchoose.backtest.thinning import ALWAYS, SEEDS, SHARES, thinned
from llmchoose.knowledge.load import Knowledge


def test_the_same_answers_are_left_out_in_any_order(knowledge: Knowledge) -> None:
    decisions = bundled(knowledge)[:6]
    there = {one.id: thinned(one.profile, one.id, 0.5, 0) for one in decisions}
    back = {one.id: thinned(one.profile, one.id, 0.5, 0) for one in reversed(decisions)}
    assert there == back


def test_seeds_and_ids_leave_out_other_answers(knowledge: Knowledge) -> None:
    one = bundled(knowledge)[0]
    plain = thinned(one.profile, one.id, 0.5, 0)
    assert thinned(one.profile, one.id, 0.5, 1) != plain
    assert thinned(one.profile, "another", 0.5, 0) != plain


@pytest.mark.parametrize("share", SHARES)
def test_about_the_share_is_left_out_and_nothing_is_changed(
    share: float, knowledge: Knowledge
) -> None:
    kept = every = 0
    for one in bundled(knowledge):
        for seed in SEEDS:
            short = thinned(one.profile, one.id, share, seed)
            assert ALWAYS & set(one.profile.values) <= set(short.values)
            assert (
                replace(one.profile, values={**one.profile.values, **short.values}) == one.profile
            )
            kept += len(short.values) - len(ALWAYS)
            every += len(one.profile.values) - len(ALWAYS)
    assert kept / every == pytest.approx(1 - share, abs=0.02)

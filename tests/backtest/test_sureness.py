"""The confidence: calibrated, fitted, and no surer on what it has not seen than it may be."""

import pytest

from llmchoose.backtest.calibration import calibration
from llmchoose.backtest.rounds import Round
from llmchoose.backtest.summary import Summary
from llmchoose.backtest.sureness import NAMES, fitted
from llmchoose.decision.confidence import calibrated
from llmchoose.knowledge.load import Knowledge


def test_bins_are_of_equal_number_and_the_error_is_their_mean_distance() -> None:
    found = calibration([0.2] * 5 + [0.8] * 5, [True, False, False, False, False] + [True] * 5)
    assert [one.cases for one in found.bins] == [2, 2, 2, 2, 2]
    assert found.ece == pytest.approx(
        (2 * 0.3 + 2 * 0.2 + 0.1 * 2 + 2 * 0.2 + 2 * 0.2) / 10, abs=0.1
    )
    assert found.brier == pytest.approx((0.64 + 4 * 0.04 + 5 * 0.04) / 10)
    assert found.constant == pytest.approx(0.24)


def test_chance_alone_shows_less_error_the_more_cases_there_are() -> None:
    few, many = (calibration([0.5, 0.9] * n, [True, True] * n).perfect for n in (20, 500))
    assert 0.02 < many < few < 0.15
    assert few == calibration([0.5, 0.9] * 20, [False, True] * 20).perfect


def test_the_curve_rises_with_both_of_its_inputs_and_ends_at_the_cap(knowledge: Knowledge) -> None:
    rule, constants = knowledge.rulebook.confidence, knowledge.constants
    low, mid, high = (calibrated(chance, 0.5, constants, rule) for chance in (0.2, 0.5, 0.9))
    assert low < mid < high
    assert calibrated(0.5, 0.0, constants, rule) < mid < calibrated(0.5, 1.0, constants, rule)
    assert calibrated(1.0, 1.0, constants, rule) <= rule.cap


def test_the_shipped_curve_is_the_one_fitted(
    advice_on_decisions: tuple[Round, ...], knowledge: Knowledge
) -> None:
    found = fitted(advice_on_decisions, knowledge)
    for name in NAMES:
        assert knowledge.constants[name] == pytest.approx(found[name], abs=2e-3)


def test_a_curve_that_saw_the_decisions_looks_no_better_than_chance_allows(
    decisions: Summary,
) -> None:
    for part in decisions.parts.values():
        assert part.unseen_calibration.brier <= part.unseen_calibration.constant + 0.01

"""The errors on unseen runs stay within their limits, and ahead of the rules that people use."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from llmchoose.backtest.judging import Judged, errors_of, of_rules
from llmchoose.backtest.summary import Summary
from llmchoose.backtest.verdicts import verdicts
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Setting
from llmchoose.knowledge.load import Knowledge

EVERY = yaml.safe_load((Path(__file__).parent / "limits.yaml").read_text("utf-8"))
DECISIONS = EVERY["decisions"]
LIMITS = {name: limits for name, limits in EVERY.items() if name != "decisions"}


@pytest.fixture(scope="module")
def tables(backtested: dict[str, tuple[Judged, ...]]) -> dict[str, Judged]:
    return {one.quantity: one for found in backtested.values() for one in found}


def test_every_quantity_has_limits(tables: dict[str, Judged]) -> None:
    assert set(tables) == set(LIMITS)


@pytest.mark.parametrize("name", LIMITS)
def test_errors_have_not_grown(name: str, tables: dict[str, Judged]) -> None:
    limits: dict[str, Any] = LIMITS[name]
    found = errors_of(tables[name])
    assert found.median_ape <= limits["median_ape"]
    assert found.mean_abs_log <= limits["mean_abs_log"]
    assert found.within_2x >= limits["within_2x"]
    assert found.coverage is not None
    assert limits["coverage"][0] <= found.coverage <= limits["coverage"][1]
    assert found.spread is not None
    assert found.spread <= limits["spread"]


@pytest.mark.parametrize("name", LIMITS)
def test_no_rule_of_thumb_is_nearer(name: str, tables: dict[str, Judged]) -> None:
    own = errors_of(tables[name])
    for rule, errors in of_rules(tables[name]).items():
        assert own.median_ape < errors.median_ape, rule
        assert own.mean_abs_log < errors.mean_abs_log, rule


def test_the_verdict_whether_it_fits_is_nearly_always_right(knowledge: Knowledge) -> None:
    found = verdicts(Setting(knowledge, Draws(0, 1), knowledge.as_of))
    assert found.runs > 200
    assert found.right >= 0.95
    assert found.out_of_memory >= 10
    assert found.safely <= 0.05


def test_recommendations_have_not_become_worse(decisions: Summary) -> None:
    whole, half = decisions.parts[0.0], decisions.parts[0.5]
    assert whole.unseen.acceptable >= DECISIONS["acceptable"]
    assert whole.unseen.family >= DECISIONS["family"]
    assert half.unseen.acceptable >= DECISIONS["half_left_out"]
    advised_against = [one for one in decisions.regretted if one.advised != one.decided.chose]
    assert len(advised_against) >= DECISIONS["regretted_advised_against"]


def test_the_confidence_says_what_it_is_worth(decisions: Summary) -> None:
    whole, half = decisions.parts[0.0], decisions.parts[0.5]
    assert whole.unseen_calibration.ece <= DECISIONS["ece"]
    assert half.unseen_calibration.ece <= DECISIONS["ece_half_left_out"]

"""The pretraining estimate against published runs that its fit has not seen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmchoose.backtest.fitting import fit, left_out
from llmchoose.backtest.judging import Judged, errors_of, of_rules
from llmchoose.backtest.pretraining import (
    Cases,
    cases,
    comparable,
    fitted_rows,
    goodputs,
    judged_dated,
    judged_reported,
    judged_undated,
    log_hours,
    measured,
    regression,
    reporting,
    request_of,
    undated_errors,
)
from llmchoose.estimate.formulas.distributions import Draws, band, median
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.pretrain.calculator import estimate_pretraining
from llmchoose.knowledge.load import Knowledge, load_knowledge


@pytest.fixture(scope="module")
def setting(knowledge: Knowledge) -> Setting:
    return Setting(knowledge, Draws(0, 1), knowledge.as_of)


@pytest.fixture(scope="module")
def found(setting: Setting) -> Cases:
    return cases(comparable(setting), setting)


@pytest.fixture(scope="module")
def undated(setting: Setting) -> Judged:
    return judged_undated(setting)


def test_unseen_runs_are_predicted_within_the_promised_errors(setting: Setting) -> None:
    errors = errors_of(judged_dated(setting))
    assert errors.median_ape <= 0.25
    assert errors.mean_abs_log <= 0.25
    assert errors.within_2x >= 0.95


def test_runs_without_a_day_are_hardly_worse(undated: Judged) -> None:
    errors = errors_of(undated)
    assert errors.median_ape <= 0.25
    assert errors.within_2x >= 0.95
    assert errors.coverage is not None
    assert errors.spread is not None
    assert 0.72 <= errors.coverage <= 0.9
    assert errors.spread <= 3


def test_every_rule_of_thumb_is_worse_in_median_and_mean(undated: Judged) -> None:
    ours = errors_of(undated)
    rules = of_rules(undated)
    assert len(rules) == 3
    for errors in rules.values():
        assert ours.median_ape < errors.median_ape
        assert ours.mean_abs_log < errors.mean_abs_log


def test_a_reported_utilisation_gives_the_hours(setting: Setting) -> None:
    errors = errors_of(judged_reported(setting))
    assert errors.runs >= 8
    assert errors.median_ape <= 0.17
    assert errors.within_2x == 1


def test_hours_that_follow_from_an_assumed_utilisation_do_not_count(found: Cases) -> None:
    names = [run.id for run, used in zip(found.runs, reporting(found), strict=True) if used]
    assert "gpt-3-175b" not in names
    assert np.all(goodputs(found)[reporting(found)] < 1)


def test_a_family_has_no_part_in_its_own_prediction(found: Cases) -> None:
    left = found.family == "llama"
    moved = replace(found, hours=np.where(left, found.hours * 3, found.hours))
    for errors in (left_out, None):
        before, after = (
            errors(regression(one)) if errors else _llama_alone(one) for one in (found, moved)
        )
        assert (after - before)[left] == pytest.approx(np.log(3), abs=1e-4)


def _llama_alone(one: Cases) -> np.ndarray:
    rest = one.family != "llama"
    values = fit(regression(one), rest).values
    return np.log(one.hours) - log_hours(one, values)


def test_later_software_is_taken_where_the_day_is_not_given(found: Cases, setting: Setting) -> None:
    dated, undated = left_out(regression(found)), undated_errors(found, setting)
    kernels = ~np.isin(np.asarray(found.at.gpu_class), ["tpu", "v100"])
    old = (np.asarray(found.at.year) < 2022.5) & kernels
    assert np.all(undated[old] > dated[old])
    assert undated[~old] == pytest.approx(dated[~old], abs=1e-3)


def test_the_shipped_constants_are_what_the_fit_gives(setting: Setting) -> None:
    shipped = setting.knowledge.fitted
    for row in fitted_rows(setting, "2026-11"):
        assert shipped[row.id].value == pytest.approx(float(row.value), rel=2e-3), row.id


def test_the_estimate_is_the_formula_that_was_fitted(found: Cases, setting: Setting) -> None:
    """The calculator and the fit see the same run."""
    at = next(i for i, run in enumerate(found.runs) if run.id == "llama-65b")
    run = found.runs[at]
    one = estimate_pretraining(request_of(run), setting.knowledge, day="2022-12-31")
    expected = np.exp(log_hours(found, setting.knowledge.constants)[at])
    assert median(one.gpu_hours) == pytest.approx(expected, rel=0.03)


def test_encoder_decoders_lie_within_twice(setting: Setting) -> None:
    """T5, UL2, OpenBA: left out of the fit, since each token passes half of the weights."""
    runs = [
        run
        for run in setting.knowledge.pretraining_runs
        if run.architecture == "encoder_decoder" and run.tokens_b and run.gpu_hours
    ]
    assert len(runs) == 3
    for run in runs:
        hours = estimate_pretraining(request_of(run), setting.knowledge).gpu_hours
        assert 0.5 <= median(hours) / (run.gpu_hours or np.nan) <= 2, run.id


def test_a_users_own_runs_are_held_against_the_shipped_constants(
    found: Cases, setting: Setting
) -> None:
    few = found.runs[:3]
    errors, hours, spreads = measured(few, setting)
    assert hours.tolist() == [run.gpu_hours for run in few]
    assert set(spreads) == {"pretraining.spread"}
    expected = np.log(found.hours[:3]) - log_hours(found, setting.knowledge.constants)[:3]
    assert errors == pytest.approx(expected)


def test_a_spread_of_ones_own_holds_with_and_without_a_day(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    own = tmp_path / "fitted.csv"
    head = "id,value,unit,low,high,source,as_of,note"
    own.write_text(f"{head}\npretraining.spread,1,x hours,0.9,1.1,judgement,2026-11,ours\n")
    run = request_of(knowledge.pretraining_runs[0])
    narrow, wide = (
        band(estimate_pretraining(run, known).gpu_hours)
        for known in (load_knowledge(own), knowledge)
    )
    assert narrow.p90 / narrow.p10 < 1.3 < wide.p90 / wide.p10

"""A flip, applied, really flips; break-evens hold; only what is open is worth finding out."""

import math
from pathlib import Path

import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.decision.experiment import items_to_tell_apart
from llmchoose.decision.flips import Flip
from llmchoose.decision.information import _evppi
from llmchoose.estimate.formulas.distributions import median
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.weights import reweighted
from llmchoose.profile.dump import write_value
from llmchoose.profile.load import load_profile, set_value
from llmchoose.quantity import Quantity

PROFILES = Path(__file__).parents[2] / "profiles"
NAMES = ["quickstart", "minimal", "indeed-2023", "meditron-2023", "replit-code-repair-2024"]


@pytest.fixture(scope="module")
def found(knowledge: Knowledge) -> dict[str, Assessment]:
    profiles = {name: load_profile(PROFILES / f"{name}.yaml", knowledge) for name in NAMES}
    return {name: assess(profile, knowledge) for name, profile in profiles.items()}


def recommended(found: Assessment) -> str | None:
    best = found.decision.recommended
    return best.approach.id if best else None


def applied(found: Assessment, text: str) -> Assessment:
    return assess(set_value(found.profile, text, found.knowledge), found.knowledge)


@pytest.mark.parametrize("name", NAMES)
def test_a_flip_applied_as_it_is_written_flips(name: str, found: dict[str, Assessment]) -> None:
    base = found[name]
    fields = base.knowledge.fields
    for flip in base.outlook.flips:
        text = f"{flip.field}={write_value(flip.after, fields[flip.field], fields)}"
        assert recommended(applied(base, text)) == flip.approach != recommended(base), text


@pytest.mark.parametrize("name", NAMES)
def test_a_smaller_change_does_not_flip(name: str, found: dict[str, Assessment]) -> None:
    base = found[name]
    fields = base.knowledge.fields
    for flip in base.outlook.flips:
        for part in (0.5, 0.8) if isinstance(flip.after, Quantity) else ():
            less = _part_of(flip, part)
            text = f"{flip.field}={write_value(less, fields[flip.field], fields)}"
            assert recommended(applied(base, text)) == recommended(base), text


def _part_of(flip: Flip, part: float) -> Quantity:
    """Part of the way from before to after, on a logarithmic scale (fractions: a straight one)."""
    assert isinstance(flip.before, Quantity)
    assert isinstance(flip.after, Quantity)
    straight = flip.after.high <= 1

    def between(start: float, end: float) -> float:
        if straight or min(start, end) <= 0:
            return start + part * (end - start)
        return start * math.exp(part * math.log(end / start))

    return Quantity(
        between(flip.before.low, flip.after.low), between(flip.before.high, flip.after.high)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_weight_that_flips_really_does(name: str, found: dict[str, Assessment]) -> None:
    base = found[name]
    for flip in base.outlook.weights:
        with_it = assess(base.profile, reweighted(base.knowledge, {flip.id: flip.after}))
        assert recommended(with_it) == flip.approach != recommended(base), flip
        half = (flip.before + flip.after) / 2
        with_half = assess(base.profile, reweighted(base.knowledge, {flip.id: half}))
        assert recommended(with_half) == recommended(base), flip


@pytest.mark.parametrize("name", NAMES)
def test_break_evens_hold_to_one_percent(name: str, found: dict[str, Assessment]) -> None:
    base = found[name]
    field = base.knowledge.fields
    for one in base.outlook.break_evens:
        unit = " months" if field[one.field].unit == "months" else ""
        at = applied(base, f"{one.field}={one.at:.6f}{unit}")
        below, above = (
            median(at.estimates[approach].total_usd)
            for approach in (one.cheaper_below, one.cheaper_above)
        )
        assert below == pytest.approx(above, rel=0.01), one


def test_knowing_is_worth_nothing_where_one_approach_is_best_whatever_the_answer() -> None:
    import numpy as np

    chances = np.array([0.3, 0.7])
    assert _evppi(np.array([[0.9, 0.8], [0.5, 0.7]]), chances) == pytest.approx(0)
    assert _evppi(np.array([[0.9, 0.2], [0.5, 0.7]]), chances) == pytest.approx(
        0.3 * 0.9 + 0.7 * 0.7 - (0.3 * 0.5 + 0.7 * 0.7)
    )


def test_finer_differences_need_more_items() -> None:
    sizes = [items_to_tell_apart(0.7, 0.7 + apart) for apart in (0.2, 0.1, 0.05, 0.03)]
    assert sizes == sorted(sizes)
    assert items_to_tell_apart(0.70, 0.80) == pytest.approx(118, abs=12)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for_is_open_and_chances_are_chances(
    name: str, found: dict[str, Assessment]
) -> None:
    base = found[name]
    for one in base.outlook.information:
        assert one.field not in base.profile.values
        assert 0 <= one.probability_of_change <= 1
        assert one.benefit >= 0
        assert (one.usd is None) == ("budget.one_time" not in base.profile.values)
    assert {one.field for one in base.outlook.influences} <= set(base.profile.values)

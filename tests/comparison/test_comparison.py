"""What changed between two assessments, and which input did it."""

import math
import random
from itertools import combinations

import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.comparison.attribution import averaged, shapley
from llmchoose.comparison.compare import compare
from llmchoose.comparison.limit import read_limit, rise_above
from llmchoose.comparison.model import FIGURES, Change, Comparison
from llmchoose.comparison.review import review
from llmchoose.decision.what_if import UNREAD
from llmchoose.estimate.formulas.distributions import Band, median
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import parse_profile, set_value
from llmchoose.profile.model import Profile

TEXT = """\
name: Support
task: {kind: qa, gap: knowledge, citations_required: true}
data: {knowledge_tokens: 2M..5M, knowledge_changes: 1 month}
budget: {one_time: $150k, monthly: $9k}
traffic: {requests_per_day: 2k}
team: {engineers: 2}
"""
FEW = ("traffic.requests_per_day=20k", "team.engineers=4", "task.gap=[behaviour]")
MANY = (
    *FEW,
    "budget.one_time=$300k",
    "data.labelled_examples=3k",
    "time.horizon=3 years",
    "compute.gpu=H100",
    "model.open=llama-3.1-8b",
)
SAMPLES = 60


@pytest.fixture(scope="module")
def base(knowledge: Knowledge) -> Profile:
    return parse_profile(TEXT.encode(), "old.yaml", knowledge)


@pytest.fixture(scope="module")
def old(base: Profile, knowledge: Knowledge) -> Assessment:
    return assess(base, knowledge, samples=SAMPLES)


def changed(old: Assessment, *changes: str) -> Assessment:
    profile = old.profile
    for change in changes:
        profile = set_value(profile, change, old.knowledge)
    return assess(profile, old.knowledge, samples=SAMPLES)


def shares_of(found: Comparison) -> dict[str, float]:
    return {one.field: one.share_usd for one in found.inputs if one.share_usd is not None}


def test_a_profile_and_itself_differ_in_nothing(old: Assessment) -> None:
    found = compare(old, old)
    assert found.kind == "same"
    assert found.inputs == ()
    assert not found.turned
    costs = [found.proposed, *(one.costs for one in found.approaches)]
    for one in costs:
        assert list(one.figures) == list(FIGURES)
        assert all(not change.p50 for change in one.figures.values())
        assert all(not item.usd.p50 for item in one.items)


@pytest.mark.parametrize("changes", [FEW[:1], FEW, MANY], ids=["one", "few", "many"])
def test_parts_sum_to_the_change_of_the_middle_total(
    changes: tuple[str, ...], old: Assessment
) -> None:
    new = changed(old, *changes)
    found = compare(old, new)
    shared = found.attribution
    assert shared is not None
    assert found.new is not None
    assert found.new.proposed is not None
    assert found.old is not None
    assert found.old.proposed is not None
    moved = median(new.estimates[found.new.proposed].total_usd) - median(
        old.estimates[found.old.proposed].total_usd
    )
    parts = sum(shares_of(found).values()) + shared.together_usd + shared.switch_usd
    assert parts == pytest.approx(moved, abs=1e-4 * max(abs(moved), 1.0) + 5)
    assert shared.total_usd == pytest.approx(moved, rel=1e-5)
    assert shared.method == ("shapley" if len(changes) <= 6 else "averaged")
    assert found.proposed.figures["total_usd"].p50 == pytest.approx(moved, abs=2)


def test_the_other_way_round_every_sign_is_turned(old: Assessment) -> None:
    new = changed(old, *FEW[:2], "name=Other")
    there, back = compare(old, new), compare(new, old)
    assert not there.crosses
    forth, other = shares_of(there), shares_of(back)
    assert {name: -part for name, part in forth.items()} == pytest.approx(other, rel=1e-5)
    for name, change in there.proposed.figures.items():
        step = back.proposed.figures[name].p50
        assert change.p50 == (None if step is None else -step)
    assert [(one.old, one.new) for one in there.inputs] == [
        (one.new, one.old) for one in back.inputs
    ]


def test_an_input_keeps_its_spellings_and_its_places(old: Assessment) -> None:
    text = TEXT.replace("2k}", "2000 per hour}").replace("$9k", "$9000")
    profile = parse_profile(text.encode(), "new.yaml", old.knowledge)
    new = assess(profile, old.knowledge, samples=SAMPLES)
    (one,) = compare(old, new).inputs
    assert (one.field, one.old, one.new) == ("traffic.requests_per_day", "2k/day", "48k/day")
    assert one.old_mark is not None
    assert one.new_mark is not None
    assert (one.old_mark.path, one.new_mark.path, one.new_mark.line) == ("old.yaml", "new.yaml", 5)


def test_a_field_that_no_formula_reads_has_no_part(old: Assessment) -> None:
    new = changed(old, "owner=Ann", "name=Other", "decision.reason=because", "data.holdout=true")
    found = compare(old, new)
    assert {one.field for one in found.inputs} == {
        "owner",
        "name",
        "decision.reason",
        "data.holdout",
    }
    assert shares_of(found) == {}
    assert found.proposed.figures["total_usd"].p50 == 0


@pytest.mark.parametrize("name", sorted(UNREAD - {"decision.acceptable", "decision.combine_with"}))
def test_what_is_said_to_be_unread_moves_no_total(name: str, old: Assessment) -> None:
    field = old.knowledge.fields[name]
    answer = {"flag": "true", "enum": next(iter(field.values), "")}.get(field.type, field.example)
    new = changed(old, f"{name}={answer}")
    for approach, estimate in new.estimates.items():
        assert median(estimate.total_usd) == median(old.estimates[approach].total_usd)


def test_who_turns_the_advice_alone_is_named(old: Assessment) -> None:
    found = compare(old, changed(old, *FEW))
    assert found.turned
    assert [one.field for one in found.inputs if one.changes_recommendation] == ["task.gap"]


def test_another_decision_is_a_switch_and_no_input(old: Assessment) -> None:
    found = compare(old, changed(old, "decision.approach=lora"))
    assert found.crosses
    assert not found.turned
    assert found.attribution is not None
    assert found.attribution.switch_usd == found.attribution.total_usd
    assert shares_of(found) == {}


def test_the_day_is_an_input_unless_one_is_given_for_both(old: Assessment) -> None:
    new = changed(old, "as_of=2024-03-31", "decision.approach=rag")
    day = next(one for one in compare(old, new).inputs if one.field == "as_of")
    assert day.share_usd
    both = [
        assess(side.profile, old.knowledge, as_of=new.inputs.profile.get("as_of"), samples=SAMPLES)  # type: ignore[arg-type]
        for side in (old, new)
    ]
    found = compare(*both)
    assert next(one for one in found.inputs if one.field == "as_of").share_usd is None
    assert found.proposed.figures["total_usd"].p50 == 0


def test_other_draws_or_knowledge_cannot_be_compared(old: Assessment) -> None:
    with pytest.raises(ValueError, match="same draws"):
        compare(old, assess(old.profile, old.knowledge, samples=SAMPLES, seed=1))
    with pytest.raises(ValueError, match="one side"):
        compare(None, None)


def test_what_is_unknown_is_never_zero() -> None:
    known = Band(1.0, 2.0, 3.0)
    assert Change("unknown", known).p50 is None
    assert Change(known, "unknown").p50 is None
    assert Change("absent", known).p50 == 2
    assert Change(known, "absent").share == -1
    assert Change("absent", known).share is None
    assert Change("absent", "absent").p50 is None


def test_an_item_without_a_price_stays_unknown(old: Assessment) -> None:
    found = compare(old, changed(old, "decision.approach=lora"))
    assert found.proposed.figures["energy_kwh"].old == "unknown"
    assert found.proposed.figures["energy_kwh"].p50 is None
    assert found.proposed.figures["gpu_hours"].old == "absent"
    names = [(one.name, one.when) for one in found.proposed.items]
    assert len(names) == len(set(names))
    assert ("vector index", "monthly") in names


def test_a_new_proposal_and_a_removed_one_have_figures_and_are_no_rise(old: Assessment) -> None:
    came, went = compare(None, old), compare(old, None)
    assert (came.kind, went.kind) == ("new", "removed")
    assert came.proposed.figures["total_usd"].old == "absent"
    assert isinstance(came.proposed.figures["total_usd"].new, Band)
    assert came.attribution is None
    for found in (came, went):
        assert rise_above(found, read_limit("0")) is None


def test_shapley_is_fair_on_a_game_worked_by_hand() -> None:
    worth = {"": 0.0, "a": 12.0, "b": 6.0, "c": 0.0, "ab": 24.0, "ac": 12.0, "bc": 6.0, "abc": 24.0}
    parts = shapley(["a", "b", "c"], lambda moved: worth["".join(sorted(moved))])
    assert parts == pytest.approx({"a": 15.0, "b": 9.0, "c": 0.0})


def test_shapley_sums_to_the_whole_for_any_game() -> None:
    names, draw = list("abcde"), random.Random(7)
    games = {
        frozenset(some): draw.uniform(-1, 1)
        for size in range(6)
        for some in combinations(names, size)
    }
    parts = shapley(names, games.__getitem__)
    assert sum(parts.values()) == pytest.approx(games[frozenset(names)] - games[frozenset()])


def test_averaged_parts_are_exact_where_nothing_works_together() -> None:
    worth = {"a": 3.0, "b": -1.0, "c": 0.5}
    parts = averaged(list(worth), lambda moved: sum(worth[name] for name in moved))
    assert parts == pytest.approx(worth)


@pytest.mark.parametrize(
    ("text", "share", "usd"),
    [("10%", 0.1, None), ("2.5 %", 0.025, None), ("$5k", None, 5000.0), ("0", None, 0.0)],
)
def test_a_limit_is_a_share_or_dollars(text: str, share: float | None, usd: float | None) -> None:
    limit = read_limit(text)
    assert (limit.share, limit.usd) == (share, usd)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "neither a share nor dollars"),
        ("10", "`10` is neither a share nor dollars"),
        ("ten", "neither"),
        ("10%%", "neither"),
        ("nan", "neither"),
        ("-5%", "neither"),
        ("-$5", "negative"),
        ("$1k..$2k", "a range"),
        ("$5 weeks", "dollars"),
    ],
)
def test_what_is_no_limit_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_limit(text)


def test_a_rise_of_just_the_limit_is_none(old: Assessment) -> None:
    found = compare(old, changed(old, "team.engineers=4"))
    total = found.proposed.figures["total_usd"]
    assert total.p50 is not None
    assert total.share is not None
    assert total.p50 > 0
    assert rise_above(found, read_limit(f"{total.share * 100:.6f}%")) is None
    assert rise_above(found, read_limit(f"${total.p50:.6f}")) is None
    assert rise_above(found, read_limit(f"{total.share * 99:.6f}%")) is not None
    assert rise_above(found, read_limit("0")) is not None
    assert rise_above(compare(old, old), read_limit("0")) is None
    fell = compare(changed(old, "team.engineers=4"), old)
    assert rise_above(fell, read_limit("0")) is None


def test_totals_add_draw_by_draw(old: Assessment) -> None:
    twice = review([(old, old), (None, old)])
    total = twice.totals["total_usd"]
    assert isinstance(total.old, Band)
    assert isinstance(total.new, Band)
    for point in ("p10", "p50", "p90"):
        assert getattr(total.new, point) == pytest.approx(2 * getattr(total.old, point), rel=1e-5)
    assert [one.kind for one in twice.comparisons] == ["same", "new"]
    assert review([]).totals["total_usd"] == Change("absent", "absent")
    assert math.isclose(total.share or 0.0, 1.0, rel_tol=1e-5)

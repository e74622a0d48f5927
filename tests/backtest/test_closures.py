"""What published comparisons say of the share of the room that an approach closes."""

from dataclasses import replace
from math import log
from typing import Any

import pytest

from llmchoose.backtest.closures import Trust, Weighed, closure_rows, find, weighed
from llmchoose.knowledge.closing import closure_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.runs import Comparison

TRUST = Trust(judged_weight=5, selection=0.8, family_most=2, shared=0.5, least_spread=0.7)
PLAIN: dict[str, Any] = {
    "family": "paper",
    "comparable": "yes",
    "verified": "yes",
    "approach": "rag",
    "gap": ("knowledge",),
    "task": "questions",
    "metric": "accuracy",
    "baseline": "same_model_prompted",
    "best": 100.0,
    "year": 2024.0,
    "source": ("paper",),
}


def row(name: str, before: float | None, after: float | None, **other: object) -> Comparison:
    made = object.__new__(Comparison)
    blank = {"why_not": None, "beside": None, "gain_points": None, "note": None, "as_of": "2024"}
    made.__dict__.update(blank | PLAIN | {"id": name, "before": before, "after": after} | other)
    return made


def counts(approach: str, gap: str, *rows: Comparison) -> list[float]:
    return [one.weight for one in weighed(approach, gap, rows, TRUST)]


@pytest.mark.parametrize(
    ("before", "after", "best", "closed"),
    [
        (60, 80, 100, 0.5),
        (60, 60, 100, 0.0),
        (60, 50, 100, -0.25),
        (60, 10, 100, -0.5),
        (0.2, 0.6, 1, 0.5),
        (90, 101, 100, 1.0),
    ],
)
def test_a_comparison_closes_a_share_of_its_room(
    before: float, after: float, best: float, closed: float
) -> None:
    assert closure_of(row("a", before, after, best=best)) == pytest.approx(closed)


def test_a_comparison_without_scores_or_not_comparable_closes_nothing_known() -> None:
    assert closure_of(row("a", None, 80)) is None
    assert closure_of(row("a", 60, 80, comparable="no", why_not="near 0")) is None
    assert closure_of(row("a", 60, 80, best=None)) is None


def test_a_tiny_table_by_hand() -> None:
    """Two papers: (0.5 + 0.25 + 0.3) / 3 x 0.8 = 0.28, with 5 x 0.75 judged: 4.59 / 8."""
    rows = (row("a", 60, 80), row("b", 60, 70), row("c", 50, 65, family="another"))
    found = find(0.75, weighed("rag", "knowledge", rows, TRUST), TRUST)
    assert found.comparisons == 3
    assert found.measured == pytest.approx(0.35)
    assert found.p50 == pytest.approx((5 * 0.75 + 3 * 0.28) / 8)
    assert found.p10 < found.p50 < found.p90


def test_a_comparison_with_two_gaps_counts_half_for_each() -> None:
    both = row("a", 60, 80, gap=("knowledge", "format"))
    assert counts("rag", "knowledge", both) == [0.5]
    assert counts("rag", "format", both) == [0.5]
    assert counts("rag", "language", both) == []


def test_a_paper_with_ten_tables_counts_as_two_comparisons() -> None:
    rows = [row(str(i), 60, 80) for i in range(10)]
    assert sum(counts("rag", "knowledge", *rows)) == pytest.approx(2)
    assert sum(counts("rag", "knowledge", *rows, row("x", 60, 70, family="y"))) == pytest.approx(3)


@pytest.mark.parametrize("approach", ["managed_finetune", "lora", "full_finetune"])
def test_the_three_ways_of_tuning_share_their_comparisons_at_half_weight(approach: str) -> None:
    assert counts(approach, "knowledge", row("a", 60, 80, approach="lora")) == [0.5]
    assert counts("prompt", "knowledge", row("a", 60, 80, approach="lora")) == []


@pytest.mark.parametrize(
    ("approach", "baseline", "counted"),
    [
        ("rag", "same_model_prompted", True),
        ("rag", "tuned_model", False),
        ("rag", "larger_general_model_prompted", False),
        ("continued_pretrain", "same_model_prompted", False),
        ("continued_pretrain", "tuned_without_domain_pretraining", True),
    ],
)
def test_a_comparison_counts_from_its_own_start(
    approach: str, baseline: str, counted: bool
) -> None:
    one = row("a", 60, 80, approach=approach, baseline=baseline)
    assert bool(counts(approach, "knowledge", one)) == counted


def test_a_comparison_beside_another_approach_does_not_count() -> None:
    assert counts("rag", "knowledge", row("a", 60, 80, beside="lora")) == []


def test_without_evidence_the_judged_share_stays() -> None:
    found = find(0.4, [], TRUST)
    assert (found.comparisons, found.measured) == (0, None)
    assert found.p50 == pytest.approx(0.4)
    middle, high = (log(share / (1 - share)) for share in (found.p50, found.p90))
    assert high - middle == pytest.approx(1.2816 * TRUST.least_spread, abs=1e-3)


def test_much_evidence_is_its_discounted_mean() -> None:
    many = [Weighed(0.5, 1.0, ("a",))] * 10_000
    assert find(0.9, many, TRUST).p50 == pytest.approx(0.4, abs=1e-3)


def test_a_loss_is_not_discounted() -> None:
    lost = [Weighed(-0.2, 1.0, ("a",))]
    assert find(0.4, lost, TRUST).p50 == pytest.approx((5 * 0.4 - 0.2) / 6)


def test_shares_stay_inside_their_limits() -> None:
    for closure in (-0.5, 1.0):
        found = find(0.5, [Weighed(closure, 1e6, ("a",))], replace(TRUST, selection=1.0))
        assert 0.02 <= found.p10 <= found.p50 <= found.p90 <= 0.97


def test_comparisons_that_differ_widen_the_band() -> None:
    alike = [Weighed(0.5, 4.0, ("a",))] * 2
    apart = [Weighed(0.05, 4.0, ("a",)), Weighed(0.95, 4.0, ("b",))]
    near, far = (find(0.4, evidence, TRUST) for evidence in (alike, apart))
    assert near.p50 == pytest.approx(far.p50)
    assert far.p90 - far.p10 > 1.3 * (near.p90 - near.p10)


def test_the_judged_column_is_kept_and_sources_are_named(knowledge: Knowledge) -> None:
    rows = {one.id: one for one in closure_rows(knowledge, "2026-11")}
    assert set(rows) == {cell.id for cell in knowledge.closures.values()}
    for cell in knowledge.closures.values():
        named = rows[cell.id].source.split("|")
        assert float(rows[cell.id].judged) == cell.judged
        assert named[-1] == "judgement"
        assert len(named) <= 7
        assert bool(rows[cell.id].measured) == (len(named) > 1)

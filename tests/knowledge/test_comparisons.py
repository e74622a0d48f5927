"""The table of published comparisons, and the closures that rest on it."""

import pytest

from llmchoose.knowledge.build import read_csv
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.overlay import SHIPPED
from llmchoose.knowledge.runs import Comparison

PATH = SHIPPED / "runs" / "comparisons.csv"
GAPS = {"knowledge", "behaviour", "format", "language", "reasoning", "none"}


@pytest.fixture(scope="module")
def rows(knowledge: Knowledge) -> tuple[Comparison, ...]:
    return knowledge.comparisons


def test_the_table_is_valid_and_reads_the_same_unchecked(rows: tuple[Comparison, ...]) -> None:
    strict = read_csv(PATH, Comparison, check=True)
    assert [vars(row) for row in strict] == [vars(row) for row in rows]


def test_words_of_the_rows_are_of_the_lists(
    rows: tuple[Comparison, ...], knowledge: Knowledge
) -> None:
    assert {way.id for way in knowledge.approaches} >= {row.approach for row in rows}
    for row in rows:
        assert set(row.gap) <= GAPS, row.id
        assert row.verified in ("yes", "no"), row.id
        assert row.beside != row.approach, row.id


def test_a_row_that_is_left_out_says_why(rows: tuple[Comparison, ...]) -> None:
    for row in rows:
        assert bool(row.why_not) == (row.comparable == "no"), row.id


def test_comparable_rows_have_two_scores_of_one_scale(rows: tuple[Comparison, ...]) -> None:
    kept = [row for row in rows if row.comparable == "yes"]
    assert len(kept) > 90
    for row in kept:
        assert row.before is not None, row.id
        assert row.after is not None, row.id
        assert row.best is not None, row.id
        assert 0 <= row.before < row.best, row.id
        assert 0 <= row.after <= row.best, row.id


def test_points_gained_are_the_difference_of_the_scores(rows: tuple[Comparison, ...]) -> None:
    for row in rows:
        if row.before is not None and row.after is not None:
            assert row.gain_points == pytest.approx(row.after - row.before, abs=1e-6), row.id


def test_every_row_has_a_figure(rows: tuple[Comparison, ...]) -> None:
    assert [row.id for row in rows if row.gain_points is None and row.after is None] == []


def test_every_approach_but_scratch_has_a_closure_for_every_gap(knowledge: Knowledge) -> None:
    ways = {way.id for way in knowledge.approaches} - {"scratch"}
    assert set(knowledge.closures) == {(way, gap) for way in ways for gap in GAPS}
    for (way, gap), cell in knowledge.closures.items():
        assert cell.id == f"{way}.{gap}"
        assert 0.02 <= cell.p10 < cell.p50 < cell.p90 <= 0.97, cell.id


def test_what_was_measured_is_told_from_what_was_judged(knowledge: Knowledge) -> None:
    for cell in knowledge.closures.values():
        if cell.measured is None:
            assert cell.effective_comparisons == 0, cell.id
            assert cell.p50 == pytest.approx(cell.judged), cell.id
            assert cell.source == ("judgement",), cell.id
        else:
            assert cell.effective_comparisons > 0, cell.id
            assert len(cell.source) > 1, cell.id


def test_every_source_of_the_comparisons_is_cited(knowledge: Knowledge) -> None:
    from llmchoose.knowledge.tables import Source

    defined = {row.id for row in read_csv(SHIPPED / "sources" / "comparisons.csv", Source)}
    cited = {name for row in knowledge.comparisons for name in row.source}
    assert defined <= cited
    assert cited <= set(knowledge.sources)

"""The real decisions: each a valid profile with its decision, a row and a source that resolves."""

from pathlib import Path

import pytest

from llmchoose.errors import InputError
from llmchoose.knowledge.build import read_csv
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.knowledge.overlay import SHIPPED
from llmchoose.knowledge.runs import Case
from llmchoose.knowledge.tables import Source
from llmchoose.profile.load import load_profile
from llmchoose.profile.model import Profile

TABLE = SHIPPED / "runs" / "decisions.csv"
PROFILES = sorted((SHIPPED / "cases").iterdir())
ROWS = read_csv(TABLE, Case, check=True)
DECIDED = ("decision.approach", "decision.outcome", "decision.acceptable")


@pytest.fixture(params=PROFILES, ids=lambda path: path.stem)
def profile(request: pytest.FixtureRequest, knowledge: Knowledge) -> Profile:
    return load_profile(request.param, knowledge)


def test_rows_are_valid_sorted_and_read_the_same_unchecked(knowledge: Knowledge) -> None:
    assert [vars(row) for row in knowledge.cases] == [vars(row) for row in ROWS]
    ids = [row.id for row in ROWS]
    assert ids == sorted(set(ids))
    assert len(ids) == 78


def test_every_profile_has_its_row_and_every_row_its_profile(knowledge: Knowledge) -> None:
    assert [knowledge.case_profile(row.id) for row in ROWS] == PROFILES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_tells_who_when_and_why_and_its_sources_resolve(
    row: Case, knowledge: Knowledge
) -> None:
    assert row.org
    assert 2015 <= row.year <= int(row.as_of[:4])
    assert row.why.endswith(".")
    assert row.source
    assert all(knowledge.cite(source).title for source in row.source)


def test_a_case_says_what_was_decided_and_how_it_went(profile: Profile) -> None:
    assert [name for name in DECIDED if not profile.given(name)] == []
    beside = profile.get("decision.combine_with") or ()
    assert isinstance(beside, tuple)
    assert profile.get("decision.approach") not in beside


def test_a_case_names_the_day_it_is_judged_from(profile: Profile) -> None:
    assert profile.given("as_of")
    assert profile.given("description")


def test_fields_stand_in_the_order_of_the_schema(profile: Profile) -> None:
    lines = [profile.marks[name].line for name in profile.values]
    assert lines == sorted(lines)


def test_what_went_well_was_acceptable(profile: Profile) -> None:
    acceptable = profile.get("decision.acceptable")
    assert isinstance(acceptable, tuple)
    if profile.get("decision.outcome") == "worked":
        assert profile.get("decision.approach") in acceptable


def test_sources_of_cases_are_all_cited() -> None:
    own = read_csv(SHIPPED / "sources" / "cases.csv", Source, check=True)
    assert {source.id for source in own} <= {source for row in ROWS for source in row.source}


def test_cases_are_no_table_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / TABLE.name
    file.write_text(TABLE.read_text("utf-8"), "utf-8")
    with pytest.raises(InputError, match="no table of the knowledge"):
        load_knowledge(file)


def test_an_assessment_reads_no_case() -> None:
    from llmchoose.assessment import assess
    from llmchoose.profile.load import parse_profile

    own = load_knowledge()
    assess(parse_profile(b"name: x\ntask: {kind: qa}\n", "x.yaml", own), own)
    assert "cases" not in vars(own)

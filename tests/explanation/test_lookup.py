"""Every id leads to a page, and every id that a report prints is one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmchoose.assessment import assess
from llmchoose.errors import InputError, show_problem
from llmchoose.explanation.kinds import KINDS
from llmchoose.explanation.lookup import PAGES, explain, overview, page_of, rows
from llmchoose.explanation.model import Entry, Index, Listing, Page
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.load import load_profile
from llmchoose.report.explanation import json as json_report
from llmchoose.report.explanation import markdown, terminal
from llmchoose.report.formats.json import as_dict

ROOT = Path(__file__).parents[2]
KINDS_BY_NAME = {kind.name: kind for kind in KINDS}
KEYS = ["schema_version", "kind", "id", "title", "text", "facts", "sections", "sources"]

# Of the longest tables every so many a row is rendered, evenly over the table.
MOST = 120


def _explained(name: str, knowledge: Knowledge) -> tuple[Page, ...]:
    found = explain(name, knowledge)
    assert not isinstance(found, Index), name
    return found


@pytest.mark.parametrize("kind", KINDS_BY_NAME)
def test_every_row_of_a_kind_renders_in_every_format(
    kind: str, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = KINDS_BY_NAME[kind]
    every = list(made.rows(knowledge))
    for row in every[:: 1 + len(every) // MOST]:
        page = page_of(made, row, knowledge)
        assert page.kind == kind
        assert page.id == made.ids(row)[0]
        assert made.line(row)
        found = json.loads(json_report.render((page,)))
        assert list(found) == KEYS
        assert markdown.render((page,)).startswith("# ")
        for width in (40, 80, 160):
            monkeypatch.setenv("COLUMNS", str(width))
            lines = terminal.render((page,), plain=True).splitlines()
            assert max(map(len, lines)) <= width, page.id


def test_every_kind_has_a_page_and_no_list_is_called_like_an_id(knowledge: Knowledge) -> None:
    assert set(PAGES) == set(KINDS_BY_NAME)
    ids = {kind.ids(row)[0].casefold() for kind, row in rows(knowledge)}
    assert not ids & {kind.plural for kind in KINDS}
    assert not ids & {kind.part for kind in KINDS}


@pytest.mark.parametrize("kind", [kind.plural for kind in KINDS])
def test_a_list_has_one_line_for_each_id_cut_to_the_width(
    kind: str, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = explain(kind, knowledge)
    assert isinstance(found, Index)
    (group,) = found.groups
    for width in (40, 80, 160):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = terminal.render(found, plain=True).splitlines()
        assert max(map(len, lines)) <= width
        assert len(lines) >= len(group.entries) + 2
    assert [one.label for one in group.entries]


def test_facts_are_all_the_tables(knowledge: Knowledge) -> None:
    found = explain("facts", knowledge)
    assert isinstance(found, Index)
    assert {"factors", "fitted", "gpus", "rents", "api_models", "open_models"} <= {
        group.plural for group in found.groups
    }


def test_without_an_id_rules_are_listed_and_the_other_lists_named(knowledge: Knowledge) -> None:
    found = overview(knowledge)
    assert [group.plural for group in found.groups][:4] == [
        "criteria",
        "gates",
        "approaches",
        "combinations",
    ]
    assert {"facts", "sources", "evidence", "fields"} <= {one.label for one in found.further}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("g-labels", ["gate G-LABELS"]),
        ("GAP_FIT", ["criterion gap_fit"]),
        ("x1", ["conflict X1"]),
        ("continued pretraining", ["term continued pretraining"]),
        ("lora", ["approach lora", "term LoRA"]),
        ("SGD", ["currency SGD", "optimiser sgd"]),
        ("memory.activations", ["factor memory.activations", "fitted constant memory.activations"]),
        ("prompt_caching", ["combination X-CACHE"]),
        ("A100-80GB", ["gpu a100-80gb-sxm"]),
        ("cost_ratio", ["reading est.cost_ratio"]),
        ("grounding", ["step rag/grounding"]),
        ("lora/train", ["step lora/train"]),
        ("money", ["charge net_benefit.money"]),
        ("net_benefit.gpus", ["charge net_benefit.gpus"]),
        ("reached", ["worth net_benefit.reached"]),
        ("g-reached", ["gate G-REACHED"]),
        ("rag.knowledge", ["closure rag.knowledge"]),
        ("task.kind.qa", ["clue task.kind.qa"]),
        ("knowledge", ["gap knowledge"]),
        ("agri-ft", ["comparison agri-ft"]),
        ("almanac-2023", ["case almanac-2023"]),
    ],
)
def test_an_id_is_found_however_it_is_written(
    written: str, meant: list[str], knowledge: Knowledge
) -> None:
    found = _explained(written, knowledge)
    assert [f"{page.kind} {page.id}" for page in found] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gap_fitt", "gap_fit"),
        ("G-LABLES", "G-LABELS"),
        ("task.gapp", "task.gap"),
        ("work.person_week.lora", "work.person_weeks.lora"),
        ("judgment", "judgement"),
        ("criterias", "criteria"),
    ],
)
def test_what_is_no_id_gets_the_nearest_one(written: str, meant: str, knowledge: Knowledge) -> None:
    with pytest.raises(InputError) as caught:
        explain(written, knowledge)
    (problem,) = caught.value.problems
    assert show_problem(problem).splitlines() == [
        f"error: `{written}` is no id of the knowledge",
        f"  did you mean {meant}?",
    ]


def test_what_is_like_nothing_is_sent_to_the_list(knowledge: Knowledge) -> None:
    with pytest.raises(InputError) as caught:
        explain("\x1b[31m§§§§", knowledge)
    said = show_problem(caught.value.problems[0])
    assert "llmchoose explain lists" in said
    assert "\x1b" not in said


def _printed(report: dict[str, Any]) -> Iterator[str]:
    """Ids that a report shows."""
    for approach in report["approaches"]:
        yield approach["approach"]
        for part in ("gates", "criteria", "techniques"):
            yield from (one["id"] for one in approach[part])
        for item in (*approach["cost"]["breakdown"], *approach["cost"]["acquire"]):
            yield from item["sources"]
    yield from (one["id"] for one in (*report["risks"], *report["sources"]))
    yield from (one["step"] for one in report["plan"] if one["step"] != "stop-or-climb")
    yield from (one["input"] for one in report["assumptions"])
    yield from (name for one in report["assumptions"] for name in one["source"].split("|") if name)


def test_every_id_of_a_report_can_be_explained(knowledge: Knowledge) -> None:
    printed: set[str] = set()
    for name in ("quickstart", "minimal", "swallow-2023", "replit-code-repair-2024"):
        profile = load_profile(ROOT / "profiles" / f"{name}.yaml", knowledge)
        printed |= set(_printed(as_dict(assess(profile, knowledge))))
    known = {name: (kind, row) for kind, row in rows(knowledge) for name in kind.ids(row)}
    assert printed <= set(known)
    one_of_each = {known[name][0].name: name for name in sorted(printed)}
    for name in one_of_each.values():
        assert _explained(name, knowledge)
    # What rests on a source is looked for in all tables, which takes long for all of them.
    for kind, row in (known[name] for name in printed):
        assert kind.part == "sources" or page_of(kind, row, knowledge).kind == kind.name


def test_every_page_that_cites_leads_to_a_document(knowledge: Knowledge) -> None:
    for name in ("base_model_coverage", "G-LABELS", "L-10", "a100-80gb-sxm", "task.gap", "epochs"):
        for page in _explained(name, knowledge):
            assert page.citations
            for cite in page.citations:
                assert _explained(cite.id, knowledge)
                assert cite.title
                assert cite.date


def test_a_rule_whose_sources_disagree_says_which_side_is_followed(knowledge: Knowledge) -> None:
    for name in ("G-LABELS", "labelled_examples", "S4-04", "L-06"):
        (page,) = _explained(name, knowledge)
        (found,) = (section for section in page.sections if section.key == "conflicts")
        assert isinstance(found, Listing)
        first = next(one.text for one in found.entries if one.label == "X1")
        assert "Followed: Fine-tuning always needs examples" in first


def test_more_can_be_put_below_a_page(knowledge: Knowledge) -> None:
    (page,) = _explained("gap_fit", knowledge)
    more = page.with_sections((Listing("profile", "Here", (Entry("lora", "0.95"),)),))
    assert more.sections[:-1] == page.sections
    assert "## Here\n\n- `lora`: 0.95" in markdown.render((more,))
    assert "profile" in json_report.as_dict(more)["sections"]


def test_rows_and_rules_of_ones_own_are_explained(tmp_path: Path) -> None:
    (tmp_path / "factors.csv").write_text(
        "id,unit,p10,p50,p90,source,as_of,note\nours.speed,x,1,2,3,our-test,2026-06,\x1b[31mred\n"
    )
    (tmp_path / "sources.csv").write_text(
        "id,title,kind,date,url\nour-test,Test of June,report,2026-06,\n"
    )
    own = load_knowledge(tmp_path)
    (page,) = _explained("ours.speed", own)
    assert [cite.title for cite in page.citations] == ["Test of June"]
    assert "\x1b" not in terminal.render((page,), plain=True)
    assert "factors" in terminal.render(_explained("our-test", own), plain=True)

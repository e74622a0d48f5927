"""Every row of the knowledge says where it comes from and when, and every id is defined."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from llmchoose.decision.conditions import PREFIX
from llmchoose.errors import InputError
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.knowledge.overlay import SHIPPED
from llmchoose.knowledge.rules import Condition
from llmchoose.knowledge.tables import Row

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?$")
# currencies has its unit in the column's name as all tables do; evidence is about words.
TABLES = sorted(
    path.relative_to(SHIPPED).as_posix()
    for path in SHIPPED.rglob("*.csv")
    if path.parent.name != "sources"
)
LISTED = (
    "gpus",
    "rents",
    "regions",
    "open_models",
    "api_models",
    "managed_tuning",
    "default_models",
)


def _rows(name: str) -> list[dict[str, str]]:
    with (SHIPPED / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_source_that_exists_and_a_date(name: str, knowledge: Knowledge) -> None:
    for row in _rows(name):
        cited = [one for one in row["source"].split("|") if one]
        assert cited, f"{name}: {row['id']} has no source"
        unknown = [
            one for one in cited if one not in knowledge.sources and one not in knowledge.evidence
        ]
        assert not unknown, f"{name}: {row['id']} cites {unknown}, which nobody defines"
        assert DATE.match(row["as_of"]), f"{name}: {row['id']} has no date"


@pytest.mark.parametrize("name", TABLES)
def test_ids_are_unique_and_sorted(name: str) -> None:
    ids = [row["id"] for row in _rows(name)]
    assert ids == sorted(set(ids))


def test_source_ids_are_unique_over_all_files() -> None:
    ids = [
        row["id"]
        for file in sorted((SHIPPED / "sources").glob("*.csv"))
        for row in _rows(f"sources/{file.name}")
    ]
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_every_source_has_a_title_a_kind_and_a_date(knowledge: Knowledge) -> None:
    for source in knowledge.sources.values():
        assert source.title
        assert source.kind
        assert DATE.match(source.date), source.id


def test_factors_have_units_and_ordered_points(knowledge: Knowledge) -> None:
    for factor in knowledge.factors.values():
        assert factor.unit
        assert factor.p10 <= factor.p50 <= factor.p90, factor.id


def test_every_table_reads_as_its_model(knowledge: Knowledge) -> None:
    for name in LISTED:
        rows = getattr(knowledge, name)
        assert rows
        assert all(isinstance(row, Row) for row in rows)


def test_a_row_without_a_source_is_found(tmp_path: Path, knowledge: Knowledge) -> None:
    """The checks above can fail: a row without a source is refused by the same rule."""
    overlay = tmp_path / "factors.csv"
    overlay.write_text("id,unit,p10,p50,p90,source,as_of,note\nepochs,passes,1,1,1,,2026,\n")
    bare = Knowledge(SHIPPED, overlay).factors["epochs"]
    assert bare.source == ()
    assert knowledge.factors["epochs"].source == ("judgement",)


OWN_RENT = """\
id,gpu,provider,plan,usd_per_gpu_hour,host_included,region,as_of,source,verified,note
ours-2026,a100-80gb-sxm,Ours,on_demand,1.5,yes,any,2026-06,{source},yes,
"""


def test_what_rows_of_ones_own_cite_is_defined_beside_them(tmp_path: Path) -> None:
    (tmp_path / "rents.csv").write_text(OWN_RENT.format(source="our-invoice"))
    (tmp_path / "sources.csv").write_text(
        "id,title,kind,date,url\nour-invoice,Invoice of June,price_list,2026-06,\n"
    )
    own = load_knowledge(tmp_path)
    assert "ours-2026" in {row.id for row in own.rents}
    assert own.cite("our-invoice").title == "Invoice of June"
    assert own.cite("judgement").kind == "judgement"


@pytest.mark.parametrize(
    ("source", "hint"),
    [("our-invoice", "sources.csv"), ("judgment", "did you mean judgement?")],
)
def test_a_source_that_nobody_defines_is_named(tmp_path: Path, source: str, hint: str) -> None:
    file = tmp_path / "rents.csv"
    file.write_text(OWN_RENT.format(source=source))
    with pytest.raises(InputError, match=f"`{source}` is no source") as caught:
        load_knowledge(file).cite(source)
    assert hint in (caught.value.problems[0].hint or "")


def test_prices_name_accelerators_of_the_catalogue(knowledge: Knowledge) -> None:
    known = {gpu.id for gpu in knowledge.gpus}
    assert {row.gpu for row in knowledge.rents} <= known


def test_every_accelerator_has_a_peak_and_memory(knowledge: Knowledge) -> None:
    for gpu in knowledge.gpus:
        assert gpu.memory_gb > 0
        dense = [gpu.bf16_tflops, gpu.fp16_tflops, gpu.fp32_tflops]
        assert any(dense) or "unknown" in (gpu.note or "").lower() or gpu.id == "cs-2", gpu.id


@pytest.mark.parametrize(
    "wanted",
    [
        "V100",
        "A100-40GB",
        "A100-80GB",
        "H100",
        "H200",
        "B200",
        "L4",
        "L40S",
        "A10G",
        "T4",
        "RTX 3090",
        "RTX 4090",
        "RTX 5090",
        "A6000",
        "MI250X",
        "MI300X",
        "Gaudi 2",
        "Gaudi 3",
        "Trainium",
        "TPU v3",
        "TPU v4",
        "TPU v5e",
        "TPU v5p",
        "TPU v6e",
    ],
)
def test_the_catalogue_knows(wanted: str, knowledge: Knowledge) -> None:
    from llmchoose.knowledge.names import match

    found = match(wanted, knowledge.gpus)
    assert found is not None
    assert found.row is not None


def test_the_documents_a100_costs_15000_dollars(knowledge: Knowledge) -> None:
    card = next(gpu for gpu in knowledge.gpus if gpu.id == "a100-80gb-sxm")
    assert card.purchase_usd_typical == 15000
    assert "doc-what-is-training-and-tuning" in card.purchase_source


def _cited(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("sources", "evidence") and isinstance(value, list):
                yield from value
            elif key in ("source", "breakpoint_source", "likelihood_source"):
                yield from str(value).split("|") if isinstance(value, str) else value
            else:
                yield from _cited(value)
    elif isinstance(node, list):
        for item in node:
            yield from _cited(item)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.name)
def test_every_id_that_a_rules_file_cites_is_defined(path: Path, knowledge: Knowledge) -> None:
    cited = set(_cited(yaml.safe_load(path.read_text("utf-8"))))
    unknown = {
        one for one in cited if one not in knowledge.evidence and one not in knowledge.sources
    }
    assert not unknown


def test_every_deciding_claim_of_the_documents_has_its_place(knowledge: Knowledge) -> None:
    places = ("gate", "criterion", "prior", "estimator", "plan", "risk", "best practice")
    text = "\n".join(path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.yaml")))
    text += (SHIPPED / "factors.csv").read_text("utf-8")
    homeless = [
        claim.id
        for claim in knowledge.evidence.values()
        if claim.id.startswith("S")
        and any(place in (claim.place or "") for place in places)
        and not re.search(rf"\b{claim.id}\b", text)
    ]
    assert homeless == []


def test_all_195_claims_and_every_conflict_are_recorded(knowledge: Knowledge) -> None:
    claims = [one for one in knowledge.evidence if one.startswith("S")]
    assert len(claims) == 195
    conflicts = yaml.safe_load((SHIPPED / "conflicts.yaml").read_text("utf-8"))
    assert len(conflicts) == 18
    for conflict in conflicts:
        assert len(conflict["sides"]) >= 1
        assert conflict["follows"]
        assert conflict["because"]


def _inputs(knowledge: Knowledge) -> Iterator[str]:
    book = knowledge.rulebook
    conditions: list[Condition] = [gate.when for gate in book.gates]
    conditions += [rule.when for rule in book.combinations]
    conditions += [risk.when for risk in knowledge.risks]
    tests = [test for condition in conditions for test in condition.tests]
    tests += [criterion.applies for criterion in book.criteria if criterion.applies]
    for test in tests:
        yield test.input
        if test.than:
            yield test.than
    yield from (criterion.input for criterion in book.criteria if criterion.input != "1")


def test_every_input_that_a_rule_reads_exists(knowledge: Knowledge) -> None:
    from llmchoose.assessment import assess
    from llmchoose.profile.load import parse_profile

    profile = parse_profile(b"name: x\ntask:\n  kind: qa\n", "x.yaml", knowledge)
    ranked = assess(profile, knowledge).decision.ranked[0]
    readings = {PREFIX + name for name in ranked.facts.readings}
    for name in _inputs(knowledge):
        assert name in readings or name in knowledge.fields, name


def test_breakpoints_and_weights_are_in_order(knowledge: Knowledge) -> None:
    for criterion in knowledge.rulebook.criteria:
        low, high = criterion.range
        assert low <= criterion.weight <= high, criterion.id
        for curve in criterion.curves:
            places = [place for place, _ in curve.points]
            assert places == sorted(places), criterion.id
            assert all(0 <= score <= 1 for _, score in curve.points), criterion.id

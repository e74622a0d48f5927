"""A profile file becomes values in the fields' units, whatever the order and spelling."""

from datetime import date
from pathlib import Path

import pytest

from llmchoose.errors import InputError, show_problem
from llmchoose.knowledge.load import load_knowledge
from llmchoose.profile.load import load_profile, parse_day, parse_profile, set_value
from llmchoose.profile.model import OwnedGpus, Profile
from llmchoose.quantity import Quantity

KNOWLEDGE = load_knowledge()
FULL = """\
name: Claims triage
as_of: 2023-06
budget: {one_time: $50k, monthly: }
task:
  kind: classification
  gap: knowledge
  base_model_coverage: partly
  quality_target: 85%
data: {knowledge_changes: never, unlabelled_tokens: 44 GB of text}
compute: {owned: ["128 x A100-80GB", rtx4090], region: germany}
constraints: {must_own_weights: true, api_allowed: no}
traffic: {latency: batch}
time: {deadline: 6 weeks}
"""


def profile_of(text: str) -> Profile:
    return parse_profile(text.encode(), "p.yaml", KNOWLEDGE)


def test_values_are_in_the_fields_units() -> None:
    profile = profile_of(FULL)
    assert profile.values == {
        "name": "Claims triage",
        "as_of": date(2023, 6, 30),
        "task.kind": "classification",
        "task.gap": ("knowledge",),
        "task.base_model_coverage": Quantity(0.4, 0.75),
        "task.quality_target": Quantity(0.85, 0.85),
        "data.unlabelled_tokens": Quantity(1e10, 1e10),
        "data.knowledge_changes": Quantity(3650, 3650),
        "compute.owned": (OwnedGpus("A100-80GB", 128), OwnedGpus("rtx4090", 1)),
        "compute.region": "Germany",
        "budget.one_time": Quantity(5e4, 5e4),
        "time.deadline": Quantity(42, 42),
        "traffic.latency": Quantity(86_400_000, 86_400_000),
        "constraints.must_own_weights": "hold",
        "constraints.api_allowed": False,
    }
    assert not profile.given("budget.monthly")
    assert profile.marks["budget.one_time"].line == 3
    assert profile.normalised()["task"]["base_model_coverage"] == {"p5": 0.4, "p95": 0.75}  # type: ignore[index]


def test_order_and_spelling_do_not_change_the_digest() -> None:
    one = profile_of("name: a\ntask: {kind: qa, eval_examples: 2k}\nbudget: {one_time: $5k}\n")
    two = profile_of(
        "budget: {one_time: 5000}\r\ntask: {eval_examples: '2,000', kind: qa}\nname: a"
    )
    assert one == two
    assert one.sha256() == two.sha256()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023", date(2023, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2023-06-05", date(2023, 6, 5)),
    ],
)
def test_a_year_or_month_means_its_last_day(text: str, day: date) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("task.kind=qa", "qa"),
        ("task.gap=[format, language]", ("format", "language")),
        ("budget.one_time=$20k..$50k", Quantity(2e4, 5e4)),
        ("task.metric=a: b", "a: b"),
        ("constraints.api_allowed=true", True),
        ("time.deadline=6 weeks", Quantity(42, 42)),
        ("constraints.must_own_weights=true", "hold"),
        ("task.kind=", None),
    ],
)
def test_set_changes_one_field(change: str, value: object) -> None:
    changed = set_value(profile_of(FULL), change, KNOWLEDGE)
    assert changed.get(change.partition("=")[0]) == value
    assert changed.get("name") == "Claims triage"


@pytest.mark.parametrize(
    ("change", "place", "hint"),
    [
        ("task.kind=qaa", "--set:1:11", "did you mean qa?"),
        ("task.knd=qa", "--set:1:1", "kind"),
        ("task.kind", "--set:1:1", "task.kind=qa"),
        ("deadline=6 weeks", "--set:1:1", "of time"),
        ("task.gap=[format", "--set:1:10", "close it"),
        ("time.deadline=6", "--set:1:15", "weeks"),
    ],
)
def test_set_points_at_the_argument(change: str, place: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        set_value(profile_of(FULL), change, KNOWLEDGE)
    shown = show_problem(caught.value.problems[0])
    assert place in shown
    assert hint in shown
    assert f"1 | {change}" in shown


def test_a_folder_and_a_missing_file_are_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text("name: x")
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "profil.yaml", "does not exist")):
        with pytest.raises(InputError) as caught:
            load_profile(path, KNOWLEDGE)
        assert words in show_problem(caught.value.problems[0])
    assert "did you mean profile.yaml?" in show_problem(caught.value.problems[0])


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"name: " + b"x" * 20_000_000)
    with pytest.raises(InputError) as caught:
        load_profile(path, KNOWLEDGE)
    assert "the file has 20.0 MB" in caught.value.problems[0].message

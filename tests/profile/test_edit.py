"""Answers put into the text of a profile: in the right place, and nothing else moves."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from llmchoose.errors import InputError
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.dump import write_value
from llmchoose.profile.edit import Entry, new_profile, put
from llmchoose.profile.load import load_profile, parse_profile
from llmchoose.profile.starter import starter

CASES = yaml.safe_load((Path(__file__).parent / "edits.yaml").read_text())
PROFILES = sorted((Path(__file__).parents[2] / "profiles").glob("*.yaml"))
KNOWN = load_knowledge()
WHOLE = [load_profile(file, KNOWN) for file in PROFILES]


def entry(name: str, value: str, comment: str = "") -> Entry:
    return Entry(KNOWN.fields[name], value, comment)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_an_answer_goes_where_a_person_would_put_it(case: dict[str, Any], newline: str) -> None:
    before, after = (case[key].replace("\n", newline) for key in ("before", "after"))
    made = put(before, entry(case["field"], case["value"], case.get("comment", "")), KNOWN.fields)
    assert made == after
    profile = parse_profile(made.encode(), "p.yaml", KNOWN)
    assert profile.given(case["field"])


def test_a_byte_order_mark_and_a_missing_last_line_end_stay() -> None:
    made = put("\ufeffname: x\ntask:\n  kind: qa", entry("team.engineers", "3"), KNOWN.fields)
    assert made == "\ufeffname: x\ntask:\n  kind: qa\n\nteam:\n  engineers: 3\n"


def test_a_file_in_braces_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputError, match="cannot be put into this file"):
        put("{name: x, task: {kind: qa}}\n", entry("team.engineers", "3"), KNOWN.fields)


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.stem)
def test_every_other_line_of_a_profile_stays_as_it_is(file: Path) -> None:
    before = file.read_text()
    made = put(before, entry("ops.owner", "Ada"), KNOWN.fields)
    lines = made.splitlines()
    assert [line for line in before.splitlines() if line not in lines] == []
    assert len(lines) - len(before.splitlines()) <= 3


def test_the_starter_takes_every_field(knowledge: Knowledge) -> None:
    text = starter(knowledge.fields)
    for name, profile in ((name, one) for one in WHOLE for name in one.values):
        field = knowledge.fields[name]
        written = write_value(profile.values[name], field, KNOWN.fields)
        text = put(text, Entry(field, written), KNOWN.fields)
        assert (
            parse_profile(text.encode(), "p.yaml", knowledge).values[name] == profile.values[name]
        )
    assert "# A profile for llmchoose." in text


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(WHOLE), st.randoms(use_true_random=False))
def test_answers_in_any_order_give_the_same_profile(profile: Any, random: Any) -> None:
    names = [name for name in profile.values if name != "name"]
    random.shuffle(names)
    text = new_profile("x")
    for name in names:
        field = KNOWN.fields[name]
        written = write_value(profile.values[name], field, KNOWN.fields)
        text = put(text, Entry(field, written), KNOWN.fields)
    made = parse_profile(text.encode(), "p.yaml", KNOWN)
    assert {**made.values, "name": ""} == {**profile.values, "name": ""}
    order = [line.split(":")[0] for line in text.splitlines() if line and line[0] != " "]
    known = list(dict.fromkeys(field.name.split(".")[0] for field in KNOWN.fields.values()))
    assert order == sorted(order, key=known.index)

"""Answers as people type them, kept as they are written or refused with a sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from llmchoose.errors import InputError
from llmchoose.knowledge.load import load_knowledge
from llmchoose.profile.load import parse_profile
from llmchoose.questionnaire.talk import Questionnaire

CASES = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text())
KNOWN = load_knowledge()
TALK = Questionnaire("name: x\n\ntask:\n", knowledge=KNOWN)
ASKED = [name for name in KNOWN.fields if not name.startswith("decision.") and name != "name"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['field']} {case['typed'][:20]!r}")
def test_an_answer_stands_in_the_file_as_it_was_meant(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(InputError) as caught:
            TALK.answer(case["typed"], case["field"])
        said = " ".join(f"{one.message}: {one.hint}" for one in caught.value.problems)
        assert case["refused"] in said
        assert not set("\n\x1b") & set(said)
        return
    talk = TALK.answer(case["typed"], case["field"])
    key = KNOWN.fields[case["field"]].key
    assert f"{key}: {case['stands']}\n" in talk.text
    assert talk.profile.given(case["field"])


def test_a_count_is_the_interval_that_it_tells() -> None:
    value: Any = TALK.answer("31 of 50", "task.base_model_coverage").profile.get(
        "task.base_model_coverage"
    )
    # Wilson 1927 by hand: middle 0.61384, half width 0.11015.
    assert (value.low, value.high) == (0.5037, 0.724)


def test_ten_megabytes_are_refused_at_once() -> None:
    with pytest.raises(InputError, match="10000000 characters"):
        TALK.answer("x" * 10_000_000, "description")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ASKED), st.text(max_size=60))
def test_whatever_is_typed_the_profile_stays_whole(name: str, typed: str) -> None:
    try:
        talk = TALK.answer(typed, name)
    except InputError:
        return
    read = parse_profile(talk.text.encode(), "p.yaml", KNOWN)
    assert set(read.values) - {"name"} <= {name}
    if KNOWN.fields[name].type == "text" and name in read.values and not KNOWN.fields[name].unit:
        assert read.values[name] == typed.strip()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_a_name_is_kept_as_the_text_it_is(typed: str) -> None:
    try:
        talk = Questionnaire(knowledge=KNOWN).answer(typed)
    except InputError:
        return
    assert talk.profile.get("name") == typed.strip()

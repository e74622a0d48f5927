"""A profile that is written reads as the same; schema and starter agree with the loader."""

import re
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import load_knowledge
from llmchoose.profile.dump import dump
from llmchoose.profile.load import parse_profile
from llmchoose.profile.model import OwnedGpus, Profile, Trial, Value, Waiver
from llmchoose.profile.schema import json_schema
from llmchoose.profile.starter import example_text, starter
from llmchoose.quantity import Quantity
from llmchoose.yamltext import read_yaml
from llmchoose.yamltext.tree import plain_value

KNOWLEDGE = load_knowledge()
FIELDS = KNOWLEDGE.fields
SCHEMA = json_schema(FIELDS)
VALIDATOR: Any = validator_for(SCHEMA)(SCHEMA)
TEXTS = (
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
DAYS = st.dates(date(1960, 1, 1), date(2140, 1, 1))


def quantities(field: Field) -> st.SearchStrategy[Quantity]:
    low, high = field.minimum or 0.0, min(field.maximum or 1.0, 1e15)
    ends = st.floats(low, high, allow_subnormal=False)
    return st.tuples(ends, ends).map(lambda pair: Quantity(min(pair), max(pair)))


def values(field: Field) -> st.SearchStrategy[Any]:
    known = {
        "compute.gpu": "A100-80GB",
        "compute.region": "Germany",
        "model.api": "gpt-4o-mini",
        "model.open": "Llama-3.1-8B",
        "task.language": "de",
    }
    plain: dict[str, st.SearchStrategy[Any]] = {
        "text": st.just(known[field.name]) if field.name in known else TEXTS,
        "enum": st.sampled_from(field.values or ("x",)),
        "flag": st.booleans(),
        "date": DAYS,
        "enums": st.sampled_from(field.values or ("x",)).map(lambda word: (word,)),
        "gpus": st.integers(1, 9000).map(lambda count: (OwnedGpus("H100", count),)),
        "trials": st.builds(
            Trial,
            st.just("rag"),
            st.just(Quantity(0.25, 0.5)),
            metric=TEXTS,
            cost=st.just(Quantity(5e3, 5e3)),
            date=DAYS,
        ).map(lambda it: (it,)),
        "waivers": st.builds(Waiver, TEXTS, TEXTS, TEXTS, DAYS).map(lambda it: (it,)),
    }
    return plain[field.type] if field.type in plain else quantities(field)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    names = {"name", "task.kind"} | draw(st.sets(st.sampled_from(sorted(FIELDS))))
    given: dict[str, Value] = {n: draw(values(f)) for n, f in FIELDS.items() if n in names}
    return Profile("p.yaml", given)


def test_the_schema_is_one() -> None:
    VALIDATOR.check_schema(SCHEMA)
    assert isinstance(VALIDATOR, jsonschema.Draft202012Validator)


@settings(deadline=None, max_examples=40)
@given(profiles())
def test_a_dumped_profile_loads_as_itself_and_fits_the_schema(profile: Profile) -> None:
    text = dump(profile, FIELDS)
    assert parse_profile(text.encode(), "p.yaml", KNOWLEDGE) == profile
    VALIDATOR.validate(plain_value(read_yaml(text.encode(), "p.yaml")))


def test_the_starter_loads_and_fits_the_schema() -> None:
    text = starter(FIELDS)
    profile = parse_profile(text.encode(), "p.yaml", KNOWLEDGE)
    assert set(profile.values) == {"name", "task.kind", "task.gap"}
    VALIDATOR.validate(plain_value(read_yaml(text.encode(), "p.yaml")))


@pytest.mark.parametrize("name", FIELDS)
def test_every_example_is_accepted_by_loader_and_schema(name: str) -> None:
    field = FIELDS[name]
    entry = f"{field.key}: {example_text(field.example)}\n"
    required = "name: x\ntask: {kind: qa}\n"
    if name == "name":
        text = entry + "task: {kind: qa}\n"
    elif field.section == "task":
        text = f"name: x\ntask:\n  {entry}"
    else:
        text = required + (f"{field.section}:\n  {entry}" if field.section else entry)
    assert parse_profile(text.encode(), "p.yaml", KNOWLEDGE).given(name)
    VALIDATOR.validate(plain_value(read_yaml(text.encode(), "p.yaml")))


@pytest.mark.parametrize(
    "text",
    [
        "name: x\ntask: {knd: qa}",
        "task: {kind: qa}",
        "name: x",
        "name: x\ntask: {kind: qaa}",
        "name: x\ntask: {}\ntime: {deadline: 6}",
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(plain_value(read_yaml(text.encode(), "p.yaml")))


def test_the_starter_loads_with_every_sign_taken_away() -> None:
    text = re.sub(r"(?m)^(\s*)#(\w+:)", r"\1\2", starter(KNOWLEDGE.fields))
    found = parse_profile(text.encode(), "starter.yaml", KNOWLEDGE)
    assert set(found.values) == set(KNOWLEDGE.fields)

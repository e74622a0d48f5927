"""YAML is read within bounds, by the core schema of YAML 1.2, and every value knows its place."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmchoose.errors import InputError, show_problem
from llmchoose.yamltext import read_yaml
from llmchoose.yamltext.tree import Pairs, Scalar, plain_value, splice


def value_of(text: str) -> object:
    return plain_value(read_yaml(text.encode(), "x.yaml"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("010", 10),
        ("1e3", 1000.0),
        ("12:30", "12:30"),
        ("0x1f", 31),
        ("0o17", 15),
        ("true", True),
        ("yes", "yes"),
        ("~", None),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("'1'", "1"),
        ("2026-11-01", "2026-11-01"),
        ("1_000", "1_000"),
        ("$50k", "$50k"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert value_of(f"a: {text}") == {"a": value}


def test_byte_order_mark_and_crlf_are_fine() -> None:
    assert value_of("\ufeffa: 1\r\nb: é\r\n") == {"a": 1, "b": "é"}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "a: " + "{a: " * 5000,
        "\n".join(" " * i + "a:" for i in range(900)),
        "- " * 5000 + "x",
        "a: &x [*x]",
        "a: " + "x" * 20_000_000,
        "a: \0",
        "a: \x9b31m",
        "\n".join(
            ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
        ),
    ],
    ids=["flow", "mappings", "block", "dashes", "itself", "20MB", "nul", "csi", "bomb"],
)
def test_hostile_text_is_refused_at_once_with_a_place(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_yaml(text.encode(), "x.yaml")
    assert time.perf_counter() - started < 1
    for problem in caught.value.problems:
        shown = show_problem(problem)
        assert "--> x.yaml:" in shown
        assert len(shown) < 600


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(), min_size=1))
def test_splice_changes_one_value_and_nothing_else(values: dict[str, int]) -> None:
    source = "".join(f"{key}: {value}  # é → why\r\n" for key, value in values.items())
    root = read_yaml(source.encode(), "x.yaml")
    assert isinstance(root, Pairs)
    key = next(iter(root.pairs))
    changed = splice("\ufeff" + source, root.pairs[key].value, "[1, 2]")
    assert value_of(changed) == {**plain_of(root), key: [1, 2]}
    assert changed.count("# é → why\r\n") == len(values)


def plain_of(root: Pairs) -> dict[str, object]:
    return {
        key: pair.value.value for key, pair in root.pairs.items() if isinstance(pair.value, Scalar)
    }


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_yaml(data, "x.yaml")
    except InputError as error:
        assert all(problem.mark for problem in error.problems)  # noqa: PT017


def test_places_count_characters_from_one() -> None:
    root = read_yaml("é: [ü, 'x']\nb:\n  - 1 # c\n".encode(), "x.yaml")
    assert isinstance(root, Pairs)
    span = root.pairs["é"].value.span
    assert (span.start.line, span.start.column, span.end.column) == (1, 4, 12)
    assert root.pairs["b"].value.span.end.column == 6

"""`llmchoose estimate serve`: what it prints and what it refuses."""

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

CALL = ("estimate", "serve")
SEVENTY = (
    *CALL,
    *("--params", "70B", "--gpu", "H100-80GB", "--n-gpus", "4", "--precision", "fp8"),
)
KEYS = (
    "inputs",
    "memory_gb_per_gpu",
    "memory_items",
    "max_concurrency",
    "output_tokens_per_s",
    "total_tokens_per_s",
    "ttft_ms",
    "tpot_ms",
    "replicas",
    "usd_per_million_output_tokens",
    "monthly_usd",
    "energy",
    "break_even_utilisation",
    "meets",
    "lower_bound",
    "advice",
    "notes",
    "sources",
)


def test_the_command_line_of_the_design(run: "Run") -> None:
    done = run(
        *SEVENTY,
        *("--input-len", "2048", "--output-len", "256", "--requests-per-second", "20"),
        *("--ttft", "1s", "--tpot", "50ms", "--engine", "trtllm", "--format", "json"),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(KEYS) <= set(found)
    assert found["meets"] == {"ttft": True, "tpot": True}
    assert found["layout"]["tensor_parallel"] == 4
    assert set(found["break_even_utilisation"]) == {"api", "hosted"}


def test_concurrency_is_a_number_or_max(run: "Run") -> None:
    most, one = (
        json.loads(run(*SEVENTY, "--concurrency", load, "--format", "json").stdout)
        for load in ("max", "1")
    )
    assert most["concurrency"] == most["max_concurrency"]
    assert one["concurrency"] == 1
    assert one["output_tokens_per_s"]["p50"] < most["output_tokens_per_s"]["p50"]


def test_explain_shows_every_factor(run: "Run") -> None:
    text = run(*SEVENTY, "--explain").stdout
    assert "How it comes out" in text
    assert "One step of decoding" in text


def test_no_line_is_wider_than_80_columns(run: "Run") -> None:
    text = run(*SEVENTY, "--explain", "--ttft", "1ms").stdout
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--params", "405B", "--gpu", "T4", "--n-gpus", "1"), "do not fit"),
        (("--params", "7B", "--n-gpus", "0"), "--n-gpus"),
        (("--params", "7B", "--input-len", "-5"), "negative"),
        (("--params", "7B", "--concurrency", "nan"), "not a number"),
        (("--params", "7B", "--tpot", "5"), "has no unit"),
        (("--params", "1e30"), "out of reach"),
        (("--gpu", "H100"), "say how large the model is"),
    ],
)
def test_absurd_options_get_a_sentence(arguments: tuple[str, ...], words: str, run: "Run") -> None:
    done = run(*CALL, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""

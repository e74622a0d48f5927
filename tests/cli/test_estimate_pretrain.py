"""`llmchoose estimate pretrain`: what it prints and what it refuses."""

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

CALL = ("estimate", "pretrain")
SMALL = (*CALL, "--params", "7B", "--tokens", "1T")
KEYS = {
    "inputs",
    "flops",
    "gpu",
    "n_gpus",
    "mfu",
    "goodput",
    "gpu_hours",
    "wall_clock_days",
    "cost_usd",
    "purchase_usd",
    "energy_kwh",
    "tco2e",
    "lower_bound",
    "options",
    "plans",
    "break_even",
    "notes",
    "sources",
}


def test_json_has_the_keys_of_the_contract(run: "Run") -> None:
    done = run(*SMALL, "--gpu", "H100", "--n-gpus", "64", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) >= KEYS
    for name in ("mfu", "goodput", "gpu_hours", "wall_clock_days", "cost_usd", "energy_kwh"):
        assert found[name]["p10"] <= found[name]["p50"] <= found[name]["p90"]
    assert found["options"] == []
    assert {plan["plan"] for plan in found["plans"]} >= {"on_demand", "owned"}


def test_a_deadline_lists_options_by_cost(run: "Run") -> None:
    found = json.loads(run(*SMALL, "--deadline", "6w", "--format", "json").stdout)
    costs = [option["cost_usd"] for option in found["options"] if option["cost_usd"]]
    assert costs == sorted(costs)
    assert set(found["options"][0]) == {
        "gpu",
        "n_gpus",
        "gpu_hours",
        "wall_clock_days",
        "cost_usd",
    }
    assert all(option["wall_clock_days"] <= 42 for option in found["options"])
    assert (found["gpu"], found["n_gpus"]) == (
        found["options"][0]["gpu"],
        found["options"][0]["n_gpus"],
    )


def test_the_terminal_shows_options_and_other_ways_to_pay(run: "Run") -> None:
    text = run(*SMALL, "--budget", "$300k", "--gpu", "H100").stdout
    assert "What meets it" in text
    assert "Paid otherwise" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_explain_shows_every_factor_with_its_source(run: "Run") -> None:
    text = run(*SMALL, "--explain").stdout
    for word in ("usual utilisation", "pretraining.mfu_base", "kaplan-2020-scaling", "GPU-hours"):
        assert word in text
    found = json.loads(run(*SMALL, "--explain", "--format", "json").stdout)
    assert found["explanation"][-1]["sign"] == "="


def test_a_model_of_the_catalogue_needs_no_size(run: "Run") -> None:
    found = json.loads(
        run(*CALL, "--model", "llama-2-7b", "--tokens", "2T", "--format", "json").stdout
    )
    assert found["inputs"]["params"] == pytest.approx(6.74e9, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--params", "7B", "--tokens", "-1B"), "negative"),
        (("--params", "7B", "--tokens", "nan"), "not a number"),
        (("--params", "1e30", "--tokens", "1T"), "out of reach"),
        (("--params", "7B", "--tokens", "1T", "--n-gpus", "0"), "range"),
        (("--params", "7B", "--tokens", "1T", "--mfu", "2"), "--mfu"),
        (("--params", "7B", "--tokens", "1T", "--mfu", "nan"), "--mfu"),
        (("--params", "7B", "--tokens", "1T", "--goodput", "-1"), "--goodput"),
        (("--params", "7B", "--tokens", "1T", "--deadline", "6"), "--deadline"),
        (("--params", "7B", "--tokens", "1T", "--budget", "a lot"), "--budget"),
        (("--params", "7B", "--tokens", "1T", "--gpu", "A100", "--precision", "fp8"), "fp8"),
        (("--params", "7B", "--tokens", "1T", "--precision", "fp7"), "fp7"),
        (("--params", "405B", "--tokens", "1T", "--gpu", "T4", "--n-gpus", "1"), "At least"),
        (("--params", "7B", "--tokens", "1T", "--deadline", "1 s"), "out of reach"),
        (("--params", "70B", "--tokens", "15T", "--deadline", "1d"), "the fastest is"),
        (("--model", "nobody", "--tokens", "1T"), "--params"),
        (("--tokens", "1T"), "--params"),
        (("--params", "7B", "--tokens", "1T", "--compute-optimal"), "either"),
    ],
)
def test_what_cannot_be_ends_in_a_sentence(
    arguments: tuple[str, ...], says: str, run: "Run"
) -> None:
    done = run(*CALL, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr

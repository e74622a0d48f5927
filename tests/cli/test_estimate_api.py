"""`llmchoose estimate api`: what it prints and what it refuses."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

CALL = ("estimate", "api", "--input-tokens", "800", "--output-tokens", "200")
MONTH = (*CALL, "--requests", "1M/month")


def test_json_has_the_keys_of_the_contract_and_adds_up(run: "Run") -> None:
    done = run(*MONTH, "--model", "gpt-4.1-mini", "--as-of", "2026-11-21", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["monthly_usd"] == {"p10": 640, "p50": 640, "p90": 640}
    assert found["usd_per_request"]["p50"] == 0.00064
    assert found["items"] == [
        {"item": "input", "tokens": 8e8, "usd_per_million": 0.4, "usd": 320},
        {"item": "output", "tokens": 2e8, "usd_per_million": 1.6, "usd": 320},
    ]
    assert found["lower_bound"] is False
    assert found["sources"]
    assert found["inputs"]["model"] == "gpt-4.1-mini"
    assert sum(item["usd"] for item in found["items"]) == found["monthly_usd"]["p50"]


def test_every_option_of_the_design_together(run: "Run") -> None:
    done = run(
        *MONTH,
        "--model",
        "gpt-5",
        *("--cached", "50%", "--batch", "--shots", "5", "--tokens-per-shot", "150"),
        *("--retrieved-tokens", "2500", "--reasoning-tokens", "1000", "--explain"),
        *("--as-of", "2026-01-31", "-f", "json"),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    read = 800 + 750 + 2500
    usd = (read / 2 * 1.25 + read / 2 * 0.125 + 1200 * 10) / 2
    assert found["monthly_usd"]["p50"] == pytest.approx(usd)
    assert [item["item"] for item in found["items"]] == [
        "input",
        "few-shot examples",
        "retrieved passages",
        "cached input",
        "output",
        "reasoning",
    ]
    assert found["explanation"][-1]["value"] == pytest.approx(usd)


def test_the_terminal_page_is_80_columns_wide_and_names_its_sources(run: "Run") -> None:
    done = run(
        *CALL,
        *("--model", "llama-3.1-8b", "--requests", "0.5M..2M/month", "--shots", "5", "--explain"),
    )
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "sources:" in text
    assert "How it comes out" in text
    assert "hosted by" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "gtp-5", "--requests", "5"), "did you mean gpt-5"),
        (("--model", "gpt-4.5-preview", "--requests", "5"), "could be had from 2025-02"),
        (("--model", "gpt-5", "--requests", "5", "--as-of", "2020"), "from 2025-08"),
        (("--model", "gpt-5", "--requests", "0"), "no requests cost nothing"),
        (("--model", "gpt-5", "--requests", "nan"), "not a number"),
        (("--model", "gpt-5", "--requests", "inf"), "has no end"),
        (("--model", "gpt-5", "--requests=-5"), "negative"),
        (("--model", "gpt-5", "--requests", "1e30"), "out of reach"),
        (("--model", "gpt-5", "--requests", "10^30"), "--requests"),
        (("--model", "gpt-5", "--requests", "5/fortnight"), "--requests"),
        (("--model", "gpt-5", "--requests", "5", "--output-tokens", "2M"), "the context of gpt-5"),
        (("--model", "gpt-5", "--requests", "5", "--output-tokens", "1e30"), "out of reach"),
        (("--model", "gpt-5", "--requests", "5", "--input-tokens", "0"), "one input token"),
        (("--model", "gpt-5", "--requests", "5", "--cached", "150%"), "above 100 %"),
        (("--model", "gpt-5", "--requests", "5", "--shots", "many"), "--shots"),
        (("--model", "", "--requests", "5"), "no API model"),
        (("--requests", "5"), "--model"),
        (("--model", "gpt-5"), "--requests"),
    ],
)
def test_a_wrong_call_is_a_sentence_and_exit_2(
    arguments: tuple[str, ...], said: str, run: "Run"
) -> None:
    done = run(*CALL, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    message = done.stderr
    assert said in message
    assert "Traceback" not in message


def test_rows_of_ones_own_price_a_model_that_nobody_else_knows(tmp_path: Path, run: "Run") -> None:
    (tmp_path / "api_models.csv").write_text(
        "id,model,provider,family,tier,input_usd_per_m,output_usd_per_m,available_from,"
        "price_from,source,as_of,verified\n"
        "ours--1,ours,Us,Own,mid,1,,2024,2024,our-offer,2024,yes\n",
        "utf-8",
    )
    (tmp_path / "sources.csv").write_text(
        "id,title,kind,date,url\nour-offer,Offer,price_list,2024,\n", "utf-8"
    )
    done = run(*MONTH, "--model", "ours", "--knowledge", str(tmp_path), "-f", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["lower_bound"] is True
    assert found["monthly_usd"]["p50"] == 800
    assert [item["usd"] for item in found["items"]] == [800, None]


def test_the_same_bytes_for_the_same_seed(run: "Run", process: "Run") -> None:
    call = (*CALL, "--model", "gpt-5", "--requests", "1k..5k", "--shots", "2..9", "-f", "json")
    first, other = (run(*call, "--seed", seed).stdout for seed in ("1", "2"))
    again = process(*call, "--seed", "1", PYTHONHASHSEED="7").stdout
    assert first == again
    assert first != other

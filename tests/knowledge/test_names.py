"""Names are matched the way people spell them."""

import pytest

from llmchoose.knowledge.load import load_knowledge
from llmchoose.knowledge.names import match

KNOWLEDGE = load_knowledge()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("a100-80gb-sxm", "a100-80gb-sxm"),
        ("A100-SXM-80GB", "a100-80gb-sxm"),
        ("NVIDIA A100 80GB", "a100-80gb-sxm"),
        ("A100-80GB", "a100-80gb-sxm"),
        ("A100-40GB", "a100-40gb-sxm"),
        ("A100-PCIE-40GB", "a100-40gb-pcie"),
        ("h100", "h100-sxm"),
        ("H100-80GB", "h100-sxm"),
        ("rtx4090", "rtx4090"),
        ("GeForce RTX 4090 24GB", "rtx4090"),
        ("tpu-v4", "tpu-v4"),
        ("V100-32GB", "v100-32gb"),
        ("4090", "rtx4090"),
    ],
)
def test_accelerators(name: str, row: str) -> None:
    found = match(name, KNOWLEDGE.gpus)
    assert found.row is not None
    assert found.row.id == row


def test_an_ambiguous_name_takes_the_default_and_says_so() -> None:
    found = match("A100", KNOWLEDGE.gpus)
    assert found.row is not None
    assert found.row.id == "a100-80gb-sxm"
    assert found.assumed.startswith("A100 is taken as ")


@pytest.mark.parametrize(
    "name",
    [
        "meta-llama/Llama-3.1-8B",
        "Llama-3.1-8B",
        "llama 3.1 8b",
        "Llama-3.1-8B-hf",
    ],
)
def test_open_models(name: str) -> None:
    found = match(name, KNOWLEDGE.open_models)
    assert found.row is not None
    assert found.row.name == "Llama-3.1-8B"


@pytest.mark.parametrize("name", ["", "RTX", "H10", "a100-96gb", "../etc", "x" * 10_000])
def test_an_unknown_name_has_no_row(name: str) -> None:
    assert not match(name, KNOWLEDGE.gpus)


def test_an_unknown_name_gets_guesses() -> None:
    assert "H100 SXM5 80GB" in match("H10", KNOWLEDGE.gpus).close

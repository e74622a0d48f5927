"""The tables of published tuning runs, and the models and sets that they name."""

import csv
from pathlib import Path

import pytest

from llmchoose.knowledge.build import read_csv
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.runs import MemoryRun, TuningRun
from llmchoose.knowledge.tables import Dataset, OpenModel

DATA = Path(__file__).parents[2] / "src" / "llmchoose" / "knowledge" / "data"
METHODS = {"full", "lora", "qlora", "frozen", "other"}
PRECISIONS = {"pure_bf16", "mixed", "fp32", "int8", "nf4", "nf4_double", ""}
SHARDINGS = {"none", "ddp", "zero1", "zero2", "zero3", "fsdp", "tp", ""}
SAID = {"yes", "no", ""}
# Blocks that are not attention and MLP alone, or towers and layers that the formula leaves out.
NOT_PLAIN = ("hybrid", "image tower", "convolution", "Mamba", "vision", "cross-attend")

Table = list[dict[str, str]]


def table(name: str) -> Table:
    with (DATA / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def memory() -> Table:
    return table("runs/memory.csv")


@pytest.fixture(scope="module")
def tuning() -> Table:
    return table("runs/tuning.csv")


@pytest.fixture(scope="module")
def runs(memory: Table, tuning: Table) -> Table:
    return [*memory, *tuning]


def comparable(rows: Table) -> Table:
    return [row for row in rows if row["comparable"] == "yes"]


@pytest.mark.parametrize("name", ["runs/memory.csv", "runs/tuning.csv", "datasets.csv"])
def test_rows_are_sorted_by_a_unique_id(name: str) -> None:
    ids = [row["id"] for row in table(name)]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("runs/memory.csv", MemoryRun), ("runs/tuning.csv", TuningRun), ("datasets.csv", Dataset)],
)
def test_tables_read_as_their_rows(name: str, kind: type) -> None:
    assert len(read_csv(DATA / name, kind, check=True)) == len(table(name))


def test_every_run_names_a_known_source(runs: Table) -> None:
    known = {row["id"] for row in table("sources/runs.csv")}
    for row in runs:
        assert set(row["source"].split("|")) <= known, row["id"]
        assert row["as_of"]


def test_accelerators_and_models_of_the_runs_are_in_the_catalogue(runs: Table) -> None:
    assert {row["gpu"] for row in runs} <= {row["id"] for row in table("gpus.csv")} | {""}
    assert {row["model"] for row in runs} <= {row["id"] for row in table("open_models.csv")} | {""}


def test_libraries_and_optimisers_of_the_runs_are_known(
    runs: Table, memory: Table, knowledge: Knowledge
) -> None:
    for stack in {row["stack"] for row in runs} - {""}:
        assert match(stack, knowledge.stacks), stack
    for optimizer in {row["optimizer"] for row in memory} - {""}:
        assert match(optimizer, knowledge.optimizers), optimizer


def test_words_of_the_runs_are_of_the_lists(runs: Table, memory: Table, tuning: Table) -> None:
    assert {row["method"] for row in runs} <= METHODS
    assert {row["sharding"] for row in runs} <= SHARDINGS
    assert {row["verified"] for row in runs} <= {"yes", "partly", "no"}
    assert {row["precision"] for row in memory} <= PRECISIONS
    assert {row["bits"] for row in memory} <= {"2", "4", "8", "16", "32", ""}
    assert {row["outcome"] for row in memory} == {"measured", "minimum", "oom"}
    assert {row["kind"] for row in tuning} == {"throughput", "run", "managed"}
    for row in runs:
        assert {row["grad_checkpointing"], row["offload"]} <= SAID, row["id"]


def test_a_run_that_is_left_out_says_why(runs: Table) -> None:
    for row in runs:
        assert row["comparable"] in ("yes", "no")
        assert bool(row["why_not"]) == (row["comparable"] == "no"), row["id"]


def test_comparable_peaks_were_measured_and_have_what_the_fit_reads(memory: Table) -> None:
    kept = comparable(memory)
    assert len(kept) > 220
    for row in kept:
        assert row["outcome"] == "measured", row["id"]
        for column in ("params_b", "bits", "n_gpus", "peak_gb"):
            assert float(row[column]) > 0, row["id"]


def test_what_ran_out_of_memory_has_no_peak(memory: Table) -> None:
    for row in memory:
        assert bool(row["peak_gb"]) == (row["outcome"] != "oom"), row["id"]


def test_measured_peaks_fit_their_card(memory: Table, knowledge: Knowledge) -> None:
    held = {gpu.id: gpu.memory_gb for gpu in knowledge.gpus}
    for row in memory:
        if row["gpu"] and row["outcome"] == "measured":
            assert float(row["peak_gb"]) < held[row["gpu"]], row["id"]


def test_comparable_tuning_runs_have_what_the_fit_reads(
    tuning: Table, knowledge: Knowledge
) -> None:
    kept = comparable(tuning)
    assert len(kept) > 70
    for row in kept:
        assert row["gpu"], row["id"]
        assert float(row["n_gpus"]) > 0, row["id"]
        if row["kind"] == "throughput":
            assert float(row["tokens_per_s_per_gpu"]) > 0, row["id"]
            assert row["seq_len"], row["id"]
            assert row["micro_batch"], row["id"]
            continue
        known = row["tokens_per_example"] or match(row["dataset"], knowledge.datasets)
        assert float(row["wall_hours"]) > 0, row["id"]
        assert row["tokens_m"] or (row["examples"] and row["epochs"] and known), row["id"]


def test_hours_agree_with_count_and_wall_time(tuning: Table) -> None:
    for row in tuning:
        if row["wall_hours"] and row["n_gpus"] and row["gpu_hours"]:
            derived = float(row["n_gpus"]) * float(row["wall_hours"])
            # Hours of a few seconds are printed with three digits.
            assert float(row["gpu_hours"]) == pytest.approx(derived, rel=0.01, abs=6e-4), row["id"]


def test_a_run_of_both_tables_counts_once(memory: Table, tuning: Table) -> None:
    both = {row["id"] for row in memory} & {row["id"] for row in tuning}
    assert len(both) >= 17
    peft = {row["id"] for row in tuning if row["family"] == "peft-metamath"}
    assert peft <= both
    assert not peft & {row["id"] for row in comparable(tuning)}


def test_sizes_of_the_runs_are_those_of_their_models(runs: Table, knowledge: Knowledge) -> None:
    models = {model.id: model for model in knowledge.open_models}
    for row in runs:
        if row["model"]:
            size = models[row["model"]].params_b
            assert size == pytest.approx(float(row["params_b"]), rel=0.05), row["id"]


def counted_b(model: OpenModel) -> float:
    """Parameters of attention, MLP and embeddings, billions; nothing where a figure is missing."""
    layers, hidden, heads = model.layers or 0, model.hidden or 0, model.heads or 0
    kv_heads, head_dim = model.kv_heads or 0, model.head_dim or 0
    attention = 2 * hidden * head_dim * (heads + kv_heads)
    mlp = (3 if model.mlp == "gated" else 2) * hidden * (model.ffn or 0)
    embeddings = (1 if model.tied_embeddings == "yes" else 2) * hidden * (model.vocab or 0)
    return (layers * (attention + mlp) + embeddings) / 1e9


def test_shapes_of_dense_decoders_give_their_sizes(knowledge: Knowledge) -> None:
    checked = 0
    for model in knowledge.open_models:
        plain = not any(word in (model.note or "") for word in NOT_PLAIN)
        if model.kind == "decoder" and plain and model.ffn and model.vocab:
            assert counted_b(model) == pytest.approx(model.params_b, rel=0.05), model.id
            checked += 1
    assert checked > 150


def test_every_transformer_says_how_its_blocks_are_built(knowledge: Knowledge) -> None:
    for model in knowledge.open_models:
        if model.layers and model.heads:
            assert model.mlp, model.id
            assert model.tied_embeddings, model.id
        if model.experts and model.experts_per_token:
            assert model.experts_per_token <= model.experts, model.id


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("Qwen-1.8B", "Qwen/Qwen-1_8B"),
        ("phi-1.5 1.3B", "microsoft/phi-1_5"),
        ("StableLM Alpha 3B", "stabilityai/stablelm-base-alpha-3b"),
        ("StarCoder 15.5B", "bigcode/starcoder"),
        ("Llama 4 Scout 109B-A17B", "meta-llama/Llama-4-Scout-17B-16E"),
        ("llama2-70b-99.9", "meta-llama/Llama-2-70b-hf"),
        ("LLaMA 70B", "meta-llama/Llama-2-70b-hf"),
        ("internlm-20b", "internlm/internlm-20b"),
        ("RedPajama-INCITE 3B", "togethercomputer/RedPajama-INCITE-Base-3B-v1"),
        ("Qwen3.5 9B", "Qwen/Qwen3.5-9B"),
    ],
)
def test_models_are_found_as_the_sources_spell_them(
    said: str, row: str, knowledge: Knowledge
) -> None:
    found = match(said, knowledge.open_models).row
    assert found is not None
    assert found.id == row


@pytest.mark.parametrize("said", ["Alpaca2k", "Open Assistant", "SlimOrca", "dolly 15k"])
def test_sets_are_found_as_the_sources_spell_them(said: str, knowledge: Knowledge) -> None:
    assert match(said, knowledge.datasets)

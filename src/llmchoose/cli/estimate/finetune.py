"""llmchoose estimate finetune: memory, time and money of one tuning run."""

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from llmchoose.cli.estimate.answer import answer, prepare
from llmchoose.cli.estimate.options import (
    Active,
    Count,
    Explained,
    Format,
    HowPaid,
    Model,
    Params,
    Place,
    Plan,
    Written,
    read_number,
    read_params,
    read_tokens,
)
from llmchoose.cli.options import SAMPLES, AsOf, KnowledgePath, Output, Samples, Seed
from llmchoose.errors import InputError, Problem

EXAMPLES, LENGTHS, EPOCHS = (1.0, 1e12), (1.0, 1e8), (1e-3, 1e4)


class Method(StrEnum):
    """Ways to tune."""

    full = "full"
    lora = "lora"
    qlora = "qlora"
    frozen = "frozen"
    managed = "managed"


class Sharding(StrEnum):
    """Ways to split states over accelerators."""

    none = "none"
    ddp = "ddp"
    zero1 = "zero1"
    zero2 = "zero2"
    zero3 = "zero3"
    fsdp = "fsdp"


class Targets(StrEnum):
    """Matrices that get an adapter."""

    attention = "attention"
    all = "all"


class Bits(StrEnum):
    """Widths of weights."""

    two = "2"
    four = "4"
    eight = "8"
    sixteen = "16"
    thirty_two = "32"


Gpu = Annotated[str | None, typer.Option(help="Accelerator; not needed with --method managed.")]
Width = Annotated[Bits | None, typer.Option(help="Width of the base's weights.")]
Examples = Annotated[str | None, typer.Option(help="Examples of the set, such as 52k.")]
Length = Annotated[str | None, typer.Option(help="Mean tokens of an example.")]
Tokens = Annotated[str | None, typer.Option(help="Tokens of one pass, packed: instead of both.")]
Dataset = Annotated[str | None, typer.Option(help="A well-known set: its lengths are taken.")]
Epochs = Annotated[str | None, typer.Option(help="Passes over the set.")]
Sequence = Annotated[
    int | None, typer.Option(min=1, max=100_000_000, help="Longest sequence, tokens.")
]
Micro = Annotated[
    int | None, typer.Option(min=1, max=1_000_000, help="Sequences of a step on one accelerator.")
]
Batch = Annotated[
    int | None, typer.Option(min=1, max=10_000_000, help="Sequences between optimiser steps.")
]
Rank = Annotated[int | None, typer.Option(min=1, max=100_000, help="Rank of LoRA.")]
Into = Annotated[Targets | None, typer.Option(help="Matrices that get an adapter.")]
Embeddings = Annotated[
    bool, typer.Option("--train-embeddings", help="Train the embeddings beside adapters.")
]
Optimizer = Annotated[
    str | None,
    typer.Option(help="adamw, adamw_8bit, paged_adamw_8bit, adafactor, sgd …"),
]
Checkpointing = Annotated[
    bool | None,
    typer.Option("--grad-checkpointing/--no-grad-checkpointing", help="Compute activations again."),
]
Flash = Annotated[
    bool | None,
    typer.Option("--flash-attention/--no-flash-attention", help="Never store attention scores."),
]
Stack = Annotated[
    str | None,
    typer.Option(help="hf, peft, unsloth, litgpt, torchtune, axolotl, llama_factory …"),
]
Split = Annotated[Sharding | None, typer.Option(help="How states are split.")]
Offload = Annotated[bool, typer.Option("--offload", help="Weights and states wait in the host.")]


def command(
    params: Params = None,
    active_params: Active = None,
    model: Model = None,
    method: Annotated[Method, typer.Option(help="Way to tune.")] = Method.lora,
    bits: Width = None,
    examples: Examples = None,
    tokens_per_example: Length = None,
    tokens: Tokens = None,
    dataset: Dataset = None,
    epochs: Epochs = None,
    seq_len: Sequence = None,
    micro_batch: Micro = None,
    batch: Batch = None,
    lora_rank: Rank = None,
    lora_targets: Into = None,
    train_embeddings: Embeddings = False,
    optimizer: Optimizer = None,
    grad_checkpointing: Checkpointing = None,
    flash_attention: Flash = None,
    stack: Stack = None,
    sharding: Split = None,
    offload: Offload = False,
    gpu: Gpu = None,
    n_gpus: Count = None,
    plan: HowPaid = Plan.on_demand,
    region: Place = "World",
    as_of: AsOf = None,
    knowledge: KnowledgePath = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    explain: Explained = False,
    output_format: Written = Format.terminal,
    output: Output = None,
) -> None:
    """Memory by item, what it fits on, time, money and energy of a tuning run."""
    from llmchoose.estimate.finetune.calculator import estimate_finetuning
    from llmchoose.estimate.finetune.recipes import Finetune
    from llmchoose.report.calculators import finetune as page

    if tokens is not None and examples is not None:
        hint = "--tokens is for packed text of which only the size is known"
        raise InputError((Problem("give either --tokens or --examples", hint=hint),))
    known, day = prepare(knowledge, as_of, output)
    request = Finetune(
        params=read_params("--params", params),
        active_params=read_params("--active-params", active_params),
        model=model,
        method=method.value,
        bits=float(bits.value) if bits else None,
        examples=read_number("--examples", examples, "count", "examples", EXAMPLES, "52k"),
        tokens_per_example=read_number(
            "--tokens-per-example", tokens_per_example, "tokens", "tokens", LENGTHS, "130"
        ),
        tokens=read_tokens("--tokens", tokens),
        epochs=read_number("--epochs", epochs, "ratio", "x", EPOCHS, "3"),
        dataset=dataset,
        seq_len=seq_len,
        micro_batch=micro_batch,
        batch=batch,
        lora_rank=lora_rank,
        lora_targets=lora_targets.value if lora_targets else None,
        trains_embeddings=train_embeddings,
        optimizer=optimizer,
        grad_checkpointing=grad_checkpointing,
        flash_attention=flash_attention,
        stack=stack,
        sharding=sharding.value if sharding else None,
        offload=offload,
        gpu=gpu,
        n_gpus=n_gpus,
        plan=plan.value,
        region=region,
    )
    answer(
        partial(estimate_finetuning, request, known, day=day, seed=seed, samples=samples),
        page.render_json,
        partial(page.render_terminal, explain=explain),
        output_format,
        output,
    )

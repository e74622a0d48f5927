"""llmchoose estimate pretrain: one pretraining run, or the cheapest that meets a limit."""

from enum import StrEnum
from typing import Annotated

import typer

from llmchoose.cli.estimate.options import (
    Accelerator,
    Active,
    Count,
    Format,
    HowPaid,
    Params,
    Place,
    Plan,
    Written,
    read_params,
    read_tokens,
    sentence,
)
from llmchoose.cli.options import AsOf, KnowledgePath, Output, Samples, Seed, read_day, write
from llmchoose.errors import InputError, Problem


class Arch(StrEnum):
    """Architectures."""

    decoder = "decoder"
    encoder = "encoder"
    encoder_decoder = "encoder_decoder"


class Precision(StrEnum):
    """Number formats of training."""

    bf16 = "bf16"
    fp16 = "fp16"
    fp8 = "fp8"
    fp32 = "fp32"


Tokens = Annotated[str | None, typer.Option(help="Tokens seen, repeats counted: 1.4T.")]
Optimal = Annotated[bool, typer.Option("--compute-optimal", help="Take 20 tokens a parameter.")]
Sequence = Annotated[int, typer.Option(min=1, max=100_000_000, help="Tokens in a sequence.")]
Measured = Annotated[
    float | None, typer.Option(min=0.001, max=1, help="Measured utilisation while running.")
]
Speed = Annotated[
    float | None, typer.Option(min=0.001, help="Measured tokens a second of one accelerator.")
]
Goodput = Annotated[
    float | None, typer.Option(min=0.01, max=1, help="Whole run over running; 1: whole-run MFU.")
]
Continued = Annotated[bool, typer.Option("--continued", help="Continue an existing model.")]
Project = Annotated[bool, typer.Option("--project", help="Count the runs round the final one.")]


def command(
    params: Params = None,
    tokens: Tokens = None,
    compute_optimal: Optimal = False,
    active_params: Active = None,
    arch: Annotated[Arch, typer.Option(help="Architecture.")] = Arch.decoder,
    gpu: Accelerator = None,
    n_gpus: Count = None,
    seq_len: Sequence = 2048,
    precision: Annotated[Precision | None, typer.Option(help="Number format.")] = None,
    mfu: Measured = None,
    tokens_per_s: Speed = None,
    goodput: Goodput = None,
    continued: Continued = False,
    project: Project = False,
    plan: HowPaid = Plan.on_demand,
    region: Place = "World",
    as_of: AsOf = None,
    knowledge: KnowledgePath = None,
    samples: Samples = 500,
    seed: Seed = 0,
    output_format: Written = Format.terminal,
    output: Output = None,
) -> None:
    """Accelerator-hours, time, money and energy of a pretraining run."""
    from llmchoose.estimate.pretraining import Run, estimate_pretraining
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.report.calculators import pretrain as page

    if (tokens is None) != compute_optimal:
        raise InputError((Problem("give either --tokens or --compute-optimal"),))
    known, day = load_knowledge(knowledge), read_day(as_of)
    run = Run(
        read_params("--params", params) or 0.0,
        read_tokens("--tokens", tokens),
        read_params("--active-params", active_params),
        arch.value,
        gpu,
        n_gpus,
        seq_len,
        precision.value if precision else None,
        mfu,
        tokens_per_s,
        goodput,
        continued,
        project,
        plan.value,
        region,
    )
    result = sentence(
        lambda: estimate_pretraining(
            run, known, day=day.isoformat() if day else None, seed=seed, samples=samples
        )
    )
    show = page.render_json if output_format is Format.json else page.render_terminal
    write(show(result), output)

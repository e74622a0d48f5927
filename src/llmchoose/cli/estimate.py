"""llmchoose estimate: the calculators on their own."""

from enum import StrEnum
from typing import Annotated

import typer

from llmchoose.cli.options import AsOf, KnowledgePath, Output, Samples, Seed, read_day, write
from llmchoose.errors import InputError, Problem

# Below and above this nobody has trained anything: a missing letter, or a slip.
LEAST, MOST = 1e5, 1e15

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Calculators: pretrain so far.")


class Format(StrEnum):
    """Formats of a calculator's result."""

    terminal = "terminal"
    json = "json"


class Plan(StrEnum):
    """How accelerators are paid for."""

    on_demand = "on_demand"
    reserved_1y = "reserved_1y"
    reserved_3y = "reserved_3y"
    spot = "spot"
    marketplace = "marketplace"
    owned = "owned"


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


@app.callback()
def _calculators() -> None:
    """Keep `pretrain` a sub-command while it is the only one."""


Tokens = Annotated[str | None, typer.Option(help="Tokens seen, repeats counted: 1.4T.")]
Optimal = Annotated[bool, typer.Option("--compute-optimal", help="Take 20 tokens a parameter.")]
Active = Annotated[str | None, typer.Option(help="Parameters working on a token (MoE).")]
Count = Annotated[int | None, typer.Option(min=1, max=10_000_000, help="Accelerators.")]
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
HowPaid = Annotated[Plan, typer.Option("--plan", help="How accelerators are paid for.")]
Written = Annotated[Format, typer.Option("--format", "-f", help="How it is written.")]


@app.command("pretrain")
def pretrain(
    params: Annotated[str, typer.Option(help="Parameters, such as 65B.")],
    tokens: Tokens = None,
    compute_optimal: Optimal = False,
    active_params: Active = None,
    arch: Annotated[Arch, typer.Option(help="Architecture.")] = Arch.decoder,
    gpu: Annotated[str | None, typer.Option(help="Accelerator (A100-80GB if out).")] = None,
    n_gpus: Count = None,
    seq_len: Sequence = 2048,
    precision: Annotated[Precision | None, typer.Option(help="Number format.")] = None,
    mfu: Measured = None,
    tokens_per_s: Speed = None,
    goodput: Goodput = None,
    continued: Continued = False,
    project: Project = False,
    plan: HowPaid = Plan.on_demand,
    region: Annotated[str, typer.Option(help="Country or cloud region.")] = "World",
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
    from llmchoose.report import pretraining

    if (tokens is None) != compute_optimal:
        raise InputError((Problem("give either --tokens or --compute-optimal"),))
    known, day = load_knowledge(knowledge), read_day(as_of)
    run = Run(
        _count("--params", params, "parameters"),
        _maybe("--tokens", tokens, "tokens"),
        _maybe("--active-params", active_params, "parameters"),
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
    try:
        result = estimate_pretraining(
            run, known, day=day.isoformat() if day else None, seed=seed, samples=samples
        )
    except ValueError as error:
        raise InputError((Problem(str(error)),)) from error
    show = pretraining.render_json if output_format is Format.json else pretraining.render_terminal
    write(show(result), output)


def _maybe(option: str, text: str | None, unit: str) -> float | None:
    return None if text is None else _count(option, text, unit)


def _count(option: str, text: str, unit: str) -> float:
    from llmchoose.quantity import parse_quantity

    try:
        quantity = parse_quantity(text, unit, unit, bytes_per_token=4.0, usd_per={})
    except ValueError as error:
        raise InputError((Problem(f"{option}: {error}"),)) from error
    if not quantity.exact or not LEAST <= quantity.low <= MOST:
        raise InputError((Problem(f"{option}: give one number from 100k to 1000T, such as 65B"),))
    return quantity.low

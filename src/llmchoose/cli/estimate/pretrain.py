"""llmchoose estimate pretrain: one pretraining run, or the cheapest that meets a limit."""

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


class Arch(StrEnum):
    """Architectures."""

    decoder = "decoder"
    encoder = "encoder"
    encoder_decoder = "encoder_decoder"


# A slip of the pen lies outside of these.
SHARES, SPEEDS, DAYS, DOLLARS = (0.001, 1.0), (0.001, 1e9), (0.01, 36500.0), (1.0, 1e12)

Accelerators = Annotated[
    str | None,
    typer.Option("--gpu", help="Accelerator (A100-80GB; all, with a deadline or budget)."),
]
Tokens = Annotated[str | None, typer.Option(help="Tokens seen, repeats counted: 1.4T.")]
Optimal = Annotated[bool, typer.Option("--compute-optimal", help="Take 20 tokens a parameter.")]
Built = Annotated[Arch | None, typer.Option(help="Architecture (that of --model, else decoder).")]
Sequence = Annotated[int, typer.Option(min=1, max=100_000_000, help="Tokens in a sequence.")]
Computed = Annotated[
    str | None,
    typer.Option(help="Number format: bf16, fp16, fp8 or fp32 (what the card is best at)."),
]
Measured = Annotated[
    str | None, typer.Option(help="Measured utilisation while running, as papers report it: 0.45.")
]
Speed = Annotated[
    str | None, typer.Option(help="Measured tokens a second of one accelerator: 380.")
]
Goodput = Annotated[
    str | None, typer.Option(help="Whole run over running; 1: --mfu is of the whole run.")
]
Continued = Annotated[bool, typer.Option("--continued", help="Continue an existing model.")]
Project = Annotated[bool, typer.Option("--project", help="Count the runs round the final one.")]
Deadline = Annotated[
    str | None, typer.Option(help="Find the cheapest hardware that is done in time: 6w.")
]
Budget = Annotated[
    str | None, typer.Option(help="Find the cheapest hardware that costs no more: '$2M'.")
]


def command(
    params: Params = None,
    tokens: Tokens = None,
    compute_optimal: Optimal = False,
    active_params: Active = None,
    model: Model = None,
    arch: Built = None,
    gpu: Accelerators = None,
    n_gpus: Count = None,
    seq_len: Sequence = 2048,
    precision: Computed = None,
    mfu: Measured = None,
    tokens_per_s: Speed = None,
    goodput: Goodput = None,
    continued: Continued = False,
    project: Project = False,
    deadline: Deadline = None,
    budget: Budget = None,
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
    """Accelerator-hours, time, money and energy of a pretraining run."""
    from llmchoose.estimate.pretrain.calculator import estimate_pretraining
    from llmchoose.estimate.pretrain.job import Run
    from llmchoose.report.calculators import pretrain as page

    known, day = prepare(knowledge, as_of, output)
    run = Run(
        params=read_params("--params", params),
        tokens=_tokens(tokens, compute_optimal),
        active_params=read_params("--active-params", active_params),
        arch=arch.value if arch else None,
        gpu=gpu,
        n_gpus=n_gpus,
        seq_len=seq_len,
        precision=precision,
        mfu=_share("--mfu", mfu, "0.45"),
        tokens_per_s=read_number("--tokens-per-s", tokens_per_s, "count", "tokens", SPEEDS, "380"),
        goodput=_share("--goodput", goodput, "0.77"),
        continued=continued,
        project=project,
        plan=plan.value,
        region=region,
        model=model,
        deadline_days=read_number("--deadline", deadline, "duration", "days", DAYS, "6w"),
        budget_usd=read_number("--budget", budget, "money", "USD", DOLLARS, "'$2M'"),
    )
    answer(
        partial(estimate_pretraining, run, known, day=day, seed=seed, samples=samples),
        partial(page.render_json, explain=explain),
        partial(page.render_terminal, explain=explain),
        output_format,
        output,
    )


def _share(option: str, text: str | None, example: str) -> float | None:
    return read_number(option, text, "fraction", "fraction", SHARES, example)


def _tokens(text: str | None, optimal: bool) -> float | None:
    if (text is None) != optimal:
        raise InputError((Problem("give either --tokens or --compute-optimal"),))
    return read_tokens("--tokens", text)

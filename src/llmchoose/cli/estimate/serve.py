"""llmchoose estimate serve: weights of one's own on accelerators, against others' prices."""

from functools import partial
from typing import Annotated

import typer

from llmchoose.cli.estimate.answer import answer, prepare
from llmchoose.cli.estimate.options import (
    Accelerator,
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
)
from llmchoose.cli.options import SAMPLES, AsOf, KnowledgePath, Output, Samples, Seed

LENGTHS, TOGETHER, RATES, TIMES = (1.0, 1e8), (1.0, 1e8), (1e-6, 1e7), (1e-5, 1e5)
MANY = ("max", "inf", "offline", "saturation", "saturated")
SECONDS_PER_DAY = 86400.0

Weights = Annotated[str, typer.Option("--precision", help="bf16, fp16, fp8, fp4, int8, int4.")]
Read = Annotated[str, typer.Option("--input-len", help="Tokens read in a request.")]
Answer = Annotated[str, typer.Option("--output-len", help="Tokens written in a request.")]
Together = Annotated[
    str, typer.Option("--concurrency", help="Requests beside each other on a copy, or max.")
]
Rate = Annotated[
    str | None, typer.Option("--requests-per-second", help="Peak to be carried by replicas.")
]
First = Annotated[str | None, typer.Option("--ttft", help="Longest time to the first token: 1s.")]
Between = Annotated[str | None, typer.Option("--tpot", help="Longest between tokens: 50ms.")]
Software = Annotated[
    str, typer.Option("--engine", help="vllm, trtllm, sglang, lmdeploy, exllamav2, hf or litgpt.")
]
Versus = Annotated[str | None, typer.Option(help="API model to be held against.")]
Tensor = Annotated[
    int | None, typer.Option(min=1, max=10_000, help="Accelerators that share each matrix.")
]
Stages = Annotated[
    int | None, typer.Option(min=1, max=10_000, help="Groups of layers one behind another.")
]


def command(
    params: Params = None,
    active_params: Active = None,
    model: Model = None,
    gpu: Accelerator = None,
    n_gpus: Count = None,
    precision: Weights = "bf16",
    input_len: Read = "512",
    output_len: Answer = "256",
    concurrency: Together = "max",
    requests_per_second: Rate = None,
    ttft: First = None,
    tpot: Between = None,
    engine: Software = "vllm",
    versus: Versus = None,
    tensor_parallel: Tensor = None,
    pipeline_parallel: Stages = None,
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
    """Throughput, latency, memory, replicas and money of serving weights of one's own."""
    from llmchoose.estimate.serve.calculator import estimate_deployment
    from llmchoose.estimate.serve.service import Service
    from llmchoose.report.calculators import serve as page

    known, day = prepare(knowledge, as_of, output)
    service = Service(
        params=read_params("--params", params),
        active_params=read_params("--active-params", active_params),
        model=model,
        gpu=gpu,
        n_gpus=n_gpus,
        precision=precision,
        input_len=_tokens("--input-len", input_len),
        output_len=_tokens("--output-len", output_len),
        concurrency=_beside(concurrency),
        requests_per_second=_per_second(requests_per_second),
        ttft_s=_seconds("--ttft", ttft, "1s"),
        tpot_s=_seconds("--tpot", tpot, "50ms"),
        engine=engine,
        versus=versus,
        tensor_parallel=tensor_parallel,
        pipeline_parallel=pipeline_parallel,
        plan=plan.value,
        region=region,
    )
    answer(
        partial(estimate_deployment, service, known, day=day, seed=seed, samples=samples),
        page.render_json,
        partial(page.render_terminal, explain=explain),
        output_format,
        output,
    )


def _tokens(option: str, text: str) -> float:
    return read_number(option, text, "tokens", "tokens", LENGTHS, "2048") or 0.0


def _beside(text: str) -> float | None:
    """Requests beside each other; None for as many as memory holds."""
    if text.strip().lower() in MANY:
        return None
    return read_number("--concurrency", text, "count", "requests", TOGETHER, "64, or max")


def _per_second(text: str | None) -> float | None:
    """A rate; a bare number is a second's, another period is named: 20, 20/s, 1M/day."""
    if text is None or "/" not in text:
        return read_number("--requests-per-second", text, "count", "requests", RATES, "20")
    limits = (RATES[0] * SECONDS_PER_DAY, RATES[1] * SECONDS_PER_DAY)
    found = read_number("--requests-per-second", text, "rate", "requests", limits, "20/s")
    return None if found is None else found / SECONDS_PER_DAY


def _seconds(option: str, text: str | None, example: str) -> float | None:
    return read_number(option, text, "duration", "s", TIMES, example)

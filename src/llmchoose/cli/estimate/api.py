"""llmchoose estimate api: what requests to a hosted model cost a month."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.cli.estimate.answer import answer, prepare
from llmchoose.cli.estimate.options import Explained, Format, Written, read_amount
from llmchoose.cli.options import SAMPLES, AsOf, KnowledgePath, Output, Samples, Seed

if TYPE_CHECKING:
    from llmchoose.quantity import Quantity

# The estimate knows the limits of a request and says them; these only stop slips of the pen.
TOKENS = (0.0, 1e9)
REQUESTS = (0.0, 1e12)
SHOTS = (0.0, 1e6)

Name = Annotated[
    str, typer.Option("--model", help="An API model, or open weights that somebody hosts.")
]
Traffic = Annotated[str, typer.Option(help="Requests a day, or with their period: 1M/month.")]
Read = Annotated[str, typer.Option(help="Tokens of a request, examples and passages left out.")]
Wrote = Annotated[str, typer.Option(help="Tokens of an answer that are shown.")]
Cached = Annotated[
    str | None, typer.Option(help="Share of all input that comes from the cache: 50%.")
]
Batch = Annotated[bool, typer.Option("--batch", help="Sent as batch jobs, answered within a day.")]
Shots = Annotated[str | None, typer.Option(help="Worked examples in each request.")]
Example = Annotated[str | None, typer.Option(help="Tokens of one such example.")]
Retrieved = Annotated[str | None, typer.Option(help="Tokens of passages put into each request.")]
Reasoning = Annotated[
    str | None, typer.Option(help="Hidden tokens before each answer, billed as output.")
]


def command(
    model: Name,
    requests: Traffic,
    input_tokens: Read,
    output_tokens: Wrote,
    cached: Cached = None,
    batch: Batch = False,
    shots: Shots = None,
    tokens_per_shot: Example = None,
    retrieved_tokens: Retrieved = None,
    reasoning_tokens: Reasoning = None,
    as_of: AsOf = None,
    knowledge: KnowledgePath = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    explain: Explained = False,
    output_format: Written = Format.terminal,
    output: Output = None,
) -> None:
    """Dollars a month and a request at the provider's prices of the day; ranges as 0.5M..2M."""
    from llmchoose.estimate.api.calculator import NOTHING, Requests, estimate_api
    from llmchoose.report.calculators import api as page

    known, day = prepare(knowledge, as_of, output)
    request = Requests(
        model,
        read_amount("--requests", requests, "rate", "requests/day", REQUESTS, "1M/month"),
        _tokens("--input-tokens", input_tokens) or NOTHING,
        _tokens("--output-tokens", output_tokens) or NOTHING,
        _maybe("--cached", cached, "fraction", "fraction", (0.0, 1.0), "50%") or NOTHING,
        batch,
        _maybe("--shots", shots, "count", "examples", SHOTS, "5") or NOTHING,
        _tokens("--tokens-per-shot", tokens_per_shot),
        _tokens("--retrieved-tokens", retrieved_tokens) or NOTHING,
        _tokens("--reasoning-tokens", reasoning_tokens) or NOTHING,
    )
    answer(
        partial(estimate_api, request, known, day=day, seed=seed, samples=samples),
        partial(page.render_json, explain=explain),
        partial(page.render_terminal, explain=explain),
        output_format,
        output,
    )


def _maybe(
    option: str,
    text: str | None,
    dimension: str,
    unit: str,
    limits: tuple[float, float],
    example: str,
) -> "Quantity | None":
    return None if text is None else read_amount(option, text, dimension, unit, limits, example)


def _tokens(option: str, text: str | None) -> "Quantity | None":
    return _maybe(option, text, "tokens", "tokens", TOKENS, "800")

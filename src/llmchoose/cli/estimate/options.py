"""Options that the calculators share, and reading their numbers."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.errors import InputError, Problem, quoted

if TYPE_CHECKING:
    from llmchoose.quantity import Quantity

# Below and above these nobody has trained anything: a missing letter, or a slip.
MODEL_SIZES = (1e5, 1e15)
TEXT_SIZES = (1.0, 1e15)


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


Params = Annotated[
    str | None, typer.Option(help="Parameters, such as 65B; left out: those of --model.")
]
Active = Annotated[
    str | None, typer.Option(help="Parameters working on a token (mixture of experts).")
]
Model = Annotated[str | None, typer.Option(help="An open model: its size and shape.")]
Accelerator = Annotated[str | None, typer.Option("--gpu", help="Accelerator (A100-80GB if out).")]
Count = Annotated[int | None, typer.Option(min=1, max=10_000_000, help="Accelerators.")]
HowPaid = Annotated[Plan, typer.Option("--plan", help="How accelerators are paid for.")]
Place = Annotated[str, typer.Option(help="Country or cloud region.")]
Written = Annotated[Format, typer.Option("--format", "-f", help="How it is written.")]
Explained = Annotated[bool, typer.Option("--explain", help="Show every factor and its source.")]


def read_amount(
    option: str, text: str, dimension: str, unit: str, limits: tuple[float, float], example: str
) -> "Quantity":
    """A number or a range, written as people write it.

    Args:
        option: Name of the option, for messages.
        text: What was given.
        dimension: Such as parameters, tokens, count, fraction, money, rate, duration.
        unit: Unit of the result, and of a bare number where one is allowed.
        limits: Smallest and greatest value that make sense.
        example: What a right answer looks like.

    Raises:
        InputError: It is no quantity of that kind, or outside of what makes sense.
    """
    from llmchoose.quantity import parse_quantity

    dollars = {"USD": 1.0, "$": 1.0}
    try:
        quantity = parse_quantity(text, dimension, unit, bytes_per_token=4.0, usd_per=dollars)
    except ValueError as error:
        raise InputError((Problem(f"{option}: {error}"),)) from error
    if not limits[0] <= quantity.low <= quantity.high <= limits[1]:
        message = f"{option}: {quoted(text)} is out of reach"
        raise InputError((Problem(message, hint=f"give something like {example}"),))
    return quantity


def read_number(
    option: str,
    text: str | None,
    dimension: str,
    unit: str,
    limits: tuple[float, float],
    example: str,
) -> float | None:
    """One exact number; None stays None.

    Raises:
        InputError: It is no number of that kind, a range, or outside of what makes sense.
    """
    if text is None:
        return None
    quantity = read_amount(option, text, dimension, unit, limits, example)
    if not quantity.exact:
        raise InputError((Problem(f"{option}: give one number, such as {example}"),))
    return quantity.low


def read_params(option: str, text: str | None) -> float | None:
    """Parameters of a model, such as 65B."""
    return read_number(option, text, "parameters", "parameters", MODEL_SIZES, "65B")


def read_tokens(option: str, text: str | None) -> float | None:
    """Tokens of a training run, such as 1.4T."""
    return read_number(option, text, "tokens", "tokens", TEXT_SIZES, "1.4T")

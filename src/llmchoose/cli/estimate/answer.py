"""What every calculator's command does before its request is read, and after."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from llmchoose.cli.estimate.options import Format
from llmchoose.cli.options import read_day, refuse_overwriting, sentence, write

if TYPE_CHECKING:
    from llmchoose.knowledge.load import Knowledge

Result = TypeVar("Result")


def prepare(
    knowledge: str | None, as_of: str | None, output: str | None
) -> "tuple[Knowledge, str | None]":
    """The knowledge with the user's rows, and the ISO day asked for.

    Raises:
        InputError: The rows or the day are wrong, or the output would overwrite the rows.
    """
    from llmchoose.knowledge.load import load_knowledge

    refuse_overwriting(output, [knowledge], "the knowledge")
    known, day = load_knowledge(knowledge), read_day(as_of)
    return known, day.isoformat() if day else None


def answer(
    estimate: Callable[[], Result],
    as_json: Callable[[Result], str],
    as_text: Callable[[Result], str],
    output_format: Format,
    output: str | None,
) -> None:
    """Estimate, and write the result in the format asked for.

    Raises:
        InputError: The request is wrong or impossible, or the output cannot be written.
    """
    result = sentence(estimate)
    show = as_json if output_format is Format.json else as_text
    write(show(result), output)

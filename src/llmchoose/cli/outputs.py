"""Several formats of one result at once, each to its file or to standard output."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmchoose.cli.options import checked_target, format_called, write
from llmchoose.errors import InputError, Problem, quoted

DEFAULT = "terminal"
# Lines that a runner picks out of whatever else stands on standard output.
BESIDE_OTHERS = ("github",)


@dataclass(frozen=True)
class Output:
    """One format, and the file it goes to; None is standard output."""

    name: str
    renderer: Any
    file: str | None


def outputs_of(asked: list[str] | None, folder: Path) -> list[Output]:
    """Formats as they were asked for: `json`, `sarif=out.sarif`.

    Raises:
        InputError: One is no format, its file cannot be written, or two want the same place.
    """
    found = [_output(one, folder) for one in asked or [DEFAULT]]
    shown = [one.name for one in found if one.file is None and one.name not in BESIDE_OTHERS]
    if len(shown) > 1:
        hint = f"write one to a file: --format {shown[1]}=FILE"
        message = f"--format: {' and '.join(shown)} cannot both go to standard output"
        raise InputError((Problem(message, hint=hint),))
    files = [Path(one.file).resolve() for one in found if one.file is not None]
    twice = next((file for file in files if files.count(file) > 1), None)
    if twice is not None:
        raise InputError((Problem(f"--format: two formats are to be written to {twice}"),))
    return found


def _output(asked: str, folder: Path) -> Output:
    name, equals, file = asked.partition("=")
    renderer = format_called(name, folder)
    if equals and not file:
        raise InputError((Problem(f"--format: {quoted(asked)} names no file"),))
    if file:
        checked_target(file)
    return Output(name, renderer, file or None)


def write_all(outputs: list[Output], result: Any) -> None:
    """Write every format; one that cannot be written does not keep the others back.

    Raises:
        InputError: Those that could not be written.
    """
    problems: list[Problem] = []
    for one in outputs:
        try:
            write(one.renderer.render(result, plain=one.file is not None), one.file)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)

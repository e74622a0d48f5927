"""Options that several commands share, and reading and writing what they name."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, TypeVar

import typer

from llmchoose.errors import InputError, Problem

if TYPE_CHECKING:
    from llmchoose.knowledge.load import Knowledge
    from llmchoose.profile.model import Profile

Result = TypeVar("Result")

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="Judge by what could be had on this day: YYYY, YYYY-MM or YYYY-MM-DD.",
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Change a field of the profile, or weight:ID of the rulebook; may be repeated.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the draws.")]
SAMPLES = 500
Samples = Annotated[int, typer.Option(min=50, max=100_000, help="Number of draws.")]
KnowledgePath = Annotated[
    str | None,
    typer.Option(
        "--knowledge",
        metavar="PATH",
        help="A table (rents.csv, factors.csv …) or a folder of them with rows of your own.",
    ),
]
RulebookPath = Annotated[
    str | None,
    typer.Option(
        "--rulebook", metavar="FILE", help="A rulebook of your own: whole, or what it changes."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to a file instead of standard output."
    ),
]


def read_day(text: str | None, option: str = "--as-of") -> date | None:
    """Read a day the way profiles spell it.

    Raises:
        InputError: It is no day.
    """
    if text is None:
        return None
    from llmchoose.profile.load import parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise InputError((Problem(f"{option}: {error}"),)) from error


def read_profile(path: str, knowledge: "Knowledge", changes: list[str]) -> "Profile":
    """Read a profile file, `-` for standard input, and apply `--set`.

    Raises:
        InputError: The file or a change is wrong; every mistake is named.
    """
    from llmchoose.profile.load import load_profile, parse_profile, set_value

    if path == "-":
        profile = parse_profile(sys.stdin.buffer.read(), "<stdin>", knowledge)
    else:
        profile = load_profile(path, knowledge)
    for change in changes:
        profile = set_value(profile, change, knowledge)
    return profile


def format_called(name: str, folder: Path) -> Any:
    """The module of a format: a file of that name in a folder of formats of the report.

    Raises:
        InputError: There is none.
    """
    from importlib import import_module

    from llmchoose.errors import did_you_mean, one_of, quoted

    names = sorted(file.stem for file in folder.glob("[!_]*.py"))
    if name not in names:
        hint = did_you_mean(name, names) or f"formats are {one_of(names)}"
        raise InputError((Problem(f"--format: {quoted(name)} is no format", hint=hint),))
    return import_module(f"llmchoose.report.{folder.name}.{name}")


def sentence(estimate: Callable[[], Result]) -> Result:
    """Run an estimate; what it refuses becomes a message.

    Raises:
        InputError: The request is wrong or impossible.
    """
    try:
        return estimate()
    except ValueError as error:
        raise InputError((Problem(str(error)),)) from error


def write(text: str, output: str | None) -> None:
    """Write to standard output, or to a file that appears whole or not at all.

    Raises:
        InputError: The folder does not exist or cannot be written.
    """
    if output is None:
        show(text, sys.stdout)
        return
    target = checked_target(output)
    try:
        _replace(target, text) if target.is_file() or not target.exists() else _into(target, text)
    except OSError as error:
        raise InputError((Problem(f"cannot write {output}: {error.strerror}"),)) from error


def show(text: str, out: TextIO) -> None:
    """Write to a stream; one of another coding gets a question mark for what it cannot show."""
    coding = out.encoding or "utf-8"
    out.write(text.encode(coding, "replace").decode(coding))
    out.flush()


def checked_target(output: str) -> Path:
    """The file that an output will be written to.

    Raises:
        InputError: It is a folder, or its folder does not exist.
    """
    try:
        target = Path(output).resolve()
    except (OSError, RuntimeError) as error:
        raise InputError((Problem(f"{output} is a link that leads nowhere"),)) from error
    if target.is_dir():
        raise InputError((Problem(f"{output or 'nothing'} is a folder; name a file in it"),))
    if not target.parent.is_dir():
        hint = "create it first, or name another file"
        raise InputError((Problem(f"the folder {target.parent} does not exist", hint=hint),))
    return target


def refuse_overwriting(
    output: str | None, inputs: Sequence[str | None], what: str = "the profile"
) -> None:
    """Refuse an output that is one of the inputs.

    Raises:
        InputError: It is.
    """
    if output is None:
        return
    target = os.path.realpath(output)
    for path in inputs:
        if path is None:
            continue
        own = os.path.realpath(path)
        if target == own or (os.path.isdir(own) and os.path.dirname(target) == own):
            hint = "name another file"
            raise InputError((Problem(f"{output} would overwrite {what}", hint=hint),))


def _replace(target: Path, text: str) -> None:
    data = text.encode("utf-8", "replace")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        os.replace(name, target)
    except OSError:
        os.unlink(name)
        raise


def _into(target: Path, text: str) -> None:
    """Write into what is no regular file, such as a named pipe: it cannot be replaced."""
    target.write_bytes(text.encode("utf-8", "replace"))

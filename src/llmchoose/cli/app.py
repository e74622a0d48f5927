"""The command line: commands, the one error handler, exit codes.

0 done; 1 a check found something, or a cost rose too far; 2 the input or the call is wrong (a
message on standard error, nothing written).
"""

import os
import sys
from typing import ClassVar, NoReturn

import typer

from llmchoose.cli.lazy import LazyGroup
from llmchoose.errors import InputError, quoted, show_problem

WRONG_INPUT = 2
INTERRUPTED = 130
READER_GONE = 141


class Commands(LazyGroup):
    """The commands, one file each."""

    modules: ClassVar[dict[str, str]] = {
        name: f"llmchoose.cli.{name}"
        for name in (
            "assess",
            "ask",
            "check",
            "diff",
            "explain",
            "sweep",
            "estimate",
            "backtest",
            "init",
            "schema",
        )
    }


app = typer.Typer(
    name="llmchoose",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Says whether an LLM project should prompt, retrieve, tune or train, what each way "
    "costs, why, and how sure it is.",
)


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", "-V", help="Print the version and stop."),
) -> None:
    if version:
        from llmchoose import __version__

        typer.echo(f"llmchoose {__version__}")
        raise typer.Exit


def run() -> NoReturn:
    """Run the command line; every expected failure ends in a sentence and an exit code."""
    code = _outcome()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = READER_GONE
    except OSError as error:
        code = _cannot_write(error)
    # Taking the interpreter down object by object takes a fifth of a short run, for nothing.
    os._exit(code)


def _cannot_write(error: OSError) -> int:
    sys.stderr.write(f"error: cannot write the result: {error.strerror}\n")
    sys.stderr.flush()
    return WRONG_INPUT


def _cannot_use(error: OSError) -> int:
    sys.stderr.write(f"error: cannot use {quoted(str(error.filename))}: {error.strerror}\n")
    sys.stderr.flush()
    return WRONG_INPUT


def _outcome() -> int:
    try:
        app(prog_name="llmchoose")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except InputError as error:
        sys.stderr.write("\n".join(show_problem(problem) for problem in error.problems) + "\n")
        sys.stderr.flush()
        return WRONG_INPUT
    except BrokenPipeError:
        return READER_GONE
    except OSError as error:
        return _cannot_write(error) if error.filename is None else _cannot_use(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0

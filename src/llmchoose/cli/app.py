"""The command line: commands, the one error handler, exit codes.

0 done; 2 the input or the call is wrong (a message on standard error, nothing written).
"""

import os
import signal
import sys

import typer

from llmchoose.cli import assess, estimate, init, schema
from llmchoose.errors import InputError, show_problem

WRONG_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="llmchoose",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Says whether an LLM project should prompt, retrieve, tune or train, what each way "
    "costs, why, and how sure it is.",
)
app.command("assess")(assess.command)
app.command("init")(init.command)
app.command("schema")(schema.command)
app.add_typer(estimate.app, name="estimate")


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", "-V", help="Print the version and stop."),
) -> None:
    if version:
        from llmchoose import __version__

        typer.echo(f"llmchoose {__version__}")
        raise typer.Exit


def run() -> None:
    """Run the command line; every expected failure ends in a sentence and an exit code."""
    try:
        app(prog_name="llmchoose")
    except InputError as error:
        sys.stdout.flush()
        sys.stderr.write("\n".join(show_problem(problem) for problem in error.problems) + "\n")
        sys.exit(WRONG_INPUT)
    except BrokenPipeError:
        _leave_quietly()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _leave_quietly() -> None:
    """The reader has gone: nothing that is still buffered may raise again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(128 + signal.SIGPIPE)

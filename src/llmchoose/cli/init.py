"""llmchoose init: a commented starter profile."""

from pathlib import Path
from typing import Annotated

import typer

from llmchoose.cli.options import write
from llmchoose.errors import InputError, Problem


def command(
    profile: Annotated[
        str,
        typer.Argument(
            metavar="[PROFILE]",
            help="File to write; - writes to standard output.",
        ),
    ] = "profile.yaml",
) -> None:
    """Write a commented starter profile; an existing file is left alone."""
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.profile.starter import starter

    text = starter(load_knowledge().fields)
    if profile == "-":
        write(text, None)
        return
    if Path(profile).exists():
        hint = "name another file, or delete it first"
        raise InputError((Problem(f"{profile} exists and is left as it is", hint=hint),))
    write(text, profile)
    typer.echo(
        f"wrote {profile}; fill in what you know, then: llmchoose assess {profile}", err=True
    )

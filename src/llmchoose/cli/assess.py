"""llmchoose assess: the recommendation for one or more profiles."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.cli.options import (
    AsOf,
    KnowledgePath,
    Output,
    Samples,
    Seed,
    read_day,
    read_profile,
    refuse_overwriting,
    write,
)

if TYPE_CHECKING:
    from llmchoose.assessment import Assessment
    from llmchoose.errors import Problem
    from llmchoose.profile.model import Profile


class Format(StrEnum):
    """Report formats."""

    terminal = "terminal"
    json = "json"
    markdown = "markdown"


def command(
    profiles: Annotated[
        list[str],
        typer.Argument(metavar="PROFILE...", help="Profile files; - reads standard input."),
    ],
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="How the report is written.")
    ] = Format.terminal,
    output: Output = None,
    as_of: AsOf = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Change one field of the profile; may be repeated.",
        ),
    ] = None,
    samples: Samples = 500,
    seed: Seed = 0,
    rulebook: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A rulebook of your own instead of the shipped one."),
    ] = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Recommend prompt, rag, tuning or training for a project, with costs, reasons and sources."""
    from llmchoose.assessment import assess
    from llmchoose.errors import InputError
    from llmchoose.knowledge.load import load_knowledge

    refuse_overwriting(output, profiles)
    known, day = load_knowledge(knowledge, rulebook), read_day(as_of)
    read: list[Profile] = []
    problems: list[Problem] = []
    for path in profiles:
        try:
            read.append(read_profile(path, known, changes or []))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(tuple(problems))
    reports = [assess(one, known, as_of=day, seed=seed, samples=samples) for one in read]
    write(_render(output_format, reports, to_file=output is not None), output)


def _render(output_format: Format, reports: list["Assessment"], *, to_file: bool) -> str:
    if output_format is Format.json:
        from llmchoose.report import json

        return json.render_all(reports)
    if output_format is Format.markdown:
        from llmchoose.report import markdown

        return markdown.render_all(reports)
    from llmchoose.report import terminal

    return terminal.render_all(reports, plain=to_file)

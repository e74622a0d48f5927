"""llmchoose assess: the recommendation for one or more profiles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.cli.options import (
    SAMPLES,
    AsOf,
    Changes,
    KnowledgePath,
    Output,
    RulebookPath,
    Samples,
    Seed,
    format_called,
    read_day,
    read_profile,
    refuse_overwriting,
    write,
)

if TYPE_CHECKING:
    from llmchoose.errors import Problem
    from llmchoose.profile.model import Profile

# A file in this folder is a format of its name.
FORMATS = Path(__file__).parents[1] / "report" / "formats"


def command(
    profiles: Annotated[
        list[str],
        typer.Argument(metavar="PROFILE...", help="Profile files; - reads standard input."),
    ],
    output_format: Annotated[
        str, typer.Option("--format", "-f", help="terminal, json or markdown.")
    ] = "terminal",
    output: Output = None,
    as_of: AsOf = None,
    changes: Changes = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    rulebook: RulebookPath = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Recommend prompt, rag, tuning or training for a project, with costs, reasons and sources."""
    from llmchoose.assessment import assess
    from llmchoose.errors import InputError
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.knowledge.weights import reweighted, split_changes

    renderer = format_called(output_format, FORMATS)
    refuse_overwriting(output, profiles)
    refuse_overwriting(output, (knowledge, rulebook), "the knowledge")
    weights, answers = split_changes(changes or [])
    known, day = reweighted(load_knowledge(knowledge, rulebook), weights), read_day(as_of)
    read: list[Profile] = []
    problems: list[Problem] = []
    for path in profiles:
        try:
            read.append(read_profile(path, known, answers))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(tuple(problems))
    reports = [assess(one, known, as_of=day, seed=seed, samples=samples) for one in read]
    write(renderer.render_all(reports, plain=output is not None), output)

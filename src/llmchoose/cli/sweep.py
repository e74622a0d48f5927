"""llmchoose sweep: where the recommendation changes as one or two inputs move."""

from typing import Annotated

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
    read_day,
    read_profile,
    refuse_overwriting,
    write,
)


def command(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Profile; - reads stdin.")],
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=A..B...",
            help="One or two inputs: a range, or answers with commas between.",
        ),
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
    """Show what is recommended as one or two inputs move, and where that changes."""
    from llmchoose.errors import InputError, Problem, did_you_mean, one_of, quoted
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.knowledge.weights import reweighted, split_changes
    from llmchoose.report.sweep import RENDERERS
    from llmchoose.sweep import sweep

    if output_format not in RENDERERS:
        hint = did_you_mean(output_format, RENDERERS) or f"formats are {one_of(list(RENDERERS))}"
        raise InputError((Problem(f"--format: {quoted(output_format)} is no format", hint=hint),))
    refuse_overwriting(output, (profile,))
    refuse_overwriting(output, (knowledge, rulebook), "the knowledge")
    weights, answers = split_changes(changes or [])
    known = reweighted(load_knowledge(knowledge, rulebook), weights)
    read = read_profile(profile, known, answers)
    found = sweep(read, known, inputs, seed=seed, samples=samples, as_of=read_day(as_of))
    write(RENDERERS[output_format](found, plain=output is not None), output)

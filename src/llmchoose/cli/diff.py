"""llmchoose diff: what changed in cost, time and recommendation, and which input did it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.cli.options import (
    SAMPLES,
    AsOf,
    KnowledgePath,
    Output,
    RulebookPath,
    Samples,
    Seed,
    format_called,
    read_day,
    refuse_overwriting,
    write,
)

if TYPE_CHECKING:
    from llmchoose.assessment import Assessment
    from llmchoose.comparison.limit import Limit
    from llmchoose.comparison.review import Review
    from llmchoose.profile.model import Profile

FORMATS = Path(__file__).parents[1] / "report" / "comparison"
TOO_DEAR = 1


def command(
    profiles: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD NEW | PATH",
            help="Two profiles (- reads standard input); with --git a file, or a folder of them.",
        ),
    ],
    git: Annotated[
        str | None,
        typer.Option(
            "--git",
            metavar="BASE..HEAD",
            help="Compare two revisions of PATH; BASE... from where they parted; BASE alone with "
            "the files as they stand.",
        ),
    ] = None,
    fail_if_cost_increases: Annotated[
        str | None,
        typer.Option(
            "--fail-if-cost-increases",
            metavar="LIMIT",
            help="Exit with 1 if the middle total (p50) of what a profile proposes rises by more: "
            "10%, $5k or 0. A rise within the band is one; a new proposal is none.",
        ),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", "-f", help="terminal, json or markdown.")
    ] = "terminal",
    output: Output = None,
    as_of: AsOf = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    rulebook: RulebookPath = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Show what changed in cost, time and recommendation, and which input did it."""
    from llmchoose.assessment import assess
    from llmchoose.cli.sides import sides_of_files, sides_of_git
    from llmchoose.comparison.review import review
    from llmchoose.knowledge.load import load_knowledge

    renderer = format_called(output_format, FORMATS)
    limit = None if fail_if_cost_increases is None else _limit(fail_if_cost_increases)
    refuse_overwriting(output, profiles if git is None else _like_a_profile(output))
    refuse_overwriting(output, (knowledge, rulebook), "the knowledge")
    known, day = load_knowledge(knowledge, rulebook), read_day(as_of)
    sides = (
        sides_of_git(git, profiles, known) if git is not None else sides_of_files(profiles, known)
    )

    def side(one: "Profile | None") -> "Assessment | None":
        if one is None:
            return None
        return assess(one, known, as_of=day, seed=seed, samples=samples)

    found = review([(side(old), side(new)) for old, new in sides.pairs])
    write(renderer.render(found, several=sides.several, plain=output is not None), output)
    if limit is not None and _too_dear(found, limit):
        raise typer.Exit(TOO_DEAR)


def _like_a_profile(output: str | None) -> list[str]:
    """The output where it is called like a profile: no report is, and a folder holds many."""
    from llmchoose.profile.find import could_be_profile

    return [output] if output and could_be_profile(output) else []


def _limit(text: str) -> "Limit":
    from llmchoose.comparison.limit import read_limit
    from llmchoose.errors import InputError, Problem

    try:
        return read_limit(text)
    except ValueError as error:
        hint = "write 10%, $5k or 0"
        raise InputError((Problem(f"--fail-if-cost-increases: {error}", hint=hint),)) from error


def _too_dear(found: "Review", limit: "Limit") -> bool:
    """Say on standard error what rose above the limit."""
    from llmchoose.comparison.limit import rise_above
    from llmchoose.report.changes import limit_words

    rises = [(one, rise_above(one, limit)) for one in found.comparisons]
    said = [limit_words(one, rise, limit) for one, rise in rises if rise is not None]
    sys.stdout.flush()
    sys.stderr.write("".join(f"error: {text}\n" for text in said))
    sys.stderr.flush()
    return bool(said)

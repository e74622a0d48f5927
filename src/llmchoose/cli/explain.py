"""llmchoose explain: what an id stands for, from a number in a report to its source."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

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
    from llmchoose.assessment import Assessment
    from llmchoose.explanation.model import Explanation
    from llmchoose.knowledge.load import Knowledge

# A file in this folder is a format of its name.
FORMATS = Path(__file__).parents[1] / "report" / "explanation"

Name = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]",
        help="A criterion, gate, approach, charge, field, fact, claim, source …, or a list: "
        "criteria, gates, facts, evidence, sources …; without it all rules are listed.",
    ),
]
Here = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="A profile: show how the id came out there; - reads standard input."
    ),
]


def command(
    name: Name = None,
    output_format: Annotated[
        str, typer.Option("--format", "-f", help="terminal, json or markdown.")
    ] = "terminal",
    output: Output = None,
    profile: Here = None,
    changes: Changes = None,
    as_of: AsOf = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    rulebook: RulebookPath = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Say what an id of a report or a rule stands for, and on which sources it rests."""
    from llmchoose.explanation.lookup import explain, overview
    from llmchoose.knowledge.load import load_knowledge

    renderer = format_called(output_format, FORMATS)
    refuse_overwriting(output, (knowledge, rulebook), "the knowledge")
    refuse_overwriting(output, (profile,))
    known = load_knowledge(knowledge, rulebook)
    found = explain(" ".join(name), known) if name else overview(known)
    if profile is not None:
        found = _in_profile(found, _assessed(profile, changes or [], as_of, seed, samples, known))
    elif changes or as_of:
        _refuse(
            f"{'--set' if changes else '--as-of'} changes a profile", "name one: --profile FILE"
        )
    write(renderer.render(found, plain=output is not None), output)


def _assessed(
    profile: str,
    changes: list[str],
    as_of: str | None,
    seed: int,
    samples: int,
    known: "Knowledge",
) -> "Assessment":
    from llmchoose.assessment import assess

    read = read_profile(profile, known, changes)
    return assess(read, known, as_of=read_day(as_of), seed=seed, samples=samples)


def _in_profile(found: "Explanation", assessment: "Assessment") -> "Explanation":
    from llmchoose.outcome.sections import explained

    if not isinstance(found, tuple):
        _refuse("--profile shows how one id came out, and this is a list", "name an id of it")
    return explained(found, assessment)


def _refuse(message: str, hint: str) -> NoReturn:
    from llmchoose.errors import InputError, Problem

    raise InputError((Problem(message, hint=hint),))

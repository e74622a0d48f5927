"""llmchoose explain: what an id stands for, from a number in a report to its source."""

from pathlib import Path
from typing import Annotated

import typer

from llmchoose.cli.options import KnowledgePath, Output, format_called, refuse_overwriting, write

# A file in this folder is a format of its name.
FORMATS = Path(__file__).parents[1] / "report" / "explanation"

Name = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID]",
        help="A criterion, gate, approach, field, fact, claim, source …, or a list: criteria, "
        "gates, facts, evidence, sources …; without it all rules are listed.",
    ),
]


def command(
    name: Name = None,
    output_format: Annotated[
        str, typer.Option("--format", "-f", help="terminal, json or markdown.")
    ] = "terminal",
    output: Output = None,
    rulebook: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A rulebook of your own instead of the shipped one."),
    ] = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Say what an id of a report or a rule stands for, and on which sources it rests."""
    from llmchoose.explanation.lookup import explain, overview
    from llmchoose.knowledge.load import load_knowledge

    renderer = format_called(output_format, FORMATS)
    refuse_overwriting(output, (knowledge, rulebook), "the knowledge")
    known = load_knowledge(knowledge, rulebook)
    found = explain(" ".join(name), known) if name else overview(known)
    write(renderer.render(found, plain=output is not None), output)

"""llmchoose schema: JSON Schema for editors and other programs."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from llmchoose.cli.options import Output, write


class Schema(StrEnum):
    """Schemas that can be printed."""

    profile = "profile"


def command(
    name: Annotated[Schema, typer.Argument(help="Which schema.")],
    output: Output = None,
) -> None:
    """Print the JSON Schema of a file that llmchoose reads or writes."""
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.profile.schema import json_schema

    del name  # one schema so far
    schema = json_schema(load_knowledge().fields)
    write(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", output)

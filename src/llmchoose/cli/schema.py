"""llmchoose schema: JSON Schema for editors and other programs."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from llmchoose.cli.options import Output, write


class Schema(StrEnum):
    """Schemas that can be printed."""

    profile = "profile"
    policy = "policy"


def command(
    name: Annotated[Schema, typer.Argument(help="Which schema.")],
    output: Output = None,
) -> None:
    """Print the JSON Schema of a file that llmchoose reads or writes."""
    from llmchoose.knowledge.load import load_knowledge

    known = load_knowledge()
    if name is Schema.policy:
        from llmchoose.policy.schema import json_schema as policy_schema

        schema = policy_schema(known.policy)
    else:
        from llmchoose.profile.schema import json_schema

        schema = json_schema(known.fields)
    write(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", output)

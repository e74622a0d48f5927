"""Groups of commands of which only the one that is called is loaded."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class LazyGroup(TyperGroup):
    """Commands by name and module; a module holds a `command`, or an `app` of more of them."""

    modules: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands, in the order of the table."""
        return list(self.modules)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, loaded now; None where there is none."""
        if cmd_name not in self.modules:
            return None
        module = import_module(self.modules[cmd_name])
        if hasattr(module, "app"):
            made: Any = typer.main.get_group(module.app)
        else:
            single = typer.Typer(add_completion=False, rich_markup_mode=None)
            single.command(cmd_name)(module.command)
            made = typer.main.get_command(single)
        made.name = cmd_name
        return made

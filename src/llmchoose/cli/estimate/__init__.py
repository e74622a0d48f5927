"""llmchoose estimate: the calculators on their own, one file each."""

from typing import ClassVar

import typer

from llmchoose.cli.lazy import LazyGroup


class Calculators(LazyGroup):
    """The calculators."""

    modules: ClassVar[dict[str, str]] = {
        name: f"llmchoose.cli.estimate.{name}" for name in ("pretrain", "finetune", "serve", "api")
    }


app = typer.Typer(
    cls=Calculators,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Calculators on their own: pretrain, finetune, serve, api.",
)


@app.callback()
def _calculators() -> None:
    """Calculators on their own: pretrain, finetune, serve, api."""

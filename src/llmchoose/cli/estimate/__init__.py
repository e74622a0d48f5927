"""llmchoose estimate: the calculators on their own, one file each."""

import typer

from llmchoose.cli.estimate import pretrain

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Calculators on their own: pretrain, finetune, serve, api.",
)
app.command("pretrain")(pretrain.command)


@app.callback()
def _calculators() -> None:
    """Keep the calculators sub-commands however few there are."""

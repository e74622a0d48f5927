"""llmchoose backtest: estimates and recommendations held against what really happened."""

from enum import StrEnum
from typing import Annotated

import typer

from llmchoose.cli.options import (
    KnowledgePath,
    Output,
    checked_target,
    refuse_overwriting,
    sentence,
    write,
)
from llmchoose.errors import InputError, Problem


class Format(StrEnum):
    """Formats of the error tables."""

    terminal = "terminal"
    json = "json"
    markdown = "markdown"


class Quantity(StrEnum):
    """What is held against runs."""

    pretraining = "pretraining"
    memory = "memory"
    tuning = "tuning"
    serving = "serving"


Only = Annotated[Quantity | None, typer.Option(help="One quantity alone.")]
Runs = Annotated[
    str | None,
    typer.Option("--runs", metavar="FILE", help="A CSV of your own runs, instead of the bundled."),
]
Calibrate = Annotated[
    str | None,
    typer.Option(
        "--calibrate", metavar="FILE", help="Learn from --runs; write a table for --knowledge."
    ),
]
Decisions = Annotated[
    bool, typer.Option("--decisions", help="Hold the recommendation against real decisions.")
]
History = Annotated[
    str | None,
    typer.Option(
        "--history",
        metavar="DIR",
        help="With --decisions: a folder of your own profiles that say how it went.",
    ),
]
Listed = Annotated[bool, typer.Option("--list", help="Show every run.")]
Written = Annotated[Format, typer.Option("--format", "-f", help="How it is written.")]


def command(
    only: Only = None,
    runs: Runs = None,
    calibrate: Calibrate = None,
    decisions: Decisions = False,
    history: History = None,
    listed: Listed = False,
    knowledge: KnowledgePath = None,
    output_format: Written = Format.terminal,
    output: Output = None,
) -> None:
    """How wrong the estimates are on published runs, each predicted without its family."""
    if history is not None and not decisions:
        raise InputError((Problem("--history goes with --decisions: add it"),))
    if decisions and (only or runs or calibrate or listed):
        message = "--decisions goes with --history, --knowledge, --format and --output alone"
        raise InputError((Problem(message),))
    if calibrate is not None and runs is None:
        raise InputError((Problem("--calibrate learns from --runs FILE: name the file"),))
    for target in (calibrate, output):
        refuse_overwriting(target, (runs, knowledge, history), "what is read")
    refuse_overwriting(output, [calibrate], "the calibration")
    if runs is not None and (only is not None or listed):
        raise InputError((Problem("--only and --list are of the bundled runs: leave --runs out"),))
    if output is not None:
        checked_target(output)
    if decisions:
        write(_decided(history, knowledge, output_format), output)
        return
    text, learned = _held(only, runs, listed, knowledge, output_format)
    if calibrate is not None:
        write(learned, calibrate)
        typer.echo(f"{calibrate} is written: use it with --knowledge {calibrate}", err=True)
    write(text, output)


def _held(
    only: Quantity | None,
    runs: str | None,
    listed: bool,
    knowledge: str | None,
    output_format: Format,
) -> tuple[str, str]:
    """The tables as text, and the rows that own runs teach."""
    from llmchoose.backtest.everything import backtest
    from llmchoose.backtest.fitted import as_csv
    from llmchoose.backtest.own import own_runs
    from llmchoose.backtest.verdicts import verdicts
    from llmchoose.estimate.formulas.distributions import Draws
    from llmchoose.estimate.inputs import Setting
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.report import backtest as page

    known = load_knowledge(knowledge)
    if runs is not None:
        own = sentence(lambda: own_runs(runs, known))
        show = page.render_json if output_format is Format.json else page.render_terminal
        return show({}, None, own), as_csv(own.rows)
    tables = backtest(known, only.value if only else None)
    judged = only in (None, Quantity.memory)
    fits = verdicts(Setting(known, Draws(0, 1), known.as_of)) if judged else None
    if output_format is Format.json:
        return page.render_json(tables, fits, None), ""
    if output_format is Format.markdown:
        return page.render_markdown(tables, fits), ""
    return page.render_terminal(tables, fits, None, listed=listed), ""


def _decided(history: str | None, knowledge: str | None, output_format: Format) -> str:
    """The recommendation held against the bundled decisions, or against one's own."""
    import os
    from pathlib import Path

    from llmchoose.backtest.history import read_history
    from llmchoose.backtest.rounds import rounds
    from llmchoose.backtest.summary import own_summary, summary
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.report.decisions import json, markdown, terminal

    known = load_knowledge(knowledge)
    found = (
        summary(rounds(known, workers=os.cpu_count() or 1), known)
        if history is None
        else own_summary(read_history(Path(history), known), known)
    )
    if output_format is Format.json:
        return json.render(found)
    show = markdown.render if output_format is Format.markdown else terminal.render
    return show(found, [one.id for one in known.approaches])

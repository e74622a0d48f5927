"""llmchoose ask: the questionnaire, on a terminal, on plain lines or from a file of answers."""

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.cli.options import (
    SAMPLES,
    AsOf,
    Changes,
    KnowledgePath,
    RulebookPath,
    Samples,
    Seed,
    read_day,
    read_profile,
    write,
)

if TYPE_CHECKING:
    from llmchoose.cli.ask.keep import Keeper
    from llmchoose.cli.ask.lead import Asker, Led
    from llmchoose.questionnaire.talk import Questionnaire

COPIED = ("name", "description", "as_of")


def command(
    profile: Annotated[
        str,
        typer.Argument(metavar="[PROFILE]", help="The file to write, or to go on with."),
    ] = "profile.yaml",
    answers: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Take the answers from this profile, unasked."),
    ] = None,
    confidence: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Stop when it is so sure (default 0.8)."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Ask everything.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Ask five questions at most.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Plain lines, for screen readers and pipes.")
    ] = False,
    output_format: Annotated[
        str, typer.Option("--format", "-f", help="terminal or json.")
    ] = "terminal",
    changes: Changes = None,
    as_of: AsOf = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    rulebook: RulebookPath = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Ask the few questions that settle the decision, and write the profile."""
    from llmchoose.cli.ask.keep import Keeper, locked
    from llmchoose.knowledge.load import load_knowledge
    from llmchoose.knowledge.weights import reweighted, split_changes
    from llmchoose.profile.edit import check_layout, with_task
    from llmchoose.questionnaire.talk import NAME, Questionnaire, Terms

    _check(profile, output_format, everything=everything, quick=quick)
    weights, fields = split_changes(changes or [])
    known, day = reweighted(load_knowledge(knowledge, rulebook), weights), read_day(as_of)
    most = known.asking.quick if quick else None
    terms = Terms(confidence, most, everything, day, seed, samples)
    with locked(profile):
        keeper = Keeper(profile)
        talk = Questionnaire(with_task(keeper.read()), profile, known, terms)
        if talk.text:
            talk.profile  # noqa: B018 what is wrong with a file is told before anything is asked
            check_layout(talk.text)
        beforehand = _given(talk, fields)
        if talk.text or any(change.partition("=")[0].strip() == NAME for change in fields):
            before, talk = talk, beforehand(talk)
            if talk.text != before.text:
                keeper.save(talk.text)
        left = False
        if answers is not None:
            talk = _followed(talk, answers, beforehand, keeper)
        else:
            led = _led(talk, keeper, beforehand, plain=plain, aside=output_format == "json")
            talk, left = led.talk, led.left
    if output_format == "json" or (talk.text and not left):
        same = [
            *_option("as-of", as_of),
            *_option("seed", seed or None),
            *_option("samples", samples if samples != SAMPLES else None),
            *_option("rulebook", rulebook),
            *_option("knowledge", knowledge),
            *(
                part
                for name, value in weights.items()
                for part in ("--set", f"weight:{name}={value:g}")
            ),
        ]
        _end(talk, output_format, shlex.join(["llmchoose", "assess", profile, *same]))


def _check(profile: str, output_format: str, *, everything: bool, quick: bool) -> None:
    from llmchoose.errors import InputError, Problem, quoted

    if profile == "-":
        raise InputError((Problem("a talk needs a file to keep its answers", hint="name one"),))
    if output_format not in ("terminal", "json"):
        message = f"--format: {quoted(output_format)} is no format"
        raise InputError((Problem(message, hint="formats are json or terminal"),))
    if everything and quick:
        raise InputError((Problem("--all and --quick contradict each other", hint="keep one"),))


def _given(talk: "Questionnaire", changes: list[str]) -> "Callable[[Questionnaire], Questionnaire]":
    """Puts what --set says into a talk, as if it had been answered before."""
    from llmchoose.profile.load import set_value

    profile = talk.profile
    for change in changes:
        profile = set_value(profile, change, talk.knowledge)
    names = [change.partition("=")[0].strip() for change in changes]
    return lambda named: named.given(profile, names)


def _followed(
    talk: "Questionnaire",
    answers: str,
    beforehand: "Callable[[Questionnaire], Questionnaire]",
    keeper: "Keeper",
) -> "Questionnaire":
    """The talk with a person whose answers stand in a file."""
    from llmchoose.cli.ask.lead import follow

    known = read_profile(answers, talk.knowledge, [])
    unsaid = [name for name in COPIED if not (talk.text and talk.profile.given(name))]
    talk = beforehand(talk.given(known, unsaid))
    keeper.save(talk.text)
    return follow(talk, known, keeper)


def _led(
    talk: "Questionnaire",
    keeper: "Keeper",
    beforehand: "Callable[[Questionnaire], Questionnaire]",
    *,
    plain: bool,
    aside: bool,
) -> "Led":
    """The talk with a person."""
    from llmchoose.cli.ask.lead import lead

    asker = _asker(plain=plain or aside, aside=aside)
    if talk.text:
        asker.say(f"Going on with {talk.path}.")
    try:
        led = lead(talk, keeper, asker, _suggested(talk.path), beforehand)
    except KeyboardInterrupt:
        _kept(keeper)
        raise
    if led.left:
        _kept(keeper)
    return led


def _asker(*, plain: bool, aside: bool) -> "Asker":
    """Plain lines unless both ends are a terminal that can do more; aside on standard error."""
    ends = (sys.stdin, sys.stdout)
    real = all(end is not None and end.isatty() for end in ends)
    if plain or not real or os.environ.get("TERM") == "dumb":
        from llmchoose.cli.ask.plain import PlainAsker

        return PlainAsker(sys.stderr if aside else sys.stdout)
    from llmchoose.cli.ask.terminal import TerminalAsker  # dear to load

    return TerminalAsker()


def _kept(keeper: "Keeper") -> None:
    if keeper.seen is None:
        typer.echo("\nNothing was answered, so nothing was written.", err=True)
        return
    typer.echo(f"\nAll answers are in {keeper.path}.", err=True)
    typer.echo(f"Go on with: llmchoose ask {shlex.quote(keeper.path)}", err=True)


def _end(talk: "Questionnaire", output_format: str, repeat: str) -> None:
    """The assessment, where the profile is, and the command that repeats it."""
    if output_format == "json":
        from llmchoose.report.talk.json import render

        write(render(talk, talk.path), None)
        return
    from llmchoose.assessment import assess
    from llmchoose.report.formats.terminal import render_all
    from llmchoose.report.screen import paragraph, terminal_width
    from llmchoose.report.talk.standing import summary

    terms = talk.terms
    made = assess(
        talk.profile, talk.knowledge, as_of=terms.as_of, seed=terms.seed, samples=terms.samples
    )
    write(render_all([made]), None)
    end = [f"In short: {summary(talk.standing)}", talk.settled, f"The profile is {talk.path}."]
    lines = [line for text in end for line in paragraph(text, terminal_width())]
    write("\n".join([*lines, f"The same again: {repeat}", ""]), None)


def _option(name: str, value: object) -> tuple[str, ...]:
    return () if value is None else (f"--{name}", str(value))


def _suggested(path: str) -> str:
    """A name for the project, from that of its file or folder."""
    file = Path(path).resolve()
    stem = file.name.split(".")[0]
    words = (file.parent.name if stem in ("profile", "") else stem).replace("_", "-").split("-")
    return " ".join(word for word in words if word).capitalize() or "project"

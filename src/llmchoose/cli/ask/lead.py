"""Leads a talk: asks, keeps each answer, says where things stand, until enough is known."""

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from llmchoose.cli.ask.keep import Keeper
from llmchoose.errors import InputError, Problem, visible
from llmchoose.knowledge.fields import Field
from llmchoose.profile.model import Profile
from llmchoose.questionnaire.talk import NAME, Questionnaire

WHY, BACK, SKIP, LEAVE, MORE = "?", "b", "s", "q", "m"


class Asker(Protocol):
    """Puts a question to a person."""

    def say(self, text: str, indent: str = "") -> None:
        """Write a sentence, wrapped to the terminal."""

    def ask(self, field: Field, number: int, suggested: str) -> str:
        """What the person types to a question."""

    def line(self, prompt: str = ...) -> str:
        """One line of input."""


@dataclass(frozen=True)
class Led:
    """A talk that was led: how far it came, and whether the person left before its end."""

    talk: Questionnaire
    left: bool


def lead(talk: Questionnaire, keeper: Keeper, asker: Asker, suggested: str) -> Led:
    """Ask until enough is known or the person leaves.

    Args:
        talk: Where it starts.
        keeper: Holds the file.
        asker: Puts the questions.
        suggested: A name, where the project has none.
    """
    while True:
        _prepare(talk)
        if talk.question is None:
            wanted = _at_the_end(talk, asker)
            if wanted != MORE:
                return Led(talk, left=wanted == LEAVE)
            talk = talk.go_on()
            continue
        field = talk.question
        try:
            hint = suggested if field.name == NAME else ""
            typed = asker.ask(field, len(talk.asked) + 1, hint)
            after = _after(talk, field, typed or hint, keeper, asker)
        except InputError as error:
            for problem in error.problems:
                asker.say(f"! {visible(problem.message)}: {visible(problem.hint)}".rstrip(": "))
            continue
        except EOFError:
            return Led(talk, left=True)
        if after is None:
            return Led(talk, left=True)
        talk = after


def follow(talk: Questionnaire, answers: Profile, keeper: Keeper) -> Questionnaire:
    """Lead a talk whose answers stand in another profile; what that lacks is not known."""
    while talk.question is not None:
        talk = talk.take(answers)
        keeper.save(talk.text)
    return talk


def _prepare(talk: Questionnaire) -> None:
    """Load and work out what comes after the name while the person writes it."""
    if not talk.text:
        ahead = talk.answer("unnamed", NAME)
        threading.Thread(target=_worked_out, args=(ahead,), daemon=True).start()


def _worked_out(ahead: Questionnaire) -> None:
    # Whatever goes wrong here goes wrong again, and is told, where it is needed.
    with suppress(Exception):
        _ = ahead.question


def _at_the_end(talk: Questionnaire, asker: Asker) -> str:
    """Say why the talk ends, and offer to go on where there is more to ask: the key pressed."""
    asker.say("")
    asker.say(talk.settled)
    if talk.go_on().question is None:
        return ""
    try:
        wanted = asker.line(f"Enter: the assessment   {MORE} more questions   {LEAVE} leave > ")
    except (EOFError, InputError):
        return ""
    return wanted.strip().lower()[:1]


def _after(
    talk: Questionnaire, field: Field, typed: str, keeper: Keeper, asker: Asker
) -> Questionnaire | None:
    """The talk after what was typed: a key, or an answer; None when the person leaves."""
    from llmchoose.report.talk import wording  # dear to load

    key = typed.strip().lower()
    if key == LEAVE:
        return None
    if key == WHY:
        for said in wording.reasons(field, talk.knowledge):
            asker.say(said, indent="   ")
        return talk
    if key == SKIP:
        return talk.skip()
    after = talk.back() if key == BACK else _answered(talk, field, typed, keeper, asker)
    if after.text and after.text != talk.text:
        keeper.save(after.text)
    if after.text:
        asker.say(wording.standing(after.standing))
    return after


def _answered(
    talk: Questionnaire, field: Field, typed: str, keeper: Keeper, asker: Asker
) -> Questionnaire:
    """The talk after an answer, put into the file as it is now."""
    if not keeper.changed():
        return talk.answer(typed)
    try:
        now = talk.reread(keeper.read())
        found = now.answer(typed, field.name)
    except InputError as error:
        message = f"{keeper.path} was changed meanwhile and does not read any more"
        hint = f"mend it; not saved yet: {field.name} = {visible(typed)[:80]}"
        raise InputError((Problem(message, hint=hint), *error.problems)) from error
    asker.say(f"{keeper.path} was changed meanwhile; what it says now is kept.")
    return found

"""Leads a talk: asks, keeps each answer, says where things stand, until enough is known."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from llmchoose.cli.ask.keep import Keeper
from llmchoose.errors import InputError, Problem, visible
from llmchoose.knowledge.fields import Field
from llmchoose.profile.model import Profile
from llmchoose.questionnaire.talk import NAME, Questionnaire
from llmchoose.report.talk.questions import not_asked, reasons

WHY, BACK, SKIP, LEAVE, MORE = "?", "b", "s", "q", "m"
# They are answers when they stand in quotes.
LETTERS = (WHY, BACK, SKIP, LEAVE)


class Asker(Protocol):
    """Puts a question to a person."""

    def say(self, text: str, indent: str = "") -> None:
        """Write a sentence, wrapped to the terminal."""

    def show(self, field: Field, number: int, suggested: str) -> None:
        """Write a question."""

    def read(self, field: Field, suggested: str) -> str:
        """What the person types to it."""

    def line(self, prompt: str = ...) -> str:
        """One line of input."""


@dataclass(frozen=True)
class Led:
    """A talk that was led: how far it came, and whether the person left before its end."""

    talk: Questionnaire
    left: bool


def lead(
    talk: Questionnaire,
    keeper: Keeper,
    asker: Asker,
    suggested: str,
    beforehand: Callable[[Questionnaire], Questionnaire],
) -> Led:
    """Ask until enough is known or the person leaves.

    Args:
        talk: Where it starts.
        keeper: Holds the file.
        asker: Puts the questions.
        suggested: A name, where the project has none.
        beforehand: Puts in what was answered before the talk, once the project has a name.
    """
    while True:
        field = talk.question
        if field is None:
            wanted = _at_the_end(talk, asker)
            if wanted not in (MORE, BACK):
                return Led(talk, left=wanted == LEAVE)
            talk = talk.go_on() if wanted == MORE else talk.back()
            continue
        hint = suggested if field.name == NAME else ""
        try:
            asker.show(field, len(talk.asked) + len(talk.skipped) + 1, hint)
            _prepare(talk)
            typed = asker.read(field, hint)
            after = _after(talk, field, typed.strip() or hint, keeper, asker)
        except InputError as error:
            for problem in error.problems:
                asker.say(f"! {visible(problem.message)}: {visible(problem.hint)}".rstrip(": "))
            continue
        except EOFError:
            return Led(talk, left=True)
        if after is None:
            return Led(talk, left=True)
        if after.text and not talk.text:
            after = beforehand(after)
            keeper.save(after.text)
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
        from llmchoose.report.talk.standing import standing

        _ = standing(ahead.standing), ahead.question


def _at_the_end(talk: Questionnaire, asker: Asker) -> str:
    """Say why the talk ends, and offer to go on where there is more to ask: the key pressed."""
    asker.say("")
    asker.say(talk.settled)
    more = talk.go_on().question is not None
    if more and talk.left:
        asker.say(not_asked(talk.left))
    keys = [f"{MORE} more questions"] * more + [f"{BACK} back", f"{LEAVE} leave"]
    while True:
        try:
            wanted = asker.line(f"Enter: the assessment   {'   '.join(keys)} > ").strip().lower()
        except EOFError:
            return ""
        except InputError:
            continue
        if wanted in ("", BACK, LEAVE, *([MORE] if more else [])):
            return wanted
        asker.say("! Enter, or one of these letters")


def _after(
    talk: Questionnaire, field: Field, typed: str, keeper: Keeper, asker: Asker
) -> Questionnaire | None:
    """The talk after what was typed: a key, or an answer; None when the person leaves."""
    key = typed.lower()
    if len(typed) == 3 and typed[0] == typed[2] and typed[0] in "\"'" and key[1] in LETTERS:
        typed, key = typed[1], ""
    if key == LEAVE:
        return None
    if key == WHY:
        for said in reasons(field, talk.knowledge):
            asker.say(said, indent="   ")
        return talk
    if key == SKIP:
        return talk.skip()
    if key == BACK and keeper.changed():
        asker.say(f"! {keeper.path} was changed meanwhile; what it says now is kept.")
        return talk.reread(keeper.read() or talk.text)
    after = talk.back() if key == BACK else _answered(talk, field, typed, keeper, asker)
    if talk.text and after.text and after.text != talk.text:
        keeper.save(after.text)
    if after.text:
        from llmchoose.report.talk.standing import standing  # dear to load

        asker.say(standing(after.standing))
    return after


def _answered(
    talk: Questionnaire, field: Field, typed: str, keeper: Keeper, asker: Asker
) -> Questionnaire:
    """The talk after an answer, put into the file as it is now."""
    if not keeper.changed():
        return talk.answer(typed)
    now = keeper.read()
    if not now.strip():
        asker.say(f"{keeper.path} was deleted meanwhile; it is written again.")
        return talk.answer(typed)
    found = talk.reread(now)
    try:
        found.profile  # noqa: B018 read here, so that it is not the answer that is blamed
    except InputError as error:
        message = f"{keeper.path} was changed meanwhile and does not read any more"
        hint = f"mend it; not saved yet: {field.name} = {visible(typed)[:80]}"
        raise InputError((Problem(message, hint=hint), *error.problems)) from error
    found = found.answer(typed, field.name)
    asker.say(f"{keeper.path} was changed meanwhile; what it says now is kept.")
    return found

"""An organisation's own decisions: profiles that say what was chosen and how it went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from llmchoose.backtest.decisions import REGRETTED, SECTION, WORKED, Decided, decided, words
from llmchoose.errors import InputError, Problem
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile
from llmchoose.profile.model import Profile

ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class History:
    """Decisions that can be judged, and how many profiles cannot.

    Attributes:
        without_outcome: Profiles that do not say what was chosen, or how it went.
        unclear: Profiles whose choice neither worked nor was regretted, and which do not say what
            would have been acceptable.
    """

    decisions: tuple[Decided, ...]
    without_outcome: int = 0
    unclear: int = 0


def read_history(folder: Path, knowledge: Knowledge) -> History:
    """Read every profile of a folder.

    Raises:
        InputError: It is no folder, holds no profile with an outcome, or a file is no profile;
            every mistake of every file is named.
    """
    profiles = _profiles(folder, knowledge)
    told = [(name, one) for name, one in profiles if one.given(SECTION + "outcome")]
    told = [(name, one) for name, one in told if one.given(SECTION + "approach")]
    found = [_decided(name, one, knowledge) for name, one in told]
    known = tuple(one for one in found if one.acceptable)
    if not known:
        message = f"no profile in {folder} says what was decided and how it went"
        hint = "give decision.approach and decision.outcome (worked or regretted)"
        raise InputError((Problem(message, hint=hint),))
    return History(known, len(profiles) - len(told), len(found) - len(known))


def _profiles(folder: Path, knowledge: Knowledge) -> list[tuple[str, Profile]]:
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        hint = "name the folder that holds the profiles"
        raise InputError((Problem(f"{folder} {what}", hint=hint),))
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS)
    profiles, problems = [], list[Problem]()
    for file in files:
        try:
            profiles.append((file.stem, load_profile(file, knowledge)))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return profiles


def _decided(name: str, profile: Profile, knowledge: Knowledge) -> Decided:
    day = profile.get("as_of") or profile.get(SECTION + "date")
    year = day.year if isinstance(day, date) else None
    every = (one.id for one in knowledge.approaches)
    return decided(name, profile, acceptable(profile, every), year, _why(profile))


def acceptable(profile: Profile, every: Iterable[str]) -> tuple[str, ...]:
    """What would have been right: as the profile says, else by how it went; empty if unclear."""
    said = words(profile, "acceptable")
    chose = str(profile.get(SECTION + "approach"))
    outcome = profile.get(SECTION + "outcome")
    if said:
        return said
    if outcome == WORKED:
        return (chose,)
    return tuple(one for one in every if one != chose) if outcome == REGRETTED else ()


def _why(profile: Profile) -> str:
    return str(profile.get(SECTION + "reason") or "")

"""Real decisions: the project as it was before the choice, what was chosen, and how it went."""

from dataclasses import dataclass, replace

from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile
from llmchoose.profile.model import Profile

SECTION = "decision."
WORKED, REGRETTED = "worked", "regretted"


@dataclass(frozen=True)
class Decided:
    """One real decision.

    Attributes:
        profile: What was known before; nothing of the decision is in it.
        chose: The approach that was taken; `outcome` how it went.
        acceptable: What an experienced practitioner would have accepted.
        year: Year of the choice; None where nobody says it.
        why: What made it go as it went; empty where nobody says it.
    """

    id: str
    profile: Profile
    chose: str
    outcome: str
    acceptable: tuple[str, ...]
    year: int | None
    why: str


def case_profiles(knowledge: Knowledge) -> list[Profile]:
    """The profiles of the bundled decisions, in the order of their ids."""
    return [load_profile(knowledge.case_profile(case.id), knowledge) for case in knowledge.cases]


def bundled(knowledge: Knowledge) -> tuple[Decided, ...]:
    """The bundled decisions, in the order of their ids."""
    return tuple(
        decided(case.id, profile, words(profile, "acceptable"), case.year, case.why)
        for case, profile in zip(knowledge.cases, case_profiles(knowledge), strict=True)
    )


def decided(
    name: str, profile: Profile, acceptable: tuple[str, ...], year: int | None, why: str
) -> Decided:
    """A decision from a profile that records it."""
    chose, outcome = (str(profile.get(SECTION + key)) for key in ("approach", "outcome"))
    return Decided(name, blind(profile), chose, outcome, acceptable, year, why)


def blind(profile: Profile) -> Profile:
    """The profile without its decision section: nothing of the answer is left in it."""
    kept = {name: value for name, value in profile.values.items() if not name.startswith(SECTION)}
    return replace(profile, values=kept)


def words(profile: Profile, key: str) -> tuple[str, ...]:
    """A list of the decision section; empty where it is left out."""
    found = profile.get(SECTION + key)
    return tuple(map(str, found)) if isinstance(found, tuple) else ()

"""How few questions settle the decision: `python benchmarks/questions.py [ORDERS [FOLDER]]`.

A person who knows what a profile says, and nothing else, is asked until the talk stops; the
recommendation is held against `assess` of the whole profile. The same person is asked in the
schema's order, and in ORDERS random ones, until the same stop. Over the bundled decisions and the
shipped profiles, or those of a FOLDER, in two processes.
"""

import statistics
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from llmchoose.assessment import assess
from llmchoose.backtest.decisions import blind, bundled
from llmchoose.knowledge.load import load_knowledge
from llmchoose.profile.load import load_profile
from llmchoose.profile.model import Profile
from llmchoose.questionnaire.talk import Questionnaire

ROOT = Path(__file__).parent.parent
COPIED = ("name", "description", "as_of")
ORDERS = 4


@dataclass(frozen=True)
class Counted:
    """Questions until the stop for one profile: as asked, by the schema, in random orders."""

    id: str
    asked: int
    known: int
    agrees: bool
    confident: bool
    schema: int
    random: tuple[int, ...]


def people(folder: Path | None) -> list[tuple[str, Profile]]:
    """Profiles by name: those of a folder, else what is bundled and shipped."""
    knowledge = load_knowledge()
    cases = [] if folder else [(one.id, one.profile) for one in bundled(knowledge)]
    files = sorted((folder or ROOT / "profiles").glob("*.yaml"))
    return cases + [(file.stem, blind(load_profile(file, knowledge))) for file in files]


def questions(profile: Profile, order: Sequence[str] | None = None) -> Questionnaire:
    """The talk with a person at its stop, in its own order or in a given one."""
    talk = Questionnaire(knowledge=load_knowledge()).given(profile, COPIED)
    left = list(order or ())
    while not talk.enough:
        talk = talk.take(profile, left.pop(0) if order else None)
    return talk


def count(name: str, profile: Profile, orders: int) -> Counted:
    """All ways to ask one person."""
    knowledge = load_knowledge()
    names = [field.name for field in knowledge.fields.values() if field.ask]
    talk = questions(profile)
    shuffled = []
    for turn in range(orders):
        order = list(names)
        Random(f"{name}:{turn}").shuffle(order)
        shuffled.append(len(questions(profile, order).asked))
    best = assess(profile, knowledge).decision.recommended
    return Counted(
        name,
        len(talk.asked),
        sum(profile.given(field) for field in talk.asked),
        best is not None and best.approach.id == talk.standing.approach,
        talk.standing.confidence >= knowledge.asking.confidence,
        len(questions(profile, names).asked),
        tuple(shuffled),
    )


def main() -> None:
    """Print a line for each profile, then the figures."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS
    asked = people(Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    with ProcessPoolExecutor(2) as pool:
        names, profiles = zip(*asked, strict=True)
        found = list(pool.map(count, names, profiles, [orders] * len(names)))
    for one in found:
        mark = "" if one.agrees else "  other recommendation"
        print(f"{one.id:40} {one.asked:3} asked, {one.known:3} known{mark}")
    own = [one.asked for one in found]
    schema = [one.schema for one in found]
    random = [number for one in found for number in one.random] or [0]
    agreed = sum(one.agrees for one in found) / len(found)
    sure = sum(one.confident for one in found) / len(found)
    print(f"agreement with the whole profile: {agreed:.0%} of {len(found)}; sure enough {sure:.0%}")
    for label, numbers in (("as asked", own), ("by the schema", schema), ("at random", random)):
        middle, mean = statistics.median(numbers), statistics.mean(numbers)
        print(f"questions {label}: median {middle:g}, mean {mean:.1f}")
    fewer = 1 - statistics.median(own) / max(statistics.median(random), 1)
    print(f"fewer than the random median by {fewer:.0%} (at least 40%)")


if __name__ == "__main__":
    main()

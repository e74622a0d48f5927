"""Many profiles go through the formulas together, as the rows of blocks."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from llmchoose.decision.conditions import PREFIX
from llmchoose.decision.rank import weigh
from llmchoose.decision.wording import PLACEHOLDER
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.approaches.readings import Readings
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import read_inputs
from llmchoose.estimate.many import Kept, kin_of, read_many, slim
from llmchoose.estimate.points import bands_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.model import Profile
from llmchoose.survey.model import Block, Figure, Surveyed, Unpriced

TOTAL: Figure = "total_usd"
# Rows of a block: more are no faster, and take more memory.
ROWS = 160
# Answers that no formula reads: who it is, and what was decided.
UNREAD = frozenset({"name", "description", "owner", "ops.owner", "status"})
DECIDED = "decision."


def survey(
    profiles: Sequence[Profile],
    knowledge: Knowledge,
    *,
    as_of: date | None = None,
    seed: int = 0,
    samples: int = 500,
) -> list[Surveyed]:
    """Weigh the approaches of many profiles, in their order; all of them are kept.

    Args:
        profiles: What the teams wrote.
        knowledge: Facts and rules.
        as_of: Day of the decisions; each profile's own when left out.
        seed: Seed of the draws.
        samples: Draws.
    """
    blocks = survey_blocks(profiles, knowledge, as_of=as_of, seed=seed, samples=samples)
    placed = {place: one for block in blocks for place, one in block}
    return [placed[place] for place in range(len(profiles))]


def survey_blocks(
    profiles: Sequence[Profile],
    knowledge: Knowledge,
    *,
    as_of: date | None = None,
    seed: int = 0,
    samples: int = 500,
    kept: Kept | None = None,
) -> Iterator[list[tuple[int, Surveyed]]]:
    """Weigh the approaches of many profiles, those together that can be rows of one block.

    A block takes much memory: whoever goes through them lets one go before the next. Profiles that
    say the same but for who it is and what was decided are weighed once.

    Args:
        profiles: As for `survey`, like all the others.
        knowledge: Facts and rules.
        as_of: Day of the decisions.
        seed: Seed of the draws.
        samples: Draws.
        kept: Draws of priors from one call for the next, of the same knowledge, seed and samples.

    Returns:
        Blocks of profiles weighed, each with its place among the profiles.
    """
    draws, kept = Draws(seed, samples), Kept() if kept is None else kept
    twins: dict[Hashable, list[int]] = {}
    unread = {name for name in knowledge.fields if name in UNREAD or name.startswith(DECIDED)}
    for place, profile in enumerate(profiles):
        twins.setdefault(_read_of(profile, unread), []).append(place)
    places = list(twins.values())
    different = [profiles[same[0]] for same in places]
    for rows in alike(different, knowledge, as_of):
        block = _weighed([different[row] for row in rows], knowledge, draws, as_of, kept)
        yield [
            (place, Surveyed(profiles[place], block, row))
            for row, one in enumerate(rows)
            for place in places[one]
        ]
        del block  # or it would be kept until the next one is there


def _read_of(profile: Profile, unread: Collection[str]) -> Hashable:
    """What the formulas read of a profile: those that have it in common come out the same."""
    return tuple(answer for answer in profile.values.items() if answer[0] not in unread)


def _weighed(
    profiles: Sequence[Profile],
    knowledge: Knowledge,
    draws: Draws,
    as_of: date | None,
    kept: Kept,
) -> Block:
    if len(profiles) == 1:
        inputs = read_inputs(profiles[0], knowledge, draws, as_of)
        estimates = estimate_all(inputs)
        return Block(inputs, estimates, weigh(inputs, estimates), _unpriced(estimates, 1))
    inputs = read_many(profiles, knowledge, draws, as_of, kept)
    estimates = estimate_all(inputs)
    weighed = weigh(inputs, estimates)
    tested, told = _read_by_gates(knowledge)
    # What is kept is what can be asked for: most of the draws on the way are let go.
    slimmer = {name: _kept(one, tested, told) for name, one in estimates.items()}
    # The choice read the percentiles of the totals.
    bands = {(name, TOTAL): bands_of(inputs, one.total_usd) for name, one in estimates.items()}
    inputs.forget()
    return Block(
        slim(inputs),
        slimmer,
        replace(weighed, prior=weighed.quality, points=(), charges=()),
        _unpriced(estimates, len(profiles)),
        bands,
    )


def _unpriced(estimates: Mapping[str, Estimate], rows: int) -> dict[str, Unpriced]:
    """Lines that have no price (None), or none in some rows (NaN)."""
    found: dict[str, Unpriced] = {}
    for name, estimate in estimates.items():
        first = {
            item.name: np.nan if item.usd is None else item.usd[..., 0] for item in estimate.items
        }
        missing = {line: np.isnan(usd) for line, usd in first.items()}
        found[name] = {
            line: np.broadcast_to(where, rows) for line, where in missing.items() if np.any(where)
        }
    return found


def _read_by_gates(knowledge: Knowledge) -> tuple[frozenset[str], frozenset[str]]:
    """Names that the tests of gates read, and those that their sentences tell."""
    gates = knowledge.rulebook.gates
    tested = (
        name.removeprefix(PREFIX)
        for gate in gates
        for test in gate.when.tests
        for name in (test.input, test.than or "")
    )
    return frozenset(tested), frozenset(
        name for gate in gates for name in PLACEHOLDER.findall(gate.reason)
    )


def _kept(estimate: Estimate, tested: Collection[str], told: Collection[str]) -> Estimate:
    """What can be asked of an estimate: its figures, and what the sentences of gates tell.

    A reading that no test had to look at is in no sentence.
    """
    readings = estimate.readings
    known = readings.known if isinstance(readings, Readings) else readings
    found = {
        name: readings[name]
        for name in told
        if name in readings and (name in known or name not in tested)
    }
    run = estimate.training
    if run is not None:
        # Of a training only what is a figure.
        nothing = np.zeros(1)
        run = replace(run, params=nothing, active=nothing, tokens=nothing, flops=nothing)
    return replace(estimate, items=(), acquisitions=(), readings=found, training=run)


def alike(
    profiles: Sequence[Profile], knowledge: Knowledge, as_of: date | None
) -> Iterator[list[int]]:
    """Places of profiles that can be rows of one block, each block of them."""
    if len(profiles) == 1:
        yield [0]
        return
    groups: dict[Hashable, list[int]] = {}
    for place, profile in enumerate(profiles):
        groups.setdefault(kin_of(profile, knowledge, as_of), []).append(place)
    for group in groups.values():
        blocks = -(-len(group) // ROWS)
        for block in range(blocks):
            yield group[block::blocks]

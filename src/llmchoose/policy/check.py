"""Many files held against a policy: each is read, weighed and judged, and none stops another."""

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from llmchoose.errors import InputError, Problem
from llmchoose.estimate.formulas.distributions import Array, Band, band
from llmchoose.estimate.many import Kept
from llmchoose.knowledge.load import Knowledge, Paths, knowledge_at
from llmchoose.knowledge.policy import Severity
from llmchoose.policy.findings import (
    Judged,
    found_in,
    idle_waivers,
    judged_by_own,
    unreadable,
    waiver_faults,
)
from llmchoose.policy.force import holds, limits_in_force, rules_in_force
from llmchoose.policy.judging import Ground
from llmchoose.policy.model import Checked, Finding, OwnRule, Policy, Proposal, RuleInForce, Totals
from llmchoose.policy.waiving import known_before, waive
from llmchoose.profile.find import Candidate, is_profile
from llmchoose.profile.load import parse_profile
from llmchoose.profile.model import Profile
from llmchoose.survey.model import Figure, Surveyed
from llmchoose.survey.weigh import survey_blocks
from llmchoose.yamltext.files import read_bounded

if TYPE_CHECKING:
    from llmchoose.policy.expression import Judge

# Files to a task: the more, the more of them go through the formulas together.
FEWEST, MOST, TASKS = 100, 1000, 4
# What glibc calls them: see mallopt(3).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES, LARGEST_BYTES = 2**30, 2**25
# Fewer files than this are checked here: another process takes longer to start.
WORTH_A_PROCESS = 150
SUMMED: tuple[Figure, ...] = ("one_time_usd", "total_usd", "gpu_hours")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Terms:
    """What proposals are held against, beside the knowledge.

    Attributes:
        today: Day against which expiry and age are judged; the knowledge's own when left out.
        as_of: Day of the decisions; each profile's own when left out.
        baseline: Findings that were there before, as fingerprint -> rule; `baseline_path` its file.
        fail_on: The lowest severity that fails.
        workers: Processes to spread it over; the result is the same for any number.
    """

    policy: Policy = field(default_factory=Policy)
    today: date | None = None
    as_of: date | None = None
    seed: int = 0
    samples: int = 500
    baseline: Mapping[str, str] = field(default_factory=dict)
    baseline_path: str = ""
    fail_on: Severity = "error"
    workers: int = 1


@dataclass(frozen=True, eq=False)
class _Part:
    """What some files come to.

    Attributes:
        sums: Draws of the proposals' figures, summed; empty where none has the figure.
        unpriced: A price is missing in one of them.
    """

    judged: tuple[Judged, ...]
    skipped: tuple[str, ...]
    sums: Mapping[str, Array]
    unpriced: bool


def check(
    files: Sequence[Candidate],
    knowledge: Knowledge,
    terms: Terms,
    progress: Progress = lambda done, of: None,
) -> Checked:
    """Hold files against the rules.

    Args:
        files: Files that may be profiles; what is none is skipped and counted.
        knowledge: Facts and rules.
        terms: The policy, and how to judge.
        progress: Is told how many of how many files are done.

    Raises:
        InputError: An expression of the policy is wrong.
    """
    policy, today = terms.policy, terms.today or date.fromisoformat(knowledge.as_of)
    rules = rules_in_force(policy, knowledge.policy)
    ground = _ground(knowledge, policy, rules, today)
    own = [one for one in policy.own.values() if one.id in ground.grades]
    asked = replace(terms, today=today, baseline={})
    findings: list[Finding] = []
    proposals: list[Proposal] = []
    skipped: list[str] = []
    unpriced = False
    sums: dict[str, Array] = {}
    judging = closing(_judge(policy, own, knowledge)) if policy.own else nullcontext()
    with judging as judge:
        done = 0
        for part in _parts(files, knowledge, asked, own=bool(own)):
            for judged in part.judged:
                outcomes = judge.judge(judged.record) if judge and judged.record else []
                found = [*judged.findings, *judged_by_own(judged, outcomes, own, ground)]
                granted = (*judged.waivers, *policy.waivers)
                path = judged.proposal.path
                left = list(waive(found, granted, today, path, policy.waivable))
                idle = idle_waivers(judged, left, ground)
                findings += [*left, *waive(idle, granted, today, path, policy.waivable)]
                proposals.append(judged.proposal)
            skipped += part.skipped
            unpriced = unpriced or part.unpriced
            for name, draws in part.sums.items():
                sums[name] = sums[name] + draws if name in sums else draws
            done += len(part.judged) + len(part.skipped)
            progress(done, len(files))
    findings = [*waiver_faults(policy.waivers, ground), *findings]
    findings = known_before(findings, terms.baseline, terms.baseline_path)
    there = {one.fingerprint for one in findings}
    return Checked(
        policy.path,
        rules,
        today,
        terms.today is not None,
        tuple(proposals),
        tuple(skipped),
        tuple(findings),
        _totals(sums, unpriced=unpriced),
        sum(known not in there for known in terms.baseline),
        terms.fail_on,
    )


def _judge(policy: Policy, own: Sequence[OwnRule], knowledge: Knowledge) -> "Judge":
    """The process that judges those of a policy's own rules that hold; all of them are checked."""
    from llmchoose.policy.expression import Judge  # few policies have rules of their own
    from llmchoose.policy.record import schema_of

    schema = schema_of(knowledge)
    judge = Judge(tuple(policy.own.values()), schema, held={one.id for one in own})
    judge.check()
    return judge


def check_expressions(policy: Policy, knowledge: Knowledge) -> None:
    """Hold the expressions of a policy against what they may read, as `check` does.

    Raises:
        InputError: One is wrong, with its place; or CEL is not installed.
    """
    with closing(_judge(policy, (), knowledge)):
        return


def _parts(
    files: Sequence[Candidate], knowledge: Knowledge, terms: Terms, *, own: bool
) -> Iterator[_Part]:
    """The files in their order, some at a time, here or in processes beside this one."""
    # By the number of files alone, so that sums come out the same on any number of cores.
    size = min(max(-(-len(files) // TASKS), FEWEST), MOST)
    tasks = [files[at : at + size] for at in range(0, len(files), size)]
    if terms.workers == 1 or len(files) < WORTH_A_PROCESS:
        kept = Kept()
        yield from (_part(knowledge, kept, terms, own, task) for task in tasks)
        return
    # Processes that begin as copies of this one share what it has read; others read their own.
    work = partial(_part_read, knowledge.paths, terms, own)
    work(files[:1])
    gc.freeze()
    way = get_context("fork" if sys.platform == "linux" else "spawn")
    try:
        with ProcessPoolExecutor(terms.workers, way, _prepare) as pool:
            yield from pool.map(work, tasks)
    finally:
        gc.unfreeze()


def _prepare() -> None:
    """What a process does that weighs one block after another."""
    # Nothing that a block leaves behind refers to itself: collecting would find nothing.
    gc.disable()
    # Memory that goes back after each block is faulted in anew by the next, at a tenth of the time.
    keep = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if keep is not None:
        keep(M_TRIM_THRESHOLD, KEPT_BYTES)
        keep(M_MMAP_THRESHOLD, LARGEST_BYTES)


def _part_read(paths: Paths, terms: Terms, own: bool, files: Sequence[Candidate]) -> _Part:
    kept = _kept_of(paths, terms.seed, terms.samples)
    return _part(knowledge_at(paths), kept, terms, own, files)


@lru_cache(maxsize=1)
def _kept_of(paths: Paths, seed: int, samples: int) -> Kept:
    """Draws of priors that a process keeps from one task for the next."""
    return Kept()


def _ground(
    knowledge: Knowledge, policy: Policy, rules: Sequence[RuleInForce], today: date
) -> Ground:
    return Ground(
        knowledge,
        limits_in_force(policy, knowledge.policy),
        {rule.id: rule.grade for rule in rules if holds(rule) and rule.grade != "off"},
        [rule.id for rule in rules],
        today,
        policy.waivable,
    )


def _part(
    knowledge: Knowledge, kept: Kept, terms: Terms, own: bool, files: Sequence[Candidate]
) -> _Part:
    today = terms.today or date.fromisoformat(knowledge.as_of)
    rules = rules_in_force(terms.policy, knowledge.policy)
    ground = _ground(knowledge, terms.policy, rules, today)
    read = [_read(one, knowledge) for one in files]
    judged = {
        place: unreadable(files[place].path, one, ground)
        for place, one in enumerate(read)
        if isinstance(one, tuple)
    }
    places = [place for place, one in enumerate(read) if isinstance(one, Profile)]
    profiles = [one for one in read if isinstance(one, Profile)]
    sums: dict[str, Array] = {}
    for block in survey_blocks(
        profiles, knowledge, as_of=terms.as_of, seed=terms.seed, samples=terms.samples, kept=kept
    ):
        for place, surveyed in block:
            found = found_in(surveyed, ground, recorded=own)
            _add(sums, surveyed, found.proposal)
            judged[places[place]] = found
        del block, surveyed  # or they would be kept until the next are there
    ordered = tuple(judged[place] for place in sorted(judged))
    unpriced = any(one.proposal.lower_bound for one in ordered)
    skipped = tuple(file.path for file, one in zip(files, read, strict=True) if one is None)
    return _Part(ordered, skipped, sums, unpriced)


def _read(file: Candidate, knowledge: Knowledge) -> Profile | tuple[Problem, ...] | None:
    """The profile in a file, what is wrong with it, or None where it is none."""
    try:
        data = read_bounded(Path(file.path), "name a profile in it", "")
        if not file.named and not is_profile(file.path, data):
            return None
        return parse_profile(data, file.path, knowledge)
    except InputError as error:
        return error.problems


def _add(sums: dict[str, Array], one: Surveyed, proposal: Proposal) -> None:
    for name in SUMMED:
        draws = one.draws(proposal.approach, name) if proposal.approach else None
        if draws is None:
            continue
        if name in sums:
            sums[name] += draws
        else:
            sums[name] = draws.copy()


def _totals(sums: Mapping[str, Array], *, unpriced: bool) -> Totals:
    bands: dict[str, Band] = {name: band(draws) for name, draws in sums.items()}
    return Totals(
        bands.get("one_time_usd"), bands.get("total_usd"), bands.get("gpu_hours"), unpriced
    )

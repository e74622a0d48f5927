"""What the rules find in one proposal, each finding at its place."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmchoose.errors import Mark, Problem, quoted
from llmchoose.knowledge.policy import PolicyRule
from llmchoose.policy.judging import Case, Ground, Said, case_of, fill, judge
from llmchoose.policy.model import (
    Finding,
    GrantedWaiver,
    OwnRule,
    Place,
    Proposal,
    fingerprint,
)
from llmchoose.policy.waiving import IDLE, WAIVERS, fault_of, own_waivers, why_idle
from llmchoose.profile.model import Profile
from llmchoose.survey.model import Surveyed

if TYPE_CHECKING:
    from llmchoose.policy.expression import Outcome
    from llmchoose.policy.record import Record

READS, JUDGED = "P-INVALID", "P-UNJUDGED"
QUOTES = ("'", '"')
BRACKETS = {"[": "]", "{": "}"}
PLAIN_ENDS, FLOW_ENDS = re.compile(r" #"), re.compile(r" #|[,\]}]")


@dataclass(frozen=True, eq=False)
class Judged:
    """What one file comes to, before waivers and the policy's own expressions.

    Attributes:
        start: Where findings point that are about no answer.
        record: What expressions read of it; None where there are none, or it does not read.
    """

    proposal: Proposal
    findings: tuple[Finding, ...]
    waivers: tuple[GrantedWaiver, ...] = ()
    start: Place | None = None
    record: "Record | None" = None


def unreadable(path: str, problems: Iterable[Problem], ground: Ground) -> Judged:
    """A file that is no profile: a finding for each mistake."""
    if READS not in ground.grades:
        return Judged(Proposal(path), ())
    rule, severity = ground.knowledge.policy.rule(READS), ground.grades[READS]
    found = []
    for problem in problems:
        place = Place(problem.mark or Mark(path, 1, 1), problem.line, problem.width)
        said = rule.message.replace("{value}", problem.message)
        fix, key = rule.fix, problem.message
        found.append(Finding(rule.id, rule.title, severity, said, fix, place, key, problem.hint))
    return Judged(Proposal(path), _marked(found))


def found_in(one: Surveyed, ground: Ground, *, recorded: bool) -> Judged:
    """What the shipped rules find in a proposal.

    Args:
        one: The proposal, weighed.
        ground: What it is held against.
        recorded: Write down what expressions read.
    """
    case, places = case_of(one, ground), _Places(one.profile)
    waivers = own_waivers(one.profile, places.first)
    found = [] if case is None else list(_judged(case, places))
    found += _waiver_faults(waivers, ground)
    ordered = sorted(found, key=lambda own: (own.place.mark.line, own.place.mark.column))
    return Judged(
        _proposal(one, case),
        _marked(ordered),
        waivers,
        places.first(("decision.approach", "name")),
        _record(one, case, ground) if recorded else None,
    )


def _record(one: Surveyed, case: Case | None, ground: Ground) -> "Record":
    from llmchoose.policy.record import record_of  # few policies have rules of their own

    return record_of(one, case.approach if case else None, ground.knowledge)


def _judged(case: Case, places: "_Places") -> Iterator[Finding]:
    for rule in case.ground.about(case.approach).rules:
        for said in judge(rule, case):
            yield _finding(rule, case, said, places)


def _finding(rule: PolicyRule, case: Case, said: Said, places: "_Places") -> Finding:
    return Finding(
        rule.id,
        rule.title,
        case.ground.grades[rule.id],
        fill(rule, case, said.words),
        rule.fix,
        places.first((*rule.at, "decision.approach", "name")),
        said.key,
    )


def _waiver_faults(waivers: Sequence[GrantedWaiver], ground: Ground) -> Iterator[Finding]:
    if WAIVERS not in ground.grades:
        return
    rule = ground.knowledge.policy.rule(WAIVERS)
    for granted in waivers:
        fault = fault_of(granted, ground.names, ground.today, ground.waivable)
        if fault:
            said = rule.message.replace("{value}", fault.said)
            severity = ground.grades[WAIVERS]
            yield Finding(rule.id, rule.title, severity, said, rule.fix, fault.place, fault.key)


def idle_waivers(judged: Judged, found: Sequence[Finding], ground: Ground) -> tuple[Finding, ...]:
    """Waivers of a proposal that are in order, and waive nothing of what was found in it.

    Args:
        judged: The proposal.
        found: All that was found in it, with what waives it.
        ground: What it was held against.
    """
    if not judged.waivers or IDLE not in ground.grades:
        return ()
    rule, severity = ground.knowledge.policy.rule(IDLE), ground.grades[IDLE]
    idle = []
    for granted in judged.waivers:
        name, why = granted.waiver.rule, why_idle(granted, found, ground.grades)
        if why and fault_of(granted, ground.names, ground.today, ground.waivable) is None:
            value = f"The waiver of {quoted(name)} waives nothing: {why}"
            said = rule.message.replace("{value}", value)
            idle.append(Finding(rule.id, rule.title, severity, said, rule.fix, granted.place, name))
    return _marked(idle)


def waiver_faults(waivers: Sequence[GrantedWaiver], ground: Ground) -> tuple[Finding, ...]:
    """What is wrong with the waivers of a policy."""
    return _marked(list(_waiver_faults(waivers, ground)))


def judged_by_own(
    judged: Judged, outcomes: "Sequence[Outcome]", own: Sequence[OwnRule], ground: Ground
) -> tuple[Finding, ...]:
    """What the policy's own rules find in a proposal."""
    if judged.start is None:
        return ()
    by_name = {one.id: one for one in own}
    return _marked(
        [
            finding
            for outcome in outcomes
            for finding in _of_own(by_name[outcome.rule], outcome, judged.start, ground)
        ]
    )


def _of_own(rule: OwnRule, outcome: "Outcome", place: Place, ground: Ground) -> Iterator[Finding]:
    where = f"{rule.where.path}:{rule.where.line}"
    if outcome.holds:
        fix, severity = f"The policy's rule stands at {where}.", ground.grades[rule.id]
        yield Finding(rule.id, rule.title, severity, rule.message, fix, place)
    elif outcome.holds is None and JUDGED in ground.grades:
        row = ground.knowledge.policy.rule(JUDGED)
        value = f"The rule {rule.id} of {where} was not judged: {outcome.fault}."
        said, severity = row.message.replace("{value}", value), ground.grades[JUDGED]
        yield Finding(row.id, row.title, severity, said, row.fix, place, rule.id)


def _marked(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings with their fingerprints; of those that are alike the order tells them apart."""
    seen: Counter[tuple[str, str, str]] = Counter()
    marked = []
    for one in found:
        alike = (one.rule, one.path, one.key)
        marked.append(one._replace(fingerprint=fingerprint(*alike, seen[alike])))
        seen[alike] += 1
    return tuple(marked)


def _proposal(one: Surveyed, case: Case | None) -> Proposal:
    profile = one.profile
    name = str(profile.get("name") or "")
    if case is None:
        return Proposal(profile.path, name)
    return Proposal(
        profile.path,
        name,
        case.approach,
        case.decided,
        one.recommended,
        one.confidence,
        case.figure("one_time_usd"),
        case.figure("total_usd"),
        case.figure("gpu_hours"),
        bool(one.unpriced(case.approach)),
    )


@dataclass(frozen=True)
class _Places:
    """Where the answers of a profile stand."""

    profile: Profile

    def first(self, names: Sequence[str]) -> Place:
        """The first of some answers that stands in the file; else its beginning."""
        mark = next(
            (self.profile.marks[name] for name in names if name in self.profile.marks),
            Mark(self.profile.path, 1, 1),
        )
        return self._place(mark)

    def _place(self, mark: Mark) -> Place:
        lines = self.profile.lines
        line = lines[mark.line - 1] if mark.line <= len(lines) else ""
        return Place(mark, line, width_of(line, mark.column))


def width_of(line: str, column: int) -> int:
    """Characters of a value on its line: to its quote or bracket, or to what ends it.

    Args:
        line: The line as it stands in the file.
        column: Where the value begins, from 1.
    """
    before, value = line[: column - 1], line[column - 1 :]
    if value[:1] in QUOTES:
        end = value.find(value[0], 1)
        return end + 1 if end > 0 else max(1, len(value.rstrip()))
    if value[:1] in BRACKETS:
        end = value.find(BRACKETS[value[0]])
        return end + 1 if end > 0 else max(1, len(value.rstrip()))
    opened = sum(before.count(sign) - before.count(BRACKETS[sign]) for sign in BRACKETS)
    ends = FLOW_ENDS if opened > 0 else PLAIN_ENDS
    return max(1, len(ends.split(value, maxsplit=1)[0].rstrip()))

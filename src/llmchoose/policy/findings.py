"""What the rules find in one proposal, each finding at its place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from llmchoose.errors import Mark, Problem
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.policy import PolicyRule, Severity
from llmchoose.policy.expression import Outcome
from llmchoose.policy.judging import Case, Said, case_of, fill, judge
from llmchoose.policy.model import (
    Finding,
    GrantedWaiver,
    OwnRule,
    Place,
    Proposal,
    fingerprint,
)
from llmchoose.policy.record import Record, record_of
from llmchoose.policy.waiving import fault_of, own_waivers
from llmchoose.profile.model import Profile
from llmchoose.survey import Surveyed

# Severity of each rule that is in force.
Grades = Mapping[str, Severity]
READS, WAIVERS, JUDGED = "P-INVALID", "P-WAIVER", "P-UNJUDGED"
WHOLE_WAIVERS = "decision.waivers"


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
    record: Record | None = None


def unreadable(
    path: str, problems: Iterable[Problem], grades: Grades, knowledge: Knowledge
) -> Judged:
    """A file that is no profile: a finding for each mistake."""
    rule = knowledge.policy.rule(READS)
    found = []
    for problem in problems if READS in grades else ():
        place = Place(problem.mark or Mark(path, 1, 1), problem.line, problem.width)
        found.append(
            Finding(
                rule.id,
                rule.title,
                grades[READS],
                rule.message.replace("{value}", problem.message),
                problem.hint or rule.fix,
                place,
                problem.message,
                problem.hint,
            )
        )
    return Judged(Proposal(path), _marked(found))


def found_in(
    one: Surveyed,
    knowledge: Knowledge,
    limits: Mapping[str, float],
    grades: Grades,
    names: Sequence[str],
    today: date,
    *,
    recorded: bool,
) -> Judged:
    """What the shipped rules find in a proposal.

    Args:
        one: The proposal, weighed.
        knowledge: Facts and rules.
        limits: Limits that are in force.
        grades: Severities of the rules that are.
        names: Every rule there is, in force or not: waivers may name it.
        today: Day against which expiry and ages are judged.
        recorded: Write down what expressions read.
    """
    profile = one.profile
    case = case_of(one, knowledge, limits, today)
    places = _Places(profile)
    waivers = own_waivers(profile, places.entries(WHOLE_WAIVERS))
    found = [] if case is None else list(_judged(case, grades, places))
    found += _waiver_faults(waivers, grades, names, knowledge, today)
    ordered = sorted(found, key=lambda own: (own.place.mark.line, own.place.mark.column))
    return Judged(
        _proposal(one, case),
        _marked(ordered),
        waivers,
        places.first(("decision.approach", "name")),
        record_of(one, case.approach if case else None, knowledge) if recorded else None,
    )


def _judged(case: Case, grades: Grades, places: "_Places") -> Iterator[Finding]:
    for rule in case.knowledge.policy.rules:
        if rule.id in grades and rule.test not in ("reads", "waivers", "judged"):
            for said in judge(rule, case):
                yield _finding(rule, grades[rule.id], case, said, places)


def _finding(
    rule: PolicyRule, severity: Severity, case: Case, said: Said, places: "_Places"
) -> Finding:
    return Finding(
        rule.id,
        rule.title,
        severity,
        fill(rule, case, said.words),
        rule.fix,
        places.first((*rule.at, "decision.approach", "name")),
        said.key,
    )


def _waiver_faults(
    waivers: Sequence[GrantedWaiver],
    grades: Grades,
    names: Sequence[str],
    knowledge: Knowledge,
    today: date,
) -> Iterator[Finding]:
    if WAIVERS not in grades:
        return
    rule = knowledge.policy.rule(WAIVERS)
    for granted in waivers:
        fault = fault_of(granted, names, today)
        if fault:
            said = rule.message.replace("{value}", fault.said)
            yield Finding(
                rule.id, rule.title, grades[WAIVERS], said, rule.fix, fault.place, fault.key
            )


def waiver_faults(
    waivers: Sequence[GrantedWaiver],
    grades: Grades,
    names: Sequence[str],
    knowledge: Knowledge,
    today: date,
) -> tuple[Finding, ...]:
    """What is wrong with the waivers of a policy."""
    return _marked(list(_waiver_faults(waivers, grades, names, knowledge, today)))


def judged_by_own(
    judged: Judged,
    outcomes: Sequence[Outcome],
    own: Sequence[OwnRule],
    grades: Grades,
    knowledge: Knowledge,
) -> tuple[Finding, ...]:
    """What the policy's own rules find in a proposal."""
    if judged.start is None:
        return ()
    by_name, found = {one.id: one for one in own}, []
    unjudged = knowledge.policy.rule(JUDGED)
    for outcome in outcomes:
        rule = by_name[outcome.rule]
        if outcome.holds:
            fix = f"The policy's rule stands at {rule.where.path}:{rule.where.line}."
            found.append(
                Finding(rule.id, rule.title, grades[rule.id], rule.message, fix, judged.start)
            )
        elif outcome.holds is None and JUDGED in grades:
            value = f"The rule {rule.id} of {rule.where.path}:{rule.where.line} was not judged: "
            said = unjudged.message.replace("{value}", f"{value}{outcome.fault}.")
            found.append(
                Finding(
                    unjudged.id,
                    unjudged.title,
                    grades[JUDGED],
                    said,
                    unjudged.fix,
                    judged.start,
                    rule.id,
                )
            )
    return _marked(found)


def _marked(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings with their fingerprints; of those that are alike the order tells them apart."""
    seen: Counter[tuple[str, str, str]] = Counter()
    marked = []
    for one in found:
        alike = (one.rule, one.path, one.key)
        marked.append(replace(one, fingerprint=fingerprint(*alike, seen[alike])))
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

    def entries(self, name: str) -> dict[str, Place]:
        """A list and its entries, each with its place."""
        return {
            own: self._place(mark)
            for own, mark in self.profile.marks.items()
            if own == name or own.startswith(f"{name}[")
        }

    def _place(self, mark: Mark) -> Place:
        lines = self.profile.lines
        line = lines[mark.line - 1] if mark.line <= len(lines) else ""
        value = line[mark.column - 1 :].split(" #")[0].rstrip()
        return Place(mark, line, max(1, len(value)))

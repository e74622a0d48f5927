"""A policy as it holds, and what holding proposals against it finds."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from llmchoose.errors import Mark
from llmchoose.estimate.formulas.distributions import Band
from llmchoose.knowledge.policy import Severity
from llmchoose.profile.model import Waiver

Grade = Literal["error", "warning", "note", "off"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


class Place(NamedTuple):
    """Where something stands, with the line and how much of it is meant."""

    mark: Mark
    line: str = ""
    width: int = 1


@dataclass(frozen=True)
class LimitSet:
    """A limit of a policy in its unit, and where it was set; None where it is the shipped one."""

    value: float
    where: Mark | None = None


@dataclass(frozen=True)
class GradeSet:
    """The severity that a policy gives a rule, and where."""

    grade: Grade
    place: Place


@dataclass(frozen=True)
class OwnRule:
    """A rule of one's own.

    Attributes:
        when: A CEL expression over profile, estimate and decision: true is a finding.
        lines: Where each line of the expression begins in the file.
        folded: YAML has joined its lines, so that columns of the expression are not the file's.
    """

    id: str
    title: str
    severity: Grade
    when: str
    message: str
    lines: tuple[Place, ...]
    folded: bool = False

    @property
    def where(self) -> Mark:
        """Where the expression begins."""
        return self.lines[0].mark


@dataclass(frozen=True)
class GrantedWaiver:
    """A waiver, where it stands, and which proposals it is for.

    Attributes:
        by: Whether the proposal or the policy says so.
        pattern: Path of the proposals, with * and **; empty for the proposal that holds it.
        folder: Folder that the pattern counts from.
    """

    waiver: Waiver
    by: Literal["profile", "policy"]
    place: Place
    pattern: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Policy:
    """What an organisation asks of proposals, all its files together.

    Attributes:
        path: The file that was named; None for the shipped rules alone.
        files: All files that were read, the extended ones first.
        limits: Limits by name.
        grades: Severities by rule.
        own: Rules of one's own by id.
        waivers: For proposals by path.
        waivable: Rules that a proposal may waive by itself, with where the policy says so; None
            where it may waive any.
    """

    path: str | None = None
    files: tuple[str, ...] = ()
    limits: Mapping[str, LimitSet] = field(default_factory=dict)
    grades: Mapping[str, GradeSet] = field(default_factory=dict)
    own: Mapping[str, OwnRule] = field(default_factory=dict)
    waivers: tuple[GrantedWaiver, ...] = ()
    waivable: Mapping[str, Place] | None = None


@dataclass(frozen=True)
class RuleInForce:
    """One rule as it holds here.

    Attributes:
        default: Its severity without a policy.
        limit: The limit that it holds to, in `unit`; None where none is set.
        where: Where its severity or limit was set, or where it stands; None for the shipped one.
    """

    id: str
    title: str
    grade: Grade
    default: Grade
    own: bool = False
    limit_name: str | None = None
    limit: float | None = None
    unit: str = ""
    where: Mark | None = None
    limit_where: Mark | None = None
    rationale: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Waived:
    """Why a finding does not count.

    Attributes:
        by: A waiver of the proposal or of the policy, or the baseline.
        where: Where that stands.
    """

    by: Literal["profile", "policy", "baseline"]
    reason: str
    approved_by: str | None = None
    expires: date | None = None
    where: str = ""


class Finding(NamedTuple):
    """One thing that a rule has to say of one file.

    Attributes:
        title: Of the rule.
        message: What is wrong, with this project's figures.
        fix: What to do about it.
        place: Where.
        key: What tells it from others of the same rule and file, whatever the line.
        hint: What was probably meant, for a file that does not read.
        fingerprint: Stays when lines move.
    """

    rule: str
    title: str
    severity: Severity
    message: str
    fix: str
    place: Place
    key: str = ""
    hint: str = ""
    waived: Waived | None = None
    fingerprint: str = ""

    @property
    def path(self) -> str:
        """The file that it is about."""
        return self.place.mark.path


class Proposal(NamedTuple):
    """What a proposal comes to: the approach that is decided, else the recommended one.

    Attributes:
        name: Of the project; empty where the file does not read.
        decided: Whether the file says the approach.
        total_usd: Over the horizon, as `one_time_usd` and `gpu_hours` a band; None where there is
            none.
        lower_bound: A price is missing.
    """

    path: str
    name: str = ""
    approach: str | None = None
    decided: bool = False
    recommended: str | None = None
    confidence: float = 0.0
    one_time_usd: Band | None = None
    total_usd: Band | None = None
    gpu_hours: Band | None = None
    lower_bound: bool = False


@dataclass(frozen=True)
class Totals:
    """Sums over all proposals: bands of the sums of draws, for draws are shared."""

    one_time_usd: Band | None = None
    total_usd: Band | None = None
    gpu_hours: Band | None = None
    lower_bound: bool = False


@dataclass(frozen=True)
class Checked:
    """A check of many files.

    Attributes:
        policy: Path of the policy; None for the shipped rules.
        rules: Every rule, as it holds.
        today: Day against which expiry and age were judged; `today_given` whether it was said.
        proposals: Every file that is one, by path.
        skipped: YAML files that are no profiles, by path.
        findings: In the order of files and lines; waived ones too.
        gone: Entries of the baseline that were not found again.
        fail_on: The lowest severity that fails.
    """

    policy: str | None
    rules: tuple[RuleInForce, ...]
    today: date
    today_given: bool
    proposals: tuple[Proposal, ...]
    skipped: tuple[str, ...]
    findings: tuple[Finding, ...]
    totals: Totals
    gone: int = 0
    fail_on: Severity = "error"

    @property
    def counts(self) -> Mapping[str, int]:
        """Findings by severity that are not waived, and `waived`."""
        found: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
        for one in self.findings:
            if one.waived is None:
                found[one.severity] += 1
        return {**found, "waived": sum(one.waived is not None for one in self.findings)}

    @property
    def failed(self) -> bool:
        """Whether something fails that nobody waived."""
        return any(one.waived is None and self.counts_as_failure(one) for one in self.findings)

    def counts_as_failure(self, finding: Finding) -> bool:
        """Whether a finding is at or above the severity that fails, waived or not."""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.fail_on)


def fingerprint(rule: str, path: str, key: str, occurrence: int) -> str:
    """What a finding is recognised by: 32 hexadecimal digits that hang on no line number."""
    text = "\0".join((rule, path, key, str(occurrence)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]

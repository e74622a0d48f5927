"""The rules that proposals are held against: frozen models of policy.yaml of the knowledge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from llmchoose.knowledge.rules import EVERY, ApproachId, Condition, Plain, Rule

Severity = Literal["error", "warning", "note"]
# How a rule is judged: what `policy/tests` has a function for.
Test = Literal[
    "reads",
    "gates",
    "differs",
    "cheaper",
    "answers",
    "limit",
    "near",
    "priced",
    "spread",
    "assumptions",
    "age",
    "waivers",
    "idle",
    "judged",
]
# What a limit is held against, by its name in the JSON report.
Limited = Literal[
    "one_time_usd",
    "monthly_usd",
    "total_usd",
    "gpu_hours",
    "time_to_production_days",
    "energy_kwh",
    "tco2e",
]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Example(Rule):
    """A proposal that passes or fails one rule: what it has other than a sound one.

    Attributes:
        of: Which of the sound proposals.
        set: Answers by field, as they are written.
        drop: Fields that are left out.
        limits: Limits of the policy.
        text: A whole file in place of a changed one.
        when: An expression of a rule of one's own.
    """

    of: str = "tuned"
    set: Mapping[str, object] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    limits: Mapping[str, Plain] = field(default_factory=dict)
    text: str = ""
    when: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class PolicyRule(Rule):
    """One rule.

    Attributes:
        test: How it is judged.
        approaches: It is about proposals of these alone; of every one when empty.
        when: About those alone whose stated answers say so; an open answer says nothing.
        unless: Not about those.
        needs: Each of these answers must be stated; `a | b` is one or the other.
        gates: Gates that it speaks for, by id.
        kind: It speaks for all gates of a kind that no other rule speaks for.
        limit: The limit that it holds to; `figure` what is held against it.
        at: Fields that a finding points at: the first that is stated.
        message: What is wrong, with `{approach}`, `{value}`, `{limit}` and stated answers by field.
        fix: What to do.
    """

    id: str
    title: str
    severity: Severity
    test: Test
    approaches: tuple[ApproachId, ...] = ()
    when: Condition = EVERY
    unless: Condition | None = None
    needs: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    kind: Literal["hard", "soft"] | None = None
    limit: str | None = None
    figure: Limited | None = None
    at: tuple[str, ...] = ()
    message: str
    rationale: str
    fix: str
    sources: tuple[str, ...]
    fails: Example
    passes: Example


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class PolicyLimit(Rule):
    """A limit that a policy may set, and what holds when none does (None: no limit)."""

    id: str
    text: str
    dimension: Literal["money", "count", "fraction", "ratio", "duration"]
    unit: str
    default: float | None = None
    source: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class PolicyBook(Rule):
    """Limits and rules, with the sound proposals that the examples start from."""

    as_of: str
    limits: tuple[PolicyLimit, ...]
    rules: tuple[PolicyRule, ...]
    examples: Mapping[str, Mapping[str, object]]

    def rule(self, name: str) -> PolicyRule:
        """A rule by its id."""
        return next(one for one in self.rules if one.id == name)

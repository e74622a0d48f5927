"""The rulebook's and the plan's entries: frozen models of the knowledge folder's YAML files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

# The input of a criterion that says the same of every project.
CONSTANT = "1"

ApproachId = Literal[
    "prompt", "rag", "managed_finetune", "lora", "full_finetune", "continued_pretrain", "scratch"
]
Operator = Literal[
    "==", "!=", "<", "<=", ">", ">=", "in", "contains", "contains_any", "only", "between"
]
Plain = str | bool | int | float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Rule:
    """What every entry of a rules file has in common: strict keys, frozen values."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Comparison(Rule):
    """One comparison of an input with a value, or with another input (`than`)."""

    input: str
    op: Operator
    value: Plain | tuple[Plain, ...] | None = None
    than: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.than is None):
            raise ValueError(f"the test of {self.input} needs either `value` or `than`")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Condition(Rule):
    """All tests must hold, or any of them."""

    all: tuple[Comparison, ...] = ()
    any: tuple[Comparison, ...] = ()
    always: bool = False

    def __post_init__(self) -> None:
        if sum((bool(self.all), bool(self.any), self.always)) != 1:
            raise ValueError("a condition is one of `all`, `any` and `always: true`")

    @property
    def tests(self) -> tuple[Comparison, ...]:
        """The tests of either kind."""
        return self.all or self.any


EVERY = Condition(always=True)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Gate(Rule):
    """A reason for which an approach cannot work (hard) or should not be tried (soft).

    A soft gate that is not `charged` is only said: net benefit charges what it stands for.
    """

    id: str
    kind: Literal["hard", "soft"]
    excludes: tuple[ApproachId, ...]
    when: Condition
    charged: bool = True
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Curve(Rule):
    """Breakpoints (input, score) for a group of approaches; straight lines between them."""

    approaches: tuple[ApproachId, ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Criterion(Rule):
    """One scored consideration: an input turned into 0 to 1 for each approach."""

    id: str
    name: str
    group: str
    input: str
    unit: str
    decides: Literal["always", "when_given", "gap_unknown", "never"]
    weight: float
    range: tuple[float, float]
    direction: str
    applies: Comparison | None = None
    scale: Literal["linear", "log"] = "linear"
    curves: tuple[Curve, ...] = ()
    table: Mapping[str, Mapping[ApproachId, float]] = field(default_factory=dict)
    default: float | None = None
    why_for: str
    why_against: str
    sources: tuple[str, ...]
    breakpoint_source: str | tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Saving(Rule):
    """Share of a cost that a technique saves."""

    share_p10: float
    share_p50: float
    share_p90: float
    of: str
    source: str | tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Combination(Rule):
    """An approach or a technique that pays beside a primary approach."""

    id: str
    primary: tuple[ApproachId, ...]
    add: ApproachId | None = None
    technique: str | None = None
    fallback: ApproachId | None = None
    when: Condition
    value: str
    saves: Saving | None = None
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Ladder(Rule):
    """Constants of the choice between approaches."""

    rung_charge: float
    noise: float
    gate_penalty: float
    unavailable_penalty: float
    inferred_weight: float
    tie_per_rung: float
    tie: float
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Worth(Rule):
    """A constant of what quality is worth, and how far practitioners would move it."""

    weight: float
    range: tuple[float, float]
    source: str | tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Charge(Rule):
    """What net benefit takes off for money, time, people or accelerators: weight times units."""

    id: Literal[
        "money",
        "running",
        "monthly_budget",
        "time",
        "team",
        "gpus",
        "latency",
        "provider",
        "size",
        "rung",
    ]
    weight: float
    range: tuple[float, float]
    unit: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class NetBenefit(Rule):
    """The second model: quality expected, less what it costs."""

    reached: Worth
    beyond: Worth
    charges: tuple[Charge, ...]

    def weight(self, charge: str) -> float:
        """Weight of a charge; none where the rulebook leaves it out."""
        return next((one.weight for one in self.charges if one.id == charge), 0.0)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Words(Rule):
    """Words for a confidence at or above a threshold."""

    at_least: float
    words: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class ConfidenceRule(Rule):
    """What the curve that says how sure the advice is reads, and where it ends.

    Attributes:
        limits: The chance to be best is held inside them; `cap` is the highest confidence.
        inputs: The share of these that a profile states counts.
    """

    limits: tuple[float, float]
    cap: float
    inputs: tuple[str, ...]
    words: tuple[Words, ...]
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Rulebook(Rule):
    """Gates, criteria and combinations, with the constants of the choice."""

    id: str
    as_of: str
    ladder: Ladder
    net_benefit: NetBenefit
    confidence: ConfidenceRule
    gates: tuple[Gate, ...]
    criteria: tuple[Criterion, ...]
    combinations: tuple[Combination, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Approach(Rule):
    """One way to build it, and since when it can be had."""

    id: ApproachId
    name: str
    family: Literal["prompt", "tune", "train"]
    rung: float
    definition: str
    available_from: str | None = None
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Step(Rule):
    """One step of the plan and the number by which one sees that it is done.

    `answered_by` names fields: where the profile gives them all, the step is done already. `when`
    says for which projects it is a step at all.
    """

    step: str
    do: str
    exit_criterion: str
    answered_by: tuple[str, ...] = ()
    when: Condition = EVERY
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Risk(Rule):
    """What can go wrong, when it is likely, and what helps."""

    id: str
    text: str
    approaches: tuple[ApproachId, ...]
    when: Condition
    likelihood: str
    likelihood_source: str
    mitigation: str
    sources: tuple[str, ...]

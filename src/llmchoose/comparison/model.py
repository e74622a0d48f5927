"""What a comparison is made of: two sides, their figures, and the inputs that moved them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from llmchoose.errors import Mark
from llmchoose.estimate.formulas.distributions import Band, significant
from llmchoose.profile.model import Profile

# A band; a figure nobody knows, which is never zero; or nothing there to have one.
Amount = Band | Literal["unknown", "absent"]
Method = Literal["shapley", "averaged"]
TOTAL = "total_usd"
FIGURES = (
    TOTAL,
    "one_time_usd",
    "monthly_usd",
    "time_to_production_days",
    "gpu_hours",
    "energy_kwh",
    "tco2e",
)


@dataclass(frozen=True)
class Change:
    """A figure before and after, in one unit."""

    old: Amount
    new: Amount

    @property
    def p50(self) -> float | None:
        """By how much the middle moved; None where a side is unknown or neither has the figure."""
        if "unknown" in (self.old, self.new) or self.old == self.new == "absent":
            return None
        return significant(_middle(self.new) - _middle(self.old))

    @property
    def share(self) -> float | None:
        """That as a share of the middle before; None where there is none to be a share of."""
        moved = self.p50
        if moved is None or not isinstance(self.old, Band) or not self.old.p50:
            return None
        return significant(moved / self.old.p50)


@dataclass(frozen=True)
class ItemChange:
    """A line of a cost before and after, in dollars: once, or a month."""

    name: str
    when: Literal["one_time", "monthly"]
    usd: Change


@dataclass(frozen=True)
class Costs:
    """Figures of an approach before and after.

    Attributes:
        figures: Those of `FIGURES`, in this order.
        items: Lines of the cost, matched by name.
        least_old: A price was missing before, so that the sums are the least it can cost;
            `least_new` the same after.
    """

    figures: Mapping[str, Change]
    items: tuple[ItemChange, ...]
    least_old: bool
    least_new: bool


@dataclass(frozen=True)
class Standing:
    """How an approach stands on one side; `chance` is its chance to be the best, 0 to 1."""

    chance: float
    rank: int
    feasible: bool


@dataclass(frozen=True)
class ApproachChange:
    """One approach before and after; None on the side where there is no profile."""

    approach: str
    old: Standing | None
    new: Standing | None
    costs: Costs


@dataclass(frozen=True)
class Side:
    """One of both profiles, and what is said of it.

    Attributes:
        day: ISO day for which it was judged.
        approach: The recommended one; None where a hard gate closes every one.
        partners: Approaches named beside it.
        confidence: Chance that an experienced practitioner would accept it, with `words`.
        chances: Chance of each approach to be the best.
        proposed: `decision.approach`, else the recommended one; `decided` says which of both.
        months: Middle of the horizon that totals are over.
    """

    profile: Profile
    day: str
    approach: str | None
    partners: tuple[str, ...]
    confidence: float
    words: str
    chances: Mapping[str, float]
    proposed: str | None
    decided: bool
    months: float


@dataclass(frozen=True)
class InputChange:
    """A field with another answer.

    Attributes:
        old: Its answer as people write it, None where it was left out; `new` likewise.
        old_mark: Where that stands; None where it stands nowhere.
        share_usd: Its part of the change of the middle total; None for a field that no formula
            reads.
        turns_to: What would be recommended had it alone changed, where that is another approach;
            an empty text where every approach would be closed. None where it turns nothing.
    """

    field: str
    old: str | None
    new: str | None
    old_mark: Mark | None
    new_mark: Mark | None
    share_usd: float | None
    turns_to: str | None

    @property
    def changes_recommendation(self) -> bool:
        """Whether it alone changes the recommendation."""
        return self.turns_to is not None


@dataclass(frozen=True)
class Attribution:
    """Which input did it: parts of the change of the middle total over the horizon, in dollars.

    Attributes:
        method: Shapley values, or for many changed fields what each does alone, averaged.
        approach: The approach whose total is shared out: the one proposed in the new profile.
        inputs: Changed fields, those with the largest part first; those unread last.
        together_usd: What the fields do together beyond what each does; zero by Shapley.
        switch_usd: Before anything changes, the total of that approach over the one that was
            proposed; zero where both are one.
        total_usd: All of it: the change of the middle total of what is proposed.
    """

    method: Method
    approach: str
    inputs: tuple[InputChange, ...]
    together_usd: float
    switch_usd: float
    total_usd: float


@dataclass(frozen=True)
class Basis:
    """What both sides were assessed with."""

    rulebook: str
    knowledge_as_of: str
    seed: int
    samples: int


@dataclass(frozen=True)
class Comparison:
    """What changed from one profile to another.

    Attributes:
        old: None for a new proposal; `new` is None for one that was removed.
        proposed: Figures of what is proposed on each side, be it one approach or two.
        approaches: Every approach, in the order of the ladder.
        inputs: Changed fields.
        attribution: Which of them did it; None where a side proposes nothing.
    """

    old: Side | None
    new: Side | None
    proposed: Costs
    approaches: tuple[ApproachChange, ...]
    inputs: tuple[InputChange, ...]
    attribution: Attribution | None
    basis: Basis

    @property
    def kind(self) -> Literal["new", "removed", "changed", "same"]:
        """What became of the profile."""
        if self.old is None:
            return "new"
        if self.new is None:
            return "removed"
        return "changed" if self.inputs else "same"

    @property
    def side(self) -> Side:
        """The new side, or the old one of a profile that was removed."""
        side = self.new or self.old
        assert side is not None  # noqa: S101 compare takes one at least
        return side

    @property
    def turned(self) -> bool:
        """Whether another approach is recommended."""
        if self.old is None or self.new is None:
            return False
        return self.old.approach != self.new.approach

    @property
    def crosses(self) -> bool:
        """Whether the proposed figures are of one approach before and of another after."""
        if self.old is None or self.new is None:
            return False
        return self.old.proposed != self.new.proposed


def _middle(amount: Amount) -> float:
    return amount.p50 if isinstance(amount, Band) else 0.0

"""What the recommendation is measured by: rules that people use instead, and its own constants."""

from dataclasses import dataclass
from typing import Literal

from llmchoose.knowledge.rules import ApproachId, Condition, Rule


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class BaselineRule(Rule):
    """What to advise when a condition holds."""

    when: Condition
    advise: ApproachId


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Baseline(Rule):
    """A rule of thumb: the first of its rules that holds, else `otherwise`."""

    id: str
    name: str
    rules: tuple[BaselineRule, ...]
    otherwise: ApproachId
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Knob(Rule):
    """A group of constants behind the recommendation, and how far the real decisions shaped them.

    Attributes:
        where: The file that holds them; `entries` the ids or keys in it.
        constants: How many numbers there are.
        how: judged (by what is known of the field), fitted to published comparisons, fitted to the
            real decisions, or chosen with them in view.
    """

    id: str
    what: str
    where: str
    constants: int
    how: Literal["judged", "comparisons", "fitted", "in_view"]

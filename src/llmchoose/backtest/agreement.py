"""How often a recommendation is one that an expert would accept, and where it is not."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from llmchoose.backtest.decisions import REGRETTED, WORKED, Decided
from llmchoose.estimate.formulas.distributions import Z975
from llmchoose.knowledge.load import Knowledge


@dataclass(frozen=True)
class Verdict:
    """A recommendation for one real decision, judged.

    Attributes:
        advised: The recommended approach; None where every one is closed.
        acceptable: It is among those that an expert would accept.
        family: Its family is among theirs.
        exact: It is what was chosen; None unless that worked.
    """

    decided: Decided
    advised: str | None
    acceptable: bool
    family: bool
    exact: bool | None


@dataclass(frozen=True)
class Agreement:
    """Shares of some verdicts.

    Attributes:
        cases: How many; `worked` those of them that worked, of which `exact` is the share (None
            without any).
        low: Lower end of the 95 % interval of `acceptable`; `high` the upper.
    """

    cases: int
    acceptable: float
    low: float
    high: float
    family: float
    worked: int
    exact: float | None


def families(knowledge: Knowledge) -> dict[str, str]:
    """Family of each approach."""
    return {one.id: one.family for one in knowledge.approaches}


def judged(decided: Decided, advised: str | None, family_of: Mapping[str, str]) -> Verdict:
    """Hold a recommendation against what was decided."""
    accepted = {family_of[name] for name in decided.acceptable}
    return Verdict(
        decided,
        advised,
        advised in decided.acceptable,
        advised is not None and family_of[advised] in accepted,
        advised == decided.chose if decided.outcome == WORKED else None,
    )


def agreement(verdicts: Sequence[Verdict]) -> Agreement:
    """Shares of at least one verdict."""
    exact = [one.exact for one in verdicts if one.exact is not None]
    right = share(one.acceptable for one in verdicts)
    low, high = interval(right, len(verdicts))
    return Agreement(
        len(verdicts),
        right,
        low,
        high,
        share(one.family for one in verdicts),
        len(exact),
        share(exact) if exact else None,
    )


def share(truths: Iterable[bool]) -> float:
    """Share of some truths that hold."""
    held = list(truths)
    return sum(held) / len(held)


def interval(found: float, cases: int) -> tuple[float, float]:
    """95 % interval of a share.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    square = Z975**2 / cases
    centre = (found + square / 2) / (1 + square)
    half = Z975 * sqrt(found * (1 - found) / cases + square / (4 * cases)) / (1 + square)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def by(verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> dict[str, Agreement]:
    """Shares for each group, in the order of their names."""
    groups: dict[str, list[Verdict]] = {}
    for one in verdicts:
        groups.setdefault(key(one), []).append(one)
    return {name: agreement(groups[name]) for name in sorted(groups)}


def confusion(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], int]:
    """How often each approach is recommended where each was chosen."""
    return dict(Counter((one.advised or "none", one.decided.chose) for one in verdicts))


def regretted(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Verdicts on choices that were regretted."""
    return tuple(one for one in verdicts if one.decided.outcome == REGRETTED)

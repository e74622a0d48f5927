"""Rows of closures.csv: what share of the room above a prompted model each approach closes.

A published comparison closes (after - before) / (best - before) of the room. A cell of the table
is an approach and a kind of gap; its value is the mean of its comparisons, drawn towards what was
judged before by as many comparisons as that judgement is worth.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from llmchoose.estimate.formulas.distributions import Z90
from llmchoose.knowledge.closing import TUNED, closure_of, speaks_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.runs import Comparison
from llmchoose.knowledge.tables import Closure, Factor

LEAST, MOST = 0.02, 0.97
MOST_SOURCES = 6


@dataclass(frozen=True)
class ClosureRow:
    """A row of closures.csv as text."""

    id: str
    approach: str
    gap: str
    judged: str
    effective_comparisons: str
    measured: str
    p10: str
    p50: str
    p90: str
    unit: str
    source: str
    as_of: str
    note: str


@dataclass(frozen=True)
class Trust:
    """How far comparisons are believed; the constants `closure.…` of factors.csv.

    Attributes:
        judged_weight: Comparisons that the judged value is worth.
        selection: Share of a published gain that others may expect, as authors publish successes.
        family_most: Comparisons that all those of one family count for at most.
        shared: What a comparison of one way of tuning counts for each of the three.
        least_spread: Least standard deviation between projects, logit.
    """

    judged_weight: float
    selection: float
    family_most: float
    shared: float
    least_spread: float


@dataclass(frozen=True)
class Weighed:
    """A comparison's closure and what it counts in one cell, in comparisons."""

    closure: float
    weight: float
    source: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A cell's value and band.

    Attributes:
        comparisons: How many its evidence counts for.
        measured: Mean closure as published, None without evidence.
    """

    comparisons: float
    measured: float | None
    p10: float
    p50: float
    p90: float


def closure_rows(knowledge: Knowledge, as_of: str) -> list[ClosureRow]:
    """Every row of the table; the cells and what is judged of them are those of the file."""
    trust = trust_of(knowledge.factors)
    return [
        _row(cell, weighed(cell.approach, cell.gap, knowledge.comparisons, trust), trust, as_of)
        for cell in knowledge.closures.values()
    ]


def trust_of(factors: Mapping[str, Factor]) -> Trust:
    """The constants `closure.…`."""
    return Trust(**{name: factors[f"closure.{name}"].p50 for name in Trust.__annotations__})


def weighed(
    approach: str, gap: str, comparisons: Iterable[Comparison], trust: Trust
) -> list[Weighed]:
    """The comparisons that speak of a cell, with their weights there.

    One with several gaps counts in equal parts for each, and a long table of one family as a short
    one.
    """
    found = [
        (row, closure)
        for row in comparisons
        if speaks_of(row, approach, gap) and (closure := closure_of(row)) is not None
    ]
    sizes: dict[str, float] = {}
    for row, _ in found:
        sizes[row.family] = sizes.get(row.family, 0.0) + 1 / len(row.gap)
    kin = trust.shared if approach in TUNED else 1.0
    return [
        Weighed(
            closure,
            kin / len(row.gap) * min(1.0, trust.family_most / sizes[row.family]),
            row.source,
        )
        for row, closure in found
    ]


def find(judged: float, evidence: Sequence[Weighed], trust: Trust) -> Found:
    """A cell's value: the judged one without evidence, the discounted mean with much of it.

    The band holds the projects, not their mean: it is as wide as comparisons differ.

    Source: Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.5 (a normal mean with a prior
        worth so many observations).
    """
    count = sum(one.weight for one in evidence)
    mean = sum(one.weight * one.closure for one in evidence) / count if evidence else None
    expected = 0.0 if mean is None else discounted(mean, trust)
    prior = trust.judged_weight
    middle = _logit((prior * judged + count * expected) / (prior + count))
    reach = Z90 * _spread(evidence, count, trust)
    p10, p50, p90 = (_share(middle + side * reach) for side in (-1, 0, 1))
    return Found(count, mean, p10, p50, p90)


def discounted(closure: float, trust: Trust) -> float:
    """What others may expect of a published closure: less of a gain, all of a loss."""
    return min(closure, trust.selection * closure)


def _spread(evidence: Sequence[Weighed], count: float, trust: Trust) -> float:
    """Standard deviation between projects, logit, drawn towards its least."""
    places = [_logit(discounted(one.closure, trust)) for one in evidence]
    pairs = [(one.weight, place) for one, place in zip(evidence, places, strict=True)]
    middle = sum(weight * place for weight, place in pairs) / count if count else 0.0
    squares = sum(weight * (place - middle) ** 2 for weight, place in pairs)
    least, prior = trust.least_spread, trust.judged_weight
    return max(least, sqrt((prior * least**2 + squares) / (prior + count)))


def _logit(share: float) -> float:
    inside = min(max(share, LEAST), MOST)
    return log(inside / (1 - inside))


def _share(place: float) -> float:
    return min(max(1 / (1 + exp(-place)), LEAST), MOST)


def _row(cell: Closure, evidence: Sequence[Weighed], trust: Trust, as_of: str) -> ClosureRow:
    found = find(cell.judged, evidence, trust)
    return ClosureRow(
        id=cell.id,
        approach=cell.approach,
        gap=cell.gap,
        judged=f"{cell.judged:g}",
        effective_comparisons=f"{found.comparisons:.3g}",
        measured="" if found.measured is None else f"{found.measured:.3f}",
        p10=f"{found.p10:.3f}",
        p50=f"{found.p50:.3f}",
        p90=f"{found.p90:.3f}",
        unit=cell.unit,
        source="|".join([*_sources(evidence), "judgement"]),
        as_of=as_of,
        note=_note(evidence),
    )


def _sources(evidence: Sequence[Weighed]) -> list[str]:
    """Sources by what they count for, the first six."""
    counts: dict[str, float] = {}
    for one in evidence:
        for name in one.source:
            counts[name] = counts.get(name, 0.0) + one.weight
    return sorted(counts, key=lambda name: (-round(counts[name], 6), name))[:MOST_SOURCES]


def _note(evidence: Sequence[Weighed]) -> str:
    if not evidence:
        return "judged: no published comparison speaks of it"
    many = "comparison" if len(evidence) == 1 else "comparisons"
    return f"{len(evidence)} published {many}, drawn towards the judged share"

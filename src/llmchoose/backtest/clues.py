"""Rows of clues.csv and gaps.csv: what real projects tell of those that leave the gap unsaid."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llmchoose.estimate.clues import holds
from llmchoose.estimate.formulas.distributions import Z90
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Clue
from llmchoose.profile.model import Profile
from llmchoose.quantity import Quantity

SOURCE = "fit-clues"
FIELD = "task.gap"
# How the answers of a field are told apart: each word alone, or by conditions on it.
WORDS = (
    "task.kind",
    "task.specificity",
    "task.citations_required",
    "task.error_cost",
)
CONDITIONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "task.language": (("in", "en"), ("in", "mul"), ("in", "zxx"), ("not_in", "en mul zxx")),
    "data.unlabelled_tokens": ((">=", "1e9"), ("<", "1e9")),
    "data.labelled_examples": ((">=", "1000"), ("<", "1000")),
    "data.knowledge_changes": ((">=", "100"), ("<", "100")),
}
Shares = dict[str, float]


@dataclass(frozen=True)
class ClueRow:
    """A row of clues.csv as text."""

    id: str
    input: str
    op: str
    value: str
    none: str
    knowledge: str
    behaviour: str
    format: str
    language: str
    reasoning: str
    projects: str
    source: str
    as_of: str


@dataclass(frozen=True)
class GapRow:
    """A row of gaps.csv as text."""

    id: str
    coverage_p10: str
    coverage_p50: str
    coverage_p90: str
    projects: str
    source: str
    as_of: str


def clue_rows(profiles: Sequence[Profile], knowledge: Knowledge, as_of: str) -> list[ClueRow]:
    """What each answer tells of the gap, from projects that state theirs.

    The share of a gap among projects that give an answer, over its share among all that answer, is
    drawn towards 1 by as many projects as `clues.smoothing` says, and tempered by the power
    `clues.independence`, as answers hang together.
    """
    known = [(profile, gap_shares(profile)) for profile in profiles if profile.given(FIELD)]
    prior = knowledge.fields[FIELD].prior
    judged = dict(prior.probabilities or {}) if prior else {}
    worth = knowledge.factors["clues.judged_weight"].p50
    base = _mixed([shares for _, shares in known], judged, worth)
    rows = [_row("base", "", "base", "", base, len(known), as_of)]
    for clue, name in _candidates(knowledge):
        said = [(profile, shares) for profile, shares in known if profile.given(clue.input)]
        held = [shares for profile, shares in said if holds(clue, profile)]
        if held:
            ratios = _ratios([shares for _, shares in said], held, base, knowledge)
            value = clue.value or ""
            rows.append(_row(name, clue.input, clue.op, value, ratios, len(held), as_of))
    return sorted(rows, key=lambda row: row.id)


def gap_rows(profiles: Sequence[Profile], knowledge: Knowledge, as_of: str) -> list[GapRow]:
    """How much of the task existing models cover, by what they lack."""
    known = [
        (gap_shares(profile), _logit(_middle(profile, "task.base_model_coverage")))
        for profile in profiles
        if profile.given(FIELD) and profile.given("task.base_model_coverage")
    ]
    judged = knowledge.factors["clues.coverage"]
    worth = knowledge.factors["clues.coverage_weight"].p50
    centre = _logit(judged.p50)
    spread = (_logit(judged.p90) - _logit(judged.p10)) / (2 * Z90)
    rows = []
    for gap in sorted(known[0][0]):
        weight = sum(shares[gap] for shares, _ in known)
        mean = (sum(s[gap] * x for s, x in known) + worth * centre) / (weight + worth)
        squares = sum(s[gap] * (x - mean) ** 2 for s, x in known) + worth * spread**2
        sd = math.sqrt(squares / (weight + worth))
        low, mid, high = (f"{_share(mean + side * Z90 * sd):.3f}" for side in (-1, 0, 1))
        rows.append(GapRow(gap, low, mid, high, f"{weight:.3g}", SOURCE, as_of))
    return rows


def gap_shares(profile: Profile) -> Shares:
    """What a project lacks, as shares: the first of its list counts twice."""
    answer = profile.get(FIELD)
    names = [str(name) for name in answer] if isinstance(answer, tuple) else [str(answer)]
    total = len(names) + 1.0
    every = ("none", "knowledge", "behaviour", "format", "language", "reasoning")
    return {
        name: (2.0 if names[0] == name else float(name in names)) / total if names else 0.0
        for name in every
    }


def _candidates(knowledge: Knowledge) -> Iterable[tuple[Clue, str]]:
    for name in WORDS:
        field = knowledge.fields[name]
        for word in field.values or ("true", "false"):
            yield _clue(name, "in", word), f"{name}.{word}"
    for name, tests in CONDITIONS.items():
        for op, value in tests:
            yield _clue(name, op, value), f"{name}.{op}.{value.replace(' ', '_')}".rstrip(".")


def _clue(name: str, op: str, value: str) -> Clue:
    clue = object.__new__(Clue)
    clue.__dict__.update(input=name, op=op, value=value or None)
    return clue


def _ratios(
    said: Sequence[Shares], held: Sequence[Shares], base: Shares, knowledge: Knowledge
) -> Shares:
    smoothing = knowledge.factors["clues.smoothing"].p50
    power = knowledge.factors["clues.independence"].p50
    usual = len(held) / len(said)
    likely = {
        gap: (sum(shares[gap] for shares in held) + smoothing * usual)
        / (sum(shares[gap] for shares in said) + smoothing)
        for gap in base
    }
    mean = sum(base[gap] * likely[gap] for gap in base)
    return {gap: (likely[gap] / mean) ** power for gap in base}


def _mixed(found: Sequence[Shares], judged: Shares, worth: float) -> Shares:
    return {
        gap: (sum(shares[gap] for shares in found) + worth * judged[gap]) / (len(found) + worth)
        for gap in judged
    }


def _row(
    name: str, field: str, op: str, value: str, shares: Shares, projects: int, as_of: str
) -> ClueRow:
    texts = {gap: f"{share:.4g}" for gap, share in shares.items()}
    return ClueRow(
        id=name,
        input=field,
        op=op,
        value=value,
        projects=str(projects),
        source=SOURCE,
        as_of=as_of,
        **texts,
    )


def _middle(profile: Profile, name: str) -> float:
    answer = profile.get(name)
    return (answer.low + answer.high) / 2 if isinstance(answer, Quantity) else math.nan


def _logit(share: float) -> float:
    inside = min(max(share, 0.02), 0.98)
    return math.log(inside / (1 - inside))


def _share(score: float) -> float:
    return 1 / (1 + math.exp(-score))

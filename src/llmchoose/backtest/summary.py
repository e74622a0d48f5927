"""All that is said of recommendations on real decisions, as one value for the reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from llmchoose.backtest.agreement import (
    Agreement,
    Verdict,
    agreement,
    by,
    confusion,
    families,
    judged,
    regretted,
)
from llmchoose.backtest.baselines import advised
from llmchoose.backtest.calibration import Calibration, calibration
from llmchoose.backtest.disagreements import Disagreement, disagreements
from llmchoose.backtest.history import History
from llmchoose.backtest.rounds import Round, own_rounds
from llmchoose.backtest.sureness import confidences, right, unseen_confidences
from llmchoose.backtest.thinning import thinned
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.yardsticks import Knob
from llmchoose.profile.model import Profile

HALF = 0.5
WHOLE = 0.0
TOOL = "llmchoose"
Key = Callable[[Verdict], str]


@dataclass(frozen=True)
class Part:
    """Decisions with the same share of answers left out.

    Attributes:
        seen: By the knowledge as it is; `unseen` by one in whose fit the decision had no part.
        calibration: Of the shipped confidence; `unseen_calibration` of one likewise refitted.
    """

    seen: Agreement
    unseen: Agreement
    calibration: Calibration
    unseen_calibration: Calibration


@dataclass(frozen=True)
class Rule:
    """A way to decide, on whole profiles and on those with half their answers left out."""

    name: str
    whole: Agreement
    half: Agreement | None


@dataclass(frozen=True)
class Summary:
    """Recommendations held against real decisions.

    Attributes:
        parts: By the share of answers left out.
        rules: The tool, then the rules of thumb.
        groups: Agreement on whole profiles, by the name of a group.
        confusion: How often each approach was recommended where another was chosen.
        knobs: Constants behind the recommendation; none for an organisation's own decisions.
        history: The organisation's own decisions; None for the bundled ones.
    """

    parts: Mapping[float, Part]
    rules: tuple[Rule, ...]
    groups: Mapping[str, Mapping[str, Agreement]]
    confusion: Mapping[tuple[str, str], int]
    regretted: tuple[Verdict, ...]
    disagreements: tuple[Disagreement, ...]
    knobs: tuple[Knob, ...]
    history: History | None = None


def summary(rounds: Sequence[Round], knowledge: Knowledge) -> Summary:
    """Summarise rounds of the bundled decisions."""
    return _summary(rounds, knowledge, unseen_confidences(rounds, knowledge), knowledge.knobs, None)


def own_summary(history: History, knowledge: Knowledge) -> Summary:
    """Advise on an organisation's own decisions, and summarise."""
    rounds = own_rounds(history.decisions, knowledge)
    return _summary(rounds, knowledge, confidences(rounds, knowledge), (), history)


def _summary(
    rounds: Sequence[Round],
    knowledge: Knowledge,
    unseen: Sequence[float],
    knobs: tuple[Knob, ...],
    history: History | None,
) -> Summary:
    family_of = families(knowledge)
    sure = confidences(rounds, knowledge)
    places: dict[float, list[int]] = {}
    for place, one in enumerate(rounds):
        places.setdefault(one.share, []).append(place)
    parts = {
        share: _part([(rounds[i], sure[i], unseen[i]) for i in held], family_of)
        for share, held in sorted(places.items())
    }
    whole = [one for one in rounds if one.share == WHOLE]
    verdicts = [judged(one.decided, one.seen.approach, family_of) for one in whole]
    return Summary(
        parts,
        _rules(rounds, knowledge, parts),
        {name: by(verdicts, key) for name, key in _groups(family_of).items()},
        confusion(verdicts),
        regretted(verdicts),
        disagreements(whole, knowledge),
        knobs,
        history,
    )


def _part(held: Sequence[tuple[Round, float, float]], family_of: Mapping[str, str]) -> Part:
    rounds = [one for one, _, _ in held]
    seen, unseen = (
        agreement([judged(one.decided, getattr(one, by).approach, family_of) for one in rounds])
        for by in ("seen", "unseen")
    )
    acceptable = [one.seen.approach in one.decided.acceptable for one in rounds]
    return Part(
        seen,
        unseen,
        calibration([sure for _, sure, _ in held], acceptable),
        calibration([sure for _, _, sure in held], [right(one) for one in rounds]),
    )


def _rules(
    rounds: Sequence[Round], knowledge: Knowledge, parts: Mapping[float, Part]
) -> tuple[Rule, ...]:
    family_of = families(knowledge)

    def held(name: str, share: float) -> Agreement | None:
        baseline = next(one for one in knowledge.baselines if one.id == name)
        verdicts = [
            judged(one.decided, advised(baseline, shortened(one)), family_of)
            for one in rounds
            if one.share == share
        ]
        return agreement(verdicts) if verdicts else None

    half = parts.get(HALF)
    own = Rule(TOOL, parts[WHOLE].unseen, half.unseen if half else None)
    others = [(one.name, held(one.id, WHOLE), held(one.id, HALF)) for one in knowledge.baselines]
    return (own, *(Rule(name, whole, half) for name, whole, half in others if whole))


def shortened(one: Round) -> Profile:
    """The profile as it was advised on."""
    profile = one.decided.profile
    return thinned(profile, one.decided.id, one.share, one.seed) if one.share else profile


def _groups(family_of: Mapping[str, str]) -> Mapping[str, Key]:
    return {
        "family chosen": lambda one: family_of[one.decided.chose],
        "approach chosen": lambda one: one.decided.chose,
        "year": lambda one: str(one.decided.year or "not said"),
    }

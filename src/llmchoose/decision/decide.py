"""The decision: the recommended approach with its partners, confidence, reasons, plan and risks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmchoose.decision.buys import bought
from llmchoose.decision.combine import Partner, Technique, partners, techniques
from llmchoose.decision.confidence import NOTHING_FEASIBLE, confidence, in_words
from llmchoose.decision.plan import FoundRisk, PlanStep, plan_steps, risks
from llmchoose.decision.rank import Ranked, Weighed, rank_approaches, weigh
from llmchoose.decision.reasons import Reason, reasons, settled
from llmchoose.decision.summary import summarise, summarise_none
from llmchoose.decision.trials import Evidence, evidence
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """What to do, and why.

    Attributes:
        recommended: Best feasible approach; None only when a hard gate closes every one.
        second: Next feasible approach.
        models_agree: Whether fit and net benefit put the same approach first; None without any.
        agrees: Whether the decision recorded in the profile is the recommended one; None if the
            profile records none.
        techniques: Techniques that pay, by approach.
    """

    weighed: Weighed
    ranked: tuple[Ranked, ...]
    recommended: Ranked | None
    second: Ranked | None
    partners: tuple[Partner, ...]
    techniques: Mapping[str, tuple[Technique, ...]]
    confidence: float
    confidence_words: str
    models_agree: bool | None
    agrees: bool | None
    summary: str
    reasons: tuple[Reason, ...]
    plan: tuple[PlanStep, ...]
    risks: tuple[FoundRisk, ...]
    evidence: tuple[Evidence, ...] = ()


def decide(inputs: Inputs, estimates: Mapping[str, Estimate]) -> Decision:
    """Weigh the estimates of all approaches for one profile.

    Args:
        inputs: Draws of the profile.
        estimates: Estimate of each approach, by id.
    """
    book = inputs.knowledge.rulebook
    weighed = weigh(inputs, estimates)
    ranked = rank_approaches(inputs, estimates, weighed)
    pays: dict[str, tuple[Technique, ...]] = {
        one.approach.id: techniques(book.combinations, one, estimates) for one in ranked
    }
    open_ = [one for one in ranked if one.feasible]
    if not open_:
        return Decision(
            weighed,
            ranked,
            None,
            None,
            (),
            pays,
            0.0,
            NOTHING_FEASIBLE,
            None,
            _agrees(inputs, None),
            summarise_none(ranked),
            (),
            (),
            (),
        )
    best, second = open_[0], open_[1] if len(open_) > 1 else None
    named = partners(book.combinations, best, ranked, estimates)
    beside = tuple(one for one in named if not one.against)
    sure = confidence(best.probability_best, inputs, book.confidence)
    words = in_words(sure, book.confidence)
    return Decision(
        weighed,
        ranked,
        best,
        second,
        beside,
        pays,
        sure,
        words,
        models_agree(open_),
        _agrees(inputs, best.approach.id),
        summarise(best, second, beside, estimates, book.ladder.tie),
        (*_reasons(best, ranked, estimates), *_refused(named)),
        plan_steps(best, beside),
        risks(inputs.knowledge.risks, best, beside),
        _evidence(inputs, ranked),
    )


def models_agree(open_: Sequence[Ranked]) -> bool:
    """Whether both models, each alone, put the same approach first."""
    by_fit, by_benefit = (
        max(open_, key=lambda one: (round(getattr(one, chance), 2), -one.approach.rung))
        for chance in ("by_fit", "by_benefit")
    )
    return by_fit.approach.id == by_benefit.approach.id


def _reasons(
    best: Ranked, ranked: Sequence[Ranked], estimates: Mapping[str, Estimate]
) -> tuple[Reason, ...]:
    """What the step buys comes after the first reason, which says what it is for."""
    told = (*settled(best, ranked), *reasons(best, tuple(ranked)))
    step = bought(best, ranked, estimates)
    return (*told[:1], step, *told[1:]) if step else told


def _refused(named: Sequence[Partner]) -> tuple[Reason, ...]:
    """Partners that would pay, and what both together fail."""
    return tuple(
        Reason(
            f"{one.approach} beside it would pay, but: {gate.reason}",
            gate.id,
            "against",
            gate.sources,
        )
        for one in named
        for gate in one.against
    )


def _evidence(inputs: Inputs, ranked: Sequence[Ranked]) -> tuple[Evidence, ...]:
    prior: dict[str, Array] = {one.approach.id: one.prior for one in ranked}
    posterior: dict[str, Array] = {one.approach.id: one.quality for one in ranked}
    return evidence(inputs, prior, posterior)


def _agrees(inputs: Inputs, recommended: str | None) -> bool | None:
    decided = inputs.profile.get("decision.approach")
    return None if decided is None else decided == recommended

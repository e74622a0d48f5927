"""What pays beside the recommended approach: another approach, or a technique."""

from dataclasses import dataclass

import numpy as np

from llmchoose.decision.conditions import mostly
from llmchoose.decision.rank import Ranked
from llmchoose.decision.wording import fill
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Array, three_point
from llmchoose.knowledge.rules import Combination, Saving


@dataclass(frozen=True)
class Technique:
    """A technique that pays, and what it saves over the horizon (None: no source gives a share)."""

    id: str
    usd_saved: Array | None
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Partner:
    """An approach to combine the primary with, and what it adds."""

    approach: str
    reason: str
    sources: tuple[str, ...]


def partners(
    rules: tuple[Combination, ...], primary: Ranked, others: tuple[Ranked, ...]
) -> tuple[Partner, ...]:
    """Approaches that add to the primary one and can be had."""
    day = primary.facts.inputs.day
    open_ = {
        ranked.approach.id
        for ranked in others
        if ranked.feasible and (ranked.approach.available_from or "") <= day
    }
    found: dict[str, Partner] = {}
    for rule in rules:
        if not _pays(rule, primary):
            continue
        wanted = next((name for name in (rule.add, rule.fallback) if name in open_), None)
        if wanted and wanted != primary.approach.id:
            reason = fill(rule.value, primary.facts, approach=primary.approach.name)
            found.setdefault(wanted, Partner(wanted, reason, rule.sources))
    return tuple(found.values())


def techniques(
    rules: tuple[Combination, ...], ranked: Ranked, estimate: Estimate
) -> tuple[Technique, ...]:
    """Techniques that pay with an approach, and what they save over the horizon."""
    return tuple(
        Technique(
            rule.technique,
            _saved(rule.saves, ranked, estimate) if rule.saves else None,
            fill(rule.value, ranked.facts, approach=ranked.approach.name),
            rule.sources,
        )
        for rule in rules
        if rule.technique and _pays(rule, ranked)
    )


def _pays(rule: Combination, ranked: Ranked) -> bool:
    return ranked.approach.id in rule.primary and mostly(rule.when, ranked.facts)


def _saved(saving: Saving, ranked: Ranked, estimate: Estimate) -> Array | None:
    bills = [
        item.usd
        for item in estimate.items
        if item.name == "tokens at the provider" and item.usd is not None
    ]
    if not bills:
        return None
    inputs = ranked.facts.inputs
    share = three_point(
        inputs.draws.normal("saving"), saving.share_p10, saving.share_p50, saving.share_p90, "logit"
    )
    return np.asarray(bills[0] * inputs.number("time.horizon") * share)

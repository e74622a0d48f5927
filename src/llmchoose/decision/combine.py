"""What pays beside the recommended approach: another approach, or a technique."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.decision.conditions import PREFIX, mostly
from llmchoose.decision.gates import GateResult, hold_gates, told
from llmchoose.decision.quality import combined_quality
from llmchoose.decision.rank import Ranked
from llmchoose.decision.wording import fill
from llmchoose.estimate.approaches.combined import estimate_pair
from llmchoose.estimate.approaches.model import Estimate, Money, Pair
from llmchoose.estimate.approaches.readings import read_pair
from llmchoose.estimate.approaches.techniques import share_saved, technique_money
from llmchoose.estimate.formulas.distributions import Array, median, three_point
from llmchoose.knowledge.rules import Combination, Saving
from llmchoose.quantity.short import short

Estimates = Mapping[str, Estimate]
# Approaches whose answers can quote what they rest on.
CITES = ("rag",)


@dataclass(frozen=True, eq=False, repr=False)
class Technique:
    """A technique that pays, and what it takes and saves (None: there is no figure).

    Attributes:
        usd_once: Added until production.
        usd_saved_monthly: Saved a month; below zero where it adds.
        usd_saved: Saved over the horizon, what it takes once taken off.
    """

    id: str
    usd_once: Array | None
    usd_saved_monthly: Array | None
    usd_saved: Array | None
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Partner:
    """An approach to combine the primary with, and what it adds.

    Attributes:
        estimate: Both together.
        quality: Draws of the quality that both reach together; `adds` of that over the primary's.
        against: What closes it: gates that both together fail and the primary passes.
    """

    approach: str
    reason: str
    sources: tuple[str, ...]
    estimate: Pair
    quality: Array
    adds: Array
    against: tuple[GateResult, ...] = ()


def partners(
    rules: tuple[Combination, ...],
    primary: Ranked,
    others: tuple[Ranked, ...],
    estimates: Estimates,
) -> tuple[Partner, ...]:
    """Approaches that can be had, and that add quality or citations to the primary one."""
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
        if wanted and wanted != primary.approach.id and wanted not in found:
            partner = _partner(rule, wanted, primary, estimates)
            found |= {wanted: partner} if partner else {}
    return tuple(found.values())


def techniques(
    rules: tuple[Combination, ...], ranked: Ranked, estimates: Estimates
) -> tuple[Technique, ...]:
    """Techniques that pay with an approach; those that would cost more than they save do not."""
    found = (
        _technique(rule, rule.technique, ranked, estimates)
        for rule in rules
        if rule.technique and _pays(rule, ranked)
    )
    return tuple(one for one in found if one.usd_saved is None or median(one.usd_saved) >= 0)


def _pays(rule: Combination, ranked: Ranked) -> bool:
    return ranked.approach.id in rule.primary and mostly(rule.when, ranked.facts)


def _partner(rule: Combination, name: str, primary: Ranked, estimates: Estimates) -> Partner | None:
    """The partner with the estimate of both; None where it adds too little."""
    inputs, own = primary.facts.inputs, primary.approach.id
    quality = combined_quality(inputs, own, name, primary.quality)
    adds = quality - primary.quality
    cites = name in CITES and bool(np.mean(inputs.flag("task.citations_required")) > 0.5)
    if np.mean(adds) < inputs.constant("combined.least_quality") and not cites:
        return None
    pair = estimate_pair(inputs, estimates, own, name)
    said = fill(rule.value, primary.facts, approach=primary.approach.name)
    reason = f"{said} {_bought(adds, pair)}"
    return Partner(name, reason, rule.sources, pair, quality, adds, _against(primary, pair))


def _against(primary: Ranked, pair: Pair) -> tuple[GateResult, ...]:
    """Gates on money, time and answers that both together fail and the primary passes."""
    facts, readings = primary.facts, read_pair(primary.facts.inputs, pair)
    both = replace(facts, readings={**facts.readings, **readings})
    read = {PREFIX + name for name in readings}
    gates = tuple(
        gate
        for gate in facts.inputs.knowledge.rulebook.gates
        if read & {test.input for test in gate.when.tests}
    )
    passed = {gate.id for gate in primary.gates if gate.passed}
    held = told(hold_gates(gates, primary.approach, both), both)
    return tuple(gate for gate in held if not gate.passed and gate.id in passed)


def _bought(adds: Array, pair: Pair) -> str:
    """What the step buys, in middle values: points of quality, dollars over the horizon."""
    points, usd = 100 * median(adds), median(pair.added_usd)
    gain = f"{short(points, 2)} points of quality" if points >= 1 else "hardly more quality"
    return (
        f"Over {pair.primary} alone, both together are expected to bring {gain}, "
        f"for ${short(abs(usd), 2)} {'more' if usd >= 0 else 'less'} over the horizon."
    )


def _technique(rule: Combination, name: str, ranked: Ranked, estimates: Estimates) -> Technique:
    money = _money(rule.saves, name, ranked, estimates)
    return Technique(
        name,
        money.once_usd if money else None,
        money.monthly_saved_usd if money else None,
        money.saved_usd if money else None,
        fill(rule.value, ranked.facts, approach=ranked.approach.name),
        tuple(dict.fromkeys((*rule.sources, *(money.source if money else ())))),
    )


def _money(saving: Saving | None, name: str, ranked: Ranked, estimates: Estimates) -> Money | None:
    inputs, approach = ranked.facts.inputs, ranked.approach.id
    if saving is None:
        return technique_money(inputs, estimates, approach, name)
    share = three_point(
        inputs.draws.normal("saving"), saving.share_p10, saving.share_p50, saving.share_p90, "logit"
    )
    return share_saved(inputs, estimates[approach], share)

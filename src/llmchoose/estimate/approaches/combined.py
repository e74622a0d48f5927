"""Two approaches together: what the second really adds beside the first.

Of the two the higher rung answers (a tuned model that reads retrieved passages); the other brings
what is of its own. What both would do is done once: the evaluation set, the labels, the tools, and
part of the work, of the calendar and of the operation (rows `combined.…` of factors.csv, judged).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from llmchoose.estimate.approaches.approach import estimate_approach
from llmchoose.estimate.approaches.model import (
    EVALUATION,
    HOSTING,
    KEEPING,
    LABELLING,
    OWN_SERVING,
    RENEWAL,
    TOKENS,
    TOOLS,
    WORK,
    Estimate,
    Item,
    Pair,
)
from llmchoose.estimate.approaches.requests import prompt_tokens
from llmchoose.estimate.formulas import people
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.market import gpu_of, gpus_of

RETRIEVAL = "rag"
# Lines of which both need the same one, and those that only the model that answers has.
SHARED = (EVALUATION, LABELLING, TOOLS)
ANSWERING = (TOKENS, HOSTING, OWN_SERVING)


def estimate_pair(
    inputs: Inputs, estimates: Mapping[str, Estimate], primary: str, partner: str
) -> Pair:
    """Estimate two approaches that work together.

    Args:
        inputs: Draws of one profile.
        estimates: Estimate of each approach alone, by id.
        primary: Id of the recommended approach.
        partner: Id of the one beside it.

    Returns:
        Figures with the sample axis last; the same pair costs the same, whichever is primary.
    """
    rungs: dict[str, float] = {one.id: one.rung for one in inputs.knowledge.approaches}
    name, beside = sorted((primary, partner), key=lambda one: rungs[one], reverse=True)
    answering, other = estimates[name], estimates[beside]
    wait = np.zeros(1)
    if beside == RETRIEVAL:
        answering = reading_passages(inputs, answering)
        wait = inputs.factor("latency.rag_add")
    days = joined(answering.time_days, other.time_days, inputs.factor("combined.extra_time"))
    items = _items(inputs, answering, other, days)
    once, monthly = (_sum(inputs, items, when) for when in ("one_time", "monthly"))
    total = once + monthly * inputs.number("time.horizon")
    known = other.training is None
    return Pair(
        primary=primary,
        partner=partner,
        items=items,
        one_time_usd=once,
        monthly_usd=monthly,
        total_usd=total,
        added_usd=total - estimates[primary].total_usd,
        lower_bound=any(item.usd is None for item in items),
        time_days=days,
        latency_ms=answering.readings["latency_ms"] + wait,
        energy_kwh=answering.energy_kwh if known else None,
        tco2e=answering.tco2e if known else None,
    )


def joined(one: Array, other: Array, extra: Array) -> Array:
    """The larger of two efforts, and the share of the smaller one that is work of its own."""
    return np.asarray(np.maximum(one, other) + extra * np.minimum(one, other))


def with_passages(inputs: Inputs, approach: str) -> Inputs:
    """The project as a model sees it that reads retrieved passages, in use and in its examples."""
    passages = inputs.factor("rag.retrieved_tokens")
    longer = {
        "traffic.input_tokens": prompt_tokens(inputs, approach) + passages,
        "data.tokens_per_example": inputs.number("data.tokens_per_example") + passages,
    }
    # The length now stands for all that is read: nothing more is added to it.
    given = inputs.given | {"traffic.input_tokens"}
    return replace(inputs, values={**inputs.values, **longer}, given=given)


def reading_passages(inputs: Inputs, alone: Estimate) -> Estimate:
    """The estimate of an approach whose model is trained on, and served with, passages."""
    approach = alone.approach

    def make() -> Estimate:
        gpus, (_, note) = gpus_of(inputs), gpu_of(inputs)
        return estimate_approach(with_passages(inputs, approach), approach, {}, gpus, note)

    return inputs.once(("with passages", approach), make)


def work_together(inputs: Inputs, one: Estimate, other: Estimate, days: Array) -> Array:
    """Dollars of the people who build two approaches; no team works more than it has people."""
    salary = inputs.number("team.cost_per_month")
    most = inputs.number("team.engineers") * days / people.DAYS_PER_WEEK
    both = joined(_usd(one, WORK), _usd(other, WORK), inputs.factor("combined.extra_work"))
    return np.minimum(both, people.work_usd(most, salary))


def operation_together(inputs: Inputs, one: Estimate, other: Estimate) -> Array:
    """Dollars a month of the people who keep two approaches running, at most the whole team."""
    both = joined(
        _usd(one, KEEPING), _usd(other, KEEPING), inputs.factor("combined.extra_operations")
    )
    return np.minimum(both, inputs.number("team.engineers") * inputs.number("team.cost_per_month"))


def _items(inputs: Inputs, answering: Estimate, other: Estimate, days: Array) -> tuple[Item, ...]:
    """The lines of both: people shared, renewals added, what is the same once."""
    by_name = {item.name: item for item in other.items}
    people_usd = {
        WORK: work_together(inputs, answering, other, days),
        KEEPING: operation_together(inputs, answering, other),
        RENEWAL: _usd(answering, RENEWAL) + _usd(other, RENEWAL),
    }
    found = []
    for item in answering.items:
        if item.name in people_usd:
            item = replace(item, usd=people_usd[item.name])
        elif item.name in SHARED and item.name in by_name:
            item = _larger(item, by_name[item.name])
        found.append(item)
    held = {item.name for item in found if item.name in (*people_usd, *SHARED)}
    own = (item for item in other.items if item.name not in {*held, *ANSWERING})
    return (*found, *own)


def _larger(one: Item, other: Item) -> Item:
    if one.usd is None or other.usd is None:
        return replace(one, usd=None)
    return replace(one, usd=np.maximum(one.usd, other.usd))


def _usd(estimate: Estimate, name: str) -> Array:
    """Dollars of a line whose price is always known."""
    return next(item.usd for item in estimate.items if item.name == name and item.usd is not None)


def _sum(inputs: Inputs, items: Iterable[Item], when: str) -> Array:
    known = [item.usd for item in items if item.when == when and item.usd is not None]
    return sum(known, start=np.zeros(inputs.draws.samples))

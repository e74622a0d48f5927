"""Net benefit, the second model: what the expected quality is worth, less what it takes.

One unit is the whole scale of the metric. A resource that nobody stated charges nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from llmchoose.decision.conditions import Truth, any_stated
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.columns import of_rows
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs
from llmchoose.knowledge.rules import Approach, NetBenefit

# What a careful plan needs at least, over the middle: money and days are judged by it, as a team
# with less of them does less.
LEAN = 0.5
SHARE = 0.3
MOST_DOUBLINGS = 3.0
Charges = Mapping[str, Array]


def worth(inputs: Inputs, quality: Array, rule: NetBenefit) -> Array:
    """What a quality is worth: itself, or, where a target is stated, mostly reaching that.

    Args:
        inputs: Says whether there is a target.
        quality: Draws of the quality reached.
        rule: What reaching the target and passing it are worth.
    """
    stated, target = inputs.stated("task.quality_target"), inputs.number("task.quality_target")
    if not stated.any():
        return quality
    below, reached = np.minimum(quality, target), quality >= target
    to_target = below + rule.beyond.weight * (quality - below) + rule.reached.weight * reached
    return np.where(stated, to_target, quality)


def charges(
    inputs: Inputs,
    approach: Approach,
    estimates: Mapping[str, Estimate],
    rule: NetBenefit,
) -> Charges:
    """What net benefit takes off for an approach, by charge: weight times units."""
    return dict(each_charge(inputs, approach, estimates, rule))


def each_charge(
    inputs: Inputs,
    approach: Approach,
    estimates: Mapping[str, Estimate],
    rule: NetBenefit,
) -> Iterator[tuple[str, Array]]:
    """The same one after another, none of them kept."""
    estimate = estimates[approach.id]
    units: Mapping[str, Callable[[], Array]] = {
        "money": lambda: _money(inputs, estimate),
        "running": lambda: _running(inputs, estimate, bills_of(inputs, estimates)),
        "monthly_budget": lambda: _monthly(inputs, estimate),
        "time": lambda: _time(inputs, estimate),
        "team": lambda: _team(inputs, estimate),
        "gpus": lambda: _gpus(inputs, estimate),
        "latency": lambda: _latency(inputs, estimate),
        "provider": lambda: _provider(inputs, approach),
        "size": lambda: _size(inputs, approach),
        "rung": lambda: np.full(1, approach.rung),
    }
    return ((charge.id, _times(units[charge.id](), charge.weight)) for charge in rule.charges)


def _times(units: Array, weight: float) -> Array:
    """Units that nobody else has, weighed in their place."""
    units *= weight
    return units


@dataclass(frozen=True, eq=False, repr=False)
class Bills:
    """What the approaches cost a month, over all of them.

    Attributes:
        of: Their estimates.
        least: The least, draw by draw, and a dollar at least.
        weight: What a decade over that counts: the less, the more the budget holds.
    """

    of: Mapping[str, Estimate]
    least: Array
    weight: Array


def bills_of(inputs: Inputs, estimates: Mapping[str, Estimate]) -> Bills:
    """What the approaches cost a month, worked out once for all of them."""
    # The estimates are kept with it: as long as they are, no others have their identity.
    return inputs.once(("bills", id(estimates)), lambda: _bills_of(inputs, estimates))


def _bills_of(inputs: Inputs, estimates: Mapping[str, Estimate]) -> Bills:
    bills = [np.maximum(one.monthly_usd, 1.0) for one in estimates.values()]
    budget = np.maximum(inputs.number("budget.one_time"), 1.0)
    over = np.minimum(np.log10(1 + 24 * reduce(np.maximum, bills) / budget), 1.0)
    weight = np.where(inputs.stated("budget.one_time"), over, 0.5)
    return Bills(estimates, reduce(np.minimum, bills), weight)


def _money(inputs: Inputs, estimate: Estimate) -> Array:
    def units(usd: Array, budget: Array) -> Array:
        share = usd * (LEAN / np.maximum(budget, 1.0))
        return np.asarray(SHARE * np.minimum(share, 1.0) + _decades_over(share))

    said, budget = inputs.stated("budget.one_time"), inputs.number("budget.one_time")
    return _where_said(inputs, said, units, estimate.one_time_usd, budget)


def _running(inputs: Inputs, estimate: Estimate, bills: Bills) -> Array:
    """Decades over the cheapest a month, as far as two years of months outweigh the budget."""

    def units(usd: Array, least: Array, weight: Array) -> Array:
        return np.asarray(weight * np.log10(np.maximum(usd, 1.0) / least))

    said = any_stated(inputs, ("budget.monthly", "traffic.requests_per_day"))
    return _where_said(inputs, said, units, estimate.monthly_usd, bills.least, bills.weight)


def _monthly(inputs: Inputs, estimate: Estimate) -> Array:
    def units(usd: Array, budget: Array) -> Array:
        return _decades_over(usd * (LEAN / np.maximum(budget, 1.0)))

    said, budget = inputs.stated("budget.monthly"), inputs.number("budget.monthly")
    return _where_said(inputs, said, units, estimate.monthly_usd, budget)


def _time(inputs: Inputs, estimate: Estimate) -> Array:
    def units(days: Array, deadline: Array) -> Array:
        return _decades_over(days * (LEAN / deadline))

    said, deadline = inputs.stated("time.deadline"), inputs.number("time.deadline")
    return _where_said(inputs, said, units, estimate.time_days, deadline)


def _team(inputs: Inputs, estimate: Estimate) -> Array:
    if estimate.training is None:
        return np.zeros(1)
    over = estimate.readings["train_flops_over_cap"]
    return _where_said(inputs, inputs.stated("team.experience"), _decades_over, over)


def _gpus(inputs: Inputs, estimate: Estimate) -> Array:
    if estimate.training is None:
        return np.zeros(1)

    def units(share: Array) -> Array:
        return np.minimum(np.log2(np.maximum(share, 1.0)), 2 * MOST_DOUBLINGS)

    said = any_stated(inputs, ("compute.max_gpus", "compute.owned"))
    return _where_said(inputs, said, units, estimate.readings["gpu_share"])


def _latency(inputs: Inputs, estimate: Estimate) -> Array:
    def units(ratio: Array) -> Array:
        return np.minimum(np.log2(np.maximum(ratio, 1.0)), MOST_DOUBLINGS)

    said = inputs.stated("traffic.latency")
    return _where_said(inputs, said, units, estimate.readings["latency_ratio"])


def _where_said(inputs: Inputs, said: Truth, units: Callable[..., Array], *read: Array) -> Array:
    """Units where the profile says what they rest on, none elsewhere.

    Args:
        inputs: One profile or a block; of a block in which few say it they are worked out alone.
        said: One truth, or one for each row.
        units: A function that works draw by draw, and gives an array that nobody else has.
        read: What it takes.
    """
    count = len(inputs.many)
    if not count:
        return np.where(said, units(*read), 0.0)
    told = np.broadcast_to(said[..., 0], count)
    if not told.any():
        return np.zeros(1)
    if 2 * np.count_nonzero(told) < count:
        rows = np.flatnonzero(told)
        some = units(*(of_rows(values, rows) for values in read))
        found = np.zeros((count, some.shape[-1]))
        found[rows] = some
        return found
    found = units(*read)
    if found.ndim == 1 or len(found) != count:
        return np.where(said, found, 0.0)
    found[~told] = 0.0
    return found


def _provider(inputs: Inputs, approach: Approach) -> Array:
    """Learning from the data weighs more than reading it; wanted weights are held elsewhere."""
    held = ~inputs.any_of("constraints.must_own_weights", ("no",))
    held = held & inputs.stated("constraints.must_own_weights")
    if approach.id == "managed_finetune":
        secret = inputs.any_of("data.sensitivity", ("confidential", "regulated"))
        return np.asarray((secret & inputs.stated("data.sensitivity")) | held, float)
    return np.asarray(held, float) if approach.family == "prompt" else np.zeros(1)


def _size(inputs: Inputs, approach: Approach) -> Array:
    """Adapters bring little on small encoders; all weights of a large model cost much."""
    if approach.id in ("lora", "managed_finetune"):
        return np.asarray(inputs.light, float)
    return np.asarray(~inputs.light, float) if approach.id == "full_finetune" else np.zeros(1)


def _decades_over(share: Array) -> Array:
    over = np.asarray(np.maximum(share, 1.0))
    np.log10(over, out=over)
    return over

"""The cheapest experiment that would settle the choice: which pilot, how many items, what cost."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llmchoose.decision.rank import Ranked
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Z95, band, median, significant
from llmchoose.estimate.inputs import Inputs

POWER = 0.8416  # normal score of 80 %
LEAST_ITEMS, MOST_ITEMS = 50, 5000
LEAST_APART = 0.02
PILOT_LABELS, MOST_PILOT_LABELS = 200, 1000


@dataclass(frozen=True, eq=False, repr=False)
class Experiment:
    """A pilot of the runner-up against the recommended approach, on the same test items.

    Attributes:
        examples: Test items that tell the two apart at 80 % power.
        labelled_examples: Examples that the pilot trains on; 0 where it trains nothing.
        usd: Labels, compute and people of the pilot.
        would_settle: What it decides.
    """

    do: str
    examples: int
    labelled_examples: int
    usd: float
    would_settle: str
    sources: tuple[str, ...]


def items_to_tell_apart(first: float, second: float) -> int:
    """Test items on which two approaches are told apart, each item answered by both.

    Args:
        first: Expected score of one approach, 0 to 1.
        second: Of the other.

    Returns:
        Items for a one-sided test at 5 % with a power of 80 %, by the usual rule for two shares
        with half of their variance shared, as both answer the same items.

    Source: Fleiss, Levin and Paik 2003, Statistical methods for rates and proportions, section 4.2;
        pairing: Miller 2024, Adding error bars to evals, section 4.
    """
    apart = max(abs(first - second), LEAST_APART)
    spread = (first * (1 - first) + second * (1 - second)) / 2
    items = 2 * spread * (Z95 + POWER) ** 2 / apart**2 / 2
    return int(min(max(math.ceil(items / 10) * 10, LEAST_ITEMS), MOST_ITEMS))


def next_experiment(
    inputs: Inputs, best: Ranked, second: Ranked | None, estimates: Mapping[str, Estimate]
) -> Experiment | None:
    """The pilot that would say most: the best against the runner-up, on the same test items."""
    if second is None:
        return None
    lower, upper = sorted((best, second), key=lambda one: one.approach.rung)
    means = [median(one.quality) for one in (lower, upper)]
    items = items_to_tell_apart(*means)
    have = median(inputs.number("data.labelled_examples"))
    trained = [one.approach.id for one in (lower, upper) if one.approach.family == "tune"]
    wanted = int(max(PILOT_LABELS, min(have, MOST_PILOT_LABELS))) if trained else 0
    usd = _usd(inputs, items, max(wanted - have, 0.0), estimates[upper.approach.id])
    labels = f", {' and '.join(trained)} trained on {wanted:,} examples" if trained else ""
    do = (
        f"Try {lower.approach.id} and {upper.approach.id} on the same {items:,} test items"
        f"{labels}; they are expected at {means[0]:.0%} and {means[1]:.0%}."
    )
    settle = (
        f"They are expected to be alike, so only price, speed or {best.approach.id}'s other merits "
        f"decide: take {best.approach.id} without the pilot unless one of these is in doubt."
        if abs(means[0] - means[1]) < LEAST_APART
        else f"Whether {upper.approach.id} beats {lower.approach.id} by enough to pay for it: the "
        "scores go into `trials`."
    )
    return Experiment(
        do, items, wanted, significant(usd, 2), settle, ("miller-2024-error-bars", "L-47", "L-06")
    )


def _usd(inputs: Inputs, items: int, labels: float, estimate: Estimate) -> float:
    """Labels for what is missing of the test set and of the pilot, one person, one training run."""
    missing = max(items - median(inputs.number("task.eval_examples")), 0.0)
    twice = inputs.constant("evaluation.labels_per_item")
    per_label = median(inputs.number("data.labelling_cost"))
    work = median(inputs.number("team.cost_per_month")) * inputs.constant("pilot.months")
    runs = [
        item for item in estimate.items if item.name.startswith("training") and item.usd is not None
    ]
    compute = sum(band(item.usd).p50 for item in runs if item.usd is not None)
    repeats = median(estimate.training.repeats) if estimate.training else 1.0
    return (missing * twice + labels) * per_label + work + compute / max(repeats, 1.0)

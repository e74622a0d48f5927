"""What a technique takes and saves beside an approach, in dollars."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from llmchoose.estimate.approaches.approach import training_usd
from llmchoose.estimate.approaches.combined import (
    RETRIEVAL,
    joined,
    operation_together,
    with_passages,
    work_together,
)
from llmchoose.estimate.approaches.copies import own_serving_usd
from llmchoose.estimate.approaches.model import (
    KEEPING,
    LABELLING,
    OWN_SERVING,
    RENEWAL,
    TOKENS,
    TRAINING,
    WORK,
    Estimate,
    Money,
)
from llmchoose.estimate.approaches.requests import DAYS_PER_MONTH
from llmchoose.estimate.approaches.training import examples_after_labelling, task_reading
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.market import gpus_of

Estimates = Mapping[str, Estimate]
STUDENT = "lora"


def technique_money(
    inputs: Inputs, estimates: Estimates, approach: str, technique: str
) -> Money | None:
    """What a technique takes and saves beside an approach.

    Args:
        inputs: Draws of one profile.
        estimates: Estimate of each approach, by id.
        approach: Id of the approach it is used with.
        technique: Id of the technique.

    Returns:
        None where there is no figure for it: the technique has no estimate, or a price is missing.
    """
    found = TECHNIQUES.get(technique)
    return None if found is None else found(inputs, estimates, approach)


def share_saved(inputs: Inputs, estimate: Estimate, share: Array) -> Money | None:
    """A share of the tokens bill is saved, and nothing taken once; None without such a bill."""
    bill = _usd(estimate, TOKENS)
    return None if bill is None else _money(inputs, np.zeros_like(bill), bill * share, ())


def _distilled(inputs: Inputs, estimates: Estimates, approach: str) -> Money | None:
    """A small model learns a large one's answers and takes its place for most requests.

    Once: the answers at the large model's price, the training, and the work of a tuned model beside
    what there is. A month: what is still asked of the large model, serving, keeping and renewing
    the small one, against the large model's bill.
    """
    alone, small = estimates[approach], estimates[STUDENT]
    bill, usual = _usd(alone, TOKENS), _usd(small, TRAINING)
    served, length = _student(inputs, small, approach)
    if bill is None or usual is None or served is None:
        return None
    answers = inputs.factor("distillation.examples")
    requests = np.maximum(inputs.number("traffic.requests_per_day") * DAYS_PER_MONTH, 1.0)
    used = np.minimum(examples_after_labelling(inputs), inputs.constant("labels.most"))
    days = joined(alone.time_days, small.time_days, inputs.factor("combined.extra_time"))
    work = work_together(inputs, alone, small, days) - _known(alone, WORK)
    kept = operation_together(inputs, alone, small) - _known(alone, KEEPING)
    asked = bill * inputs.factor("distillation.fallback")
    once = answers / requests * bill + usual * length * answers / np.maximum(used, 1.0) + work
    monthly = bill - asked - served - kept - _known(small, RENEWAL)
    return _money(inputs, once, monthly, ("L-62", "judgement"))


def _student(inputs: Inputs, small: Estimate, approach: str) -> tuple[Array | None, Array]:
    """A month's serving of the small model, and how much longer its examples are.

    Beside retrieval it reads passages, in use and in its examples.
    """
    if approach != RETRIEVAL or small.training is None:
        return _usd(small, OWN_SERVING), np.ones(1)
    longer = with_passages(inputs, STUDENT)
    length = longer.number("data.tokens_per_example") / inputs.number("data.tokens_per_example")
    return own_serving_usd(longer, STUDENT, small.training), length


def _shared_base(inputs: Inputs, estimates: Estimates, approach: str) -> Money | None:
    """Adapters of all variants on one base, against a deployment of its own for each of them.

    One base serves the requests of all, at the part of its speed that changing adapters leaves,
    and holds so many adapters beside each other.
    """
    alone = estimates[approach]
    variants = np.maximum(np.ceil(inputs.number("task.variants")), 1.0)
    slower = _serving_usd(inputs, alone, 1 / inputs.factor("shared_base.speed"))
    each = _serving_usd(inputs, alone, 1 / variants)
    if slower is None or each is None:
        return None
    bases = np.ceil(variants / inputs.constant("shared_base.adapters"))
    shared = np.maximum(slower, bases * each)
    saved = np.maximum(variants * each - shared, 0.0)
    return _money(inputs, np.zeros_like(saved), saved, ("L-09", "judgement"))


def _serving_usd(inputs: Inputs, estimate: Estimate, load: Array) -> Array | None:
    """A month's serving of a trained model at a multiple of the project's requests."""
    if estimate.training is None:
        return None
    per_day = inputs.number("traffic.requests_per_day") * load
    part = replace(inputs, values={**inputs.values, "traffic.requests_per_day": per_day})
    return own_serving_usd(part, estimate.approach, estimate.training)


def _model_labels(inputs: Inputs, estimates: Estimates, approach: str) -> Money | None:
    """Missing labels made by a model, and part of them checked by hand, against all by hand."""
    by_hand = _usd(estimates[approach], LABELLING)
    if by_hand is None:
        return None
    missing = examples_after_labelling(inputs) - inputs.number("data.labelled_examples")
    made = np.maximum(missing, 0) * inputs.factor("labels.by_model_usd")
    once = made + by_hand * inputs.factor("labels.checked")
    saved = by_hand - once
    return Money(once, np.zeros_like(saved), saved, ("L-43", "L-44"))


def _task_reading(inputs: Inputs, estimates: Estimates, approach: str) -> Money | None:
    """Reading the task's text before tuning takes accelerators once; it buys quality, no money."""
    del estimates, approach  # the same for every way of tuning

    def make() -> Array | None:
        return training_usd(inputs, task_reading(inputs, gpus_of(inputs)))

    usd = inputs.once("task reading", make)
    return None if usd is None else Money(usd, None, None, ("L-29", "judgement"))


TECHNIQUES: Mapping[str, Callable[[Inputs, Estimates, str], Money | None]] = {
    "distillation": _distilled,
    "model_made_labels": _model_labels,
    "shared_base_serving": _shared_base,
    "task_adaptive_pretraining": _task_reading,
}


def _money(inputs: Inputs, once: Array, monthly: Array, source: tuple[str, ...]) -> Money:
    return Money(once, monthly, monthly * inputs.number("time.horizon") - once, source)


def _usd(estimate: Estimate, name: str) -> Array | None:
    """Dollars of the line that begins so; None where there is none or its price is unknown."""
    return next((item.usd for item in estimate.items if item.name.startswith(name)), None)


def _known(estimate: Estimate, name: str) -> Array:
    usd = _usd(estimate, name)
    assert usd is not None  # noqa: S101 people always have a price
    return usd

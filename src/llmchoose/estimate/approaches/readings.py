"""What the rulebook reads of an estimate: figures set against what the profile has."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from llmchoose.estimate.approaches.model import OWN_SERVING, Pair, Serving, Training
from llmchoose.estimate.approaches.requests import (
    must_self_host,
    prompt_tokens,
)
from llmchoose.estimate.approaches.training import (
    effective_tokens,
    kind_of,
    min_useful_params,
    obtainable_examples,
    scratch_params,
    team_flops,
)
from llmchoose.estimate.formulas.distributions import Array, percentile, percentiles
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.market import open_model, params_of, tuning_services
from llmchoose.profile.trials import unread_share

TINY = 1e-9
HOURS_PER_DAY = 24

# Profile fields that a reading rests on: unless one of them is given, it closes no gate.
# Readings that are not named here follow from the catalogue and the approach alone.
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "must_self_host": (
        "constraints.api_allowed",
        "constraints.self_host_only",
        "constraints.data_residency",
    ),
    "obtainable_examples": ("data.labelled_examples",),
    "effective_domain_tokens": ("data.unlabelled_tokens",),
    "scratch_params": ("data.unlabelled_tokens",),
    "latency_ratio": ("traffic.latency",),
    "train_flops_over_cap": ("team.experience",),
    "budget_share": ("budget.one_time",),
    "time_share": ("time.deadline",),
    "gpu_share": ("compute.max_gpus",),
    "ops_share": ("team.engineers",),
    "quality_gap_points": ("task.prompt_baseline", "task.quality_target"),
    "utilisation": ("traffic.requests_per_day",),
    "monthly_api_usd": ("traffic.requests_per_day",),
    "requests_per_hour": ("traffic.requests_per_day",),
    "unread_share": ("trials",),
    "outdone": ("task.base_model_coverage", "task.prompt_baseline"),
}


def read_estimate(
    inputs: Inputs,
    approach: str,
    one_time: Array,
    monthly: Array,
    time_days: Array,
    training: Training | None,
    serving: Serving,
    tonnes: Array | None,
    fte: Array,
) -> dict[str, Array]:
    """Readings of one approach, each of the inputs' shape (a constant repeated)."""
    flops = training.flops if training else np.zeros_like(one_time)
    gpus = training.min_gpus if training else np.zeros_like(one_time)
    usd_low, usd_middle = percentiles(one_time, (0.1, 0.5))
    days_low, days_middle = percentiles(time_days, (0.1, 0.5))
    readings: dict[str, Any] = {
        "one_time_usd_p10": usd_low,
        "monthly_usd_p10": percentile(monthly, 0.1),
        "time_days_p10": days_low,
        "time_days": time_days,
        "budget_share": usd_middle / np.maximum(inputs.number("budget.one_time"), TINY),
        "time_share": days_middle / inputs.number("time.deadline"),
        "latency_ms": serving.latency_ms,
        "latency_ratio": serving.latency_ms / inputs.number("traffic.latency"),
        "refresh_days": inputs.factor(f"refresh_days.{approach}"),
        "min_gpus": gpus,
        "gpu_share": gpus / np.maximum(inputs.number("compute.max_gpus"), TINY),
        "ops_share": fte / inputs.number("team.engineers"),
        "train_flops": flops,
        "train_flops_over_cap": flops / team_flops(inputs),
        "gpu_hours": training.gpu_hours if training else np.zeros_like(one_time),
        "tco2e": tonnes if tonnes is not None else np.full_like(one_time, np.nan),
        "utilisation": serving.utilisation
        if serving.utilisation is not None
        else np.full_like(one_time, np.nan),
        "monthly_api_usd": _provider_bill(serving, one_time),
    }
    return {name: np.broadcast_to(value, inputs.shape) for name, value in readings.items()}


def read_pair(inputs: Inputs, pair: Pair) -> dict[str, Array]:
    """Readings of two approaches together that gates hold against what the project has."""
    readings: dict[str, Any] = {
        "one_time_usd_p10": percentile(pair.one_time_usd, 0.1),
        "monthly_usd_p10": percentile(pair.monthly_usd, 0.1),
        "time_days_p10": percentile(pair.time_days, 0.1),
        "time_days": pair.time_days,
        "latency_ms": pair.latency_ms,
        "latency_ratio": pair.latency_ms / inputs.number("traffic.latency"),
    }
    return {name: np.broadcast_to(value, inputs.shape) for name, value in readings.items()}


def read_profile(inputs: Inputs) -> dict[str, Array]:
    """Readings that are the same for every approach, each of the inputs' shape."""
    gap = 100 * (inputs.number("task.quality_target") - inputs.number("task.prompt_baseline"))
    per_hour = inputs.number("traffic.requests_per_day") * inputs.number("traffic.peak_factor")
    readings: dict[str, Any] = {
        "must_self_host": must_self_host(inputs),
        "managed_tuning_available": bool(tuning_services(inputs)),
        "obtainable_examples": obtainable_examples(inputs),
        "effective_domain_tokens": effective_tokens(inputs),
        "scratch_params": scratch_params(inputs),
        "min_useful_params": min_useful_params(inputs),
        "tune_params": _model_size(inputs),
        "quality_gap_points": gap,
        "requests_per_hour": per_hour / HOURS_PER_DAY,
        "shared_prefix_tokens": _shared_prefix_tokens(inputs),
        "unread_share": unread_share(inputs.profile),
    }
    return {name: np.broadcast_to(value, inputs.shape) for name, value in readings.items()}


def _provider_bill(serving: Serving, like: Array) -> Array:
    bills = [
        item.usd for item in serving.items if item.usd is not None and item.name != OWN_SERVING
    ]
    return sum(bills, start=np.zeros_like(like))


def _shared_prefix_tokens(inputs: Inputs) -> Array:
    """Tokens that every request of a prompted model begins with."""
    knowledge = inputs.number("data.knowledge_tokens")
    small = np.where(knowledge <= inputs.constant("prompt.full_context_tokens"), knowledge, 0.0)
    wanted = inputs.lists["task.gap"]["knowledge"] > 0
    own = prompt_tokens(inputs, "prompt") - inputs.number("traffic.input_tokens")
    return np.asarray(own + small * wanted)


def _model_size(inputs: Inputs) -> Array:
    """Parameters of the model that would be tuned."""
    model = open_model(inputs, "tune", kind_of(inputs))
    return np.full(inputs.draws.samples, params_of(model))

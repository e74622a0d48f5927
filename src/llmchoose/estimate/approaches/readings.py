"""What the rulebook reads of an estimate: figures set against what the profile has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from llmchoose.estimate.approaches.model import OWN_SERVING, Pair, Serving, Training
from llmchoose.estimate.approaches.requests import (
    must_self_host,
    prompt_tokens,
)
from llmchoose.estimate.approaches.training import (
    effective_tokens,
    min_useful_params,
    models_of,
    obtainable_examples,
    scratch_params,
    sizes_of,
    team_flops,
)
from llmchoose.estimate.formulas.distributions import Array, percentile
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.points import middle_of, points_of
from llmchoose.estimate.providers import tuning_services
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


class Readings(Mapping[str, Array]):
    """Readings by name, each worked out when a rule first asks for it."""

    def __init__(self, makers: Mapping[str, Callable[[], Any]], shape: tuple[int, ...]) -> None:
        self._makers, self._shape = makers, shape
        self._found: dict[str, Array] = {}
        self._beside: tuple[Mapping[str, Array], ...] = ()

    @classmethod
    def of(cls, found: Mapping[str, Array]) -> "Readings":
        """Readings that are worked out already."""
        made = cls({}, ())
        made._found = dict(found)
        return made

    def __or__(self, other: Mapping[str, Array]) -> "Readings":
        joined = Readings(self._makers, self._shape)
        joined._found, joined._beside = self._found, (*self._beside, other)
        return joined

    @property
    def known(self) -> frozenset[str]:
        """Readings that somebody asked for already."""
        beside = [other.known for other in self._beside if isinstance(other, Readings)]
        return frozenset(self._found).union(*beside)

    def __getitem__(self, name: str) -> Array:
        if name in self._found:
            return self._found[name]
        if name in self._makers:
            made = np.asarray(self._makers[name]())
            self._found[name] = np.broadcast_to(made, self._shape) if self._shape else made
            return self._found[name]
        for other in self._beside:
            if name in other:
                return other[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        own = name in self._found or name in self._makers
        return own or any(name in other for other in self._beside)

    def get(self, name: str, default: Any = None) -> Any:
        """The reading of a name, or the default where there is none."""
        return self[name] if name in self else default  # noqa: SIM401 `get` is this

    def __iter__(self) -> Iterator[str]:
        return iter(
            dict.fromkeys(
                name for held in (self._found, self._makers, *self._beside) for name in held
            )
        )

    def __len__(self) -> int:
        return len(list(iter(self)))


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
) -> Readings:
    """Readings of one approach, each of the inputs' shape (a constant repeated)."""
    number, nothing = inputs.number, np.zeros((1,) * len(inputs.shape))
    unknown = np.full_like(nothing, np.nan)
    flops, gpus = (training.flops, training.min_gpus) if training else (nothing, nothing)
    makers: dict[str, Callable[[], Any]] = {
        "one_time_usd_p10": lambda: points_of(inputs, one_time)[0],
        "monthly_usd_p10": lambda: points_of(inputs, monthly)[0],
        "time_days_p10": lambda: points_of(inputs, time_days)[0],
        "time_days": lambda: time_days,
        "budget_share": lambda: (
            middle_of(inputs, one_time) / np.maximum(number("budget.one_time"), TINY)
        ),
        "time_share": lambda: middle_of(inputs, time_days) / number("time.deadline"),
        "latency_ms": lambda: serving.latency_ms,
        "latency_ratio": lambda: serving.latency_ms / number("traffic.latency"),
        "refresh_days": lambda: inputs.factor(f"refresh_days.{approach}"),
        "min_gpus": lambda: gpus,
        "gpu_share": lambda: gpus / np.maximum(number("compute.max_gpus"), TINY),
        "ops_share": lambda: fte / number("team.engineers"),
        "train_flops": lambda: flops,
        "train_flops_over_cap": lambda: flops / team_flops(inputs),
        "gpu_hours": lambda: training.gpu_hours if training else nothing,
        "tco2e": lambda: unknown if tonnes is None else tonnes,
        "utilisation": lambda: unknown if serving.utilisation is None else serving.utilisation,
        "monthly_api_usd": lambda: _provider_bill(serving, one_time),
    }
    return Readings(makers, () if inputs.many else inputs.shape)


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


def read_profile(inputs: Inputs) -> Readings:
    """Readings that are the same for every approach, each of the inputs' shape."""
    number = inputs.number
    makers: dict[str, Callable[[], Any]] = {
        "must_self_host": lambda: must_self_host(inputs),
        "managed_tuning_available": lambda: tuning_services(inputs).figure(bool),
        "obtainable_examples": lambda: obtainable_examples(inputs),
        "effective_domain_tokens": lambda: effective_tokens(inputs),
        "scratch_params": lambda: scratch_params(inputs),
        "min_useful_params": lambda: min_useful_params(inputs),
        "tune_params": lambda: _model_size(inputs),
        "quality_gap_points": lambda: (
            100 * (number("task.quality_target") - number("task.prompt_baseline"))
        ),
        "requests_per_hour": lambda: (
            number("traffic.requests_per_day") * number("traffic.peak_factor") / HOURS_PER_DAY
        ),
        "shared_prefix_tokens": lambda: _shared_prefix_tokens(inputs),
        "unread_share": lambda: _unread_share(inputs),
    }
    return Readings(makers, () if inputs.many else inputs.shape)


def _unread_share(inputs: Inputs) -> Any:
    return inputs.column("unread", lambda one: unread_share(one.profile)).figure(float)


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
    return sizes_of(inputs, models_of(inputs, "tune"))

"""Requests of a project: how many tokens each takes, and who may see them."""

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs

DAYS_PER_MONTH = 365 / 12
PROMPTED = ("prompt", "rag")
SAY_WHERE = ("constraints.api_allowed", "constraints.self_host_only", "constraints.data_residency")


def must_self_host(inputs: Inputs) -> NDArray[np.bool_]:
    """Draws in which no provider may see the data."""
    return np.asarray(
        ~inputs.flag("constraints.api_allowed")
        | inputs.flag("constraints.self_host_only")
        | inputs.any_of("constraints.data_residency", ("on_site",))
    )


def self_hosted(inputs: Inputs) -> NDArray[np.bool_]:
    """Whether prompted models are to be served on hardware of one's own: one truth a row."""
    said = [inputs.stated(name) for name in SAY_WHERE]
    mostly = np.mean(must_self_host(inputs), axis=-1, keepdims=True) > 0.5
    return np.asarray(np.logical_or.reduce(np.broadcast_arrays(*said)) & mostly)


def prompt_tokens(inputs: Inputs, approach: str) -> Array:
    """Input tokens of one request, with what the approach puts into the context."""
    user = inputs.number("traffic.input_tokens")
    told = inputs.stated("traffic.input_tokens")
    if not told.all():
        user = np.where(told, user, user * inputs.number("task.token_premium"))
    if approach not in PROMPTED:
        return user
    shots = inputs.factor("prompt.shots") * inputs.number("data.tokens_per_example")
    shots = np.minimum(shots, inputs.constant("prompt.shots_max_tokens"))
    extra = inputs.factor("prompt.instruction_tokens") + shots
    return user + extra + (inputs.factor("rag.retrieved_tokens") if approach == "rag" else 0.0)

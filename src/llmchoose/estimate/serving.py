"""Serving weights of one's own: capacity of a replica, replicas, utilisation."""

import numpy as np

from llmchoose.estimate.distributions import Array

SECONDS_PER_DAY = 86400.0


def requests_per_second(
    params: Array | float,
    input_tokens: Array,
    output_tokens: Array,
    peak_tflops: Array | float,
    n_gpus: Array | float,
    efficiency: Array,
) -> Array:
    """Requests a second that one replica serves at saturation.

    Args:
        params: Active parameters.
        input_tokens: Tokens read in one request.
        output_tokens: Tokens written in one request.
        peak_tflops: Dense peak of one accelerator, TFLOP/s.
        n_gpus: Accelerators of the replica.
        efficiency: Useful FLOPs over peak at saturation, below 1.

    Source: Kaplan et al. 2020, section 2.1: 2 N FLOPs a token in a forward pass.
    """
    flops = 2.0 * np.asarray(params, float) * np.maximum(input_tokens + output_tokens, 1.0)
    return np.asarray(peak_tflops * 1e12 * n_gpus * efficiency / flops, float)


def replicas(
    requests_per_day: Array, peak_factor: Array, capacity: Array, at_least: Array
) -> Array:
    """Whole replicas that carry the peak hour."""
    peak = requests_per_day / SECONDS_PER_DAY * peak_factor
    return np.asarray(np.maximum(np.ceil(peak / capacity), np.ceil(at_least)), float)


def utilisation(requests_per_day: Array, capacity: Array, n_replicas: Array) -> Array:
    """Mean load over the capacity that is kept."""
    return np.asarray(requests_per_day / SECONDS_PER_DAY / (capacity * n_replicas), float)


def answer_ms(first_token_ms: Array, per_token_ms: Array, output_tokens: Array) -> Array:
    """Time to a full answer: first token, then the others one after another."""
    return np.asarray(first_token_ms + per_token_ms * np.maximum(output_tokens - 1, 0), float)

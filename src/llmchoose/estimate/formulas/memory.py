"""Memory of training and serving, in GB of 10^9 bytes."""

import numpy as np

from llmchoose.estimate.formulas.architecture import shape_of
from llmchoose.estimate.formulas.distributions import Array


def states_gb(params: Array | float, bytes_per_param: Array | float) -> Array:
    """Weights, gradients and optimiser of trained weights, or the weights alone of frozen ones.

    Args:
        params: Parameters held.
        bytes_per_param: 16 for mixed precision with Adam; 2 frozen in 16 bit; 0.56 in 4 bit.

    Source: Rajbhandari et al. 2019, section 3.1.
    """
    return np.asarray(params, float) * bytes_per_param / 1e9


def activations_gb(
    params: Array | float, tokens: Array | float, bytes_per_unit: Array | float
) -> Array:
    """Stored activations: tokens x layers x hidden size x bytes.

    Args:
        params: Parameters, for layers and hidden size.
        tokens: Tokens in one micro batch on one accelerator.
        bytes_per_unit: 2 with full checkpointing, up to 34 without (16 bit, no attention scores).

    Source: Korthikanti et al. 2022, equation 1.
    """
    layers, hidden = shape_of(params)
    return np.asarray(layers * hidden * np.asarray(tokens, float) * bytes_per_unit / 1e9)


def per_gpu_gb(
    states: Array | float,
    shards: Array | float,
    activations: Array | float,
    overhead: Array | float,
) -> Array:
    """Memory of one accelerator when the states are split over `shards` of them (ZeRO-3, FSDP)."""
    return np.asarray(states, float) / shards + activations + overhead


def min_gpus(
    states: Array | float, per_gpu: Array | float, card_gb: Array | float, usable: Array | float
) -> Array:
    """Fewest accelerators on which the job fits when its states are split evenly.

    Args:
        states: GB that can be split.
        per_gpu: GB that every accelerator needs for itself.
        card_gb: Memory of one accelerator.
        usable: Share of it that a job may fill.

    Returns:
        Whole accelerators; infinity where the part that cannot be split does not fit on one.
    """
    room = card_gb * np.asarray(usable, float) - per_gpu
    with np.errstate(divide="ignore"):
        return np.where(
            room > 0, np.ceil(np.asarray(states, float) / np.maximum(room, 1e-9)), np.inf
        )

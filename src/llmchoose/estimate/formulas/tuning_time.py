"""Time of one micro step of tuning, part by part, in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.throughput import smooth_roofline
from llmchoose.estimate.formulas.tuning_memory import Figure, Recipe

# FLOPs for each byte of an A100-80GB in 16 bit, where the factor of the balance is 1.
REFERENCE_BALANCE = 312e12 / 2.039e12


@dataclass(frozen=True)
class Card:
    """An accelerator as tuning sees it: figures, or arrays of one shape.

    Attributes:
        peak_flops: Dense peak in the precision of the matrices, FLOP/s.
        bandwidth: Memory bandwidth, bytes/s.
        link: Bandwidth to its neighbours, bytes/s.
    """

    peak_flops: Figure
    bandwidth: Figure
    link: Figure


@dataclass(frozen=True)
class Lengths:
    """Tokens of a micro step: figures, or arrays of one shape.

    Attributes:
        real: Tokens that are learned from.
        padded: Tokens that are computed, padding included.
        span: Tokens that attention looks over: the padded length of one sequence.
    """

    real: Figure
    padded: Figure
    span: Figure


def padded_length(
    mean: Figure, micro_batch: Figure, seq_len: Figure, constants: Mapping[str, float]
) -> Array:
    """Mean length of the longest of `micro_batch` sequences, cut at `seq_len`.

    The longest of a batch grows with the logarithm of its size, as that of log-normal draws does.
    """
    grown = np.asarray(mean, float) * (
        1 + constants["tuning.padding"] * np.log2(np.maximum(micro_batch, 1.0))
    )
    return np.asarray(np.minimum(grown, seq_len))


def flops_per_token(model: Architecture, recipe: Recipe, span: Figure) -> Array:
    """FLOPs of one padded token: forward, backward, and forward again when checkpointing.

    Frozen weights need the gradient of their inputs but none of their own: 4 N for 6 N. A head on
    a frozen base needs the forward pass alone.

    Source: Kaplan et al. 2020, section 2.1; Narayanan et al. 2021, equation 3 (attention, halved
        for the causal mask).
    """
    trained = np.asarray(recipe.trained, float)
    passes = np.where(recipe.backward, 2.0 + trained + np.asarray(recipe.checkpointing), 1.0)
    attention_passes = np.where(recipe.backward, 3.0 + np.asarray(recipe.checkpointing), 1.0)
    scores = 2 * np.asarray(model.layers, float) * model.hidden * span
    # Looking up an input embedding multiplies nothing.
    looked_up = np.where(model.tied, 0.0, np.asarray(model.vocab, float) * model.hidden)
    matrices = np.maximum(np.asarray(model.active, float) - looked_up, 0.0)
    return np.asarray(passes * 2 * matrices + attention_passes * scores)


def utilisation(card: Card, constants: Mapping[str, float]) -> Array:
    """Share of the dense peak that full batches reach.

    The more FLOPs an accelerator has for each byte it can fetch, the fewer of them it can use.

    Source: Williams et al. 2009 (roofline): machine balance; the power is fitted.
    """
    balance = np.asarray(card.peak_flops) / card.bandwidth / REFERENCE_BALANCE
    reached = constants["tuning.utilisation"] * balance ** -constants["tuning.balance_exponent"]
    return np.asarray(np.minimum(reached, constants["tuning.utilisation_max"]))


def parts_s(
    model: Architecture,
    recipe: Recipe,
    card: Card,
    lengths: Lengths,
    accumulation: Figure,
    constants: Mapping[str, float],
) -> dict[str, Array]:
    """Seconds of a micro step by part; `total` is what the step takes.

    Args:
        model: Shape of the tuned model.
        recipe: How it is tuned.
        card: Accelerator.
        lengths: Tokens of the micro step.
        accumulation: Micro steps between two steps of the optimiser.
        constants: The fitted `tuning.…` constants.

    Returns:
        compute, launch, communication, dequantisation, optimizer, offload and what a slow recipe
        loses, with their `total`: compute and launching overlap in part (root of squares),
        communication hides behind them unless it is longer, the others come on top.

    Source: time over the roofline of compute and of kernel launches; constants fitted to measured
        throughputs by scripts/fit.py.
    """
    params = np.asarray(model.params, float)
    adapters = np.where(np.asarray(recipe.trained) > 0, 1.0, constants["tuning.adapter_share"])
    again = 1 + np.asarray(recipe.checkpointing, float) / 3
    work = np.asarray(lengths.padded) * flops_per_token(model, recipe, lengths.span)
    compute = work / (np.asarray(card.peak_flops) * utilisation(card, constants) * adapters)
    launch = constants["tuning.launch_ms"] / 1e3 * model.layers * again
    sharded = np.asarray(recipe.weight_shards) > 1
    communication = np.where(sharded, 6 * params, 0.0) / (
        np.asarray(card.link) * constants["tuning.link_share"]
    )
    quantised = np.asarray(recipe.frozen_bytes) < 1.0
    unpacked = np.where(
        quantised & (np.asarray(recipe.trained) < 1), constants["tuning.dequantisation_bytes"], 0.0
    )
    dequantisation = unpacked * params * again / card.bandwidth
    # Offloaded weights come twice and gradients go once; the host then steps on its own memory.
    streamed = (4.0 + 2.0 * np.asarray(recipe.trained)) * params / recipe.weight_shards
    stepped = 20.0 * np.asarray(recipe.trained) * params / recipe.optimizer_shards
    offload = np.where(
        recipe.offload,
        streamed / constants["tuning.host_link"]
        + stepped / constants["tuning.host_memory"] / accumulation,
        0.0,
    )
    moved = np.asarray(recipe.trained, float) * 20 * params / recipe.optimizer_shards
    optimizer = moved / card.bandwidth / accumulation
    # Recipes that gather 32-bit shards layer by layer never reached what their parts allow.
    slow = np.where(sharded & (np.asarray(recipe.slow_sharding) > 0), 1.0, 0.0)
    bare = np.maximum(smooth_roofline(compute, launch), communication)
    lost = bare * slow * (constants["tuning.slow_sharding"] - 1)
    return {
        "compute": compute,
        "launch": np.asarray(launch),
        "communication": communication,
        "dequantisation": np.asarray(dequantisation),
        "optimizer": np.asarray(optimizer),
        "offload": np.asarray(offload),
        "recipe": np.asarray(lost),
        "total": np.asarray(bare + dequantisation + optimizer + offload + lost),
    }

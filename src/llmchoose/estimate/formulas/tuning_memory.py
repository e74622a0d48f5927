"""Peak memory of one accelerator in tuning, item by item, in GB of 10^9 bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array

Figure = Array | float

# What a job may fill of a card: beyond it, the next longer sequence runs out of memory.
ROOM = 0.95
# What dropout leaves in 16 bit, and its mask of one byte.
DROPPED_BYTES = 3.0


@dataclass(frozen=True)
class Recipe:
    """How a model is tuned, as figures: arrays of one shape, or floats.

    Attributes:
        trained: Share of the base model that is trained: 1 in full tuning, 0 with adapters.
        weight_bytes: A trained weight; `gradient_bytes` its gradient, `optimizer_bytes` its
            moments and 32-bit copy.
        frozen_bytes: A frozen weight outside the embeddings, which stay in 16 bit at least.
        frozen_embedding_bytes: A frozen weight of the embeddings.
        adapter_params: Trained weights beside the base; `adapter_bytes` each with all its states.
        dropped_inputs: Width of the inputs that dropout keeps a copy and a mask of, one layer.
        activation_bytes: A stored activation.
        logits_bytes: A logit, with all the copies its loss makes.
        micro_batch: Sequences of one step on one accelerator.
        seq_len: Longest sequence of a micro batch, padding included.
        backward: 1 where gradients flow through the base, 0 where only a head on top is trained.
        checkpointing: 1 where activations are computed again in the backward pass.
        flash: 1 where attention scores are never stored.
        n_gpus: Accelerators.
        weight_shards: Accelerators that weights are split over; `gradient_shards` and
            `optimizer_shards` likewise.
        gathers: 1 where sharded frozen weights are held whole once, beside the shards.
        counts_tensors: 1 where the library's peaks leave out context and fragmentation.
        slow_sharding: 1 where the library's sharded full tuning is known to be slow.
        zero3: 1 where DeepSpeed splits the weights.
        offload: 1 where weights and moments wait in the host's memory.
    """

    trained: Figure
    weight_bytes: Figure
    gradient_bytes: Figure
    optimizer_bytes: Figure
    frozen_bytes: Figure
    frozen_embedding_bytes: Figure
    adapter_params: Figure
    adapter_bytes: Figure
    dropped_inputs: Figure
    activation_bytes: Figure
    logits_bytes: Figure
    micro_batch: Figure
    seq_len: Figure
    backward: Figure
    checkpointing: Figure
    flash: Figure
    n_gpus: Figure
    weight_shards: Figure
    gradient_shards: Figure
    optimizer_shards: Figure
    gathers: Figure
    counts_tensors: Figure
    slow_sharding: Figure
    zero3: Figure
    offload: Figure


def lora_params(model: Architecture, rank: Figure, all_matrices: Figure) -> Array:
    """Weights of LoRA adapters: rank x (inputs + outputs) of every matrix that gets one.

    Args:
        model: Shape.
        rank: LoRA rank.
        all_matrices: 1 for every linear layer, 0 for queries and values alone.

    Source: Hu et al. 2021, section 4.2; all linear layers: Dettmers et al. 2023, section 4.
    """
    hidden, kv = np.asarray(model.hidden, float), model.kv_width
    some = 2 * hidden + hidden + kv
    feed_forward = np.where(model.gated, 3.0, 2.0) * (hidden + model.ffn)
    every = 4 * hidden + 2 * (hidden + kv) + feed_forward * model.experts
    return np.asarray(model.layers * rank * np.where(all_matrices, every, some))


def adapter_inputs(model: Architecture, all_matrices: Figure) -> Array:
    """Width of the inputs of all adapters of one layer: what their dropout copies.

    Source: Hu et al. 2021, section 4.2; targets as in `lora_params`.
    """
    hidden = np.asarray(model.hidden, float)
    inner = np.where(model.gated, 2.0, 1.0) * hidden + model.ffn
    every = 4 * hidden + inner * model.experts_per_token
    return np.where(all_matrices, every, 2 * hidden)


def layer_activations(model: Architecture) -> Array:
    """Bytes that one layer keeps of one token for the backward pass, in 16 bit.

    Inputs of every matrix and of both norms, queries, keys, values, and the gate's product; blocks
    whose attention and feed-forward share an input keep one norm and no gate.

    Source: Korthikanti et al. 2022, section 4.1, with grouped keys and gated feed-forward counted.
    """
    hidden, kv = np.asarray(model.hidden, float), model.kv_width
    streams = np.where(model.parallel, 6.0, 8.0) * hidden
    inner = np.where(model.gated, 4.0, 2.0) * model.ffn * model.experts_per_token
    return np.asarray(2 * (streams + 2 * kv + inner))


def attention_scores(model: Architecture, seq_len: Figure) -> Array:
    """Bytes of one layer's attention scores for one token, where they are stored.

    Source: Korthikanti et al. 2022, equation 1: 5 a s bytes a token (scores, softmax, mask).
    """
    return np.asarray(5.0 * np.asarray(seq_len, float) * model.heads)


def items_gb(
    model: Architecture, recipe: Recipe, constants: Mapping[str, float]
) -> dict[str, Array]:
    """Peak memory of one accelerator by item.

    Args:
        model: Shape of the tuned model.
        recipe: How it is tuned.
        constants: The fitted `memory.…` constants.

    Returns:
        GB of weights, gradients, optimizer, adapter, activations, logits and buffers; their sum
        is the peak.

    Source: states: Rajbhandari et al. 2019, section 3.1; activations: Korthikanti et al. 2022;
        constants fitted to measured peaks by scripts/fit.py.
    """
    params = np.asarray(model.params, float)
    tokens = np.asarray(recipe.micro_batch, float) * recipe.seq_len
    kept = np.where(recipe.offload, 0.0, 1.0)
    frozen = _frozen_bytes(model, recipe) * (1 - np.asarray(recipe.trained))
    weights = recipe.trained * params * recipe.weight_bytes * kept / recipe.weight_shards
    gradients = recipe.trained * params * recipe.gradient_bytes / recipe.gradient_shards
    moments = recipe.trained * params * recipe.optimizer_bytes * kept / recipe.optimizer_shards
    shared = frozen / recipe.weight_shards * kept
    gathered = np.where(recipe.gathers, frozen, 0.0) * (np.asarray(recipe.weight_shards) > 1)
    activations = _activations(model, recipe, constants) * tokens
    logits = model.vocab * np.asarray(recipe.logits_bytes) * constants["memory.logits"] * tokens
    # DeepSpeed fetches weights ahead into buckets, whatever the model's size.
    ahead = constants["memory.buffers_zero3"] * recipe.zero3
    own = np.where(
        recipe.counts_tensors, constants["memory.buffers_tensors"], constants["memory.buffers"]
    )
    items = {
        "weights": weights + shared + gathered,
        "gradients": gradients,
        "optimizer": moments,
        "adapter": np.asarray(recipe.adapter_params, float)
        * recipe.adapter_bytes
        / recipe.optimizer_shards,
        "activations": activations,
        "logits": logits,
        "buffers": 1e9 * (own + ahead),
    }
    return {name: np.asarray(value / 1e9, float) for name, value in items.items()}


def _frozen_bytes(model: Architecture, recipe: Recipe) -> Array:
    embeddings = np.asarray(model.embedding_params, float)
    rest = np.maximum(np.asarray(model.params, float) - embeddings, 0.0)
    return np.asarray(rest * recipe.frozen_bytes + embeddings * recipe.frozen_embedding_bytes)


def _activations(model: Architecture, recipe: Recipe, constants: Mapping[str, float]) -> Array:
    """Bytes of all layers for one token."""
    scores = np.where(recipe.flash, 0.0, attention_scores(model, recipe.seq_len))
    layer = constants["memory.activations"] * (
        layer_activations(model)
        + DROPPED_BYTES * np.asarray(recipe.dropped_inputs)
        + constants["memory.attention"] * scores
    )
    again = constants["memory.checkpointing"] * layer
    kept = 2.0 * np.asarray(model.layers, float) * model.hidden + again
    stored = np.where(recipe.checkpointing, kept, model.layers * layer)
    wide = np.asarray(recipe.activation_bytes) / 2
    return np.asarray(np.where(recipe.backward, stored, layer) * wide)

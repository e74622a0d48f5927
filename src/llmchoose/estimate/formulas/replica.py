"""One copy of a model on accelerators: how it lies there, and what it holds in memory.

Arrays have the sample axis last; figures are floats or arrays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array

Figure = Array | float
Flags = bool | NDArray[np.bool_]
Constants = Mapping[str, float]


@dataclass(frozen=True)
class Card:
    """An accelerator as serving sees it.

    Attributes:
        peak: Dense FLOP/s of the number format that the matrices are multiplied in.
        peak_16bit: The same in 16 bit, in which attention runs.
        bandwidth: Memory bandwidth, bytes/s.
        memory: Memory, bytes.
        link: Bytes/s to other accelerators, both directions together.
    """

    peak: Figure
    peak_16bit: Figure
    bandwidth: Figure
    memory: Figure
    link: Figure


@dataclass(frozen=True)
class Engine:
    """What software adds.

    Attributes:
        layer_s: Launching one layer for a request alone.
        batch_layer_s: The same for a batch.
        step_s: One step of a batch; `sequence_s` each request in it.
        cache_traffic: Bytes moved for each byte of cache that is read, for a request alone.
        expert_s: Visiting one expert, for engines that visit them one after another.
    """

    layer_s: Figure
    batch_layer_s: Figure
    step_s: Figure
    sequence_s: Figure
    cache_traffic: Figure = 1.0
    expert_s: Figure = 0.0


@dataclass(frozen=True)
class Layout:
    """How one copy of the model lies on several accelerators.

    Attributes:
        tensor: Accelerators that share each matrix, or, with `expert`, each layer's experts.
        pipeline: Groups of layers one behind another.
        expert: Attention and all but the experts are held whole by each accelerator, which works
            on requests of its own; tokens travel to the experts and back.
    """

    tensor: Figure
    pipeline: Figure
    expert: Flags = False

    @property
    def n_gpus(self) -> Figure:
        """Accelerators of one copy."""
        return self.tensor * self.pipeline


@dataclass(frozen=True)
class Deployment:
    """One copy of a model, served.

    Attributes:
        bytes_per_param: Mean over all weights.
        cache_values: Values cached for one token in one layer.
        bytes_per_value: Of the cache.
        four_bit: Matrices are multiplied in 4 bit.
        input_len: Tokens read in one request; `output_len` written.
    """

    model: Architecture
    card: Card
    engine: Engine
    layout: Layout
    bytes_per_param: Figure
    cache_values: Figure
    bytes_per_value: Figure
    four_bit: Flags
    input_len: Figure
    output_len: Figure

    @cached_property
    def routed(self) -> tuple[Array, Array]:
        """Parameters of all routed experts together, and those that work on every token."""
        return routed_params(self.model)


def routed_params(model: Architecture) -> tuple[Array, Array]:
    """Parameters of all routed experts together, and those that work on every token.

    With k of E experts at work, N = rest + routed and active = rest + routed k / E.

    Source: derived from the definition of a mixture of experts (Shazeer et al. 2017, section 2).
    """
    params, active = np.asarray(model.params, float), np.asarray(model.active, float)
    share = expert_share(model)
    routed = np.where(share < 1, (params - active) / np.maximum(1 - share, 1e-9), 0.0)
    return routed, active - routed * share


def with_usual_experts(model: Architecture, constants: Constants) -> Architecture:
    """The shape with experts, where parameters are said to idle and no experts are known.

    The share of experts at work lies somewhat below that of parameters, since the rest always
    works; coarse mixtures have two experts at work, fine ones eight.

    Args:
        model: Shape whose `active` may be below `params`.
        constants: `serving.usual.…`.
    """
    at_work = np.asarray(model.active, float) / np.asarray(model.params, float)
    several = (at_work < 1) & (np.asarray(model.experts) <= 1)
    if not np.any(several):
        return model
    share = at_work * constants["serving.usual.share"]
    coarse = share > constants["serving.usual.coarse"]
    few, many = constants["serving.usual.few"], constants["serving.usual.many"]
    per_token = np.where(coarse, few, many)
    return replace(
        model,
        experts=np.where(several, per_token / share, model.experts),
        experts_per_token=np.where(several, per_token, model.experts_per_token),
        ffn=np.where(several, model.ffn / per_token, model.ffn),
    )


def cache_bytes(deployment: Deployment, tokens: Figure) -> Array:
    """Cache of one request on all accelerators together, bytes.

    Keys and values of every layer; key-value heads fewer than the accelerators that share a matrix
    are held several times.

    Source: Pope et al. 2022, section 3.3; grouped heads: Ainslie et al. 2023.
    """
    layout, model = deployment.layout, deployment.model
    copies = np.where(layout.expert, 1.0, np.maximum(layout.tensor / model.kv_heads, 1.0))
    values = model.layers * deployment.cache_values * deployment.bytes_per_value
    return np.asarray(values * copies * tokens, float)


def weight_bytes(deployment: Deployment) -> Array:
    """Weights on all accelerators together, bytes."""
    layout = deployment.layout
    routed, rest = deployment.routed
    copies = np.where(layout.expert, layout.tensor, 1.0)
    return np.asarray((routed + rest * copies) * deployment.bytes_per_param, float)


def cache_room(deployment: Deployment, constants: Constants) -> Array:
    """Memory left for caches on all accelerators together, bytes; below 0: weights do not fit."""
    per_card = deployment.card.memory * constants["serving.memory"] - constants["serving.buffers"]
    return np.asarray(deployment.layout.n_gpus * per_card - weight_bytes(deployment), float)


def expert_share(model: Architecture) -> Array:
    """Share of experts that work on a token; 1 for a dense model."""
    return np.asarray(np.asarray(model.experts_per_token, float) / model.experts, float)

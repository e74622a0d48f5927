"""The shape of a transformer: what memory, attention and serving depend on beside its size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array

Flags = bool | NDArray[np.bool_]

HIDDEN_PER_LAYER = 110.0
FFN_PER_HIDDEN = 8 / 3
HEAD_DIM = 128.0
GROUPED_KV_HEADS = 8.0


@dataclass(frozen=True)
class Architecture:
    """A transformer's shape. Figures are floats, or arrays of one shape with draws last.

    Attributes:
        params: All parameters; `active` those that work on a token (mixture of experts).
        layers: Blocks; an encoder-decoder counts both stacks.
        hidden: Width of the residual stream.
        heads: Attention heads, each `head_dim` wide; `kv_heads` of them keep keys and values.
        ffn: Inner width of one feed-forward block (of one expert).
        vocab: Entries of the vocabulary.
        experts: Feed-forward blocks a layer, of which `experts_per_token` work on a token.
        gated: The feed-forward block has a gate (three matrices, not two).
        parallel: Attention and feed-forward read the same input (NeoX, Falcon, phi).
        tied: Input and output embeddings are one matrix.
    """

    params: Array | float
    active: Array | float
    layers: Array | float
    hidden: Array | float
    heads: Array | float
    kv_heads: Array | float
    head_dim: Array | float
    ffn: Array | float
    vocab: Array | float
    experts: Array | float = 1.0
    experts_per_token: Array | float = 1.0
    gated: Flags = True
    parallel: Flags = False
    tied: Flags = False

    @property
    def kv_width(self) -> Array | float:
        """Width of keys, and of values, of one layer."""
        return self.kv_heads * self.head_dim

    @property
    def embedding_params(self) -> Array | float:
        """Parameters of input and output embeddings."""
        return self.vocab * self.hidden * np.where(self.tied, 1.0, 2.0)


def shape_of(params: Array | float) -> tuple[Array, Array]:
    """Layers and hidden size of a usual transformer of this size.

    Args:
        params: Parameters; any shape.

    Returns:
        Layers and hidden size from N = 12 L h^2 with h = 110 L (the ratio of published decoders
        from 1B to 175B lies between 80 and 130).

    Source: Kaplan et al. 2020, table 1 (N = 12 n_layer d_model^2); ratio derived from GPT-3 2020,
        table 2.1, and LLaMA 2023, table 2.
    """
    layers = np.cbrt(np.asarray(params, float) / (12 * HIDDEN_PER_LAYER**2))
    return layers, HIDDEN_PER_LAYER * layers


def by_size(
    params: Array | float, vocab: float, active: Array | float | None = None
) -> Architecture:
    """A usual decoder of this size, where nothing but the size is known.

    Args:
        params: All parameters.
        vocab: Entries of the vocabulary.
        active: Parameters working on a token; all of them when left out.

    Source: `shape_of`; gated feed-forward of 8/3 h, heads of 128: Touvron et al. 2023 (LLaMA),
        section 2.2 and table 2; eight key-value heads: Touvron et al. 2023 (Llama 2), table 1.
    """
    at_work = params if active is None else active
    layers, hidden = shape_of(at_work)
    heads = np.maximum(hidden / HEAD_DIM, 1.0)
    return Architecture(
        params=params,
        active=at_work,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=np.minimum(heads, GROUPED_KV_HEADS),
        head_dim=HEAD_DIM,
        ffn=FFN_PER_HIDDEN * hidden,
        vocab=vocab,
    )

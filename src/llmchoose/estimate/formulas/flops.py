"""Floating-point operations of training and of serving."""

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.architecture import shape_of
from llmchoose.estimate.formulas.distributions import Array


def attention_per_token(
    params: Array | float, seq_len: Array | float, causal: bool | NDArray[np.bool_] = True
) -> Array:
    """Training FLOPs a token that attention adds to 6 N.

    Args:
        params: Parameters, for layers and hidden size.
        seq_len: Tokens in a sequence.
        causal: Decoders look back only, which halves the work.

    Source: Narayanan et al. 2021, equation 3, without recomputation: 12 L h s, or 6 L h s
        when masked positions are not counted.
    """
    layers, hidden = shape_of(params)
    counted = np.where(causal, 6.0, 12.0)
    return np.asarray(counted * layers * hidden * np.asarray(seq_len, float))


def training(
    params: Array | float,
    tokens: Array | float,
    per_param_token: Array | float = 6.0,
    attention: Array | float = 0.0,
) -> Array:
    """Training FLOPs: (6 N + attention) D for full training, 4 N D when most weights are frozen.

    Args:
        params: Active parameters N.
        tokens: Tokens seen D, repeats counted.
        per_param_token: 6 (2 forward, 4 backward), or 4 when frozen weights need no gradient.
        attention: FLOPs a token beyond that.

    Source: Kaplan et al. 2020, section 2.1.
    """
    per_token = per_param_token * np.asarray(params, float) + attention
    return np.asarray(per_token * tokens, float)


def compute_optimal_tokens(params: Array | float, tokens_per_param: Array | float) -> Array:
    """Tokens for the least loss at a given compute: a fixed number a parameter.

    Source: Hoffmann et al. 2022, table 3 (about 20).
    """
    return np.asarray(params, float) * tokens_per_param

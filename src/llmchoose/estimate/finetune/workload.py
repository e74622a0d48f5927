"""What a tuning request comes to, before it is timed: shape, recipe, card, tokens."""

from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.finetune.recipes import Finetune, resolve
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.tuning_memory import Figure, Recipe
from llmchoose.estimate.formulas.tuning_time import Card, Lengths, padded_length
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import peak_tflops
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Gpu


@dataclass(frozen=True)
class Workload:
    """A micro step of a tuning on a card.

    Attributes:
        accumulation: Micro steps between two steps of the optimiser.
    """

    model: Architecture
    recipe: Recipe
    card: Card
    lengths: Lengths
    accumulation: Figure


def card_of(setting: Setting, gpu: Gpu, bits: float | None = None) -> Card:
    """An accelerator as tuning sees it, 32-bit matrices on their own peak.

    Raises:
        ValueError: Its peak is unknown.
    """
    peak = (gpu.tf32_tflops or gpu.fp32_tflops) if bits == 32 else peak_tflops(gpu)
    if not peak:
        raise ValueError(f"the peak of {gpu.name} is unknown: no time can be estimated on it")
    link = gpu.interconnect_gb_s or setting.constant("tuning.pcie_gb_s")
    bandwidth = gpu.bandwidth_gb_s or setting.constant("tuning.bandwidth_gb_s")
    return Card(peak * 1e12, bandwidth * 1e9, link * 1e9)


def mean_length(request: Finetune, setting: Setting) -> float | None:
    """Mean tokens of an example after the cut; None where nothing but packed tokens is known."""
    whole = known_length(request, setting)
    if whole is not None:
        return min(whole, request.seq_len or whole)
    if not request.examples:
        return None
    prior = setting.constant("tuning.tokens_per_example")
    if request.seq_len:
        return min(prior, request.seq_len * setting.constant("tuning.mean_over_longest"))
    return prior


def known_length(request: Finetune, setting: Setting) -> float | None:
    """Mean tokens of an uncut example, as said or as the named set has; None where assumed."""
    known = match(request.dataset, setting.knowledge.datasets).row if request.dataset else None
    return request.mean_given or (known.mean_tokens if known is not None else None)


def length_spread(request: Finetune, setting: Setting) -> Array:
    """Draws of the mean length over its middle: 1 unless the length had to be assumed."""
    known = known_length(request, setting) is not None
    if known or request.tokens or not request.examples:
        return np.ones(setting.draws.samples)
    middle = mean_length(request, setting) or 1.0
    drawn = setting.factor("tuning.tokens_per_example")
    longest = request.seq_len or np.inf
    shift = middle / setting.constant("tuning.tokens_per_example")
    return np.asarray(np.minimum(drawn * shift, longest) / middle)


def epoch_tokens(request: Finetune, setting: Setting) -> float | None:
    """Real tokens of one pass over the set, what is cut off left out; None where it is unknown."""
    length = mean_length(request, setting)
    if request.tokens:
        whole = request.mean_given
        return request.tokens * (length / whole if whole and length else 1.0)
    return request.examples * length if request.examples and length else None


def passes(request: Finetune, setting: Setting) -> float:
    """Passes over the set: one over a number of tokens, the usual number over examples."""
    usual = 1.0 if request.examples is None else setting.constant("epochs")
    return usual if request.epochs is None else request.epochs


def workload(request: Finetune, model: Architecture, gpu: Gpu, setting: Setting) -> Workload:
    """The micro step that a request asks for.

    Text of which only the tokens are known is taken as packed: every token is learned from.

    Raises:
        ValueError: A library, optimiser or width is unknown, or the card's peak is.
    """
    recipe = resolve(request, model, setting)
    mean = mean_length(request, setting)
    lengths = step_lengths(recipe, mean, setting)
    wanted = request.batch or setting.constant("tuning.batch")
    side = np.asarray(recipe.micro_batch) * recipe.n_gpus
    return Workload(
        model,
        recipe,
        card_of(setting, gpu, request.bits),
        lengths,
        np.maximum(np.round(wanted / side), 1.0),
    )


def step_lengths(recipe: Recipe, mean: Array | float | None, setting: Setting) -> Lengths:
    """Real and padded tokens of a micro step, for examples of a mean length or packed text."""
    batch = np.asarray(recipe.micro_batch, float)
    if mean is None:
        packed = batch * recipe.seq_len
        return Lengths(packed, packed, recipe.seq_len)
    span = padded_length(mean, batch, recipe.seq_len, setting.knowledge.constants)
    return Lengths(batch * np.minimum(mean, recipe.seq_len), batch * span, span)

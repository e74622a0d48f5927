"""Serving weights of one's own by roofline: prefill, decode, batch, throughput, latency.

One step of decoding reads the weights once for all requests in the batch, reads each request's
cache, multiplies, exchanges activations between accelerators, and costs the engine time. Requests
beside each other share the first of these, which is why throughput grows with the batch until the
memory is full of caches. A request alone (batch 1) has constants of its own (`.single`): its
matrices are vectors, and there is nothing to hide waiting behind.

Fitted constants come in by id. Arrays have the sample axis last; figures are floats or arrays.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array, summed
from llmchoose.estimate.formulas.replica import (
    Constants,
    Deployment,
    Figure,
    cache_bytes,
    cache_room,
    expert_share,
)
from llmchoose.estimate.formulas.throughput import SECONDS_PER_DAY, smooth_roofline

BYTES_16BIT = 2.0
# Matrices run at once: their outputs pass the links twice a layer, and memory about as often.
EXCHANGES_PER_LAYER = 2.0
# Each halves the gap on a log scale: a thousandth of what is left of a batch of ten thousand.
HALVINGS = 14
# Above this share of time in prefills the wait is that of a test's length, not of a steady load.
BUSIEST = 0.95


def most_requests(deployment: Deployment, constants: Constants) -> Array:
    """Requests beside each other that memory holds to their end, and the engine admits.

    Engines admit a request when its whole input and output will fit, so that none is evicted.

    Source: NVIDIA TensorRT-LLM, perf-overview v0.17 (policy "guaranteed no evict").
    """
    one = cache_bytes(deployment, deployment.input_len + deployment.output_len)
    ranks = np.where(deployment.layout.expert, deployment.layout.tensor, 1.0)
    held = cache_room(deployment, constants) / one
    return np.minimum(held, constants["serving.max_batch"] * ranks)


@dataclass(frozen=True, eq=False, repr=False)
class Load:
    """One copy with so many requests beside each other: what reading and writing share."""

    deployment: Deployment
    batch: Figure
    constants: Constants

    @cached_property
    def full(self) -> Array:
        """How far a request's own constants give way, 0 to 1."""
        return fullness(self.batch, self.constants)

    @cached_property
    def bandwidth(self) -> Array:
        """Bytes/s of one accelerator."""
        return _bandwidth(self.deployment, self.full, self.constants)

    @cached_property
    def rate(self) -> Array:
        """Bytes/s of all accelerators together."""
        return np.asarray(self.deployment.layout.n_gpus * self.bandwidth)

    @cached_property
    def speed(self) -> Array:
        """FLOP/s that matrices reach."""
        return _speed(self.deployment, self.full, self.constants)

    @cached_property
    def moved_s(self) -> Array:
        """Seconds a token that activations take."""
        return _moved_s(self.deployment, self.rate, self.constants)

    @cached_property
    def mixed(self) -> Array:
        """Speed of a mixture of experts over what its parts say."""
        return _mixed(self.deployment.model, self.full, self.constants)

    @cached_property
    def launch_s(self) -> Array:
        """Seconds of launching all layers."""
        return _launch_s(self.deployment, self.full)


def decode_s(deployment: Deployment, batch: Figure, constants: Constants) -> Array:
    """Seconds in which every request of a batch gets one token, half its output written."""
    return _decode_s(Load(deployment, batch, constants))


def _decode_s(load: Load) -> Array:
    return summed(_decode_parts_s(load).values(), np.zeros(()))


def decode_parts_s(deployment: Deployment, batch: Figure, constants: Constants) -> dict[str, Array]:
    """Seconds of a step of decoding by what takes them.

    Matrices take the root of the summed squares of reading and multiplying, a smooth roofline:
    near the larger, and more where they are alike.

    Source: roofline: Williams et al. 2009; terms: Pope et al. 2022, section 2; what overlaps and
        what adds is fitted.
    """
    return _decode_parts_s(Load(deployment, batch, constants))


def _decode_parts_s(load: Load) -> dict[str, Array]:
    deployment, batch, constants, full = load.deployment, load.batch, load.constants, load.full
    layout, engine, model = deployment.layout, deployment.engine, deployment.model
    # A pipeline with fewer requests than stages leaves stages idle.
    stages = np.asarray(layout.pipeline, float)
    each = batch * stages / np.minimum(np.maximum(batch, 1.0), stages)
    matrices = smooth_roofline(
        _read_s(deployment, batch, load.bandwidth, constants),
        each * _flops_per_token(deployment) / load.speed,
    )
    context = deployment.input_len + deployment.output_len / 2
    read = cache_bytes(deployment, context) / load.rate * _between(engine.cache_traffic, 1.0, full)
    slower = _bubbles(stages, full, constants) / load.mixed
    hop = _between(constants["serving.hop.single"], constants["serving.hop"], full)
    ranks = np.where(layout.expert, layout.n_gpus, 1.0)
    return {
        "matrices": matrices * slower,
        "caches": each * read * slower,
        "activations": each * load.moved_s * slower,
        "exchanges": np.where(
            layout.tensor * 1.0 > 1, EXCHANGES_PER_LAYER * model.layers * hop, 0.0
        ),
        "launches": load.launch_s,
        "scheduling": (engine.step_s * stages + engine.sequence_s * batch / ranks) * full,
    }


def prefill_s(deployment: Deployment, batch: Figure, constants: Constants) -> Array:
    """Seconds of reading one request's input, while `batch` requests are served.

    Source: 2 N FLOPs a token: Kaplan et al. 2020, section 2.1; 2 L h s^2 for causal attention:
        Narayanan et al. 2021, equation 3, forward pass, masked positions not counted.
    """
    return _prefill_s(Load(deployment, batch, constants))


def _prefill_s(load: Load) -> Array:
    deployment, constants, full = load.deployment, load.constants, load.full
    model, length = deployment.model, deployment.input_len
    multiply = length * _flops_per_token(deployment) / load.speed
    # Beside others a prefill rides on steps that read the weights anyway.
    alone = _bandwidth(deployment, 0.0, constants)
    once = _read_s(deployment, 1.0, alone, constants) * (1 - full)
    reached = _between(constants["serving.attention.single"], constants["serving.attention"], full)
    scores = 2 * model.layers * model.hidden * length**2
    attention = scores / (deployment.layout.n_gpus * deployment.card.peak_16bit * reached)
    moved = length * load.moved_s
    work = (smooth_roofline(multiply, once) + attention + moved) / load.mixed
    return np.asarray(work + load.launch_s * (1 - full), float)


def requests_per_second(deployment: Deployment, batch: Figure, constants: Constants) -> Array:
    """Requests a second of one copy with so many beside each other, none waiting.

    Every request takes its prefill and its share of a step for each token of its output.
    """
    load = Load(deployment, batch, constants)
    shared = deployment.output_len * _decode_s(load) / np.maximum(batch, 1)
    return np.asarray(1 / (shared + _prefill_s(load)), float)


def latency_s(
    deployment: Deployment, batch: Figure, constants: Constants
) -> tuple[Array, Array, Array]:
    """Seconds to the first token, between tokens, and to the end, under a steady load.

    Beside others, a request waits for the step that runs and for prefills begun before its own;
    its steps wait for others' prefills. The whole follows from Little's law, batch over requests a
    second. A burst of requests at once waits longer, each for those before it.

    Source: waiting for prefills: the mean wait of the queue M/D/1, rho / (2 (1 - rho)) services
        (Kleinrock 1975, Queueing systems I, section 5.7).
    """
    load = Load(deployment, batch, constants)
    step, prefill = _decode_s(load), _prefill_s(load)
    beside = np.asarray(batch) > 1
    served = np.maximum(batch, 1.0) / (deployment.output_len * step + batch * prefill)
    busy = np.where(beside, np.minimum(prefill * served, BUSIEST), 0.0)
    first = prefill * (1 + busy / (2 * (1 - busy))) + np.where(beside, step, 0.0)
    written = np.maximum(deployment.output_len - 1.0, 0.0)
    between = step + np.maximum(batch - 1.0, 0.0) * prefill / np.maximum(written, 1.0)
    return first, between, first + between * written


def batch_at(deployment: Deployment, rate: Figure, most: Figure, constants: Constants) -> Array:
    """Requests beside each other when so many arrive a second, at most what memory holds.

    The smallest batch that serves them: batch = rate x seconds in the system (Little's law), found
    by halving, since the time in the system grows with the batch more slowly than the batch.
    """
    low = np.ones(np.broadcast_shapes(np.shape(rate), np.shape(most)))
    high = np.maximum(most, 1.0) * low
    for _ in range(HALVINGS):
        middle = np.sqrt(low * high)
        enough = requests_per_second(deployment, middle, constants) >= rate
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


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


def fullness(batch: Figure, constants: Constants) -> Array:
    """From 0 for a request alone to 1 for a full batch: how far its own constants give way."""
    beside = np.maximum(np.asarray(batch, float) - 1.0, 0.0)
    return np.asarray(beside / (beside + constants["serving.crowd"]))


def _between(alone: Figure, beside: Figure, full: Figure) -> Array:
    return np.asarray(alone + (np.asarray(beside) - alone) * full, float)


def _bandwidth(deployment: Deployment, full: Figure, constants: Constants) -> Array:
    alone, beside = constants["serving.bandwidth.single"], constants["serving.bandwidth"]
    return np.asarray(deployment.card.bandwidth * _between(alone, beside, full), float)


def _read_s(deployment: Deployment, batch: Figure, rate: Array, constants: Constants) -> Array:
    """Seconds of reading the weights that a step of a batch needs, by every stage once.

    A card of few units cannot keep its memory busy (`serving.issue`, bytes per FLOP of its peak).
    """
    layout = deployment.layout
    routed, rest = deployment.routed
    if np.any(routed > 0):
        needed = routed * (1 - (1 - expert_share(deployment.model)) ** np.maximum(batch, 1.0))
        routed = needed / np.where(layout.expert, constants["serving.balance"], 1.0)
    copies = np.where(layout.expert, layout.n_gpus, 1.0)
    read = (routed + rest * copies) * deployment.bytes_per_param / layout.tensor
    asked = constants["serving.issue"] * deployment.card.peak_16bit
    return np.asarray(read / np.minimum(rate, asked))


def _flops_per_token(deployment: Deployment) -> Array:
    return 2 * np.asarray(deployment.model.active, float)


def _speed(deployment: Deployment, full: Array, constants: Constants) -> Array:
    """FLOP/s that matrices reach, all accelerators together, the slower experts' share counted."""
    reached = _between(constants["serving.compute.single"], constants["serving.compute"], full)
    reached = reached * np.where(deployment.four_bit, constants["serving.compute.fp4"], 1.0)
    whole = deployment.layout.n_gpus * deployment.card.peak * reached
    model = deployment.model
    routed, rest = deployment.routed
    if not np.any(routed > 0):
        return np.asarray(whole, float)
    slow = (model.ffn / constants["serving.expert.width"]) ** constants["serving.expert.power"]
    slow = slow * np.where(deployment.layout.expert, constants["serving.balance"], 1.0)
    at_work = routed * expert_share(model)
    return np.asarray(whole * (rest + at_work) / (rest + at_work / slow), float)


def _moved_s(deployment: Deployment, rate: Array, constants: Constants) -> Array:
    """Seconds a token that activations take through memory and between accelerators.

    Two all-reduces a layer of h values in 16 bit move 2 (t - 1) / t of them to and fro; tokens for
    experts go there in 8 bit and come back in 16.

    Source: Shoeybi et al. 2019, section 3; Pope et al. 2022, section 3.2.
    """
    model, layout, card = deployment.model, deployment.layout, deployment.card
    several = np.where(np.asarray(model.experts) > 1, 2.0, 0.0)
    wide = model.experts_per_token * (several * model.hidden + 3 * model.ffn)
    stored = BYTES_16BIT * model.layers * (6 * model.hidden + wide)
    memory = constants["serving.activations"] * stored / rate
    shares = (layout.tensor - 1.0) / layout.tensor / layout.pipeline
    reduced = EXCHANGES_PER_LAYER * 2 * shares * model.hidden * BYTES_16BIT
    sent = 2 * model.experts_per_token * model.hidden * (1 + BYTES_16BIT) / 2 / layout.n_gpus
    passed = model.layers * np.where(layout.expert, sent, reduced)
    return np.asarray(memory + passed / (card.link * constants["serving.link"] / 2), float)


def _bubbles(stages: Array, full: Array, constants: Constants) -> Array:
    """Slowdown of full batches by stages that wait for each other."""
    if np.all(stages == 1):
        return np.ones(())
    return np.asarray(stages ** (constants["serving.pipeline"] * full), float)


def _mixed(model: Architecture, full: Array, constants: Constants) -> Array:
    """Speed of a mixture of experts over what its parts say, the more the fuller."""
    several = np.asarray(model.experts) > 1
    if not several.any():
        return np.ones(())
    return _between(1.0, np.where(several, constants["serving.expert.speed"], 1.0), full)


def _launch_s(deployment: Deployment, full: Array) -> Array:
    """Seconds of launching all layers, once for every stage where each has requests of its own."""
    engine, model = deployment.engine, deployment.model
    visits = np.where(np.asarray(model.experts) > 1, model.experts * engine.expert_s, 0.0)
    beside = engine.batch_layer_s * deployment.layout.pipeline
    return np.asarray(model.layers * _between(engine.layer_s + visits, beside, full), float)

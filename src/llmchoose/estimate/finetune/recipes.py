"""From what a tuning request says to the figures of a recipe: what a library does unless told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from llmchoose.errors import quoted
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.tuning_memory import Recipe, adapter_inputs, lora_params
from llmchoose.estimate.inputs import Setting
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Optimizer, Stack

Named = TypeVar("Named", Stack, Optimizer)

DEFAULT_STACK, DEFAULT_OPTIMIZER = "hf", "adamw"
# Weights of one kind of precision: bytes of a weight, its gradient, its master copy, a moment.
WHOLE_16, WHOLE_32 = (2.0, 2.0, 0.0, 2.0), (4.0, 4.0, 0.0, 4.0)
SHARDED = {
    "none": (0, 0, 0),
    "ddp": (0, 0, 0),
    "zero1": (0, 0, 1),
    "zero2": (0, 1, 1),
    "zero3": (1, 1, 1),
    "fsdp": (1, 1, 1),
}


@dataclass(frozen=True)
class Finetune:
    """A tuning as asked for; None leaves a figure to the library's habit or to the data.

    Attributes:
        params: All parameters; `active_params` those that work on a token.
        model: Name of an open model.
        method: full, lora, qlora, frozen (a head alone), or managed.
        bits: Width of frozen weights, or of trained ones: 32, 16, 8 or 4.
        precision: pure_bf16 (all states in 16 bit), mixed (32-bit weights computed in 16 bit),
            nf4 or nf4_double (4-bit weights); the library's habit when left out.
        examples: Examples of the set; `tokens_per_example` their mean length.
        tokens: Tokens of one epoch, instead of both.
        seq_len: Longest sequence of a micro batch; `micro_batch` sequences on one accelerator.
        batch: Sequences between two steps of the optimiser, on all accelerators.
        lora_targets: attention (queries and values) or all linear layers.
        trains_embeddings: Adapters, and the embeddings beside them.
        stack: Training library.
        sharding: none, ddp, zero1, zero2, zero3 or fsdp.
    """

    params: float | None = None
    active_params: float | None = None
    model: str | None = None
    method: str = "lora"
    bits: float | None = None
    precision: str | None = None
    examples: float | None = None
    tokens_per_example: float | None = None
    tokens: float | None = None
    epochs: float | None = None
    dataset: str | None = None
    seq_len: float | None = None
    micro_batch: float | None = None
    batch: float | None = None
    lora_rank: float | None = None
    lora_targets: str | None = None
    trains_embeddings: bool = False
    optimizer: str | None = None
    grad_checkpointing: bool | None = None
    flash_attention: bool | None = None
    stack: str | None = None
    sharding: str | None = None
    offload: bool = False
    gpu: str | None = None
    n_gpus: int | None = None
    plan: str = "on_demand"
    region: str = "World"

    @property
    def mean_given(self) -> float | None:
        """Mean tokens of an example before any cut: as given, or all tokens over all examples."""
        if self.tokens_per_example or not (self.tokens and self.examples):
            return self.tokens_per_example
        return self.tokens / self.examples


def find_stack(setting: Setting, name: str | None) -> Stack:
    """The training library of a name, or of the first word of it that is one, or the usual one.

    Raises:
        ValueError: There is no such library.
    """
    rows = setting.knowledge.stacks
    parts = re.split(r"[\s+(),/_-]+", name or DEFAULT_STACK)
    spellings = (name or DEFAULT_STACK, *(part for part in parts if part))
    found = next((one.row for text in spellings if (one := match(text, rows))), None)
    return _known(found, name, rows, "training library")


def find_optimizer(setting: Setting, name: str | None) -> Optimizer:
    """The optimiser of a name, or the usual one.

    Raises:
        ValueError: There is no such optimiser.
    """
    rows = setting.knowledge.optimizers
    return _known(match(name or DEFAULT_OPTIMIZER, rows).row, name, rows, "optimiser")


def _known(row: Named | None, name: str | None, rows: Sequence[Named], what: str) -> Named:
    if row is None:
        known = ", ".join(row.id for row in rows)
        raise ValueError(f"{quoted(name or '')} is no {what} of the knowledge; known are {known}")
    return row


def resolve(request: Finetune, model: Architecture, setting: Setting) -> Recipe:
    """The figures of a recipe.

    Args:
        request: What was asked for.
        model: Shape of the tuned model.
        setting: Knowledge with the libraries' habits and optimisers.

    Raises:
        ValueError: The library, the optimiser or a width is unknown.
    """
    stack = find_stack(setting, request.stack)
    optimizer = find_optimizer(setting, request.optimizer)
    weight, gradient, master, moment = _trained_bytes(request, stack)
    moment = moment if optimizer.moment_bytes is None else optimizer.moment_bytes
    shards = _shards(request, stack)
    seq_len = request.seq_len or usual_seq_len(request, setting)
    trained = float(request.method == "full")
    # An unnamed library over packed text is what benchmarks are, and those take no slow recipe.
    told = (request.stack, request.examples, request.tokens_per_example)
    adapter = _adapter_params(request, model, stack)
    return Recipe(
        trained=trained,
        weight_bytes=weight,
        gradient_bytes=gradient if optimizer.keeps_gradients == "yes" else 0.0,
        optimizer_bytes=master + optimizer.moments * moment,
        frozen_bytes=_frozen_bytes(request, setting),
        frozen_embedding_bytes=4.0 if request.bits == 32 else 2.0,
        adapter_params=adapter,
        dropped_inputs=_dropped_inputs(request, model, stack),
        adapter_bytes=_adapter_bytes(stack, optimizer),
        activation_bytes=_activation_bytes(request, stack),
        logits_bytes=stack.logits_bytes,
        micro_batch=float(request.micro_batch or _usual_micro_batch(model, stack, setting)),
        seq_len=float(seq_len),
        backward=float(request.method != "frozen"),
        checkpointing=float(_checkpointing(request, stack)),
        flash=float(_flash(request, stack)),
        n_gpus=float(request.n_gpus or 1),
        weight_shards=shards[0],
        gradient_shards=shards[1],
        optimizer_shards=shards[2],
        gathers=float(stack.gathers_whole_weights == "yes"),
        counts_tensors=float(stack.peak_counts == "tensors"),
        slow_sharding=float(trained and any(told) and stack.slow_sharding == "yes"),
        zero3=float(_sharding(request, stack) == "zero3" and shards[0] > 1),
        offload=float(request.offload),
    )


def usual_seq_len(request: Finetune, setting: Setting) -> float:
    """Longest sequence where none is given: from the set, from the mean length, or the usual."""
    known = match(request.dataset, setting.knowledge.datasets).row if request.dataset else None
    if known is not None and known.longest_tokens:
        return float(min(known.longest_tokens, setting.constant("tuning.seq_len_max")))
    mean = request.mean_given
    if mean:
        cut = max(setting.constant("tuning.seq_len_max"), mean)
        return float(min(mean * setting.constant("tuning.longest_over_mean"), cut))
    return setting.constant("tuning.seq_len")


def _usual_micro_batch(model: Architecture, stack: Stack, setting: Setting) -> float:
    small = float(model.params) < setting.constant("tuning.small_model")
    return setting.constant("tuning.micro_batch_small") if small else float(stack.micro_batch)


def _trained_bytes(request: Finetune, stack: Stack) -> tuple[float, float, float, float]:
    """Bytes of a trained weight, its gradient, its 32-bit copy and one moment."""
    if request.precision == "pure_bf16":
        return WHOLE_16
    if request.bits == 32 or (request.precision == "mixed" and not stack.master_bytes):
        return WHOLE_32
    return stack.weight_bytes, stack.gradient_bytes, stack.master_bytes, stack.moment_bytes


def _frozen_bytes(request: Finetune, setting: Setting) -> float:
    width = request.bits or (4 if request.method == "qlora" else 16)
    name = request.precision if request.precision in ("nf4_double", "mixed") else ""
    return setting.constant(f"memory.frozen_{name or f'{width:g}bit'}")


def _activation_bytes(request: Finetune, stack: Stack) -> float:
    quantised = request.method == "qlora" or (request.bits or 16) < 16
    return stack.quantised_activation_bytes if quantised else 2.0


def _adapter_params(request: Finetune, model: Architecture, stack: Stack) -> float:
    if request.method in ("full", "frozen"):
        return 0.0
    rank = request.lora_rank or stack.lora_rank
    count = float(lora_params(model, rank, _all_matrices(request, stack)))
    return count + (float(model.embedding_params) if request.trains_embeddings else 0.0)


def _all_matrices(request: Finetune, stack: Stack) -> float:
    return float((request.lora_targets or stack.lora_targets) == "all")


def _dropped_inputs(request: Finetune, model: Architecture, stack: Stack) -> float:
    if request.method not in ("lora", "qlora") or stack.lora_dropout == "no":
        return 0.0
    return float(adapter_inputs(model, _all_matrices(request, stack)))


def _adapter_bytes(stack: Stack, optimizer: Optimizer) -> float:
    """An adapter's bytes with this optimiser: those of the library, its two moments replaced."""
    if optimizer.moment_bytes is None and optimizer.moments == 2:
        return stack.adapter_bytes
    own = stack.adapter_bytes / 4
    moment = own if optimizer.moment_bytes is None else optimizer.moment_bytes
    return 2 * own + optimizer.moments * moment


def _checkpointing(request: Finetune, stack: Stack) -> bool:
    if request.grad_checkpointing is not None:
        return request.grad_checkpointing
    if max(_shards(request, stack)) > 1 and stack.checkpointing_sharded == "yes":
        return True
    habits = {"full": stack.checkpointing_full, "qlora": stack.checkpointing_qlora}
    return habits.get(request.method, stack.checkpointing_lora) == "yes"


def _flash(request: Finetune, stack: Stack) -> bool:
    if request.flash_attention is not None:
        return request.flash_attention
    return stack.flash_attention == "yes"


def _sharding(request: Finetune, stack: Stack) -> str:
    usual = stack.sharding_full if request.method == "full" else stack.sharding_adapters
    return request.sharding or usual


def _shards(request: Finetune, stack: Stack) -> tuple[float, float, float]:
    """Accelerators that weights, gradients and moments are split over."""
    count = float(request.n_gpus or 1)
    split = SHARDED[_sharding(request, stack)]
    weights, gradients, moments = (count if part else 1.0 for part in split)
    return weights, gradients, moments

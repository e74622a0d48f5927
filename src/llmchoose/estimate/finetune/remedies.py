"""What to turn on when a tuning does not fit, and on how many accelerators it would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.estimate.finetune.recipes import Finetune, resolve
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.tuning_memory import items_gb
from llmchoose.estimate.inputs import Setting

COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
Change = Callable[[Finetune], Finetune]


@dataclass(frozen=True)
class Remedy:
    """A change of the request and what it does.

    Attributes:
        request: The request with this change and all before it.
        says: The change, in words.
        peak_gb: Memory of one accelerator then, GB.
    """

    request: Finetune
    says: str
    peak_gb: float


@dataclass(frozen=True)
class Split:
    """Fewest accelerators on which a way of sharding fits."""

    sharding: str
    n_gpus: int
    memory_gb: float


def peak_gb(request: Finetune, model: Architecture, setting: Setting) -> float:
    """Predicted peak memory of one accelerator, GB."""
    items = items_gb(model, resolve(request, model, setting), setting.knowledge.constants)
    return float(np.sum(list(items.values())))


def remedies(
    request: Finetune,
    model: Architecture,
    setting: Setting,
    room_gb: float,
    *,
    usual: bool = False,
) -> tuple[Remedy, ...]:
    """Changes one after another, until the tuning fits; empty where it does, or nothing helps.

    Args:
        request: What was asked for.
        model: Shape of the tuned model.
        setting: Knowledge and day.
        room_gb: What a job may fill of a card.
        usual: Only what a team would do without a second thought: neither another optimiser nor
            offloading.
    """
    found, peak = [], peak_gb(request, model, setting)
    for remedy in _helping(request, model, setting, usual):
        if peak <= room_gb:
            break
        found.append(remedy)
        peak = remedy.peak_gb
    return tuple(found) if peak <= room_gb else ()


def ways_down(request: Finetune, model: Architecture, setting: Setting) -> tuple[Finetune, ...]:
    """The request with all usual changes that help, one more each time, as if nothing fitted."""
    found = _helping(request, model, setting, usual=True)
    return tuple(remedy.request for remedy in found)


def _helping(
    request: Finetune, model: Architecture, setting: Setting, usual: bool
) -> Iterator[Remedy]:
    """Changes one after another, each of which lowers the peak."""
    peak, held = peak_gb(request, model, setting), request
    for says, change in _changes(request, setting, usual):
        changed = change(held)
        now = peak_gb(changed, model, setting)
        if now < peak:
            yield Remedy(changed, says, now)
            peak, held = now, changed


def _changes(request: Finetune, setting: Setting, usual: bool) -> Iterator[tuple[str, Change]]:
    """Changes from the cheapest to the dearest in time."""
    yield "turn on gradient checkpointing", lambda r: replace(r, grad_checkpointing=True)
    yield "use flash attention", lambda r: replace(r, flash_attention=True)
    yield (
        "use micro batches of one sequence, and accumulate more of them",
        lambda r: replace(r, micro_batch=1),
    )
    if request.method == "full" and not usual:
        yield "keep the optimiser in 8 bit", lambda r: replace(r, optimizer="adamw_8bit")
    if (request.n_gpus or 1) > 1:
        yield "split weights and states (ZeRO-3, FSDP)", lambda r: replace(r, sharding="fsdp")
    known = setting.knowledge.factors["memory.frozen_4bit"].as_of <= setting.day
    if request.method == "lora" and known:
        yield "hold the frozen weights in 4 bit (QLoRA)", _quantised
    if not usual:
        yield "offload weights and states to the host", lambda r: replace(r, offload=True)


def _quantised(request: Finetune) -> Finetune:
    return replace(request, method="qlora", bits=4, precision=None)


def splits(
    request: Finetune, model: Architecture, setting: Setting, room_gb: float
) -> tuple[Split, ...]:
    """Fewest accelerators for each way of sharding; ways that fit on no number are left out."""
    found = []
    for sharding in ("ddp", "zero1", "zero2", "zero3", "fsdp"):
        for count in COUNTS:
            tried = replace(request, sharding=sharding, n_gpus=count)
            peak = peak_gb(tried, model, setting)
            if peak <= room_gb:
                found.append(Split(sharding, count, peak))
                break
    return tuple(found)

"""Tuning as an approach: what holds the model, and how long one run takes, draw by draw."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from llmchoose.estimate.finetune.recipes import Finetune, resolve
from llmchoose.estimate.finetune.remedies import COUNTS, peak_gb, remedies
from llmchoose.estimate.finetune.workload import card_of, step_lengths
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array, Draws, median
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.formulas.tuning_memory import ROOM, Recipe
from llmchoose.estimate.formulas.tuning_time import flops_per_token, parts_s
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.lookup import architecture_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Gpu, OpenModel

METHODS = {"lora": "lora", "full_finetune": "full"}


@dataclass(frozen=True, eq=False, repr=False)
class Held:
    """The cheapest settings under which an accelerator holds a tuning.

    Attributes:
        request: Method and settings; `n_gpus` the fewest accelerators.
        peak_gb: Memory of one of them, middle value.
    """

    request: Finetune
    model: Architecture
    recipe: Recipe
    peak_gb: float


@lru_cache(maxsize=512)
def held_on(
    knowledge: Knowledge, day: str, row: OpenModel, gpu: Gpu, method: str, mean_tokens: float
) -> Held:
    """Fewest accelerators that hold a tuning, with what can be turned on to save memory.

    Args:
        knowledge: Libraries' habits and fitted constants.
        day: ISO day; 4-bit bases came into use on one.
        row: Model that is tuned.
        gpu: Accelerator.
        method: full or lora.
        mean_tokens: Mean length of an example.
    """
    setting = Setting(knowledge, Draws(0, 1), day)
    model = architecture_of(setting, row)
    room = ROOM * gpu.memory_gb
    asked = Finetune(method=method, tokens_per_example=mean_tokens)
    for count in COUNTS:
        split = "fsdp" if count > 1 else None
        request = replace(asked, n_gpus=count, sharding=split)
        found = _made_to_fit(request, model, setting, room)
        if found is not None:
            return Held(
                found, model, resolve(found, model, setting), peak_gb(found, model, setting)
            )
    recipe = resolve(request, model, setting)
    return Held(request, model, recipe, peak_gb(request, model, setting))


def _made_to_fit(
    request: Finetune, model: Architecture, setting: Setting, room: float
) -> Finetune | None:
    """The request, with usual remedies where it needs them; None where they do not help."""
    if peak_gb(request, model, setting) <= room:
        return request
    found = remedies(request, model, setting, room, usual=True)
    return found[-1].request if found else None


@dataclass(frozen=True, eq=False, repr=False)
class TuningRun:
    """One tuning run. Arrays are draws.

    Attributes:
        hours: Accelerator-hours.
        flops: FLOPs, padding included.
        memory_gb: Peak memory of one accelerator.
    """

    held: Held
    hours: Array
    flops: Array
    memory_gb: Array


def tuning_run(inputs: Inputs, approach: str, row: OpenModel, gpu: Gpu, tokens: Array) -> TuningRun:
    """One run of LoRA or full tuning over `tokens` real tokens, all passes together.

    Args:
        inputs: Draws of one profile.
        approach: lora or full_finetune.
        row: Model that is tuned.
        gpu: Accelerator.
        tokens: Real tokens of the run.
    """
    mean = inputs.number("data.tokens_per_example")
    method = METHODS[approach]
    held = held_on(inputs.knowledge, inputs.day, row, gpu, method, round(median(mean), 1))
    recipe, constants = held.recipe, inputs.knowledge.constants
    card = card_of(inputs, gpu)
    lengths = step_lengths(recipe, mean, inputs)
    side = float(recipe.micro_batch) * float(recipe.n_gpus)
    accumulation = max(round(inputs.constant("tuning.batch") / side), 1)
    step = parts_s(held.model, recipe, card, lengths, accumulation, constants)["total"]
    several = method == "full" and float(recipe.n_gpus) > 1
    speed = (
        lengths.real / step * inputs.spread(f"tuning.spread.{'several' if several else 'single'}")
    )
    padded = tokens * lengths.padded / lengths.real
    return TuningRun(
        held,
        tokens * constants["tuning.whole_run"] / speed / SECONDS_PER_HOUR,
        np.asarray(padded * flops_per_token(held.model, recipe, lengths.span)),
        held.peak_gb * inputs.spread("memory.spread"),
    )

"""Tuning as an approach: what holds the model, and how long one run takes, draw by draw."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache, partial
from operator import attrgetter
from typing import TypeVar

import numpy as np

from llmchoose.estimate.columns import Column, map_column
from llmchoose.estimate.finetune.recipes import Finetune, resolve, usual_seq_len
from llmchoose.estimate.finetune.remedies import COUNTS, peak_gb, remedies, ways_down
from llmchoose.estimate.finetune.workload import card_of, step_lengths
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array, Draws, median
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.formulas.tuning_memory import ROOM, Recipe, items_gb
from llmchoose.estimate.formulas.tuning_time import Card, flops_per_token, parts_s
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.lookup import architecture_of
from llmchoose.estimate.points import middle_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Gpu, OpenModel

Made = TypeVar("Made")
# Length at which the peak of a way to hold a tuning is looked up, tokens.
PROBE = 4096.0
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
    peak_gb: Array | float


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
        n_gpus: Accelerators that hold it.
        hours: Accelerator-hours.
        flops: FLOPs, padding included.
        memory_gb: Peak memory of one accelerator.
    """

    n_gpus: Array | float
    hours: Array
    flops: Array
    memory_gb: Array


def tuning_run(
    inputs: Inputs, approach: str, models: Column[OpenModel], gpus: Column[Gpu], tokens: Array
) -> TuningRun:
    """One run of LoRA or full tuning over `tokens` real tokens, all passes together.

    Args:
        inputs: Draws of one profile, or of many.
        approach: lora or full_finetune.
        models: Model that is tuned.
        gpus: Accelerator.
        tokens: Real tokens of the run.
    """
    mean = inputs.number("data.tokens_per_example")
    method = METHODS[approach]
    held = held_of(inputs, models, gpus, method, mean)
    recipe, constants = held.recipe, inputs.knowledge.constants
    cards = map_column(gpus, lambda gpu: card_of(inputs, gpu))
    card = Card(*(cards.figure(attrgetter(part.name)) for part in fields(Card)))
    lengths = step_lengths(recipe, mean, inputs)
    side = np.asarray(recipe.micro_batch, float) * recipe.n_gpus
    accumulation = np.maximum(np.round(inputs.constant("tuning.batch") / side), 1.0)
    step = parts_s(held.model, recipe, card, lengths, accumulation, constants)["total"]
    several = np.asarray(recipe.n_gpus, float) > 1 if method == "full" else np.array([False])
    spread = inputs.spread("tuning.spread.single")
    if several.any():
        spread = np.where(several, inputs.spread("tuning.spread.several"), spread)
    speed = lengths.real / step * spread
    padded = tokens * lengths.padded / lengths.real
    return TuningRun(
        recipe.n_gpus,
        tokens * constants["tuning.whole_run"] / speed / SECONDS_PER_HOUR,
        np.asarray(padded * flops_per_token(held.model, recipe, lengths.span)),
        held.peak_gb * inputs.spread("memory.spread"),
    )


def held_of(
    inputs: Inputs, models: Column[OpenModel], gpus: Column[Gpu], method: str, mean: Array
) -> Held:
    """What holds the tuning of each project; figures of shape (rows, 1) of many."""
    if not inputs.many:
        tokens = round(median(mean), 1)
        return held_on(inputs.knowledge, inputs.day, models.one, gpus.one, method, tokens)
    middles = np.broadcast_to(middle_of(inputs, mean)[..., 0], len(inputs.many)).tolist()
    rows = zip(inputs.days.each(), models.each(), gpus.each(), middles, strict=True)
    shapes, recipes, lengths = zip(
        *(
            way_to_hold(inputs.knowledge, day, model, gpu, method, round(tokens, 1))
            for day, model, gpu, tokens in rows
        ),
        strict=True,
    )
    model = of_rows(Architecture, shapes)
    recipe = replace(of_rows(Recipe, recipes), seq_len=np.array(lengths)[:, None])
    peak = np.sum(list(items_gb(model, recipe, inputs.knowledge.constants).values()), axis=0)
    return Held(Finetune(method=method), model, recipe, peak)


def of_rows(kind: type[Made], rows: Sequence[Made]) -> Made:
    """Figures of several rows as one, each of shape (rows, 1)."""
    names = [part.name for part in fields(kind)]  # type: ignore[arg-type]
    own = {id(row): row for row in rows}
    places = {key: place for place, key in enumerate(own)}
    which = [places[id(row)] for row in rows]
    columns = zip(*(attrgetter(*names)(row) for row in own.values()), strict=True)
    return kind(*(np.array(column)[which][:, None] for column in columns))


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """One of the ways to hold a tuning, from the least to the most that it takes.

    Its peak is a polynomial of the longest sequence: activations grow with its length, and stored
    attention scores with its square.
    """

    recipe: Recipe
    peak: tuple[float, float, float]

    def fits(self, seq_len: float, room: float) -> bool:
        """Whether it stays inside of a card's room at a length."""
        start, rise, bend = self.peak
        return start + seq_len * (rise + seq_len * bend) <= room


@lru_cache(maxsize=4096)
def _steps(
    knowledge: Knowledge, quantised: bool, row: OpenModel, method: str, count: int
) -> tuple[Step, ...]:
    """Every way to hold a tuning on so many accelerators, in the order in which they are tried."""
    model, setting = _tuned_model(knowledge, quantised, row)
    split = "fsdp" if count > 1 else None
    request = Finetune(method=method, tokens_per_example=1.0, n_gpus=count, sharding=split)
    # No room at all: every remedy that helps is taken, one after another.
    return tuple(
        _step(one, model, setting) for one in (request, *ways_down(request, model, setting))
    )


@lru_cache(maxsize=1024)
def _tuned_model(
    knowledge: Knowledge, quantised: bool, row: OpenModel
) -> tuple[Architecture, Setting]:
    known = knowledge.factors["memory.frozen_4bit"].as_of
    setting = Setting(knowledge, Draws(0, 1), known if quantised else "")
    return architecture_of(setting, row), setting


def _step(request: Finetune, model: Architecture, setting: Setting) -> Step:
    recipe = resolve(request, model, setting)
    lengths = replace(recipe, seq_len=np.array([0.0, PROBE, 2 * PROBE]))
    items = items_gb(model, lengths, setting.knowledge.constants).values()
    start, once, twice = (
        float(np.sum(peaks))
        for peaks in zip(*(np.broadcast_to(one, 3) for one in items), strict=True)
    )
    bend = (twice - 2 * once + start) / (2 * PROBE**2)
    return Step(recipe, (start, (once - start) / PROBE - bend * PROBE, bend))


def way_to_hold(
    knowledge: Knowledge, day: str, row: OpenModel, gpu: Gpu, method: str, mean_tokens: float
) -> tuple[Architecture, Recipe, float]:
    """As `held_on`, for many different lengths: its ways are worked out once for all of them.

    Returns:
        The model, the way to tune it, and the longest sequence, which takes the place of the way's.
    """
    known = knowledge.factors["memory.frozen_4bit"].as_of <= day
    request = Finetune(method=method, tokens_per_example=mean_tokens)
    length, room = usual_seq_len(request, _undated(knowledge)), ROOM * gpu.memory_gb
    ways = partial(_steps, knowledge, known, row, method)
    fitting = (step for count in COUNTS for step in ways(count) if step.fits(length, room))
    # Where none holds it: the most accelerators, as they come.
    step = next(fitting, None) or ways(COUNTS[-1])[0]
    return _tuned_model(knowledge, known, row)[0], step.recipe, length


@lru_cache(maxsize=4)
def _undated(knowledge: Knowledge) -> Setting:
    return Setting(knowledge, Draws(0, 1), "")

"""The training that an approach needs: tokens, FLOPs, accelerator-hours, memory, count."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.approaches.model import Training
from llmchoose.estimate.approaches.tuning import tuning_run
from llmchoose.estimate.columns import Column, column_of
from llmchoose.estimate.formulas import flops, memory, throughput
from llmchoose.estimate.formulas.distributions import Array, middle
from llmchoose.estimate.formulas.efficiency import Cards, whole_run_utilisation
from llmchoose.estimate.inputs import Inputs, year_of
from llmchoose.estimate.market import (
    count_owned,
    open_models,
    params_of,
    peak_tflops,
    uses_owned,
)
from llmchoose.estimate.points import middle_of
from llmchoose.knowledge.tables import Gpu, OpenModel

TUNED = ("lora", "full_finetune")
PRETRAINED = ("continued_pretrain", "scratch")


Flags = bool | NDArray[np.bool_]
# Attention looks both ways in a model of this kind of the catalogue.
ENCODER = "encoder"


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A final run and what surrounds it, before hardware is chosen."""

    params: Array
    active: Array
    moe: Flags
    encoder: Flags
    tokens: Array
    flops: Array
    repeats: Array
    states_gb: Array
    source: tuple[str, ...]


def kinds_of(inputs: Inputs) -> Column[str]:
    """Kind of each task for the choice of models: small outputs, sequence or text."""
    return inputs.once("kinds", lambda: _kinds_of(inputs))


def _kinds_of(inputs: Inputs) -> Column[str]:
    sequence = inputs.any_of("task.kind", ("sequence",))
    if not inputs.many:
        word = "sequence" if np.mean(sequence) > 0.5 else "text"
        return Column(("small" if np.mean(inputs.small_output) > 0.5 else word,))
    mostly = (
        np.broadcast_to(np.mean(found, axis=-1) > 0.5, len(inputs.many)).tolist()
        for found in (inputs.small_output, sequence)
    )
    return column_of(
        [
            "small" if small else "sequence" if other else "text"
            for small, other in zip(*mostly, strict=True)
        ]
    )


def models_of(inputs: Inputs, use: str) -> Column[OpenModel]:
    """The open model of each project to tune, continue or serve."""
    return inputs.once(("models", use), lambda: open_models(inputs, use, kinds_of(inputs)))


def effective_tokens(inputs: Inputs) -> Array:
    """Domain text that survives cleaning, tokens."""
    return inputs.number("data.unlabelled_tokens") * inputs.by_word("data.quality", "data_quality")


def min_useful_params(inputs: Inputs) -> Array:
    """Smallest model that is worth training for this kind of task."""
    small, sequence, text = (
        inputs.factor(f"min_useful_params.{kind}") for kind in ("small", "sequence", "text")
    )
    is_sequence = inputs.any_of("task.kind", ("sequence",))
    return np.where(inputs.small_output, small, np.where(is_sequence, sequence, text))


def scratch_params(inputs: Inputs) -> Array:
    """Largest model that the text feeds: the target, or what repeated text allows if smaller.

    Source: Hoffmann et al. 2022 (tokens a parameter); Muennighoff et al. 2023 (repeats).
    """
    fed = (
        effective_tokens(inputs)
        * inputs.constant("repeat_limit")
        / inputs.constant("tokens_per_param")
    )
    return np.minimum(inputs.number("model.target_params"), fed)


def examples_after_labelling(inputs: Inputs) -> Array:
    """Examples there are once the missing ones of a first set are labelled."""

    def examples() -> Array:
        have = inputs.number("data.labelled_examples")
        wanted = np.maximum(have, inputs.factor("labels.wanted"))
        return np.minimum(wanted, np.maximum(have, obtainable_examples(inputs)))

    return inputs.once("examples after labelling", examples)


def obtainable_examples(inputs: Inputs) -> Array:
    """Examples there are, and those that part of the budget can have labelled."""
    money = inputs.number("budget.one_time") * inputs.constant("labels.budget_share")
    bought = money / np.maximum(inputs.number("data.labelling_cost"), 1e-6)
    return inputs.number("data.labelled_examples") + np.minimum(
        bought, inputs.constant("labels.buyable_max")
    )


def tuning_tokens(inputs: Inputs) -> Array:
    """Tokens that a tuning run sees: the examples that pay, once an epoch."""
    examples = np.minimum(examples_after_labelling(inputs), inputs.constant("labels.most"))
    return examples * (inputs.number("data.tokens_per_example") * inputs.factor("epochs"))


def plan_run(inputs: Inputs, approach: str) -> Run | None:
    """The pretraining that an approach needs; None where there is none."""
    if approach == "continued_pretrain":
        return _continued(inputs)
    return _scratch(inputs) if approach == "scratch" else None


def _is_moe(model: OpenModel) -> bool:
    return params_of(model, active=True) < params_of(model)


def _continued(inputs: Inputs) -> Run:
    models = models_of(inputs, "continue")
    least, most = (inputs.constant(f"continued_tokens.{end}") for end in ("min", "max"))
    tokens = np.clip(effective_tokens(inputs), least, most) / (1 - inputs.factor("replay_share"))
    return _reading(inputs, models, tokens)


def sizes_of(inputs: Inputs, models: Column[OpenModel], *, active: bool = False) -> Array:
    """Parameters of each model: shape (samples,), or (rows, 1) of many."""
    size = models.figure(lambda model: params_of(model, active=active))
    return np.asarray(size) if inputs.many else np.full(inputs.draws.samples, size)


def _reading(inputs: Inputs, models: Column[OpenModel], tokens: Array) -> Run:
    """An open model reads more text, as it was pretrained."""
    params, active = (sizes_of(inputs, models, active=some) for some in (False, True))
    encoder = models.figure(lambda model: model.kind == ENCODER)
    source = models.one.source
    run = _pretraining(
        inputs, params, active, tokens, "continued_pretrain", source, encoder=encoder
    )
    return replace(run, moe=models.figure(_is_moe))


def _scratch(inputs: Inputs) -> Run:
    params = np.maximum(scratch_params(inputs), min_useful_params(inputs))
    told = inputs.stated("model.target_params")
    if told.any():
        params = np.where(told, inputs.number("model.target_params"), params)
    optimal = flops.compute_optimal_tokens(params, inputs.constant("tokens_per_param"))
    text = effective_tokens(inputs)
    ceiling = params * inputs.constant("tokens_per_param.max")
    tokens = np.where(text >= optimal, np.minimum(text, ceiling), optimal)
    source = ("hoffmann-2022-chinchilla",)
    return _pretraining(inputs, params, params, tokens, "scratch", source)


def _pretraining(
    inputs: Inputs,
    params: Array,
    active: Array,
    tokens: Array,
    approach: str,
    source: tuple[str, ...],
    *,
    encoder: Flags = False,
) -> Run:
    seq_len = inputs.constant("pretraining.seq_len")
    attention = flops.attention_per_token(active, seq_len, causal=np.logical_not(encoder))
    work = flops.training(active, tokens, 6.0, attention)
    states = memory.states_gb(params, inputs.factor("memory.full_states"))
    repeats = 1 + inputs.factor(f"experiments.{approach}")
    cited = ("kaplan-2020-scaling", *source)
    return Run(params, active, False, encoder, tokens, work, repeats, states, cited)


def train(inputs: Inputs, approach: str, gpus: Column[Gpu]) -> Training | None:
    """Size the training of an approach on an accelerator.

    Args:
        inputs: Draws of one profile.
        approach: Id of the approach.
        gpus: Accelerator.

    Returns:
        None where nothing is trained on one's own or rented accelerators.
    """
    if approach in TUNED:
        return inputs.once((approach, gpus.kinds), lambda: _tuned(inputs, approach, gpus))
    run = plan_run(inputs, approach)
    return None if run is None else _then_tuned(inputs, _pretrained(inputs, approach, run, gpus))


def task_reading(inputs: Inputs, gpus: Column[Gpu]) -> Training:
    """The model to be tuned reads the task's own unlabelled text first, some times over.

    Source: Gururangan et al. 2020, section 4.
    """
    tokens = effective_tokens(inputs) * inputs.factor("task_reading.passes")
    run = _reading(inputs, models_of(inputs, "tune"), tokens)
    return _pretrained(inputs, "continued_pretrain", run, gpus)


def _tuned(inputs: Inputs, approach: str, gpus: Column[Gpu]) -> Training:
    """All runs of a tuning, one after another."""
    models = models_of(inputs, "tune")
    tokens, repeats = tuning_tokens(inputs), inputs.factor(f"tuning_runs.{approach}")
    run = tuning_run(inputs, approach, models, gpus, tokens)
    params, active = (sizes_of(inputs, models, active=some) for some in (False, True))
    for_memory = np.asarray(run.n_gpus, float)
    for_memory = for_memory if inputs.many else np.full_like(tokens, for_memory)
    hours = run.hours * repeats
    count, needed = _count(inputs, gpus, for_memory, hours)
    return Training(
        params=params if inputs.many else np.broadcast_to(params, tokens.shape),
        active=active if inputs.many else np.broadcast_to(active, tokens.shape),
        tokens=tokens,
        flops=run.flops * repeats,
        gpus=gpus,
        counts=count,
        gpu_hours=hours,
        repeats=repeats,
        wall_clock_days=throughput.days(hours, count),
        memory_gb=np.minimum(run.memory_gb, gpus.figure(_memory_gb)),
        min_gpus=needed,
        source=("fit-tuning", "fit-memory", *models.one.source),
    )


def _memory_gb(gpu: Gpu) -> float:
    return gpu.memory_gb


def _pretrained(inputs: Inputs, approach: str, run: Run, gpus: Column[Gpu]) -> Training:
    """All runs of a pretraining."""
    memory_gb, peak = gpus.figure(_memory_gb), gpus.figure(peak_tflops)
    alone = memory.activations_gb(
        run.params,
        inputs.factor("memory.tokens_per_gpu"),
        inputs.factor("memory.activations"),
    ) + inputs.factor("memory.overhead")
    # What does not fit is made to: shorter micro batches and checkpointing shrink activations.
    alone = np.minimum(alone, memory_gb / 2)
    for_memory = memory.min_gpus(run.states_gb, alone, memory_gb, inputs.factor("memory.usable"))
    first = throughput.gpu_hours(run.flops, peak, _utilisation(inputs, run, gpus, for_memory))
    count, needed = _count(inputs, gpus, for_memory, first * run.repeats)
    side_by_side = count if inputs.many else count + np.zeros_like(first)
    final = throughput.gpu_hours(run.flops, peak, _utilisation(inputs, run, gpus, side_by_side))
    hours = final * run.repeats
    return Training(
        params=run.params,
        active=run.active,
        tokens=run.tokens,
        flops=run.flops * run.repeats,
        gpus=gpus,
        counts=count,
        gpu_hours=hours,
        repeats=run.repeats,
        wall_clock_days=throughput.days(hours, count),
        # Micro batches are made as small as the card asks for.
        memory_gb=np.minimum(
            memory.per_gpu_gb(run.states_gb, count, alone, 0.0),
            memory_gb * inputs.constant("memory.usable"),
        ),
        min_gpus=needed,
        source=run.source,
    )


def _then_tuned(inputs: Inputs, base: Training) -> Training:
    """Pretraining with the tuning that must follow it, at the size of the pretrained model."""
    tuned = train(inputs, "full_finetune", base.gpus)
    assert tuned is not None  # noqa: S101 tuning always trains
    size = base.active / tuned.active
    hours = base.gpu_hours + tuned.gpu_hours * size
    return replace(
        base,
        flops=base.flops + tuned.flops * size,
        gpu_hours=hours,
        wall_clock_days=throughput.days(hours, base.counts),
    )


def _utilisation(inputs: Inputs, run: Run, gpus: Column[Gpu], n_gpus: Array) -> Array:
    return whole_run_utilisation(
        inputs.knowledge.fitted,
        inputs.draws.normal("efficiency"),
        run.params,
        n_gpus,
        Cards(gpus.figure(_memory_gb), gpus.figure(lambda gpu: gpu.mfu_class)),
        inputs.days.figure(year_of),
        moe=run.moe,
        encoder=run.encoder,
    )


def _count(
    inputs: Inputs, gpus: Column[Gpu], for_memory: Array, hours: Array
) -> tuple[Array, Array]:
    """Accelerators that are taken, one count for all draws, and those needed draw by draw.

    Needed are those that hold it and meet the deadline; more are taken, up to those to be had, for
    a run to be over in the usual time: the hours are about the same.
    """
    known = inputs.stated("time.deadline")
    deadline, within = inputs.once("days to train in", lambda: _days_for(inputs))
    usual_hours = middle_of(inputs, hours)
    wanted = np.maximum(for_memory, throughput.gpus_for(usual_hours, within))
    in_time = np.maximum(for_memory, throughput.gpus_for(usual_hours, deadline))
    needed = np.where(known, in_time, for_memory)
    least = np.maximum(np.ceil(middle(for_memory)), 1.0)
    most = inputs.once("most gpus", lambda: inputs.map("compute.max_gpus", middle))
    most = np.maximum(most, least)
    count = np.ceil(middle(wanted))
    count = np.where(inputs.stated("compute.max_gpus"), np.minimum(count, most), count)
    if uses_owned(inputs, gpus.one):
        count = np.minimum(count, np.maximum(count_owned(inputs), least))
    return count, needed


def _days_for(inputs: Inputs) -> tuple[Array, Array]:
    """Days that a training has until the deadline, and in which it is planned to be over."""
    deadline = inputs.number("time.deadline") * inputs.constant("deadline_share")
    known, usual = inputs.stated("time.deadline"), inputs.constant("planning_days")
    return deadline, np.where(known, np.minimum(deadline, usual), usual)


def team_flops(inputs: Inputs) -> Array:
    """Training compute that a team of this experience can be expected to handle."""
    return inputs.by_word("team.experience", "team_flops")

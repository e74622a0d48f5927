"""A tuning in words: its multiplication, what was assumed, what to turn on, notes and sources."""

from collections.abc import Iterator, Mapping

from llmchoose.estimate.finetune.recipes import Finetune, find_stack
from llmchoose.estimate.finetune.remedies import Remedy
from llmchoose.estimate.finetune.workload import Workload, known_length, mean_length
from llmchoose.estimate.formulas.distributions import Array, median
from llmchoose.estimate.formulas.explain import Sign, Term, completed
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.formulas.tuning_memory import Recipe
from llmchoose.estimate.formulas.tuning_time import flops_per_token, utilisation
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import Price
from llmchoose.knowledge.tables import Gpu


def hours_terms(
    load: Workload,
    step_s: Mapping[str, float],
    tokens: float,
    epochs: float,
    hours: Array,
    constants: Mapping[str, float],
    gpu: Gpu,
    spread: str,
) -> tuple[Term, ...]:
    """The accelerator-hours as a multiplication, middle values.

    Args:
        load: The micro step that is timed.
        step_s: Its seconds by part, and in `total`.
        tokens: Real tokens of one pass; `epochs` the passes.
        epochs: Passes over the set.
        hours: Draws of what they come to.
        constants: The fitted `tuning.…` constants.
        gpu: Accelerator.
        spread: Id of the row that says how far unseen runs lie from the prediction.
    """
    flops = float(flops_per_token(load.model, load.recipe, load.lengths.span))
    reached = float(utilisation(load.card, constants))
    adapters = 1.0 if float(load.recipe.trained) else 1 / constants["tuning.adapter_share"]
    full = float(load.lengths.padded) * flops / (float(load.card.peak_flops) * reached) * adapters
    steady = step_s["total"] - step_s["recipe"]
    terms = (
        Term("tokens of one pass", tokens, "tokens", "request", ""),
        Term("passes", epochs, "", "request, or epochs"),
        Term(
            "padding",
            float(load.lengths.padded / load.lengths.real),
            "computed for each real token",
            "tuning.padding",
        ),
        Term("FLOPs a computed token", flops, "FLOPs", "kaplan-2020-scaling"),
        Term("dense peak", float(load.card.peak_flops), "FLOP/s", gpu.id, "/"),
        Term("utilisation of full batches", reached, "", "tuning.utilisation", "/"),
        *_unless_one("adapters", adapters, "tuning.adapter_share"),
        Term(
            "launching, exchange, unpacking, steps",
            steady / full,
            "x full batches",
            "tuning.launch_ms, tuning.link_share, tuning.dequantisation_bytes",
        ),
        *_unless_one("slow recipe", step_s["total"] / steady, "tuning.slow_sharding"),
        Term("evaluation, saving, loading", constants["tuning.whole_run"], "", "tuning.whole_run"),
        Term("seconds an hour", SECONDS_PER_HOUR, "s", "definition", "/"),
        *_unless_one("measured over predicted speed, middle", constants[spread], spread, "/"),
    )
    return completed(terms, "GPU-hours", median(hours), "GPU-hours", spread)


def _unless_one(name: str, value: float, source: str, sign: Sign = "x") -> tuple[Term, ...]:
    return () if value == 1.0 else (Term(name, value, "x time", source, sign),)


def assumed(
    request: Finetune, recipe: Recipe, epochs: float, setting: Setting
) -> dict[str, object]:
    """The settings that the estimate is of, given or taken from the library's habits."""
    adapters = request.method in ("lora", "qlora")
    stack = find_stack(setting, request.stack)
    return {
        "stack": stack.id,
        "micro_batch": float(recipe.micro_batch),
        "seq_len": float(recipe.seq_len),
        "grad_checkpointing": bool(recipe.checkpointing),
        "flash_attention": bool(recipe.flash),
        "optimizer": request.optimizer or "adamw",
        **({"lora_rank": float(request.lora_rank or stack.lora_rank)} if adapters else {}),
        "epochs": epochs,
    }


def advice(fits: bool, mended: tuple[Remedy, ...], request: Finetune, gpu: Gpu) -> tuple[str, ...]:
    """What to turn on, one after another, until it fits."""
    if fits:
        return ()
    count = request.n_gpus or 1
    if not mended:
        return (f"nothing that can be turned on makes it fit on {count} x {gpu.name}",)
    return tuple(f"{one.says}: {one.peak_gb:.1f} GB" for one in mended)


def notes(
    setting: Setting,
    request: Finetune,
    recipe: Recipe,
    tokens: float | None,
    mended: bool,
    price: Price | None,
) -> Iterator[str]:
    """Sentences on what the figures rest on."""
    if mended:
        yield "time and cost are those of the run with the changes that make it fit"
    if tokens is None:
        yield "no data is given (--examples or --tokens): memory and speed alone"
    if request.examples and known_length(request, setting) is None:
        yield (
            f"examples of {mean_length(request, setting) or 0:.0f} tokens are assumed, and the "
            "band is wider for it: --tokens-per-example narrows it"
        )
    if float(recipe.slow_sharding) and float(recipe.weight_shards) > 1:
        slow = setting.knowledge.constants["tuning.slow_sharding"]
        name = find_stack(setting, request.stack).id
        yield (
            f"published full tunings with {name} on several cards, most of 2023, took {slow:.1f} "
            "times what their parts take; --stack torchtune, axolotl and others are reckoned "
            "without that"
        )
    if price is None:
        yield "no price is known for this plan: the cost is unknown, not zero"
    elif price.note:
        yield price.note


def sources(setting: Setting, price: Price | None) -> tuple[str, ...]:
    """Ids of what the figures rest on."""
    fitted = setting.knowledge.fitted
    spreads = (
        name
        for row in ("memory.spread", "tuning.spread.single", "tuning.spread.several")
        for name in fitted[row].source
    )
    used = ("kaplan-2020-scaling", "korthikanti-2022-activations", "rajbhandari-2019-zero")
    return tuple(dict.fromkeys((*used, *spreads, *(price.source if price else ()))))

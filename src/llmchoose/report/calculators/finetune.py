"""The tuning calculator's result, for a terminal and as JSON."""

import json
from dataclasses import asdict
from textwrap import fill
from typing import Any

from llmchoose.estimate.finetune.calculator import Finetuning
from llmchoose.estimate.formulas.distributions import Array, median
from llmchoose.estimate.formulas.throughput import HOURS_PER_DAY
from llmchoose.estimate.formulas.tuning_memory import ROOM
from llmchoose.quantity.short import short
from llmchoose.report.calculators.page import (
    WIDTH,
    Line,
    band_of,
    explained,
    foot,
    line,
    number,
    pairs,
    printed,
    table,
    terms_as_data,
)

MOST_LISTED, MOST_SPLIT = 8, 64
ITEMS = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimiser",
    "adapter": "adapters with their states",
    "activations": "activations",
    "logits": "logits",
    "buffers": "buffers and fragmentation",
}


def render_json(result: Finetuning) -> str:
    """The contract of `estimate finetune --format json`."""
    return json.dumps(as_dict(result), ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(result: Finetuning) -> dict[str, Any]:
    """The result as plain data."""
    return {
        "schema_version": 1,
        "inputs": _inputs(result),
        "flops": number(result.flops),
        "gpu": result.gpu.id if result.gpu else None,
        "n_gpus": result.n_gpus,
        "memory_gb_per_gpu": band_of(result.memory_gb_per_gpu),
        "memory_items": [
            {"item": name, "gb": number(gb)} for name, gb in result.memory_items.items()
        ],
        "fits": result.fits,
        "fits_safely": result.fits_safely,
        "fits_gpus": list(result.fits_gpus),
        "splits": [asdict(one) | {"memory_gb": number(one.memory_gb)} for one in result.splits],
        "step_ms": {name: number(1e3 * seconds) for name, seconds in result.step_s.items()},
        "tokens_per_s": band_of(result.tokens_per_s),
        "mfu": band_of(result.mfu),
        "gpu_hours": band_of(result.gpu_hours),
        "wall_clock_days": band_of(result.wall_clock_days),
        "cost_usd": band_of(result.cost_usd),
        "plans": [{"plan": name, "usd": band_of(usd)} for name, usd in result.plans.items()],
        "energy_kwh": band_of(result.energy_kwh),
        "tco2e": band_of(result.tco2e),
        "lower_bound": result.cost_usd is None,
        "managed": [
            {
                "provider": one.provider,
                "model": one.model,
                "usd": number(one.usd),
                "minimum_applied": one.minimum_applied,
                "hosting_usd_per_month": number(one.hosting_usd_per_month),
            }
            for one in result.managed
        ],
        "advice": list(result.advice),
        "explanation": terms_as_data(result.terms),
        "notes": list(result.notes),
        "sources": list(result.sources),
    }


def _inputs(result: Finetuning) -> dict[str, Any]:
    given = {key: value for key, value in asdict(result.request).items() if value is not None}
    taken = {"params": number(float(result.model.params)), "epochs": result.epochs}
    tokens = {} if result.tokens is None else {"tokens": number(result.tokens)}
    return {**given, **taken, **tokens, **result.assumed}


def render_terminal(result: Finetuning, *, explain: bool = False) -> str:
    """Memory by item, the verdict, then time and money with their bands."""
    lines = [_head(result), *_assumed(result), *_memory(result), *_time(result)]
    if explain:
        lines += explained(result.terms)
        steps = [(name, f"{1e3 * value:,.1f} ms") for name, value in result.step_s.items()]
        lines += pairs(steps, "A micro step on one accelerator")
    lines += _managed(result)
    lines += foot(result.notes, result.sources)
    return printed([*lines, ""])


def _head(result: Finetuning) -> str:
    size = f"{short(float(result.model.params))} parameters, {result.request.method}"
    passes = f" x {result.epochs:g} passes" if result.epochs != 1 else ""
    data = "" if result.tokens is None else f", {short(result.tokens)} tokens{passes}"
    where = f", {result.n_gpus:,} x {result.gpu.name}" if result.gpu else ""
    return size + data + where


def _assumed(result: Finetuning) -> list[str]:
    """The settings that the figures are of, in a sentence."""
    if result.gpu is None:
        return []
    found = result.assumed
    words = [
        f"micro batches of {found['micro_batch']:g} x {found['seq_len']:,.0f} tokens",
        "checkpointing" if found["grad_checkpointing"] else "no checkpointing",
        "flash attention" if found["flash_attention"] else "attention scores stored",
        f"rank {found['lora_rank']:g}" if "lora_rank" in found else "",
        str(found["optimizer"]),
    ]
    said = f"with {found['stack']}: {', '.join(word for word in words if word)}"
    return [fill(said, WIDTH, subsequent_indent="  ")]


def _memory(result: Finetuning) -> list[str]:
    if result.gpu is None:
        return []
    rows = [
        (ITEMS[name], f"{gb:8.2f} GB") for name, gb in result.memory_items.items() if gb >= 0.005
    ]
    lines = pairs(rows, "Memory of one accelerator")
    lines += ["", *table([line("peak, GB", result.memory_gb_per_gpu, ",.1f")])]
    lines += ["", fill(_verdict(result), WIDTH)]
    lines += [f"  {step}" for step in result.advice]
    if result.fits_gpus:
        more = len(result.fits_gpus) - MOST_LISTED
        tail = f" and {more} larger" if more > 0 else ""
        lines += pairs(
            [("the same run", ", ".join(result.fits_gpus[:MOST_LISTED]) + tail)], "Fits on"
        )
    splits = [
        (one.sharding, f"{one.n_gpus:,} x, {one.memory_gb:.1f} GB each")
        for one in result.splits
        if 1 < one.n_gpus <= MOST_SPLIT
    ]
    return lines + pairs(splits, f"Fewest {result.gpu.name} for each way of splitting")


def _verdict(result: Finetuning) -> str:
    assert result.gpu is not None  # noqa: S101 only asked where there is one
    room = f"the {ROOM * result.gpu.memory_gb:.1f} GB that a job may fill of {result.gpu.name}"
    if result.fits_safely:
        return f"fits in {room}, even at p90"
    if result.fits:
        return (
            f"fits in {room}, but not safely: not at p90 with attention scores stored "
            "(--flash-attention says that they are not)"
        )
    return f"does not fit in {room}" + ("; it does with" if result.advice else "")


def _time(result: Finetuning) -> list[str]:
    if result.tokens_per_s is None:
        return []
    rows = [line("real tokens/s, all accelerators", result.tokens_per_s, ",.0f")]
    rows += [line("MFU on real tokens", result.mfu, ".1%")]
    if result.gpu_hours is not None:
        rows += [
            line("GPU-hours", result.gpu_hours, ",.2f"),
            _wall_clock(result.wall_clock_days),
            line("dollars a GPU-hour", None if result.price is None else result.price.usd, ",.2f"),
            *(
                line(f"cost ({name})", usd, "$")
                for name, usd in result.plans.items()
                if usd is not None
            ),
            line("energy, kWh", result.energy_kwh, ",.1f"),
            line("emissions, tCO2e", result.tco2e, ",.4f"),
        ]
    return ["", *table(rows)]


def _wall_clock(days: Array | None) -> Line:
    if days is None or median(days) >= 1:
        return line("wall-clock days", days, ",.1f")
    return line("wall-clock hours", days * HOURS_PER_DAY, ",.2f")


def _managed(result: Finetuning) -> list[str]:
    rows = [
        (
            f"{one.provider}, {one.model}",
            ("unknown" if one.usd is None else f"${short(one.usd)}")
            + (" (the minimum)" if one.minimum_applied else "")
            + (
                f", hosting ${short(one.hosting_usd_per_month)} a month"
                if one.hosting_usd_per_month
                else ""
            ),
        )
        for one in result.managed[:MOST_LISTED]
    ]
    return pairs(rows, "At a provider, training alone")

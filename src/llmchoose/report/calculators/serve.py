"""The serving calculator's result, for a terminal and as JSON."""

import json
from dataclasses import asdict
from textwrap import wrap
from typing import Any

import numpy as np

from llmchoose.estimate.formulas.distributions import median
from llmchoose.estimate.formulas.throughput import SECONDS_PER_DAY
from llmchoose.estimate.serve.rivals import Rival
from llmchoose.estimate.serve.service import DeploymentEstimate, Energy, Money
from llmchoose.quantity.short import short
from llmchoose.report.calculators.page import (
    WIDTH,
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

TARGETS = {"ttft": "first token", "tpot": "between tokens"}


def render_json(result: DeploymentEstimate) -> str:
    """The contract of `estimate serve --format json`."""
    return json.dumps(as_dict(result), ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(result: DeploymentEstimate) -> dict[str, Any]:
    """The result as plain data."""
    layout = result.deployment.layout
    return {
        "schema_version": 1,
        "inputs": {
            key: value for key, value in asdict(result.service).items() if value is not None
        },
        "gpu": result.gpu.id,
        "n_gpus": result.n_gpus,
        "layout": {
            "tensor_parallel": int(np.max(layout.tensor)),
            "pipeline_parallel": int(np.max(layout.pipeline)),
            "expert_parallel": bool(np.any(layout.expert)),
        },
        "memory_gb_per_gpu": band_of(result.memory_gb_per_gpu),
        "memory_items": [
            {"item": name, "gb": number(gb)} for name, gb in result.memory_items.items()
        ],
        "max_concurrency": result.max_concurrency,
        "concurrency": result.concurrency,
        "requests_per_s": band_of(result.requests_per_s),
        "output_tokens_per_s": band_of(result.output_tokens_per_s),
        "total_tokens_per_s": band_of(result.total_tokens_per_s),
        "ttft_ms": band_of(result.ttft_ms),
        "tpot_ms": band_of(result.tpot_ms),
        "replicas": result.replicas,
        **_money(result.money),
        "lower_bound": result.lower_bound,
        "energy": _energy(result.energy),
        "break_even_utilisation": {"api": _even(result.api), "hosted": _even(result.hosted)},
        "rivals": {"api": _rival(result.api), "hosted": _rival(result.hosted)},
        "meets": dict(result.meets),
        "step_ms": {name: number(value) for name, value in result.step_ms.items()},
        "explanation": terms_as_data(result.terms),
        "advice": list(result.advice),
        "notes": list(result.notes),
        "sources": list(result.sources),
    }


def _money(money: Money | None) -> dict[str, Any]:
    def band(name: str) -> dict[str, float] | None:
        return None if money is None else band_of(getattr(money, name))

    return {
        "usd_per_hour": band("usd_per_hour"),
        "usd_per_million_output_tokens": band("usd_per_million_output"),
        "usd_per_million_by_time": {
            "input": band("usd_per_million_read"),
            "output": band("usd_per_million_written"),
        },
        "monthly_usd": band("monthly_usd"),
    }


def _energy(found: Energy | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "kwh_per_million_output_tokens": band_of(found.kwh_per_million_output),
        "kwh_per_month": band_of(found.kwh_per_month),
        "tco2e_per_month": band_of(found.tco2e_per_month),
    }


def _even(rival: Rival | None) -> float | None:
    found = None if rival is None else rival.break_even
    return number(found) if found is not None and np.isfinite(found) else None


def _rival(rival: Rival | None) -> dict[str, Any] | None:
    if rival is None:
        return None
    return {
        "model": rival.name,
        "provider": rival.provider,
        "usd_per_request": number(rival.usd_per_request),
    }


def render_terminal(result: DeploymentEstimate, explain: bool = False) -> str:
    """What it serves, how fast, in which memory and for how much, then what else would do."""
    lines = [*_head(result), "", *table(_rows(result)), *_memory(result)]
    lines += pairs(_targets(result), "Latency asked for")
    lines += pairs(_rivals(result), "Cheaper than others from")
    if explain:
        lines += explained(result.terms)
        steps = [(name, f"{value:8.2f} ms") for name, value in result.step_ms.items()]
        lines += pairs(steps, "One step of decoding")
    lines += pairs([("-", text) for text in result.advice], "Worth a look")
    return printed([*lines, *foot(result.notes, result.sources), ""])


def _head(result: DeploymentEstimate) -> list[str]:
    service, layout = result.service, result.deployment.layout
    shared = "experts over all" if np.any(layout.expert) else f"tensor {int(np.max(layout.tensor))}"
    stages = int(np.max(layout.pipeline))
    split = f" ({shared}{f', pipeline {stages}' if stages > 1 else ''})" * (result.n_gpus > 1)
    copies = f"{result.replicas:,} x " if result.replicas > 1 else ""
    said = (
        f"{short(service.params or 0)} parameters in {service.precision}, {service.engine}, "
        f"{copies}{result.n_gpus:,} x {result.gpu.name}{split}",
        f"{service.input_len:,.0f} tokens in, {service.output_len:,.0f} out; "
        f"{result.concurrency:,} requests at once on a copy, memory holds "
        f"{result.max_concurrency:,}",
    )
    return [part for text in said for part in wrap(text, WIDTH, subsequent_indent="  ")]


def _rows(result: DeploymentEstimate) -> list[tuple[str, str, str, str]]:
    return [
        line("output tokens/s", result.output_tokens_per_s, ",.0f"),
        line("input and output tokens/s", result.total_tokens_per_s, ",.0f"),
        line("requests/s", result.requests_per_s, ",.2f"),
        line("first token, ms", result.ttft_ms, ",.0f"),
        line("between tokens, ms", result.tpot_ms, ",.1f"),
        *_priced(result.money, result.service.plan),
        *_powered(result.energy),
    ]


def _priced(money: Money | None, plan: str) -> list[tuple[str, str, str, str]]:
    if money is None:
        return [line("per million output tokens", None, "$"), line(f"a month ({plan})", None, "$")]
    return [
        line("per million output tokens", money.usd_per_million_output, "$"),
        line("  by time: a million read", money.usd_per_million_read, "$"),
        line("  by time: a million written", money.usd_per_million_written, "$"),
        line(f"a month ({plan})", money.monthly_usd, "$"),
    ]


def _powered(energy: Energy | None) -> list[tuple[str, str, str, str]]:
    if energy is None:
        return [line("kWh per million output tokens", None, "")]
    return [
        line("kWh per million output tokens", energy.kwh_per_million_output, ",.3g"),
        line("tCO2e a month", energy.tco2e_per_month, ",.2f"),
    ]


def _memory(result: DeploymentEstimate) -> list[str]:
    rows = [(name, f"{gb:8.1f} GB") for name, gb in result.memory_items.items()]
    return pairs(rows, f"Memory of one accelerator ({result.gpu.memory_gb:g} GiB)")


def _targets(result: DeploymentEstimate) -> list[tuple[str, str]]:
    return [
        (TARGETS[name], "kept" if kept else "missed")
        for name, kept in result.meets.items()
        if kept is not None
    ]


def _against(result: DeploymentEstimate, rival: Rival, share: float) -> str:
    """From which use on one's own copies are the cheaper way, in requests a day."""
    most = median(result.requests_per_s) * SECONDS_PER_DAY
    asks = f"which asks ${short(1e3 * rival.usd_per_request)} for a thousand requests"
    if share > 1:
        return f"never: even at full use they cost more, {asks}"
    return f"{share:.0%} of full use, {short(share * most)} requests a day; {asks}"


def _rivals(result: DeploymentEstimate) -> list[tuple[str, str]]:
    return [
        (rival.name, _against(result, rival, rival.break_even))
        for rival in (result.api, result.hosted)
        if rival is not None and rival.break_even is not None
    ]

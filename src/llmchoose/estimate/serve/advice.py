"""What would serve better, and what would hold a model that does not fit."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from llmchoose.estimate.formulas.replica import Deployment, Layout
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import on_sale
from llmchoose.estimate.serve.hosting import GIB, bytes_per_param, capacity, holds, laid_out
from llmchoose.knowledge.tables import Gpu

# Less than this is within what nobody can tell apart.
WORTH_SAYING = 1.15
NARROWER = ("fp8", "int4")
MOST_CARDS = 4096


def advice(
    setting: Setting,
    copy: Deployment,
    gpu: Gpu,
    n_gpus: int,
    batch: int,
    meets: Mapping[str, bool | None],
    precision: str,
) -> tuple[str, ...]:
    """Sentences on what would serve more, or keep the latency asked for."""
    said = []
    late = [name for name, kept in meets.items() if kept is False]
    if late:
        said.append(
            f"even one request at a time misses the {' and '.join(late)} asked for: take more or "
            "faster accelerators for a copy, a narrower format, or a smaller model"
        )
    if batch > 1:
        said += [*_copies(setting, copy, gpu, n_gpus), *_narrower(setting, copy, gpu, precision)]
    return tuple(said)


def _copies(setting: Setting, copy: Deployment, gpu: Gpu, n_gpus: int) -> list[str]:
    """Whether several copies on fewer accelerators each would serve more."""
    constants = setting.knowledge.constants
    one = replace(copy, layout=Layout(1.0, 1.0))
    best, serves = 1, capacity(copy, constants)
    for several in range(2, n_gpus + 1):
        if n_gpus % several == 0:
            other = laid_out(one, gpu, n_gpus // several, constants)
            found = 0.0 if other is None else several * capacity(other, constants)
            if found > serves:
                best, serves = several, found
    gain = serves / capacity(copy, constants)
    if gain < WORTH_SAYING:
        return []
    each = n_gpus // best
    return [
        f"{best} copies on {each} x {gpu.name} each would serve about {gain:.1f} times as much, "
        "with slower answers"
    ]


def _narrower(setting: Setting, copy: Deployment, gpu: Gpu, precision: str) -> list[str]:
    """Whether 8-bit weights, which the accelerator multiplies twice as fast, would serve more."""
    if precision not in ("bf16", "fp16") or not gpu.fp8_tflops:
        return []
    constants = setting.knowledge.constants
    card = replace(copy.card, peak=gpu.fp8_tflops * 1e12)
    other = replace(copy, card=card, bytes_per_param=bytes_per_param(setting, copy.model, "fp8"))
    gain = capacity(other, constants) / capacity(copy, constants)
    if gain < WORTH_SAYING:
        return []
    return [f"weights in fp8 would serve about {gain:.1f} times as much; measure what they lose"]


def what_would_hold(
    setting: Setting, one: Deployment, gpu: Gpu, n_gpus: int, precision: str
) -> str:
    """A sentence on why the accelerators do not hold the model, and what would."""
    weights = float(np.asarray(one.model.params)) * float(np.asarray(one.bytes_per_param)) / 1e9
    ways = [*_more_cards(one, gpu), *_fewer_bytes(setting, one, n_gpus, precision)]
    ways += _other_cards(setting, one, n_gpus)
    would = f": take {', or '.join(ways)}" if ways else ""
    return (
        f"{n_gpus} x {gpu.name} hold {n_gpus * gpu.memory_gb:,.0f} GB; {weights:,.0f} GB of "
        f"weights in {precision} and the cache of one request do not fit{would}"
    )


def _spread(one: Deployment, count: int) -> Deployment:
    return replace(one, layout=Layout(float(count), 1.0))


def _more_cards(one: Deployment, gpu: Gpu) -> list[str]:
    counts = (2**power for power in range(int(np.log2(MOST_CARDS)) + 1))
    enough = next((count for count in counts if holds(_spread(one, count))), None)
    return [] if enough is None else [f"{enough} x {gpu.name}"]


def _fewer_bytes(setting: Setting, one: Deployment, n_gpus: int, precision: str) -> list[str]:
    for narrow in NARROWER:
        each = bytes_per_param(setting, one.model, narrow)
        less = each < float(np.asarray(one.bytes_per_param)) and narrow != precision
        if less and holds(_spread(replace(one, bytes_per_param=each), n_gpus)):
            return [f"--precision {narrow}"]
    return []


def _other_cards(setting: Setting, one: Deployment, n_gpus: int) -> list[str]:
    """The smallest accelerators of the day that hold it in the same number."""
    rows = sorted(
        (row for row in setting.knowledge.gpus if on_sale(row, setting.day) and row.form == "SXM"),
        key=lambda row: (row.memory_gb, row.id),
    )
    held = [
        row
        for row in rows
        if holds(_spread(replace(one, card=replace(one.card, memory=row.memory_gb * GIB)), n_gpus))
    ]
    return [f"{n_gpus} x {held[0].name}"] if held else []

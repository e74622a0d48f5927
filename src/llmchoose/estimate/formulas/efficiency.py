"""The efficiency of pretraining: useful FLOPs over the dense peak, over a whole run.

Constants are fitted to published runs (fitted.csv, ids `pretraining.…`); the fit and the estimate
run the same formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array, three_point
from llmchoose.estimate.formulas.throughput import SECONDS_PER_DAY

Flags = bool | NDArray[np.bool_]
Constants = Mapping[str, float]
OWN = "pretraining."
CLASSES = f"{OWN}class."


@dataclass(frozen=True)
class Conditions:
    """What the efficiency of a run depends on. Figures of any shapes that broadcast.

    Attributes:
        params: All parameters, a mixture's idle experts too.
        n_gpus: Accelerators side by side.
        memory_gb: Memory of one.
        gpu_class: Word for their kind, as in the ids `pretraining.class.…`.
        year: Decimal year of the run.
        moe: Only some of the weights work on a token.
        encoder: Attention looks both ways.
        fp8: Matrices are multiplied in 8 bit; the peak counted against stays that of 16 bit.
    """

    params: Array | float
    n_gpus: Array | float
    memory_gb: Array | float
    gpu_class: str | NDArray[np.str_]
    year: Array | float
    moe: Flags = False
    encoder: Flags = False
    fp8: Flags = False


class Row(Protocol):
    """A fitted constant with its band."""

    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float | None: ...  # noqa: D102
    @property
    def high(self) -> float | None: ...  # noqa: D102


class Card(Protocol):
    """What of an accelerator the efficiency depends on."""

    @property
    def memory_gb(self) -> Array | float: ...  # noqa: D102
    @property
    def mfu_class(self) -> str | NDArray[np.str_]: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Cards:
    """Accelerators of several runs; figures of one shape."""

    memory_gb: Array | float
    mfu_class: str | NDArray[np.str_]


def factors(at: Conditions, constants: Constants) -> dict[str, Array]:
    """The factors whose product is the utilisation of a whole run, by the id of their row.

    base x (parameters per accelerator) ^ a x (memory of a card) ^ b x kind of accelerator x few of
    them x software before flash attention x mixture x encoder x fp8.

    Args:
        at: The run's conditions.
        constants: Values by id.

    Source: fitted to published runs by scripts/fit.py; form chosen on errors of families that the
        fit has not seen (docs/estimates.md).
    """

    def value(name: str) -> float:
        return constants[f"{OWN}{name}"]

    def power(name: str, given: Array | float) -> Array:
        inside = np.clip(given, value(f"{name}.min"), value(f"{name}.max"))
        return np.asarray((inside / value(f"{name}.reference")) ** value(f"{name}.exponent"))

    def where(flag: Flags, name: str) -> Array:
        return np.where(flag, value(name), 1.0)

    old = np.asarray(at.year) < value("before_flash_attention.until")
    kernels = _by_class(at.gpu_class, f"{OWN}flash_attention.", constants) > 0
    each = np.asarray(at.params, float) / at.n_gpus
    found = {
        "mfu_base": np.asarray(value("mfu_base")),
        "params_per_gpu": power("params_per_gpu", each),
        "card_memory": power("card_memory", at.memory_gb),
        "class": _by_class(at.gpu_class, CLASSES, constants),
        "few_accelerators": where(
            np.asarray(at.n_gpus) <= value("few_accelerators.most"), "few_accelerators"
        ),
        "before_flash_attention": where(old & kernels, "before_flash_attention"),
        "moe": where(at.moe, "moe"),
        "encoder": where(at.encoder, "encoder"),
        "fp8": where(at.fp8, "fp8"),
    }
    return {f"{OWN}{name}": factor for name, factor in found.items()}


def _by_class(words: str | NDArray[np.str_], prefix: str, constants: Constants) -> Array:
    given = np.asarray(words)
    found = [constants.get(f"{prefix}{word}", np.nan) for word in given.ravel()]
    return np.array(found, float).reshape(given.shape)


def utilisation(at: Conditions, constants: Constants) -> Array:
    """Useful FLOPs over the dense peak of 16 bit, over a whole run with restarts and waiting.

    Args:
        at: The run's conditions.
        constants: Values by id.

    Source: product of `factors`.
    """
    found = factors(at, constants)
    # What differs from draw to draw comes last: all else is one figure for each run.
    drawn = found.pop(f"{OWN}params_per_gpu")
    return np.asarray(reduce(np.multiply, found.values()) * drawn)


def whole_run_utilisation(
    fitted: Mapping[str, Row],
    z: Array,
    params: Array,
    n_gpus: Array,
    gpu: Card,
    year: Array | float,
    *,
    moe: Flags = False,
    encoder: Flags = False,
) -> Array:
    """Draws of the utilisation of a whole run, restarts and waiting included.

    Args:
        fitted: Constants by id, with their bands.
        z: Normal scores, sample axis last.
        params: All parameters.
        n_gpus: Accelerators side by side.
        gpu: Accelerator.
        year: Decimal year of the run.
        moe: Whether only some of the weights work on a token.
        encoder: Whether attention looks both ways.

    Returns:
        Fractions of the dense peak, at most the highest that was published.

    Source: `utilisation`; spread on families left out of the fit.
    """
    at = Conditions(params, n_gpus, gpu.memory_gb, gpu.mfu_class, year, moe, encoder)
    constants = {name: row.value for name, row in fitted.items()}
    spread = fitted[f"{OWN}spread"]
    low, high = spread.low or spread.value, spread.high or spread.value
    hours = three_point(-z, low, spread.value, high, "log")
    return np.asarray(np.minimum(utilisation(at, constants) / hours, constants[f"{OWN}mfu_max"]))


def assumed_count(
    flops: Array | float, peak_tflops: Array | float, days: float, constants: Constants
) -> Array:
    """Accelerators of a run whose count is not known: those that finish it in `days`.

    Args:
        flops: Floating-point operations of the run.
        peak_tflops: Dense peak of one accelerator, TFLOP/s.
        days: Usual length of a run.
        constants: Values by id.

    Returns:
        Whole nodes of eight, at least one.
    """
    speed = np.asarray(peak_tflops) * 1e12 * constants[f"{OWN}assumed_mfu"]
    node = constants[f"{OWN}assumed_node"]
    nodes = np.asarray(flops) / (speed * days * SECONDS_PER_DAY * node)
    return np.asarray(np.maximum(np.ceil(nodes), 1.0) * node)

"""The model of pretraining efficiency: useful FLOPs over dense peak, over a whole run.

Its constants are fitted to published runs by `scripts/fit_efficiency.py`; the formula is written
out at the head of that script.
"""

from collections.abc import Mapping

import numpy as np

from llmchoose.estimate.distributions import Array, Draws, three_point
from llmchoose.knowledge.tables import Fitted, Gpu


def whole_run_utilisation(
    fitted: Mapping[str, Fitted],
    z: Array,
    params: Array,
    n_gpus: Array,
    gpu: Gpu,
    year: float,
    *,
    moe: bool = False,
    encoder: bool = False,
) -> Array:
    """Draws of the utilisation of a whole run, restarts and waiting included.

    Args:
        fitted: Constants by id.
        z: Normal scores, sample axis last.
        params: Active parameters.
        n_gpus: Accelerators side by side.
        gpu: Accelerator; its `mfu_class` names a factor.
        year: Decimal year of the run.
        moe: Whether only some of the weights work on a token.
        encoder: Whether attention looks both ways.

    Returns:
        Fractions of the dense peak, at most the highest that was published.

    Source: fitted to published runs, errors on families left out of the fit; see the script.
    """

    def value(name: str) -> float:
        return fitted[f"pretraining.{name}"].value

    def within(name: str, given: Array | float) -> Array:
        return np.clip(given, value(f"{name}_min"), value(f"{name}_max"))

    size = within("size", np.asarray(params) / 1e9) / value("size_reference")
    count = within("count", n_gpus)
    few = np.where(count <= value("few_accelerators.most"), value("few_accelerators"), 1.0)
    growth = value("year_growth") ** (within("year", year) - value("year_reference"))
    early = value("before_flash_attention") if year < value("before_flash_attention.until") else 1.0
    middle = (
        value("mfu_base")
        * size ** value("size_exponent")
        * (count / value("count_reference")) ** value("count_exponent")
        * few
        * growth
        * early
        * value(f"mfu_factor.{gpu.mfu_class}")
        * (value("mfu_factor.moe") if moe else 1.0)
        * (value("mfu_factor.encoder") if encoder else 1.0)
    )
    return np.asarray(np.minimum(middle * _spread(fitted, z), value("mfu_max")))


def goodput(fitted: Mapping[str, Fitted], draws: Draws) -> Array:
    """Draws of whole-run utilisation over that while running, as papers report it."""
    row = fitted["pretraining.goodput"]
    return three_point(
        draws.normal("goodput"), row.low or row.value, row.value, row.high or row.value, "logit"
    )


def _spread(fitted: Mapping[str, Fitted], z: Array) -> Array:
    """Draws of predicted over measured hours, on families that the fit has not seen."""
    row = fitted["pretraining.spread"]
    return 1 / three_point(-z, row.low or row.value, row.value, row.high or row.value, "log")

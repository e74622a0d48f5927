"""From FLOPs to accelerator-hours and days."""

import numpy as np

from llmchoose.estimate.formulas.distributions import Array

SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24.0
SECONDS_PER_DAY = SECONDS_PER_HOUR * HOURS_PER_DAY


def smooth_roofline(one: Array, other: Array) -> Array:
    """Time of two things that overlap: near the longer, and more where they are alike.

    The root of the summed squares; NumPy's own guards against overflow at many times the time.
    """
    return np.asarray(np.sqrt(one * one + other * other))


def gpu_hours(flops: Array, peak_tflops: Array | float, utilisation: Array | float) -> Array:
    """Accelerator-hours of a run.

    Args:
        flops: Floating-point operations of the run.
        peak_tflops: Dense peak of one accelerator in the precision used, TFLOP/s.
        utilisation: Useful FLOPs over peak, over the whole run.

    Raises:
        ValueError: The utilisation is above 1: no hardware beats its own peak.

    Source: Chowdhery et al. 2022 (PaLM), appendix B, for model FLOPs utilisation.
    """
    if np.any(np.asarray(utilisation) > 1):
        raise ValueError("a utilisation above 1 would beat the hardware's peak")
    return np.asarray(flops / (utilisation * (peak_tflops * 1e12 * SECONDS_PER_HOUR)), float)


def days(hours: Array, n_gpus: Array | float) -> Array:
    """Wall-clock days when the accelerator-hours run on `n_gpus` side by side."""
    return np.asarray(hours / (n_gpus * HOURS_PER_DAY), float)


def gpus_for(hours: Array, within_days: Array | float) -> Array:
    """Accelerators that finish `hours` of work within a time, at least one."""
    return np.maximum(np.ceil(hours / (np.asarray(within_days, float) * HOURS_PER_DAY)), 1.0)

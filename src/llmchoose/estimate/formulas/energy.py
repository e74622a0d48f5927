"""Energy and emissions of accelerator-hours."""

import numpy as np

from llmchoose.estimate.formulas.distributions import Array


def energy_kwh(
    gpu_hours: Array,
    tdp_w: Array | float,
    draw: Array | float,
    host: Array | float,
    pue: Array | float,
) -> Array:
    """Energy at the meter of the data centre.

    Args:
        gpu_hours: Accelerator-hours.
        tdp_w: Rated power of one accelerator, W.
        draw: Mean power over rated power.
        host: Power of the server over that of its accelerators.
        pue: Power of the data centre over that of its servers.

    Source: Patterson et al. 2021, section 2.
    """
    # What hardly varies first: arrays of a block are large.
    kw = (draw * host) * (tdp_w * pue / 1000)
    return np.asarray(gpu_hours * kw, float)


def tco2e(energy: Array, grid_gco2e_per_kwh: Array | float) -> Array:
    """Emissions in tonnes of CO2 equivalent: kWh x g/kWh / 10^6."""
    return np.asarray(energy * (grid_gco2e_per_kwh / 1e6), float)

"""Money: renting, buying and owning accelerators; tokens by the million."""

import numpy as np

from llmchoose.estimate.distributions import Array

HOURS_PER_YEAR = 24 * 365.0
MONTHS_PER_YEAR = 12.0


def rent_usd(gpu_hours: Array, usd_per_gpu_hour: Array) -> Array:
    """Accelerator-hours at a price an hour, host included."""
    return np.asarray(gpu_hours * usd_per_gpu_hour, float)


def purchase_usd(
    n_gpus: Array, usd_per_gpu: Array, server_multiplier: Array, network_share: Array
) -> Array:
    """Price of a cluster: cards, the servers round them, and the network between."""
    return np.asarray(n_gpus * usd_per_gpu * server_multiplier * (1 + network_share), float)


def owned_usd_per_hour(
    usd_per_gpu: Array,
    life_years: Array,
    utilisation: Array,
    kw: Array,
    usd_per_kwh: Array | float,
    hosting_usd_per_kw_month: Array,
) -> Array:
    """What an hour of paid work costs on a cluster of one's own.

    Args:
        usd_per_gpu: Purchase price for one accelerator, its share of server and network included.
        life_years: Years until it is written off.
        utilisation: Share of all hours with paid work.
        kw: Power of one accelerator with its share of the host and the cooling, kW.
        usd_per_kwh: Price of power.
        hosting_usd_per_kw_month: Space and power delivery.
    """
    fixed = usd_per_gpu / life_years / HOURS_PER_YEAR
    hosting = hosting_usd_per_kw_month * kw * MONTHS_PER_YEAR / HOURS_PER_YEAR
    return np.asarray((fixed + hosting) / utilisation + kw * usd_per_kwh, float)


def token_usd(
    input_tokens: Array, output_tokens: Array, input_usd_per_m: Array, output_usd_per_m: Array
) -> Array:
    """Cost of one request by its tokens."""
    return np.asarray(
        (input_tokens * input_usd_per_m + output_tokens * output_usd_per_m) / 1e6, float
    )

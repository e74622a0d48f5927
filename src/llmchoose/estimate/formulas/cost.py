"""Money: renting, buying and owning accelerators; tokens by the million; where they break even.

A break-even that cannot be reached is infinite: the dearer way never pays, however much is used.
"""

import numpy as np

from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR

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
    idle = idle_usd_per_hour(usd_per_gpu, life_years, kw, hosting_usd_per_kw_month)
    return np.asarray(idle / utilisation + kw * usd_per_kwh, float)


def idle_usd_per_hour(
    usd_per_gpu: Array, life_years: Array, kw: Array, hosting_usd_per_kw_month: Array
) -> Array:
    """What an hour of an owned accelerator costs whether it works or not: the card and its space.

    Args:
        usd_per_gpu: Purchase price for one accelerator, its share of server and network included.
        life_years: Years until it is written off, in a straight line.
        kw: Power of one accelerator with its share of the host and the cooling, kW.
        hosting_usd_per_kw_month: Space and power delivery.
    """
    card = usd_per_gpu / life_years / HOURS_PER_YEAR
    return np.asarray(card + hosting_usd_per_kw_month * kw * MONTHS_PER_YEAR / HOURS_PER_YEAR)


def owning_break_even(idle_usd: Array, power_usd: Array, rent_usd_per_hour: Array) -> Array:
    """Share of its life that an accelerator must work for an owned hour to cost a rented one.

    Setting idle / u + power equal to rent gives u = idle / (rent - power). Above 1 no use of one
    accelerator pays it back within its life; infinite where its power alone costs the rent.

    Args:
        idle_usd: Cost of an hour whether it works or not (`idle_usd_per_hour`).
        power_usd: Power of an hour of work.
        rent_usd_per_hour: Price of a rented hour, host included.
    """
    return _ratio(idle_usd, rent_usd_per_hour - power_usd)


def hours_of_use(utilisation: Array, life_years: Array) -> Array:
    """Hours of work in an accelerator's life at a utilisation of it."""
    return np.asarray(utilisation * life_years * HOURS_PER_YEAR, float)


def commitment_break_even(committed_usd_per_hour: Array, on_demand_usd_per_hour: Array) -> Array:
    """Share of a reserved term that must be used for it to cost no more than paying by the hour.

    A reservation is paid whether it is used or not, so u = committed / on demand; above 1 it never
    pays.
    """
    return _ratio(committed_usd_per_hour, on_demand_usd_per_hour)


def serving_break_even_tokens(
    own_usd_per_month: Array, own_usd_per_m: Array | float, api_usd_per_m: Array
) -> Array:
    """Tokens a month from which serving on one's own costs no more than an API.

    Setting own + t x own_per_m / 10^6 equal to t x api / 10^6 gives t. Input and output are taken
    in the mix that both prices are for. It says nothing of whether the hardware can deliver them.

    Args:
        own_usd_per_month: What one's own serving costs however much it serves: rent, people.
        own_usd_per_m: What a million tokens cost on top of that, such as power; often nothing.
        api_usd_per_m: The API's price a million tokens.
    """
    return 1e6 * _ratio(own_usd_per_month, api_usd_per_m - own_usd_per_m)


def serving_break_even_utilisation(
    own_usd_per_hour: Array, tokens_per_s: Array, api_usd_per_m: Array
) -> Array:
    """Share of its capacity that one's own serving must be used at to cost no more than an API.

    Args:
        own_usd_per_hour: What the deployment costs an hour, busy or idle.
        tokens_per_s: What it delivers when it is full, counted as the API's price counts them.
        api_usd_per_m: The API's price a million tokens.
    """
    return _ratio(own_usd_per_hour, tokens_per_s * SECONDS_PER_HOUR * api_usd_per_m / 1e6)


def _ratio(paid: Array, saved: Array) -> Array:
    """What is paid over what each unit saves; infinite where nothing is saved."""
    below = np.asarray(saved, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, np.asarray(paid, float) / below, np.inf)


def token_usd(
    input_tokens: Array, output_tokens: Array, input_usd_per_m: Array, output_usd_per_m: Array
) -> Array:
    """Cost of one request by its tokens."""
    return np.asarray(
        (input_tokens * input_usd_per_m + output_tokens * output_usd_per_m) / 1e6, float
    )

"""Electricity that accelerator-hours take, where the machines stand."""

import numpy as np

from llmchoose.estimate.columns import Column
from llmchoose.estimate.formulas import energy
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.places import Place
from llmchoose.knowledge.tables import Gpu


def meter_kwh(setting: Setting, gpu: Gpu, gpu_hours: Array, place: Place) -> Array | None:
    """Energy at the meter of a place's data centre, kWh; None for a card of unknown power."""
    if gpu.tdp_w is None:
        return None
    draw, host = setting.factor("power_draw"), setting.factor("host_power")
    return energy.energy_kwh(gpu_hours, gpu.tdp_w, draw, host, place.pue)


def meters_kwh(
    inputs: Inputs, gpus: Column[Gpu], gpu_hours: Array, places: Column[Place]
) -> Array | None:
    """Energy at the meter of each project; None where no card's power is known."""
    if not inputs.many:
        return meter_kwh(inputs, gpus.one, gpu_hours, places.one)
    watts = gpus.figure(lambda gpu: np.nan if gpu.tdp_w is None else gpu.tdp_w)
    pue = places.figure(lambda place: place.pue)
    draw, host = inputs.factor("power_draw"), inputs.factor("host_power")
    return energy.energy_kwh(gpu_hours, watts, draw, host, pue)

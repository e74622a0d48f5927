"""Electricity that accelerator-hours take, where the machines stand."""

from llmchoose.estimate.formulas import energy
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.places import Place
from llmchoose.knowledge.tables import Gpu


def meter_kwh(setting: Setting, gpu: Gpu, gpu_hours: Array, place: Place) -> Array | None:
    """Energy at the meter of a place's data centre, kWh; None for a card of unknown power."""
    if gpu.tdp_w is None:
        return None
    draw, host = setting.factor("power_draw"), setting.factor("host_power")
    return energy.energy_kwh(gpu_hours, gpu.tdp_w, draw, host, place.pue)

"""Whether a tuning fits: what was said of runs whose end is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmchoose.backtest import memory
from llmchoose.backtest.fitting import fit
from llmchoose.backtest.judging import spread_of
from llmchoose.estimate.finetune.recipes import resolve
from llmchoose.estimate.formulas.tuning_memory import ROOM, items_gb
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu, find_model
from llmchoose.knowledge.runs import MemoryRun


@dataclass(frozen=True)
class Verdicts:
    """How often `fits` and `fits_safely` were right, each run's family left out.

    Attributes:
        runs: Runs on a known card that ended, well or out of memory.
        right: Share of which `fits` says what happened.
        out_of_memory: Runs that ran out of memory; `safely` the share of them that were called
            safe.
        ran_safely: Share of the runs that ended well which were called safe.
    """

    runs: int
    right: float
    out_of_memory: int
    safely: float
    ran_safely: float


@dataclass(frozen=True)
class _Said:
    fits: bool
    safely: bool
    died: bool
    barely: bool


def verdicts(setting: Setting) -> Verdicts:
    """Judge every run on a known card by a fit without its family.

    A run that was measured above 95 % of its card barely ran: either verdict is right for it.
    """
    known = [
        run
        for run in setting.knowledge.memory_runs
        if run.gpu and (run.comparable == "yes" or run.outcome == "oom")
    ]
    families = sorted({run.family for run in known})
    said = [one for family in families for one in _of_family(family, known, setting)]
    died = [one for one in said if one.died]
    ran = [one for one in said if not one.died]
    return Verdicts(
        runs=len(said),
        right=float(np.mean([one.barely or one.fits != one.died for one in said])),
        out_of_memory=len(died),
        safely=float(np.mean([one.safely for one in died])) if died else 0.0,
        ran_safely=float(np.mean([one.safely for one in ran])),
    )


def _of_family(family: str, known: Sequence[MemoryRun], setting: Setting) -> list[_Said]:
    rest = tuple(run for run in memory.comparable(setting) if run.family != family)
    found = memory.regression(rest, setting)
    constants = fit(found).values
    high = spread_of(found.truth - found.predict(constants), found.family).high
    return [_say(run, setting, constants, high) for run in known if run.family == family]


def _say(run: MemoryRun, setting: Setting, constants: Mapping[str, float], high: float) -> _Said:
    room = ROOM * find_gpu(setting, run.gpu)[0].memory_gb
    request = memory.request_of(run)
    plain = replace(request, flash_attention=bool(request.flash_attention))
    model, _, _ = find_model(setting, request.model, request.params)
    peak, stored = (
        float(sum(items_gb(model, resolve(one, model, setting), constants).values()))
        for one in (request, plain)
    )
    return _Said(
        fits=peak <= room,
        safely=stored * high <= room,
        died=run.outcome == "oom",
        barely=bool(run.peak_gb and run.peak_gb > room),
    )

"""Accelerator-hours of a pretraining job: from measured figures, or from the fitted efficiency."""

from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.formulas import throughput
from llmchoose.estimate.formulas.distributions import Array, median, three_point
from llmchoose.estimate.formulas.efficiency import OWN, factors, utilisation
from llmchoose.estimate.formulas.explain import Term, completed
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.pretrain.job import Job, conditions, peak_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Gpu

# Measured over predicted hours, where the date of the run is known and where it is not.
DATED, UNDATED = f"{OWN}spread", f"{OWN}spread.undated"
TFLOPS = 1e12
NO_EFFECT = 1e-9
WORDS = {
    "mfu_base": "usual utilisation",
    "params_per_gpu": "parameters on each accelerator",
    "card_memory": "memory of the card",
    "class": "kind of accelerator",
    "few_accelerators": "few accelerators",
    "before_flash_attention": "software of the time",
    "moe": "mixture of experts",
    "encoder": "encoder",
    "fp8": "8-bit arithmetic",
}


@dataclass(frozen=True)
class Timing:
    """Hours of a job. Arrays are draws.

    Attributes:
        mfu: Useful FLOPs over the dense peak while running.
        goodput: Efficiency of the whole run over that while running.
        terms: The multiplication, middle values.
    """

    mfu: Array
    goodput: Array
    hours: Array
    terms: tuple[Term, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def spread_for(knowledge: Knowledge, day: str | None) -> str:
    """Id of the spread that holds: wider where the day is not given.

    A spread learned from somebody's own runs takes the place of both: those are of their day.
    """
    known = [knowledge.fitted[name].source for name in (DATED, UNDATED)]
    return UNDATED if day is None and known[0] == known[1] else DATED


def timing(setting: Setting, job: Job, gpu: Gpu, n_gpus: float, spread: str) -> Timing:
    """Hours of the job on this many accelerators.

    Args:
        setting: Knowledge, draws and day.
        job: What is to be computed.
        gpu: Accelerator.
        n_gpus: How many of them.
        spread: Id of the row that says how far unseen runs lie from the prediction.

    Raises:
        ValueError: A measured speed would beat the hardware's peak.
    """
    if job.run.mfu is not None or job.run.tokens_per_s is not None:
        return _measured(setting, job, gpu)
    return _fitted(setting, job, gpu, n_gpus, spread)


def _measured(setting: Setting, job: Job, gpu: Gpu) -> Timing:
    """From a utilisation, read as 6 N D over the peak, or from tokens a second.

    Source: PaLM 2022, appendix B, and its successors count attention or not; against the published
        runs that report a utilisation, 6 N D comes nearer to their hours.
    """
    run, shape = job.run, setting.draws.samples
    peak = peak_of(gpu, run.precision)
    if run.mfu is not None:
        speed = run.mfu * peak * TFLOPS / (job.dense / job.tokens)
        given, said = run.mfu, "read as 6 N D over the peak, as most papers count it"
    else:
        speed = run.tokens_per_s or 0.0
        given, said = speed * job.flops / job.tokens / (peak * TFLOPS), ""
    if given > 1:
        raise ValueError(
            f"{run.tokens_per_s:g} tokens/s on one {gpu.name} would be {given:.0%} of its "
            "peak; is it the throughput of all accelerators together?"
        )
    good = goodput(setting, run.goodput)
    hours = job.tokens / (speed * SECONDS_PER_HOUR) / good * runs(setting, job)
    terms = (
        Term("tokens", job.tokens, "tokens", "request", ""),
        Term("tokens/s of one accelerator", speed, "tokens/s", "request", "/"),
        Term("seconds an hour", SECONDS_PER_HOUR, "s", "definition", "/"),
        Term("whole run over running", median(good), "", _goodput_source(job), "/"),
        *_project_term(setting, job),
    )
    terms = completed(terms, "GPU-hours", median(hours), "GPU-hours", "request")
    notes = (f"the utilisation given is {said}",) if said else ()
    return Timing(np.full(shape, given), good, hours, terms, notes, ())


def _fitted(setting: Setting, job: Job, gpu: Gpu, n_gpus: float, spread: str) -> Timing:
    constants = setting.knowledge.constants
    at = conditions(setting, job, gpu, n_gpus)
    most = constants[f"{OWN}mfu_max"]
    whole = np.minimum(utilisation(at, constants) / setting.spread(spread), most)
    usual = goodput(setting, None)
    if job.run.goodput is None:
        running = np.minimum(whole / usual, most)
        good = whole / running
    else:
        # A better kept cluster than most: the running efficiency stays, the losses are its own.
        good = goodput(setting, job.run.goodput)
        running = np.minimum(whole / median(usual), most)
        whole = running * good
    peak = peak_of(gpu, job.run.precision)
    hours = throughput.gpu_hours(np.full_like(whole, job.flops), peak, whole) * runs(setting, job)
    terms = _terms(setting, job, gpu, n_gpus, spread, median(hours))
    return Timing(running, good, hours, terms, (), ("fit-pretraining",))


def _terms(
    setting: Setting, job: Job, gpu: Gpu, n_gpus: float, spread: str, hours: float
) -> tuple[Term, ...]:
    constants = setting.knowledge.constants
    found = factors(conditions(setting, job, gpu, n_gpus), constants)
    used = {name: float(value) for name, value in found.items()}
    shown = {name: value for name, value in used.items() if abs(value - 1) > NO_EFFECT}
    terms = (
        Term("6 N, a token", job.dense / job.tokens, "FLOPs", "kaplan-2020-scaling", ""),
        Term("attention, a token", job.attention / job.tokens, "FLOPs", "kaplan-2020-scaling", "+"),
        Term("tokens", job.tokens, "tokens", "request"),
        Term("dense peak", peak_of(gpu, job.run.precision) * TFLOPS, "FLOP/s", gpu.id, "/"),
        *(
            Term(WORDS[name.removeprefix(OWN)], value, "", _row_of(name, gpu), "/")
            for name, value in shown.items()
        ),
        Term("seconds an hour", SECONDS_PER_HOUR, "s", "definition", "/"),
        Term("measured over predicted, middle", constants[spread], "", spread),
        *_goodput_term(setting, job),
        *_project_term(setting, job),
    )
    return completed(terms, "GPU-hours", hours, "GPU-hours", spread)


def _row_of(name: str, gpu: Gpu) -> str:
    return f"{name}.{gpu.mfu_class}" if name == f"{OWN}class" else name


def _goodput_term(setting: Setting, job: Job) -> tuple[Term, ...]:
    if job.run.goodput is None:
        return ()
    kept = job.run.goodput / median(goodput(setting, None))
    return (Term("goodput given, over the usual", kept, "", f"request, {OWN}goodput", "/"),)


def _project_term(setting: Setting, job: Job) -> tuple[Term, ...]:
    if not job.run.project:
        return ()
    return (Term("runs round the final one", median(runs(setting, job)), "", _experiments(job)),)


def _experiments(job: Job) -> str:
    return f"experiments.{'continued_pretrain' if job.run.continued else 'scratch'}"


def runs(setting: Setting, job: Job) -> Array:
    """The final run, and those round it when the whole project is meant; draws."""
    one = np.ones(setting.draws.samples)
    return one + setting.factor(_experiments(job)) if job.run.project else one


def _goodput_source(job: Job) -> str:
    return f"{OWN}goodput" if job.run.goodput is None else "request"


def goodput(setting: Setting, given: float | None) -> Array:
    """Draws of whole-run utilisation over that while running, as papers report it."""
    if given is not None:
        return np.full(setting.draws.samples, given)
    row = setting.knowledge.fitted[f"{OWN}goodput"]
    z = setting.draws.normal("goodput")
    return three_point(z, row.low or row.value, row.value, row.high or row.value, "logit")

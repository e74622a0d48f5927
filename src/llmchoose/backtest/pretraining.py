"""Hours of pretraining held against published runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from llmchoose.backtest.fitted import FittedRow, rows_of, spread_row
from llmchoose.backtest.fitting import Parameter, Regression, Rows, Words, fit
from llmchoose.backtest.groups import size_word
from llmchoose.backtest.judging import Judged, bands, judge, spread_of
from llmchoose.backtest.stacking import stacked
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.efficiency import (
    OWN,
    Conditions,
    Constants,
    assumed_count,
    utilisation,
)
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu
from llmchoose.estimate.pretrain.job import Job, Run, conditions, job_of, peak_of
from llmchoose.estimate.pretrain.timing import DATED, UNDATED
from llmchoose.knowledge.runs import PretrainingRun
from llmchoose.knowledge.tables import Gpu

FIT, JUDGEMENT, BENCHMARKS = "fit-pretraining", "judgement", "run-llm-foundry-benchmarks"
NOISE, FAMILY_SD = 0.22, 0.1
ARCHITECTURES = {"moe_decoder": "decoder"}
USUAL_SEQ_LEN = 2048
# A count of which nobody used more; work for one accelerator of which nine in ten had more.
LITTLE_WORK = 0.1
SEVERAL = 3
SHARES = (0.3, 0.4, 0.5)
UNIT = "accelerator-hours"

FIXED = (
    Parameter(f"{OWN}assumed_mfu", 0.3, 0.0, "fraction of dense peak", "sizes an unknown count"),
    Parameter(f"{OWN}assumed_node", 8.0, 0.0, "accelerators", "sizes an unknown count"),
)


@dataclass(frozen=True)
class Cases:
    """Published runs, one array entry a run.

    Attributes:
        at: Conditions on the day of the run.
        ideal: Hours at the dense peak, attention counted; `dense` without attention.
        hours: Accelerator-hours that were published.
    """

    runs: tuple[PretrainingRun, ...]
    at: Conditions
    ideal: Array
    dense: Array
    hours: Array
    family: Words

    def only(self, rows: Rows) -> "Cases":
        """Some of the runs."""
        runs = tuple(run for run, used in zip(self.runs, rows, strict=True) if used)
        at = Conditions(*(np.asarray(value)[rows] for value in vars(self.at).values()))
        return Cases(
            runs, at, self.ideal[rows], self.dense[rows], self.hours[rows], self.family[rows]
        )


def request_of(run: PretrainingRun) -> Run:
    """What somebody would ask the calculator to have this run estimated."""
    return Run(
        params=_billions(run.params_b),
        tokens=_billions(run.tokens_b),
        active_params=_billions(run.active_params_b),
        arch=ARCHITECTURES.get(run.architecture, run.architecture),
        gpu=run.gpu,
        n_gpus=None if run.n_gpus is None else int(run.n_gpus),
        seq_len=int(run.seq_len or USUAL_SEQ_LEN),
        precision="fp8" if run.precision == "fp8" else None,
        continued=run.kind == "continued",
    )


def _billions(number: float | None) -> float | None:
    return None if number is None else number * 1e9


def comparable(setting: Setting) -> tuple[PretrainingRun, ...]:
    """The runs that belong into a fit and an error table."""
    return tuple(run for run in setting.knowledge.pretraining_runs if run.comparable == "yes")


def cases(runs: tuple[PretrainingRun, ...], setting: Setting) -> Cases:
    """Work and conditions of runs, as an estimate would see them."""
    jobs = [job_of(setting, request_of(run)) for run in runs]
    gpus = [find_gpu(setting, run.gpu)[0] for run in runs]
    peaks = [
        peak_of(gpu, job.run.precision) * 1e12 * SECONDS_PER_HOUR
        for gpu, job in zip(gpus, jobs, strict=True)
    ]
    at = [_conditions(setting, *each) for each in zip(runs, jobs, gpus, strict=True)]
    return Cases(
        runs=runs,
        at=stacked(at),
        ideal=np.array([job.flops for job in jobs]) / peaks,
        dense=np.array([job.dense for job in jobs]) / peaks,
        hours=np.array([run.gpu_hours or np.nan for run in runs]),
        family=np.array([run.family for run in runs]),
    )


def _conditions(setting: Setting, run: PretrainingRun, job: Job, gpu: Gpu) -> Conditions:
    known = {one.id: one.start for one in FIXED}
    days, peak = setting.constant("planning_days"), peak_of(gpu, job.run.precision)
    count = run.n_gpus or float(assumed_count(job.flops, peak, days, known))
    return replace(conditions(setting, job, gpu, count), year=run.year or setting.year)


def parameters(found: Cases) -> tuple[Parameter, ...]:
    """The constants of the formula with what is believed of each before a run is seen."""
    each = np.asarray(found.at.params) / found.at.n_gpus
    memory = _common(np.asarray(found.at.memory_gb), found.family)
    return (
        *FIXED,
        _held("mfu_max", 0.642, "fraction of dense peak", "highest in the tables", BENCHMARKS),
        _held("count.max", np.max(found.at.n_gpus), "accelerators", "most of any run", FIT),
        _held(
            "params_per_gpu.least",
            np.quantile(each, LITTLE_WORK),
            "parameters",
            "nine runs in ten give each accelerator more",
            FIT,
        ),
        *_power("params_per_gpu", each, 2e7, "parameters", 0.08),
        *_power("card_memory", memory, 80.0, "GB", 0.2),
        Parameter(f"{OWN}mfu_base", 0.3, 1.0, "fraction of dense peak", "dense decoder, A100-80GB"),
        *_classes(),
        _held("few_accelerators.most", 16.0, "accelerators", "one or two nodes"),
        _effect("few_accelerators", "no network of several switches between them"),
        _held(
            "before_flash_attention.until", 2022.5, "year", "month in which libraries carried it"
        ),
        _effect("before_flash_attention", "attention that reads its matrices from memory"),
        _effect("moe", "on active parameters"),
        _effect("encoder", "attention both ways counted in full"),
        _effect("fp8", "against the peak of 16 bit"),
    )


def _common(values: Array, family: Words) -> Array:
    """Values that runs of several families share: one family's alone tell nothing of an effect."""
    shared = [one for one in np.unique(values) if np.unique(family[values == one]).size >= SEVERAL]
    return np.array(shared)


def _held(name: str, value: float, unit: str, note: str, source: str = JUDGEMENT) -> Parameter:
    return Parameter(f"{OWN}{name}", float(value), 0.0, unit, note, source=source)


def _effect(name: str, note: str) -> Parameter:
    return Parameter(f"{OWN}{name}", 1.0, 0.2, "x mfu", note)


def _power(name: str, seen: Array, reference: float, unit: str, sd: float) -> tuple[Parameter, ...]:
    return (
        _held(f"{name}.min", np.min(seen), unit, "least of the runs", FIT),
        _held(f"{name}.max", np.max(seen), unit, "greatest of the runs", FIT),
        _held(f"{name}.reference", reference, unit, "where the factor is 1"),
        Parameter(f"{OWN}{name}.exponent", 0.0, sd, "power", "", "linear"),
    )


def _classes() -> tuple[Parameter, ...]:
    kernels = {"a100": 1.0, "h100": 1.0, "other": 1.0, "tpu": 0.0, "v100": 0.0}
    few = "hardly any runs, take it with care"
    return (
        _held("class.a100", 1.0, "x mfu", "the class that others are counted against"),
        *(
            Parameter(f"{OWN}class.{name}", 1.0, 0.3, "x mfu", few if name == "other" else "")
            for name in kernels
            if name != "a100"
        ),
        *(
            _held(
                f"flash_attention.{name}",
                has,
                "1 or 0",
                "kernels exist: Turing and later" if has else "none: the class factor holds it",
            )
            for name, has in kernels.items()
        ),
    )


def log_hours(found: Cases, constants: Constants) -> Array:
    """Predicted accelerator-hours, ln."""
    return np.asarray(np.log(found.ideal / utilisation(found.at, constants)))


def regression(found: Cases) -> Regression:
    """What is fitted to the published hours."""
    return Regression(
        predict=partial(log_hours, found),
        truth=np.log(found.hours),
        family=found.family,
        parameters=parameters(found),
        noise=NOISE,
        family_sd=FAMILY_SD,
    )


def undated_errors(found: Cases, setting: Setting) -> Array:
    """ln(measured / predicted) of runs predicted as of the knowledge's day, without their family.

    Whoever gives no day asks about today; a run of the past is then judged with later software.
    """
    today = replace(found, at=replace(found.at, year=np.full(found.hours.size, setting.year)))
    fitted, errors = regression(found), np.empty(found.hours.size)
    whole = fit(fitted)
    for name in np.unique(found.family):
        rest = found.family != name
        known = fit(fitted, rest, whole)
        errors[~rest] = (fitted.truth - log_hours(today, known.values))[~rest]
    return errors


def reporting(found: Cases) -> Rows:
    """Runs that report their utilisation and did not derive their hours from an assumed one."""
    return np.array([bool(run.mfu_reported) and run.hours_basis != "assumed" for run in found.runs])


def goodputs(found: Cases) -> Array:
    """Whole-run utilisation over the reported one, 6 N D for both; NaN where none is reported."""
    reported = np.array([run.mfu_reported or np.nan for run in found.runs])
    return np.asarray(found.dense / found.hours / reported)


def fitted_rows(setting: Setting, as_of: str) -> list[FittedRow]:
    """The rows `pretraining.…` of fitted.csv."""
    found = cases(comparable(setting), setting)
    undated = spread_of(undated_errors(found, setting), found.family)
    note = "measured over predicted, families left out of the fit and the day not given"
    rows = rows_of(regression(found), [(DATED, "x hours", None)], FIT, as_of)
    return [
        *rows,
        spread_row(UNDATED, undated, "x hours", FIT, as_of, note),
        _goodput_row(goodputs(found)[reporting(found)], as_of),
    ]


def _goodput_row(shares: Array, as_of: str) -> FittedRow:
    low, middle, high = (f"{value:.4g}" for value in _middle_and_ends(shares))
    note = f"whole run over reported utilisation, {shares.size} runs"
    return FittedRow(f"{OWN}goodput", middle, "fraction", low, high, FIT, as_of, note)


def _middle_and_ends(shares: Array) -> Array:
    """Least, median and greatest: of so few runs the ends are what p10 and p90 can be.

    Source: Vovk et al. 2005, section 2.2: n values cover a new one with (n - 1) / (n + 1).
    """
    return np.array([np.min(shares), np.median(shares), np.max(shares)])


def measured(runs: Sequence[PretrainingRun], setting: Setting) -> tuple[Array, Array, Words]:
    """Somebody's runs: ln(measured / predicted), their hours, and the spread of each.

    A run without a year is taken as of the knowledge's day.
    """
    found = cases(tuple(runs), setting)
    errors = np.log(found.hours) - log_hours(found, setting.knowledge.constants)
    return errors, found.hours, np.full(errors.size, DATED)


def judged(setting: Setting) -> tuple[Judged, ...]:
    """Every published run against the estimate made without its family, in three ways of asking."""
    return judged_dated(setting), judged_undated(setting), judged_reported(setting)


def judged_dated(setting: Setting) -> Judged:
    """Every run predicted with the software of its day."""
    found = cases(comparable(setting), setting)
    return judge(
        "pretraining",
        UNIT,
        _ids(found),
        regression(found),
        groups_of(found),
        rules=rules(found),
    )


def judged_undated(setting: Setting) -> Judged:
    """The same, every run predicted as if its day were not known."""
    found = cases(comparable(setting), setting)
    errors = undated_errors(found, setting)
    low, high = bands(errors, found.family, np.full(errors.size, "all"))
    bare = found.hours / np.exp(errors)
    name = "pretraining, day not given"
    groups, others = groups_of(found), rules(found)
    return Judged(
        name, UNIT, _ids(found), found.hours, bare, bare * low, bare * high, groups, others
    )


def judged_reported(setting: Setting) -> Judged:
    """Runs that report their utilisation: hours from it and the goodput of the others."""
    every = cases(comparable(setting), setting)
    found = every.only(reporting(every))
    ideal = found.dense / np.array([run.mfu_reported or np.nan for run in found.runs])
    share = goodputs(found)
    ends = np.array([_middle_and_ends(share[found.family != name]) for name in found.family])
    low, middle, high = ideal / ends[:, 2], ideal / ends[:, 1], ideal / ends[:, 0]
    name = "pretraining, utilisation given as reported"
    return Judged(name, UNIT, _ids(found), found.hours, middle, low, high, groups_of(found))


def _ids(found: Cases) -> tuple[str, ...]:
    return tuple(run.id for run in found.runs)


def groups_of(found: Cases) -> dict[str, Words]:
    """For each table of errors, the group of every run."""
    kinds = [f"{run.kind}, {run.architecture.replace('_', ' ')}" for run in found.runs]
    return {
        "hardware": np.array([str(run.gpu) for run in found.runs]),
        "kind": np.array(kinds),
        "size": np.array([size_word((run.params_b or 0.0) * 1e9) for run in found.runs]),
    }


def rules(found: Cases) -> Mapping[str, Array]:
    """What people reckon with: 6 N D at a constant share of the peak."""
    return {f"6ND at {share:.0%} of the peak": found.dense / share for share in SHARES}

"""Speed and time of tuning held against measured throughputs and published runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from llmchoose.backtest import memory
from llmchoose.backtest.fitted import FittedRow, rows_of
from llmchoose.backtest.fitting import Parameter, Regression, Rows, Words
from llmchoose.backtest.groups import size_word
from llmchoose.backtest.judging import Judged, judge
from llmchoose.backtest.stacking import stacked
from llmchoose.estimate.finetune.recipes import Finetune
from llmchoose.estimate.finetune.workload import Workload, epoch_tokens, passes, workload
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.throughput import SECONDS_PER_HOUR
from llmchoose.estimate.formulas.tuning_time import parts_s
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu, find_model
from llmchoose.knowledge.runs import MemoryRun, TuningRun

PARAMETERS = (
    Parameter("tuning.utilisation", 0.55, 0.15, "share of peak", "full batches on an A100-80GB"),
    Parameter("tuning.balance_exponent", 0.3, 0.2, "power", "of FLOPs a byte", "linear"),
    Parameter("tuning.utilisation_max", 0.85, 0.0, "share of peak", "no kernel reaches more"),
    Parameter("tuning.adapter_share", 0.8, 0.15, "x utilisation", "small kernels of adapters"),
    Parameter("tuning.launch_ms", 4.0, 0.5, "ms a layer", "kernels of a layer, however short"),
    Parameter("tuning.whole_run", 1.3, 0.2, "x time", "evaluation, saving and loading of a run"),
    Parameter("tuning.host_link", 2e10, 0.0, "bytes/s", "PCIe 4.0 x16 one way, in practice"),
    Parameter("tuning.host_memory", 5e10, 0.0, "bytes/s", "share of a host's memory bandwidth"),
    Parameter("tuning.slow_sharding", 2.5, 0.6, "x time", "sharded full tuning of slow recipes"),
    Parameter("tuning.padding", 0.35, 0.0, "share a doubling", "longest of a batch over the mean"),
    Parameter("tuning.link_share", 0.3, 0.3, "share of link", "reached by gathering shards"),
    Parameter(
        "tuning.dequantisation_bytes", 30.0, 0.7, "bytes a parameter", "moved to unpack 4 bit"
    ),
)
NOISE, FAMILY_SD = 0.25, 0.3
UNIT = "real tokens/s on one accelerator"
SINGLE, SEVERAL = "tuning.spread.single", "tuning.spread.several"
Run = MemoryRun | TuningRun


@dataclass(frozen=True)
class Speeds:
    """Tuning runs with a speed, one array entry a run.

    Attributes:
        truth: ln of real tokens a second on one accelerator.
        family: Names of rows that are left out together.
        several: Full tuning on several accelerators.
        whole: A whole run, not a benchmark of its steps.
    """

    runs: tuple[Run, ...]
    workload: Workload
    truth: Array
    family: Words
    several: Rows
    whole: Rows


def request_of(run: Run) -> Finetune:
    """What somebody would ask the calculator to have this run estimated."""
    if isinstance(run, MemoryRun):
        return memory.request_of(run)
    said = {"yes": True, "no": False, None: None}
    return Finetune(
        params=None if run.params_b is None else run.params_b * 1e9,
        model=run.model,
        method="lora" if run.method == "other" else run.method,
        bits=32 if run.variant == "fp32" else None,
        examples=run.examples,
        tokens_per_example=run.tokens_per_example,
        tokens=None if run.tokens_m is None else run.tokens_m * 1e6,
        epochs=run.epochs,
        dataset=run.dataset,
        seq_len=run.seq_len,
        micro_batch=run.micro_batch,
        lora_rank=run.lora_rank,
        grad_checkpointing=said[run.grad_checkpointing],
        stack=run.stack,
        sharding=run.sharding,
        offload=run.offload == "yes",
        gpu=run.gpu,
        n_gpus=None if run.n_gpus is None else int(run.n_gpus),
    )


def speeds(setting: Setting) -> Speeds:
    """The comparable runs with a throughput, or with hours and the tokens they took."""
    knowledge = setting.knowledge
    published: list[Run] = [*knowledge.memory_runs, *knowledge.tuning_runs]
    benchmarks = [run for run in published if run.tokens_per_s_per_gpu and _timed(run)]
    whole: list[Run] = [
        run
        for run in knowledge.tuning_runs
        if not run.tokens_per_s_per_gpu and run.gpu_hours and _timed(run)
    ]
    return _speeds([*benchmarks, *whole], setting)


def _speeds(runs: list[Run], setting: Setting) -> Speeds:
    loads = [_workload(run, setting) for run in runs]
    return Speeds(
        runs=tuple(runs),
        workload=stacked(loads),
        truth=np.log([_measured(run, setting) for run in runs]),
        family=np.array([run.family for run in runs]),
        several=np.array([run.method == "full" and (run.n_gpus or 1) > 1 for run in runs]),
        whole=np.array([not run.tokens_per_s_per_gpu for run in runs]),
    )


def _timed(run: Run) -> bool:
    measured = not isinstance(run, MemoryRun) or run.outcome == "measured"
    return bool(measured and run.comparable == "yes" and run.gpu and run.method != "other")


def _workload(run: Run, setting: Setting) -> Workload:
    request = request_of(run)
    model, _, _ = find_model(setting, request.model, request.params)
    gpu, _ = find_gpu(setting, request.gpu)
    packed = isinstance(run, MemoryRun) and run.family != "peft-metamath"
    asked = replace(request, dataset=None) if packed else request
    return workload(asked, model, gpu, setting)


def _measured(run: Run, setting: Setting) -> float:
    """Real tokens a second on one accelerator."""
    if run.tokens_per_s_per_gpu:
        return run.tokens_per_s_per_gpu
    request = request_of(run)
    tokens, hours = epoch_tokens(request, setting), getattr(run, "gpu_hours", None)
    assert tokens is not None  # noqa: S101 speeds() takes no run without tokens and hours
    assert hours is not None  # noqa: S101
    return float(tokens * passes(request, setting) / (hours * SECONDS_PER_HOUR))


def log_speed(load: Workload, whole: Rows, constants: Mapping[str, float]) -> Array:
    """Predicted real tokens a second on one accelerator, ln, over steps or whole runs."""
    step = parts_s(load.model, load.recipe, load.card, load.lengths, load.accumulation, constants)
    beside = np.where(whole, constants["tuning.whole_run"], 1.0)
    return np.asarray(np.log(load.lengths.real / (step["total"] * beside)))


def regression(found: Speeds) -> Regression:
    """What is fitted to the measured speeds."""
    return Regression(
        predict=partial(log_speed, found.workload, found.whole),
        truth=found.truth,
        family=found.family,
        parameters=PARAMETERS,
        noise=NOISE,
        family_sd=FAMILY_SD,
    )


def fitted_rows(setting: Setting, as_of: str) -> list[FittedRow]:
    """The rows `tuning.…` of fitted.csv."""
    found = speeds(setting)
    several = np.where(found.several, "yes", "no")
    single = np.where(found.several, "no", "yes")
    spreads = [
        (SINGLE, "x speed", single),
        (SEVERAL, "x speed", several),
    ]
    return rows_of(regression(found), spreads, "fit-tuning", as_of)


def measured(runs: Sequence[TuningRun], setting: Setting) -> tuple[Array, Array, Words]:
    """Somebody's speeds: ln(measured / predicted), tokens/s, and the spread of each.

    Raises:
        ValueError: A run names neither its tokens nor its examples.
    """
    for run in runs:
        if not epoch_tokens(request_of(run), setting) and not run.tokens_per_s_per_gpu:
            raise ValueError(f"{run.id}: give tokens_m, or examples, so that its speed is known")
    found = _speeds(list(runs), setting)
    errors = found.truth - regression(found).predict(setting.knowledge.constants)
    return errors, np.exp(found.truth), np.where(found.several, SEVERAL, SINGLE)


def judged(setting: Setting) -> tuple[Judged, ...]:
    """Every measured speed against the estimate made without its family."""
    found = speeds(setting)
    kind = np.where(found.several, "full, several accelerators", "one accelerator or adapters")
    held = judge(
        "speed of tuning",
        UNIT,
        tuple(run.id for run in found.runs),
        regression(found),
        {
            "kind": kind,
            "what was timed": np.where(found.whole, "whole runs", "steps"),
            "hardware": np.array([str(run.gpu) for run in found.runs]),
            "method": np.array([run.method for run in found.runs]),
            "size": np.array([size_word((run.params_b or 0.0) * 1e9) for run in found.runs]),
        },
        kinds=kind,
        rules=_rules(found),
    )
    return (held,)


def _rules(found: Speeds) -> dict[str, Array]:
    """What people reckon with: 6 N FLOPs a token at a share of the peak."""
    flops = 6 * np.asarray(found.workload.model.params, float)
    peak = np.asarray(found.workload.card.peak_flops, float)
    return {f"6N at {share:.0%} of the peak": share * peak / flops for share in (0.3, 0.4)}

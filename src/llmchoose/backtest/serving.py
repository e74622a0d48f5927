"""Throughput and latency of serving held against published measurements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from llmchoose.backtest.fitted import FittedRow, rows_of, spread_row
from llmchoose.backtest.fitting import Parameter, Regression, Words, fit
from llmchoose.backtest.groups import size_word
from llmchoose.backtest.judging import Judged, judge, spread_of
from llmchoose.backtest.stacking import stacked
from llmchoose.errors import quoted
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.replica import Deployment, Layout, cache_bytes
from llmchoose.estimate.formulas.serving import (
    batch_at,
    fullness,
    latency_s,
    most_requests,
    requests_per_second,
)
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_gpu, find_model
from llmchoose.estimate.serve.hosting import (
    by_expert,
    deployment_of,
    engine_name,
    engine_of,
    laid_out,
    precision_of,
)
from llmchoose.knowledge.runs import ServingRun

SOURCE = "fit-serving"
UNIT = "output tokens/s of the deployment"
RATE = "qps="
KINDS = {
    "saturated": "many requests, dense models",
    "mixture": "many requests, mixtures of experts",
    "single": "one request at a time",
}
# What is believed before a throughput is seen; kernels and links reach less than their peaks.
PARAMETERS = (
    Parameter("serving.activations", 1.0, 0.5, "x formula", "activations through memory"),
    Parameter("serving.attention", 0.5, 0.3, "share of peak", "attention of a prefill, 16 bit"),
    Parameter("serving.attention.single", 0.5, 0.3, "share of peak", "the same, batch 1"),
    Parameter("serving.balance", 0.8, 0.2, "x speed", "experts on several cards wait for the most"),
    Parameter("serving.bandwidth", 0.85, 0.05, "share of peak", "reading weights and caches"),
    Parameter("serving.bandwidth.single", 0.85, 0.1, "share of peak", "the same, batch 1"),
    Parameter("serving.buffers", 1e9, 0.0, "bytes a card", "context and workspace"),
    Parameter("serving.cache_traffic.hf", 4.0, 0.7, "x cache", "copied at each token"),
    Parameter("serving.compute", 0.75, 0.15, "share of peak", "matrices of full batches"),
    Parameter("serving.compute.fp4", 0.7, 0.2, "x compute", "matrices in 4 bit"),
    Parameter("serving.compute.single", 0.5, 0.3, "share of peak", "prefill of a request alone"),
    Parameter("serving.crowd", 16.0, 0.7, "requests", "half way from a request alone to many"),
    Parameter("serving.expert.hf", 1e-4, 0.5, "s", "visiting one expert from Python"),
    Parameter("serving.expert.parallel_from", 16.0, 0.0, "experts", "from which cards share them"),
    Parameter("serving.expert.power", 0.3, 0.2, "power", "of an expert's width", scale="linear"),
    Parameter("serving.expert.speed", 0.9, 0.2, "x speed", "routing, sorting, uneven experts"),
    Parameter("serving.expert.width", 14336.0, 0.0, "hidden units", "where the factor is 1"),
    Parameter("serving.hop", 2e-5, 0.3, "s", "latency of an all-reduce, full batches"),
    Parameter("serving.hop.single", 1e-5, 0.4, "s", "the same, batch 1"),
    Parameter("serving.issue", 0.012, 0.4, "bytes/FLOP", "reads a card's units keep in flight"),
    Parameter("serving.layer", 3e-5, 0.4, "s", "launching a layer, full batches"),
    Parameter("serving.layer.exllamav2", 3e-5, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.layer.hf", 5e-4, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.layer.litgpt", 6e-4, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.layer.lmdeploy", 5e-5, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.layer.sglang", 5e-5, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.layer.trtllm", 3e-5, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.layer.vllm", 5e-5, 0.5, "s", "launching a layer, batch 1"),
    Parameter("serving.link", 0.6, 0.3, "share of link", "reached by exchanging activations"),
    Parameter("serving.max_batch", 4096.0, 0.3, "requests", "that an engine admits"),
    Parameter("serving.memory", 0.92, 0.02, "share of card", "that an engine fills"),
    Parameter("serving.pipeline", 0.15, 0.1, "power", "of stages: bubbles", scale="linear"),
    Parameter("serving.sequence", 7e-6, 0.4, "s", "scheduling a request for a step"),
    Parameter("serving.slow.hf.fp8", 2.0, 0.5, "x layer", "8 bit without fused kernels"),
    Parameter("serving.slow.nf4", 1.5, 0.3, "x layer", "4 bit unpacked for each matrix"),
    Parameter("serving.step", 2e-3, 0.5, "s", "scheduling a step"),
)
START = {one.id: one.start for one in PARAMETERS}
NOISE, FAMILY_SD = 0.12, 0.1
# Loads above this share of capacity queue: their latency says how long the test ran.
QUEUES_FROM = 0.8
# Lengths of requests where the source does not say; at batch 1 they matter little.
SHORT = (128.0, 256.0)


@dataclass(frozen=True)
class Served:
    """Measured deployments, one array entry a run.

    Attributes:
        offered: Requests beside each other that were offered; infinite at saturation.
        deployment: Copies as they were laid out, engines left to the constants.
    """

    runs: tuple[ServingRun, ...]
    engine: Words
    precision: Words
    offered: Array
    deployment: Deployment

    def at(self, constants: Mapping[str, float]) -> tuple[Deployment, Array]:
        """The deployments under candidate constants, and the batches they come to."""
        engine = engine_of(self.engine, self.precision, constants)
        whole = replace(self.deployment, engine=engine)
        return whole, np.maximum(np.minimum(self.offered, most_requests(whole, constants)), 1.0)


def comparable(setting: Setting) -> tuple[ServingRun, ...]:
    """Runs whose throughput is the deployment's, and not the load offered to it."""
    return tuple(
        run
        for run in setting.knowledge.serving_runs
        if run.comparable == "yes" and run.output_tokens_per_s and offered(run) is not None
    )


def offered(run: ServingRun) -> float | None:
    """Requests beside each other; None where a rate was offered, or nothing is said."""
    if run.load == "max":
        return np.inf
    return float(run.load) if run.load and run.load.isdecimal() and run.load != "0" else None


def kind_of(run: ServingRun) -> str:
    """Which spread of throughput a run belongs to: `serving.spread.<kind>`."""
    if run.load == "1":
        return "single"
    return "mixture" if run.active_params_b else "saturated"


def cases(runs: Sequence[ServingRun], setting: Setting) -> Served:
    """Deployments of runs, one array entry a run."""
    return Served(
        runs=tuple(runs),
        engine=np.array([_named(run)[1] for run in runs]),
        precision=np.array([_named(run)[0] for run in runs]),
        offered=np.array([offered(run) or np.inf for run in runs]),
        deployment=stacked([_deployment(run, setting) for run in runs]),
    )


def _deployment(run: ServingRun, setting: Setting) -> Deployment:
    def billions(value: float | None) -> float | None:
        return None if value is None else value * 1e9

    size, active = billions(run.params_b), billions(run.active_params_b)
    model, row, _ = find_model(setting, run.model or run.name, size, active)
    gpu, _ = find_gpu(setting, run.gpu)
    lengths = (run.input_len or SHORT[0], run.output_len or SHORT[1])
    precision, engine = _named(run)
    one = deployment_of(setting, model, row, gpu, precision, engine, lengths, START)
    count, alone = int(run.n_gpus or 1), run.load == "1"
    if run.tensor_parallel is None and run.pipeline_parallel is None:
        return laid_out(one, gpu, count, START, alone=alone) or one
    deep = run.pipeline_parallel or 1.0
    shared = deep == 1 and by_expert(one, gpu, count, alone, START)
    return replace(one, layout=Layout(count / deep, deep, expert=shared))


def _named(run: ServingRun) -> tuple[str, str]:
    """Number format and engine by their usual names, the commonest where none is said."""
    return precision_of(run.precision or "bf16"), engine_name(run.engine or "vllm")


def log_tokens_per_s(served: Served, constants: Mapping[str, float]) -> Array:
    """Ln of predicted output tokens a second of whole deployments."""
    whole, batch = served.at(constants)
    return np.log(whole.output_len * requests_per_second(whole, batch, constants))


def regression(runs: Sequence[ServingRun], setting: Setting) -> Regression:
    """What is fitted to the measured throughputs."""
    return Regression(
        predict=partial(log_tokens_per_s, cases(runs, setting)),
        truth=np.log([run.output_tokens_per_s or np.nan for run in runs]),
        family=np.array([run.family for run in runs]),
        parameters=PARAMETERS,
        noise=NOISE,
        family_sd=FAMILY_SD,
    )


def fitted_rows(setting: Setting, as_of: str) -> list[FittedRow]:
    """The rows `serving.…` of fitted.csv."""
    runs = comparable(setting)
    kinds = np.array([kind_of(run) for run in runs])
    spreads = [
        (f"serving.spread.{kind}", "x speed", np.where(kinds == kind, "yes", "no"))
        for kind in KINDS
    ]
    rows = rows_of(regression(runs, setting), spreads, SOURCE, as_of)
    used, errors = latency_errors(setting)
    for name, found in errors.items():
        known = np.isfinite(found)
        spread = spread_of(found[known], used[known])
        note = f"measured over predicted, {known.sum()} runs of families left out of the fit"
        rows.append(
            spread_row(f"serving.spread.{name}", spread, "x milliseconds", SOURCE, as_of, note)
        )
    return rows


def measured(runs: Sequence[ServingRun], setting: Setting) -> tuple[Array, Array, Words]:
    """ln(measured / predicted) of a user's runs by the shipped constants, figures and spreads.

    Raises:
        ValueError: A run does not say how many requests were beside each other.
    """
    for run in runs:
        if offered(run) is None:
            raise ValueError(
                f"{quoted(run.id)}: give its load, requests beside each other or max: what is "
                "served at a rate says nothing of what could be"
            )
    constants, served = setting.knowledge.constants, cases(runs, setting)
    whole, batch = served.at(constants)
    usual = np.array([setting.constant(f"serving.engine.{name}") for name in served.engine])
    rate = requests_per_second(whole, batch, constants) * usual ** fullness(batch, constants)
    figures = np.array([run.output_tokens_per_s or np.nan for run in runs])
    names = np.array([f"serving.spread.{kind_of(run)}" for run in runs])
    return np.log(figures / (whole.output_len * rate)), figures, names


def judged(setting: Setting) -> tuple[Judged, ...]:
    """Every measured throughput against the estimate made without its model."""
    runs = comparable(setting)
    kinds = np.array([kind_of(run) for run in runs])
    held = judge(
        "throughput of serving",
        UNIT,
        tuple(run.id for run in runs),
        regression(runs, setting),
        {
            "load": np.array([KINDS[kind] for kind in kinds]),
            "engine": np.array([str(run.engine) for run in runs]),
            "hardware": np.array([str(run.gpu) for run in runs]),
            "precision": np.array([str(run.precision) for run in runs]),
            "size": np.array([size_word((run.params_b or 0.0) * 1e9) for run in runs]),
        },
        kinds=kinds,
        rules=_rules(runs, setting),
    )
    return (held,)


def timed(setting: Setting) -> tuple[ServingRun, ...]:
    """Runs with a latency that is not a queue's: of one request, or of a rate offered."""
    return tuple(
        run
        for run in setting.knowledge.serving_runs
        if run.comparable == "yes"
        and (run.ttft_ms or run.tpot_ms)
        and (run.load == "1" or _rate(run))
    )


def _rate(run: ServingRun) -> float:
    """Requests a second that were offered; 0 where the load is a number of requests."""
    rated = bool(run.load) and str(run.load).startswith(RATE)
    return float(str(run.load).removeprefix(RATE)) if rated else 0.0


def latency_errors(setting: Setting) -> tuple[Words, dict[str, Array]]:
    """ln(measured / predicted) to the first token and between tokens, and each run's family.

    Every model had no part in the fit. Not a number where nothing was measured, or where the load
    that was offered makes requests queue.
    """
    runs, used = comparable(setting), timed(setting)
    problem = regression(runs, setting)
    whole = fit(problem)
    measured = np.log([[run.ttft_ms or np.nan, run.tpot_ms or np.nan] for run in used]).T
    errors, own = np.full(measured.shape, np.nan), np.array([run.family for run in used])
    for family in np.unique(own):
        constants = fit(problem, problem.family != family, whole).values
        members = own == family
        part = [run for run in used if run.family == family]
        errors[:, members] = measured[:, members] - log_latency(part, setting, constants)
    return own, {"ttft": errors[0], "tpot": errors[1]}


def log_latency(
    runs: Sequence[ServingRun], setting: Setting, constants: Mapping[str, float]
) -> Array:
    """Ln of predicted milliseconds to the first token and between tokens, shape (2, runs)."""
    whole, alone = cases(runs, setting).at(constants)
    most = np.maximum(most_requests(whole, constants), 1.0)
    rate = np.array([_rate(run) for run in runs])
    full = requests_per_second(whole, most, constants)
    batch = np.where(rate > 0, batch_at(whole, rate, most, constants), alone)
    queues = np.where(rate > QUEUES_FROM * full, np.nan, 0.0)
    first, between, _ = latency_s(whole, batch, constants)
    return np.asarray(np.log([first * 1e3, between * 1e3]) + queues)


def _rules(runs: Sequence[ServingRun], setting: Setting) -> dict[str, Array]:
    """What people reckon with: a share of peak compute, or reading weights and caches once."""
    served = cases(runs, setting)
    whole, batch = served.at(START)
    work = 2 * whole.model.active * (whole.input_len + whole.output_len) / whole.output_len
    caches = batch * cache_bytes(whole, whole.input_len + whole.output_len / 2)
    weights = np.asarray(whole.model.params * whole.bytes_per_param, float)
    bandwidth = whole.layout.n_gpus * whole.card.bandwidth
    peak = np.asarray(whole.layout.n_gpus * whole.card.peak, float)
    return {
        "30 % of peak compute": 0.30 * peak / work,
        "bandwidth bound": np.asarray(batch * bandwidth / (weights + caches)),
    }

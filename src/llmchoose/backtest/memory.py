"""Peak memory of tuning held against measured peaks."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from llmchoose.backtest.fitted import FittedRow, rows_of
from llmchoose.backtest.fitting import Parameter, Regression, Words
from llmchoose.backtest.groups import size_word
from llmchoose.backtest.judging import Judged, judge
from llmchoose.backtest.stacking import stacked
from llmchoose.estimate.finetune.recipes import Finetune, resolve
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.tuning_memory import Recipe, items_gb
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_model
from llmchoose.knowledge.runs import MemoryRun

# What is believed before a peak is seen: the formulas as their papers give them.
PARAMETERS = (
    Parameter("memory.activations", 1.0, 0.2, "x formula", "what the count of tensors leaves out"),
    Parameter("memory.checkpointing", 1.0, 0.3, "layers", "layers held again while recomputing"),
    Parameter("memory.attention", 2.5, 0.4, "x formula", "attention scores where they are stored"),
    Parameter("memory.logits", 1.0, 0.3, "x library's bytes", ""),
    Parameter("memory.buffers", 1.7, 0.5, "GB", "context, kernels and fragmentation"),
    Parameter("memory.buffers_tensors", 0.5, 0.7, "GB", "workspace, where tensors alone count"),
    Parameter("memory.buffers_zero3", 8.0, 0.5, "GB", "weights fetched ahead by ZeRO-3"),
)
NOISE, FAMILY_SD = 0.15, 0.15
UNIT = "GB on one accelerator"
SPREAD = "memory.spread"
SPLIT = ("zero3", "fsdp")


def request_of(run: MemoryRun) -> Finetune:
    """What somebody would ask the calculator to have this run estimated."""
    said = {"yes": True, "no": False, None: None}
    return Finetune(
        params=None if run.params_b is None else run.params_b * 1e9,
        model=run.model,
        method="lora" if run.method == "other" else run.method,
        bits=run.bits,
        precision=run.precision,
        dataset=run.dataset,
        seq_len=run.seq_len,
        micro_batch=run.micro_batch,
        lora_rank=run.lora_rank,
        lora_targets=run.lora_targets,
        trains_embeddings=run.variant == "lora+emb",
        optimizer=run.optimizer,
        grad_checkpointing=said[run.grad_checkpointing],
        flash_attention=said[run.flash_attention],
        stack=run.stack,
        sharding=None if run.sharding == "tp" else run.sharding,
        offload=run.offload == "yes",
        gpu=run.gpu,
        n_gpus=None if run.n_gpus is None else int(run.n_gpus),
    )


def cases(runs: tuple[MemoryRun, ...], setting: Setting) -> tuple[Architecture, Recipe]:
    """Shapes and recipes of runs, one array entry a run."""
    shapes, recipes = [], []
    for run in runs:
        request = request_of(run)
        model, _, _ = find_model(setting, request.model, request.params)
        shapes.append(model)
        recipes.append(resolve(request, model, setting))
    return stacked(shapes), stacked(recipes)


def log_peak(model: Architecture, recipe: Recipe, constants: Mapping[str, float]) -> Array:
    """Predicted peaks, ln of GB."""
    return np.asarray(np.log(np.sum(list(items_gb(model, recipe, constants).values()), axis=0)))


def regression(runs: tuple[MemoryRun, ...], setting: Setting) -> Regression:
    """What is fitted to the measured peaks."""
    model, recipe = cases(runs, setting)
    return Regression(
        predict=partial(log_peak, model, recipe),
        truth=np.log([run.peak_gb or np.nan for run in runs]),
        family=np.array([run.family for run in runs]),
        parameters=PARAMETERS,
        noise=NOISE,
        family_sd=FAMILY_SD,
    )


def comparable(setting: Setting) -> tuple[MemoryRun, ...]:
    """The measured peaks that belong into a fit and an error table."""
    runs = setting.knowledge.memory_runs
    return tuple(run for run in runs if run.comparable == "yes" and run.outcome == "measured")


def fitted_rows(setting: Setting, as_of: str) -> list[FittedRow]:
    """The rows `memory.…` of fitted.csv."""
    found = regression(comparable(setting), setting)
    return rows_of(found, [(SPREAD, "x peak", None)], "fit-memory", as_of)


def measured(runs: Sequence[MemoryRun], setting: Setting) -> tuple[Array, Array, Words]:
    """Somebody's peaks: ln(measured / predicted), the peaks, and the spread of each."""
    found = regression(tuple(runs), setting)
    errors = found.truth - found.predict(setting.knowledge.constants)
    return errors, np.exp(found.truth), np.full(errors.size, SPREAD)


def judged(setting: Setting) -> tuple[Judged, ...]:
    """Every measured peak against the estimate made without its family."""
    runs = comparable(setting)
    found = judge(
        "peak memory of tuning",
        UNIT,
        tuple(run.id for run in runs),
        regression(runs, setting),
        {
            "method": np.array([run.method for run in runs]),
            "library": np.array([run.stack or "not said" for run in runs]),
            "size": np.array([size_word((run.params_b or 0.0) * 1e9) for run in runs]),
        },
        rules=_rules(runs),
    )
    return (found,)


def _rules(runs: tuple[MemoryRun, ...]) -> dict[str, Array]:
    """What people reckon with: 16 bytes a trained parameter, 2 a frozen one, 0.5 in 4 bit."""
    bare = {"full": 16.0, "lora": 2.0, "other": 2.0, "qlora": 0.5, "frozen": 2.0}
    params = np.array([run.params_b or np.nan for run in runs])
    count = np.array([run.n_gpus if run.sharding in SPLIT else 1.0 for run in runs], float)
    states = np.array([bare[run.method] for run in runs])
    return {
        "weights and states alone": params * states / count,
        "weights and states x 1.2": params * states / count * 1.2,
    }

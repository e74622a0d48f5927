"""A user's own runs: read, held against the estimate, and learned from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from llmchoose.backtest import memory, pretraining, serving, tuning
from llmchoose.backtest.fitted import FittedRow, spread_row
from llmchoose.backtest.fitting import Words
from llmchoose.backtest.judging import Judged, Spread
from llmchoose.errors import InputError, Problem, did_you_mean, quoted
from llmchoose.estimate.finetune.recipes import SHARDED
from llmchoose.estimate.formulas.distributions import Z90, Array, Draws
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.pretrain.timing import UNDATED
from llmchoose.knowledge.build import at_row, checked, read_rows
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.runs import (
    MemoryRun,
    PretrainingRun,
    PublishedRun,
    ServingRun,
    TuningRun,
)

Run = TypeVar("Run", bound=PublishedRun)
OWN_SOURCE = "own-runs"
# What people call our columns.
ALIASES = {
    "name": "id",
    "hardware": "gpu",
    "accelerator": "gpu",
    "trainer": "stack",
    "peak_gb_per_gpu": "peak_gb",
    "throughput_out_tok_s": "output_tokens_per_s",
    "throughput_total_tok_s": "total_tokens_per_s",
    "batch_or_concurrency": "load",
}
# What no run has: a slip of the pen, or another unit.
LEAST, MOST = 1e-9, 1e12
BOUNDS = {
    "params_b": (1e-4, 1e6),
    "active_params_b": (1e-4, 1e6),
    "tokens_b": (1e-6, 1e8),
    "n_gpus": (1.0, 1e6),
    "seq_len": (1.0, 1e8),
    "epochs": (1e-3, 1e4),
    "lora_rank": (1.0, 1e5),
    "micro_batch": (1.0, 1e5),
    "peak_gb": (1e-3, 1e4),
    "year": (1990.0, 2100.0),
}
WORDS: Mapping[str, tuple[object, ...]] = {
    "sharding": tuple(SHARDED),
    "bits": (2.0, 4.0, 8.0, 16.0, 32.0),
    "method": ("full", "lora", "qlora", "frozen"),
    "architecture": ("decoder", "moe_decoder", "encoder", "encoder_decoder"),
}
MOST_RUNS = 5000
# Weight, in runs, of the published scatter against one's own.
PRIOR_RUNS = 4.0


@dataclass(frozen=True)
class Kind:
    """A table of runs that somebody may bring.

    Attributes:
        needs: Columns without which a row says nothing.
        row: Its row class; `fills` what a user need not say.
        measures: ln(measured / predicted) of each run by the shipped constants, and the id of the
            spread row that holds for it.
        also: Spread rows of the same quantity asked for in other ways: they learn the same.
    """

    quantity: str
    unit: str
    needs: tuple[str, ...]
    row: type[PublishedRun]
    fills: Mapping[str, str]
    measures: Callable[[Sequence[Any], Setting], tuple[Array, Array, Words]]
    also: tuple[str, ...] = ()


KINDS = (
    Kind(
        "memory",
        memory.UNIT,
        ("params_b", "method", "peak_gb"),
        MemoryRun,
        {"name": "own", "outcome": "measured"},
        memory.measured,
    ),
    Kind(
        "serving",
        serving.UNIT,
        ("gpu", "output_tokens_per_s"),
        ServingRun,
        {"name": "own"},
        serving.measured,
    ),
    Kind(
        "tuning",
        tuning.UNIT,
        ("params_b", "method", "gpu", "gpu_hours"),
        TuningRun,
        {"name": "own", "kind": "run"},
        tuning.measured,
    ),
    Kind(
        "pretraining",
        pretraining.UNIT,
        ("params_b", "tokens_b", "gpu", "gpu_hours"),
        PretrainingRun,
        {"model": "own", "kind": "scratch", "architecture": "decoder"},
        pretraining.measured,
        (UNDATED,),
    ),
)
COMMON = {"family": "own", "comparable": "yes", "verified": "yes", "source": OWN_SOURCE}


@dataclass(frozen=True)
class OwnRuns:
    """A user's runs against the estimate, and what they teach.

    Attributes:
        rows: Rows of fitted.csv that move and narrow the spreads for this user.
        notes: Columns that were not read.
    """

    judged: Judged
    rows: tuple[FittedRow, ...]
    notes: tuple[str, ...]


def own_runs(path: str, knowledge: Knowledge) -> OwnRuns:
    """Read a table of runs and hold it against the estimate.

    Args:
        path: A CSV with the columns of one of the tables in `knowledge/data/runs/`.
        knowledge: Hardware, models and the shipped constants.

    Raises:
        InputError: The file is not such a table, or a row of it is wrong.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError((Problem(f"{path} does not exist"),))
    raw = [_renamed(row) for row in read_rows(file)]
    if len(raw) > MOST_RUNS:
        raise InputError((Problem(f"{path} holds {len(raw):,} runs: {MOST_RUNS:,} teach as much"),))
    if not raw:
        raise InputError((Problem(f"{path} holds no runs: only its first line"),))
    kind = _kind(set(raw[0]), file)
    runs, dropped = _typed(raw, kind, file, knowledge)
    setting = Setting(knowledge, Draws(0, 1), knowledge.as_of)
    try:
        errors, measured, spreads = kind.measures(runs, setting)
    except ValueError as error:
        raise InputError((Problem(f"{path}: {error}"),)) from error
    notes = (f"columns that are not read: {', '.join(dropped)}",) if dropped else ()
    return OwnRuns(
        _judged(kind, runs, errors, measured, spreads, knowledge),
        _learned(errors, spreads, kind.also, knowledge),
        notes,
    )


def _renamed(row: Mapping[str, str]) -> dict[str, str]:
    """A row with our names of its columns; a run without an id is called by its model."""
    found = {ALIASES.get(key, key): cell for key, cell in row.items()}
    return found if found.get("id") else {**found, "id": found.get("model", "")}


def _kind(columns: set[str], file: Path) -> Kind:
    for kind in KINDS:
        if columns.issuperset(kind.needs):
            return kind
    lists = "; ".join(f"{kind.quantity}: {', '.join(kind.needs)}" for kind in KINDS)
    nearest = min(KINDS, key=lambda kind: len(set(kind.needs) - columns))
    missing = sorted(set(nearest.needs) - columns)
    guesses = [guess for name in missing if (guess := did_you_mean(name, columns))]
    hint = f"{missing[0]}: {guesses[0]}" if guesses else f"columns needed are {lists}"
    raise InputError((at_row(file, -1, "these columns are not those of a table of runs", hint),))


def _typed(
    raw: Sequence[Mapping[str, str]], kind: Kind, file: Path, knowledge: Knowledge
) -> tuple[tuple[Any, ...], list[str]]:
    known = {field.name for field in fields(kind.row)}
    filled: list[dict[str, Any]] = []
    for number, row in enumerate(raw, 1):
        said = {key: cell for key, cell in row.items() if cell and key in known}
        told: dict[str, Any] = {"id": f"run {number}", "as_of": knowledge.as_of, **COMMON}
        told |= {**kind.fills, **{key: cell for key, cell in said.items() if cell}}
        told["source"] = [told["source"]]
        filled.append(told)
    runs = tuple(checked(filled, list[kind.row], file))  # type: ignore[name-defined]
    _check_names(runs, file, knowledge)
    _check_numbers(runs, kind, file)
    _check_words(runs, file)
    return runs, sorted({key for row in raw for key in row} - known)


def _check_names(runs: Sequence[Any], file: Path, knowledge: Knowledge) -> None:
    for row, run in enumerate(runs):
        found = match(run.gpu, knowledge.gpus) if run.gpu else None
        if found is not None and found.row is None:
            close = f"did you mean {' or '.join(found.close)}?" if found.close else ""
            message = f"{quoted(run.gpu)} is no accelerator of the catalogue"
            raise InputError((at_row(file, row, message, close),))


def _check_numbers(runs: Sequence[Any], kind: Kind, file: Path) -> None:
    for row, run in enumerate(runs):
        for name in (field.name for field in fields(kind.row)):
            value = getattr(run, name)
            low, high = BOUNDS.get(name, (LEAST, MOST))
            wrong = isinstance(value, float | int) and not low <= value <= high
            if wrong or (value is None and name in kind.needs):
                message = f"{name} of {quoted(run.id)} is no number from {low:g} to {high:g}"
                raise InputError((at_row(file, row, message),))


def _check_words(runs: Sequence[Any], file: Path) -> None:
    for row, run in enumerate(runs):
        for name, words in WORDS.items():
            value = getattr(run, name, None)
            if value is not None and value not in words:
                known = [f"{word:g}" if isinstance(word, float) else str(word) for word in words]
                message = f"{name} of {quoted(run.id)} is {quoted(str(value))}"
                hint = did_you_mean(str(value), known) or f"there are {', '.join(known)}"
                raise InputError((at_row(file, row, message, hint),))


def _judged(
    kind: Kind,
    runs: Sequence[Any],
    errors: Array,
    measured: Array,
    spreads: Words,
    knowledge: Knowledge,
) -> Judged:
    rows = [knowledge.fitted[name] for name in spreads]
    bare = measured / np.exp(errors)
    return Judged(
        quantity=f"your own runs: {kind.quantity}",
        unit=kind.unit,
        ids=tuple(run.id for run in runs),
        measured=measured,
        predicted=bare * [row.value for row in rows],
        low=bare * [row.low or row.value for row in rows],
        high=bare * [row.high or row.value for row in rows],
        groups={},
    )


def _learned(
    errors: Array, spreads: Words, also: Sequence[str], knowledge: Knowledge
) -> tuple[FittedRow, ...]:
    """Spread rows for this user: shifted by what the runs have in common, and narrowed."""
    rows = []
    for name in sorted({*spreads.tolist(), *also}):
        shipped = knowledge.fitted[name]
        own = errors if name in also else errors[spreads == name]
        found, middle = learn(own, shipped.value, shipped.low or 1.0, shipped.high or 1.0)
        note = f"the published spread after {own.size} runs of one's own"
        row = spread_row(name, found, shipped.unit, OWN_SOURCE, knowledge.as_of, note, middle)
        rows.append(row)
    return tuple(rows)


def learn(errors: Array, value: float, low: float, high: float) -> tuple[Spread, float]:
    """The spread for an organisation after some of its runs, and its middle.

    Half of the published variance is taken to lie between organisations, half within one: the
    mean of the runs is drawn towards the published middle, and the scatter towards the published
    one, each the more the fewer runs there are.

    Args:
        errors: ln(measured / predicted) of the runs.
        value: Middle of the published spread.
        low: Its p10.
        high: Its p90.

    Source: Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.5 (normal mean) and 2.6.
    """
    middle, variance = np.log(value), (np.log(high / low) / (2 * Z90)) ** 2
    between = within = variance / 2
    mean = float(np.mean(errors)) - middle
    scatter = float(np.sum((errors - np.mean(errors)) ** 2))
    inside = (PRIOR_RUNS * within + scatter) / (PRIOR_RUNS + errors.size - 1)
    weight = between / (between + inside / errors.size)
    centre = middle + weight * mean
    width = Z90 * np.sqrt(between * (1 - weight) + inside)
    return Spread(float(np.exp(centre - width)), float(np.exp(centre + width))), float(
        np.exp(centre)
    )

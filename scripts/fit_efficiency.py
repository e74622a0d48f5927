"""Fit the efficiency of pretraining on published runs and write `efficiency.csv`."""

# What the rows of efficiency.csv mean (every name in backticks is a row's id):
#
#   mfu = `mfu_base`
#         x (N / `size_reference`) ** `size_exponent`    N: active parameters in billions, clipped
#                                                        to `size_min` .. `size_max`
#         x (n / `count_reference`) ** `count_exponent`  n: accelerators, clipped to `count_min` ..
#                                                        `count_max`; 1 where n is unknown
#         x `mfu_factor.<class>`                         gpus.csv says which, column mfu_class
#         x `few_accelerators`                           where n <= `few_accelerators.most`
#         x `before_flash_attention`                     year < `before_flash_attention.until`
#         x `year_growth` ** (year - `year_reference`)   decimal, from `year_min` to `year_max`
#         x `mfu_factor.moe`                             mixture of experts, N its active ones
#         x `mfu_factor.encoder`                         encoders
#
#   a draw      min(mfu x exp(`mfu_sd` x z), `mfu_max`), z standard normal: `mfu_sd` is the error on
#               families that the fit has not seen, so it holds what no feature tells
#   GPU-hours   tokens x (6 N + a L h s) / (3600 x dense bf16 or fp16 peak x mfu), with N in
#               parameters, a = 6 for decoders (masked positions not counted) and 12 for encoders,
#               s the sequence length, and L layers of width h from N = 12 L h^2 with h = 110 L
#
# It is the whole run's efficiency, with restarts, evaluation and waiting. Utilisation while
# running, as papers report it, is mfu / `goodput`.
#
# The fit: ridge regression of ln(mfu), a prior around no effect for each coefficient (its sd stands
# in `features`) and an intercept for each family, so that a long series does not count many times.
# No run is known by name. Features and priors were chosen by people who knew fits on much the same
# runs, so the printed errors flatter a little. Priors half and twice as wide (rms 0.34 and 0.30),
# heavy tails and a term for logged hours were tried once (no gain) and not taken.

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DATA = Path(__file__).parents[1] / "src" / "llmchoose" / "knowledge" / "data"
TARGET = DATA / "efficiency.csv"
COLUMNS = ("id", "value", "unit", "low", "high", "source", "as_of", "note")
AS_OF = "2026-11"
FIT, JUDGEMENT, BENCHMARKS = "run-efficiency-fit", "judgement", "run-llm-foundry-benchmarks"

CLASSES = ("a100_40gb", "h100", "other", "tpu", "v100")  # beside the base class
BASE_CLASS = "a100_80gb"
SIZE_B, COUNT, YEAR = 10.0, 512.0, 2023.0  # where the factors are 1
FEW, FLASH_ATTENTION = 16, 2022.5  # one or two nodes; the first month libraries carried it
USUAL_SEQ_LEN, HIDDEN_PER_LAYER = 2048.0, 110.0
MFU_MAX = 0.642  # highest utilisation that the benchmarks' tables show (7B on eight A100-80GB)
PRIOR_MFU, PRIOR_MFU_SD, FAMILY_SD, RUN_SD = 0.3, 1.0, 0.2, 0.25
Z10 = 1.2815515655446004  # standard normal: the 80 % band is -Z10 to Z10


class Runs(NamedTuple):
    """Comparable runs, one array a column; `log_mfu` is what the fit explains."""

    id: list[str]
    family: NDArray[np.str_]
    size_b: Floats
    n_gpus: Floats
    year: Floats
    hours: Floats
    reported: Floats
    log_mfu: Floats
    x: Floats


def flops_per_token(params: Floats, seq_len: Floats, encoder: Floats) -> Floats:
    """Training FLOPs a token: 6 N and attention.

    Source: Kaplan et al. 2020, table 1 and section 2.1; Narayanan et al. 2021, equation 3.
    """
    layers = np.cbrt(params / (12 * HIDDEN_PER_LAYER**2))
    return np.asarray(6 * params + 6 * (1 + encoder) * layers**2 * HIDDEN_PER_LAYER * seq_len)


def features(
    size_b: Floats,
    count: Floats,
    year: Floats,
    gpus: Sequence[str],
    moe: Floats,
    encoder: Floats,
) -> dict[str, tuple[Floats, float]]:
    """Columns that a plan knows, by row id, each with the prior sd of its coefficient."""
    known = {row["id"]: row["mfu_class"] for row in _table("gpus.csv")}
    classes = np.array([known[gpu] for gpu in gpus])
    return {
        "mfu_base": (np.ones_like(size_b), PRIOR_MFU_SD),
        "size_exponent": (np.log(size_b / SIZE_B), 0.08),
        "count_exponent": (np.log(count / COUNT), 0.08),
        **{f"mfu_factor.{name}": ((classes == name).astype(float), 0.3) for name in CLASSES},
        "few_accelerators": ((count <= FEW).astype(float), 0.2),
        "before_flash_attention": ((year < FLASH_ATTENTION).astype(float), 0.2),
        "year_growth": (year - YEAR, 0.08),
        "mfu_factor.moe": (moe, 0.2),
        "mfu_factor.encoder": (encoder, 0.2),
    }


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def load_runs() -> tuple[Runs, tuple[str, ...], Floats]:
    """Comparable runs, the ids of their features and the prior sd of each."""
    rows = [row for row in _table("runs/pretraining.csv") if row["comparable"] == "yes"]
    peaks = {row["id"]: row["bf16_tflops"] or row["fp16_tflops"] for row in _table("gpus.csv")}

    def numbers(column: str, blank: float = np.nan) -> Floats:
        return np.array([float(row[column] or blank) for row in rows])

    def flags(word: str) -> Floats:
        return np.array([float(row["architecture"] == word) for row in rows])

    gpus = [row["gpu"] for row in rows]
    peak = np.array([float(peaks[gpu]) for gpu in gpus]) * 1e12
    active, size_b = numbers("active_params_b"), numbers("params_b")
    size_b = np.where(np.isnan(active), size_b, active)
    seq_len, encoder = numbers("seq_len", USUAL_SEQ_LEN), flags("encoder")
    work = numbers("tokens_b") * 1e9 * flops_per_token(size_b * 1e9, seq_len, encoder)
    # An unpublished count: what would finish in a month at the prior's efficiency, a node at least.
    month = np.maximum(work / (peak * PRIOR_MFU * 30 * 86400), 8.0)
    count = np.where(np.isnan(numbers("n_gpus")), month, numbers("n_gpus"))
    year, hours = numbers("year"), numbers("gpu_hours")
    named = features(size_b, count, year, gpus, flags("moe_decoder"), encoder)
    runs = Runs(
        [row["id"] for row in rows],
        np.array([row["family"] for row in rows]),
        size_b,
        count,
        year,
        hours,
        numbers("mfu_reported"),
        np.log(work / (hours * 3600 * peak)),
        np.column_stack([column for column, _ in named.values()]),
    )
    return runs, tuple(named), np.array([sd for _, sd in named.values()])


def fit(runs: Runs, rows: NDArray[np.bool_], prior_sd: Floats) -> tuple[Floats, Floats]:
    """Coefficients and their sd: ridge regression of `log_mfu`, an intercept for each family."""
    families = np.unique(runs.family[rows])
    own = (runs.family[rows][:, None] == families).astype(float)
    design = np.hstack([runs.x[rows], own])
    sd = np.concatenate([prior_sd, np.full(families.size, FAMILY_SD)])
    start = np.zeros(sd.size)
    start[0] = np.log(PRIOR_MFU)
    precision = design.T @ design / RUN_SD**2 + np.diag(sd**-2)
    pull = design.T @ runs.log_mfu[rows] / RUN_SD**2 + start / sd**2
    covariance = np.linalg.inv(precision)
    known = prior_sd.size
    return (covariance @ pull)[:known], np.sqrt(np.diag(covariance))[:known]


def unseen_errors(runs: Runs, prior_sd: Floats, rows: NDArray[np.bool_]) -> Floats:
    """ln(predicted / true hours) of each of the rows, its family left out; NaN elsewhere."""
    errors = np.full(runs.hours.size, np.nan)
    for family in np.unique(runs.family[rows]):
        left = rows & (runs.family == family)
        errors[left] = (runs.log_mfu - runs.x @ fit(runs, rows & ~left, prior_sd)[0])[left]
    return errors


def unseen_sds(runs: Runs, prior_sd: Floats) -> Floats:
    """Width of the band for each run, from errors that its family has no part in."""
    sds = np.zeros(runs.hours.size)
    for family in np.unique(runs.family):
        rest = runs.family != family
        sds[~rest] = _rms(unseen_errors(runs, prior_sd, rest)[rest])
    return sds


def _rms(errors: Floats) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def fitted_rows(
    runs: Runs, names: Sequence[str], found: tuple[Floats, Floats], sd: float
) -> list[dict[str, str]]:
    """Rows of efficiency.csv, sorted by id."""
    rows = []
    for name, mean, spread in zip(names, *found, strict=True):
        band = mean + spread * Z10 * np.array([-1.0, 0.0, 1.0])
        low, value, high = band if name.endswith("_exponent") else np.exp(band)
        rows.append(_row(name, value, UNITS.get(name, "x mfu"), FIT, _note(name), low, high))
    share = np.exp(runs.log_mfu) / runs.reported
    low, middle, high = np.quantile(share[~np.isnan(share)], [0.1, 0.5, 0.9])
    note = f"whole run over reported utilisation, {np.sum(~np.isnan(share))} runs"
    base = f"mfu_factor.{BASE_CLASS}"
    rows += [
        _row(base, 1.0, "x mfu", FIT, _note(base)),
        _row("goodput", middle, "fraction", FIT, note, low, high),
        _row("mfu_sd", sd, "ln", FIT, "root mean square error on families left out of the fit"),
        _row(
            "mfu_max",
            MFU_MAX,
            "fraction of dense peak",
            BENCHMARKS,
            "highest in the tables: 7B at 2,048 tokens on eight A100-80GB; caps every draw",
        ),
        _row("few_accelerators.most", FEW, "accelerators", JUDGEMENT, "one or two nodes"),
        _row("before_flash_attention.until", FLASH_ATTENTION, "year", JUDGEMENT, ""),
    ]
    for what, unit, seen, reference in (
        ("size", "billion active parameters", runs.size_b, SIZE_B),
        ("count", "accelerators", runs.n_gpus, COUNT),
        ("year", "year", runs.year, YEAR),
    ):
        rows += [
            _row(f"{what}_min", seen.min(), unit, FIT, "least of the runs"),
            _row(f"{what}_max", seen.max(), unit, FIT, "greatest of the runs"),
            _row(f"{what}_reference", reference, unit, JUDGEMENT, "where the factor is 1"),
        ]
    return sorted(rows, key=lambda row: row["id"])


UNITS = {
    "mfu_base": "fraction of dense peak",
    "size_exponent": "power",
    "count_exponent": "power",
    "year_growth": "x mfu a year",
}
NOTES = {
    "mfu_base": "whole run of a dense decoder at the references on A100-80GB",
    "before_flash_attention": "attention that reads its matrices from memory",
    "mfu_factor.moe": "on active parameters",
    "mfu_factor.encoder": "bidirectional attention counted in full",
    "mfu_factor.other": "accelerators of no other class: hardly any runs, take it with care",
}


def _note(name: str) -> str:
    return NOTES.get(
        name, "accelerators of this mfu_class" if name.startswith("mfu_factor") else ""
    )


def _row(
    name: str,
    value: float,
    unit: str,
    source: str,
    note: str,
    low: float | None = None,
    high: float | None = None,
) -> dict[str, str]:
    ends = ("" if end is None else f"{end:.4g}" for end in (low, high))
    text = f"{value:.6g}" if low is None else f"{value:.4g}"
    return dict(zip(COLUMNS, (name, text, unit, *ends, source, AS_OF, note), strict=True))


def render(rows: Sequence[dict[str, str]]) -> str:
    """CSV text of the rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _summary(name: str, errors: Floats, sds: Floats, runs: Runs) -> str:
    inside, size = np.abs(errors) <= Z10 * sds, np.abs(errors)
    by_family = np.mean([np.mean(inside[runs.family == each]) for each in np.unique(runs.family)])
    return (
        f"{name:22s}{100 * np.median(np.abs(np.expm1(errors))):8.1f}"
        f"{100 * np.mean(size <= np.log(2)):12.1f}{np.exp(size.max()):8.2f}{_rms(errors):8.3f}"
        f"{100 * inside.mean():12.0f}{100 * by_family:12.0f}"
    )


def _shown(run: str, runs: Runs, errors: Floats, sds: Floats) -> str:
    at = runs.id.index(run)
    mfu = np.exp(runs.log_mfu[at] - errors[at] + sds[at] * Z10 * np.array([1.0, 0.0, -1.0]))
    low, hours, high = runs.hours[at] * np.exp(runs.log_mfu[at]) / np.minimum(mfu, MFU_MAX)
    known = f"published {runs.hours[at]:,.0f}"
    return f"{run}: {hours:,.0f} GPU-hours ({low:,.0f} .. {high:,.0f}), {known}"


def main() -> int:
    """Fit, print how wrong it is on families it has not seen, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    parser.add_argument("--show", action="append", default=[], help="run to predict unseen")
    call = parser.parse_args()
    runs, names, prior_sd = load_runs()
    everything = np.ones(runs.hours.size, bool)
    if unknown := sorted(set(call.show) - set(runs.id)):
        parser.error(f"{', '.join(unknown)}: no comparable run of runs/pretraining.csv")
    errors, sds = unseen_errors(runs, prior_sd, everything), unseen_sds(runs, prior_sd)
    text = render(fitted_rows(runs, names, fit(runs, everything, prior_sd), _rms(errors)))
    constant = runs._replace(x=runs.x[:, :1])
    flat = unseen_errors(constant, prior_sd[:1], everything)
    print(f"{runs.hours.size} runs of {np.unique(runs.family).size} families, each family left out")
    print(f"{'':22s}median %  within 2x %  worst  rms ln  in 80 % band  by family")
    print(_summary("constant utilisation", flat, unseen_sds(constant, prior_sd[:1]), runs))
    print(_summary("fit", errors, sds, runs))
    for run in call.show:
        print(_shown(run, runs, errors, sds))
    if call.check:
        return int(not TARGET.exists() or TARGET.read_text("utf-8") != text)
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Published runs and decisions that llmchoose is held against: one frozen row each.

`comparable` says whether a row belongs into a fit and an error table; `why_not` says why one does
not. `family` names rows that are left out of a fit together, so that a run never helps to predict
its sister. A blank cell is unknown (`None`).
"""

from dataclasses import dataclass
from typing import Literal

from llmchoose.knowledge.tables import Ids, Row

YesNo = Literal["yes", "no"]
Way = Literal[
    "prompt", "rag", "managed_finetune", "lora", "full_finetune", "continued_pretrain", "scratch"
]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class PublishedRun(Row):
    """What every table of runs has."""

    family: str
    comparable: YesNo
    why_not: str | None = None
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class PretrainingRun(PublishedRun):
    """A pretraining or continued pretraining run."""

    model: str
    kind: Literal["scratch", "continued"]
    architecture: str
    params_b: float | None = None
    active_params_b: float | None = None
    tokens_b: float | None = None
    seq_len: float | None = None
    gpu: str | None = None
    n_gpus: float | None = None
    gpu_hours: float | None = None
    wall_days: float | None = None
    mfu_reported: float | None = None
    precision: str | None = None
    cost_usd_reported: float | None = None
    energy_mwh: float | None = None
    tco2e: float | None = None
    year: float | None = None
    hours_basis: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class MemoryRun(PublishedRun):
    """The peak memory of one accelerator in a tuning run, GB of 10^9 bytes."""

    name: str
    model: str | None = None
    params_b: float | None = None
    method: Literal["full", "lora", "qlora", "frozen", "other"]
    variant: str | None = None
    bits: float | None = None
    precision: str | None = None
    stack: str | None = None
    dataset: str | None = None
    seq_len: float | None = None
    micro_batch: float | None = None
    lora_rank: float | None = None
    lora_targets: Literal["attention", "all"] | None = None
    grad_checkpointing: YesNo | None = None
    flash_attention: YesNo | None = None
    optimizer: str | None = None
    sharding: str | None = None
    offload: YesNo | None = None
    n_gpus: float | None = None
    gpu: str | None = None
    tokens_per_s_per_gpu: float | None = None
    peak_gb: float | None = None
    outcome: Literal["measured", "minimum", "oom"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class TuningRun(PublishedRun):
    """A tuning run with its time, or a benchmark with its throughput."""

    name: str
    model: str | None = None
    params_b: float | None = None
    method: Literal["full", "lora", "qlora", "frozen", "managed", "other"]
    variant: str | None = None
    stack: str | None = None
    dataset: str | None = None
    examples: float | None = None
    tokens_per_example: float | None = None
    tokens_m: float | None = None
    epochs: float | None = None
    seq_len: float | None = None
    micro_batch: float | None = None
    lora_rank: float | None = None
    grad_checkpointing: YesNo | None = None
    sharding: str | None = None
    offload: YesNo | None = None
    gpu: str | None = None
    n_gpus: float | None = None
    tokens_per_s_per_gpu: float | None = None
    wall_hours: float | None = None
    gpu_hours: float | None = None
    cost_usd_reported: float | None = None
    kind: Literal["throughput", "run", "managed"]
    year: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class ServingRun(PublishedRun):
    """Throughput and latency of one deployment."""

    name: str
    model: str | None = None
    params_b: float | None = None
    active_params_b: float | None = None
    precision: str | None = None
    gpu: str | None = None
    n_gpus: float | None = None
    tensor_parallel: float | None = None
    pipeline_parallel: float | None = None
    input_len: float | None = None
    output_len: float | None = None
    engine: str | None = None
    engine_version: str | None = None
    load: str | None = None
    output_tokens_per_s: float | None = None
    total_tokens_per_s: float | None = None
    ttft_ms: float | None = None
    tpot_ms: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Case(Row):
    """A real decision: its profile says what was known before it, and what was decided.

    Attributes:
        year: When it was taken or told.
        verified: Whether its facts were seen in the source, or come from memory.
        why: Why it went as it did.
    """

    org: str
    year: int
    verified: YesNo
    why: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Comparison(PublishedRun):
    """Scores of one test without and with an approach.

    Attributes:
        beside: Approach that both sides, or the second one alone, are combined with.
        gap: What the first side lacks, the main thing first.
        baseline: What the first side is.
        before: Score of the first side, `after` of the second, `best` of a perfect answer.
        gain_points: After less before, hundredths of the scale.
    """

    approach: Way
    beside: Way | None = None
    gap: Ids
    task: str
    metric: str
    baseline: Literal[
        "same_model_prompted",
        "same_model_with_retrieval",
        "larger_general_model_prompted",
        "tuned_model",
        "tuned_without_domain_pretraining",
        "older_tuned_model",
        "other_model_of_its_time",
    ]
    before: float | None = None
    after: float | None = None
    best: float | None = None
    gain_points: float | None = None
    year: float

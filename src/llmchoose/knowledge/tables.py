"""Rows of the knowledge folder's CSV tables: one frozen model a table.

Units stand in the names of the columns. Dates are ISO texts cut where the source stops
(`2020`, `2020-06`), so that text order is time order and `2020-06` is on or before any day of
that month. A blank cell is unknown (`None`), never zero. Rows are made by `build.py` alone, at
once and not field by field: hence no `__init__`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

# Several ids in one cell, with | between them.
Ids = tuple[str, ...]
Plan = Literal["on_demand", "reserved_1y", "reserved_3y", "spot", "marketplace", "serverless"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Row:
    """A row: where its numbers come from, and when they held."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    source: Ids = ()
    as_of: str = ""
    note: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Source:
    """A document, paper, price list or judgement that facts rest on."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    title: str
    kind: str
    date: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Evidence(Row):
    """A claim of one of the start documents, or a finding of the literature."""

    claim: str
    numbers: str | None = None
    speaks: str | None = None
    place: str | None = None
    conflict: str | None = None
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Gpu(Row):
    """An accelerator; dense peaks in TFLOP/s, purchase prices of the bare card."""

    vendor: str
    name: str
    aliases: Ids = ()
    default_for: Ids = ()
    memory_gb: float
    bandwidth_gb_s: float | None = None
    fp32_tflops: float | None = None
    tf32_tflops: float | None = None
    fp16_tflops: float | None = None
    bf16_tflops: float | None = None
    fp8_tflops: float | None = None
    int8_tops: float | None = None
    fp4_tflops: float | None = None
    interconnect_gb_s: float | None = None
    tdp_w: float | None = None
    form: str | None = None
    gpus_per_node: int | None = None
    mfu_class: str = "other"
    available_from: str | None = None
    withdrawn: str | None = None
    purchase_usd_low: float | None = None
    purchase_usd_typical: float | None = None
    purchase_usd_high: float | None = None
    purchase_as_of: str | None = None
    purchase_source: Ids = ()
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Rent(Row):
    """What a provider asks for one accelerator-hour."""

    gpu: str
    provider: str
    plan: Plan
    usd_per_gpu_hour: float
    host_included: Literal["yes", "no", "unknown"]
    region: str | None = None
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Region(Row):
    """Grid, power and people of a country or cloud region; blanks fall back to World."""

    name: str
    aliases: Ids = ()
    grid_gco2e_per_kwh: float | None = None
    usd_per_kwh: float | None = None
    pue: float | None = None
    engineer_usd_per_month_p10: float | None = None
    engineer_usd_per_month_p50: float | None = None
    engineer_usd_per_month_p90: float | None = None
    people_source: Ids = ()
    verified: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class OpenModel(Row):
    """An open-weights model; `available_from` is its release."""

    name: str
    aliases: Ids = ()
    family: str
    kind: str
    params_b: float | None = None
    active_params_b: float | None = None
    layers: int | None = None
    hidden: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    ffn: int | None = None
    vocab: int | None = None
    mlp: Literal["gated", "plain", "parallel"] | None = None
    tied_embeddings: Literal["yes", "no"] | None = None
    experts: int | None = None
    experts_per_token: int | None = None
    context: int | None = None
    available_from: str | None = None
    tokens_trained_b: float | None = None
    languages: str | None = None
    licence: str | None = None
    commercial_ok: str | None = None
    quality_tier: int | None = None
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class ApiModel(Row):
    """An API model's price over one period; `price_until` is exclusive.

    Attributes:
        weights: Id of the open model that the endpoint runs; None for closed models.
        tier: small, mid or frontier, from which a project that names no model is priced; endpoint
            for further hosts of open weights; embedding and rerank.
        long_from: Input tokens above which the whole request has the `long_` prices.
        batch_discount: Fraction off.
    """

    model: str
    aliases: Ids = ()
    weights: str | None = None
    provider: str
    family: str
    tier: str
    input_usd_per_m: float | None = None
    output_usd_per_m: float | None = None
    cached_input_usd_per_m: float | None = None
    batch_discount: float | None = None
    long_from: int | None = None
    long_input_usd_per_m: float | None = None
    long_output_usd_per_m: float | None = None
    context: int | None = None
    available_from: str | None = None
    withdrawn: str | None = None
    price_from: str | None = None
    price_until: str | None = None
    tunable: str | None = None
    verified: str

    @property
    def name(self) -> str:
        """Name a profile calls it by."""
        return self.model


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class ManagedTuning(Row):
    """A provider's tuning service for one model."""

    provider: str
    model: str
    available_from: str | None = None
    withdrawn: str | None = None
    closed_to_new: str | None = None
    general: Literal["yes", "no"]
    train_usd_per_m_tokens: float | None = None
    input_usd_per_m: float | None = None
    output_usd_per_m: float | None = None
    hosting_usd_per_hour: float | None = None
    minimum_usd: float | None = None
    method: str | None = None
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Stack(Row):
    """A training library: what it keeps in memory, in bytes, and what it does unless told.

    Attributes:
        weight_bytes: A trained weight; `gradient_bytes` its gradient, `master_bytes` its 32-bit
            copy, `moment_bytes` one moment of Adam.
        adapter_bytes: An adapter's weight with its gradient and Adam's moments.
        logits_bytes: A logit, with all the copies its loss makes.
        quantised_activation_bytes: A stored activation over a quantised base, 2 otherwise.
        lora_targets: Matrices that get an adapter: queries and values, attention, or all.
        sharding_full: How it splits full tuning; zero3 holds buckets even on one accelerator.
        sharding_adapters: How it spreads adapters over accelerators.
        slow_sharding: Published recipes of sharded full tuning took several times their roofline.
        peak_counts: What the peaks it prints count: tensors alone, or the whole process.
        lora_dropout: Adapters drop some of their inputs, and keep what is left with its mask.
        gathers_whole_weights: Sharded frozen weights are held whole once.
    """

    name: str
    aliases: Ids = ()
    weight_bytes: float
    gradient_bytes: float
    master_bytes: float
    moment_bytes: float
    adapter_bytes: float
    logits_bytes: float
    quantised_activation_bytes: float
    checkpointing_full: Literal["yes", "no"]
    checkpointing_lora: Literal["yes", "no"]
    checkpointing_qlora: Literal["yes", "no"]
    checkpointing_sharded: Literal["yes", "no"]
    flash_attention: Literal["yes", "no"]
    micro_batch: int
    lora_rank: int
    lora_targets: Literal["attention", "all"]
    lora_dropout: Literal["yes", "no"]
    sharding_full: Literal["zero3", "fsdp"]
    sharding_adapters: Literal["ddp", "fsdp"]
    gathers_whole_weights: Literal["yes", "no"]
    slow_sharding: Literal["yes", "no"]
    peak_counts: Literal["tensors", "process"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Dataset(Row):
    """A well-known tuning set: tokens of a mean example and of the longest."""

    name: str
    aliases: Ids = ()
    mean_tokens: float
    longest_tokens: float | None = None
    examples: float | None = None
    verified: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Optimizer(Row):
    """An optimiser: moments kept of each weight, and the bytes of one if not the library's."""

    name: str
    aliases: Ids = ()
    moments: float
    moment_bytes: float | None = None
    keeps_gradients: Literal["yes", "no"]
    pages_out: Literal["yes", "no"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Language(Row):
    """What a language costs in tokens, and how well existing models know it."""

    name: str
    resources: str
    token_premium_p10: float
    token_premium_p50: float
    token_premium_p90: float
    coverage_p10: float
    coverage_p50: float
    coverage_p90: float
    bytes_per_token: float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Currency(Row):
    """A currency's dated rate."""

    symbol: str
    usd_per_unit: float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Clue(Row):
    """How an answer moves the chances of each kind of gap; `base` is where they start.

    Attributes:
        op: in, not_in (words with blanks between), >=, < (of the middle of a range).
        projects: Real projects that give this answer.
    """

    input: str
    op: Literal["base", "in", "not_in", ">=", "<"]
    value: str | None = None
    none: float
    knowledge: float
    behaviour: float
    format: float
    language: float
    reasoning: float
    projects: float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class GapCoverage(Row):
    """Share of the task that existing models cover in projects that lack one thing."""

    coverage_p10: float
    coverage_p50: float
    coverage_p90: float
    projects: float


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Factor(Row):
    """A constant of the estimate as p10, p50 and p90; all equal when it has no spread."""

    unit: str
    p10: float
    p50: float
    p90: float

    def __post_init__(self) -> None:
        if not self.p10 <= self.p50 <= self.p90:
            raise ValueError(f"{self.id}: p10 <= p50 <= p90 does not hold")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Fitted(Row):
    """A constant fitted to published runs (written by scripts/fit.py), p10 and p90 beside it."""

    value: float
    unit: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class Closure(Row):
    """What share of the room an approach closes for a kind of gap (written by scripts/fit.py).

    The room is what the best existing model, prompted, does not get right; that of continued
    pretraining is what full tuning leaves of it.

    Attributes:
        judged: The share before any comparison was looked at: the one figure written by hand.
        effective_comparisons: How many comparisons the evidence counts for.
        measured: Mean share that the comparisons closed, as published; below 0 if they lost.
    """

    approach: str
    gap: str
    judged: float
    effective_comparisons: float = 0.0
    measured: float | None = None
    p10: float
    p50: float
    p90: float
    unit: str

    def __post_init__(self) -> None:
        if not 0 <= self.p10 <= self.p50 <= self.p90 <= 1:
            raise ValueError(f"{self.id}: 0 <= p10 <= p50 <= p90 <= 1 does not hold")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False, init=False)
class DefaultModel(Row):
    """Which open model is taken for a use and kind of task when the profile names none."""

    use: Literal["tune", "continue", "serve"]
    kinds: Ids
    model: str
    available_from: str

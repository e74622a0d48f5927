"""What is asked of a pretraining run: its size in FLOPs and memory, before any hardware."""

from dataclasses import dataclass, replace
from math import ceil, isfinite

from llmchoose.estimate.formulas import flops, memory
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.efficiency import Conditions, assumed_count
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.lookup import find_model
from llmchoose.estimate.market import peak_tflops
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Gpu

# Encoder-decoders: each token passes the encoder or the decoder, about half of the weights.
SHARE_OF_WEIGHTS = {"decoder": 1.0, "encoder": 1.0, "encoder_decoder": 0.5}
ARCHITECTURES = {"moe_decoder": "decoder", "protein": "encoder"}
PRECISIONS = ("bf16", "fp16", "fp8", "fp32")
SPELLINGS = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float8": "fp8"}
# Weights and gradients in 16 bit: nothing can be trained in less.
LEAST_BYTES = 4.0


@dataclass(frozen=True)
class Run:
    """A pretraining run as asked for; None leaves a figure to the model.

    Attributes:
        params: All parameters; `active_params` those that work on a token (MoE).
        tokens: Tokens seen, repeats counted; None takes the compute-optimal number.
        model: An open model, for its size and shape.
        arch: decoder, encoder or encoder_decoder; the model's when left out, else decoder.
        mfu: Measured utilisation while running, 0 to 1, of the dense peak, as papers report it.
        tokens_per_s: Measured throughput of one accelerator.
        goodput: Whole-run over running efficiency.
        project: Count the experiments and failed runs round the final run as well.
        deadline_days: Look for the cheapest accelerator and count that meets it.
        budget_usd: Look for the fastest that stays within it.
    """

    params: float | None = None
    tokens: float | None = None
    active_params: float | None = None
    arch: str | None = None
    gpu: str | None = None
    n_gpus: int | None = None
    seq_len: int = 2048
    precision: str | None = None
    mfu: float | None = None
    tokens_per_s: float | None = None
    goodput: float | None = None
    continued: bool = False
    project: bool = False
    plan: str = "on_demand"
    region: str = "World"
    model: str | None = None
    deadline_days: float | None = None
    budget_usd: float | None = None


@dataclass(frozen=True)
class Job:
    """What has to be computed.

    Attributes:
        params: All parameters; `active` those that work on a token.
        arch: decoder, encoder or encoder_decoder.
        dense: FLOPs of the matrices alone, 6 N D.
        attention: FLOPs of attention.
        notes: What was assumed, in words.
    """

    run: Run
    params: float
    active: float
    arch: str
    tokens: float
    dense: float
    attention: float
    notes: tuple[str, ...]

    @property
    def flops(self) -> float:
        """All FLOPs."""
        return self.dense + self.attention


def job_of(setting: Setting, run: Run) -> Job:
    """Size a request.

    Raises:
        ValueError: A figure makes no sense, or the model is unknown and no size is given.

    Source: Kaplan et al. 2020, section 2.1 and table 1: 6 N D, and 6 L h s a token for attention
        that looks back; Narayanan et al. 2021, equation 3, for 12 L h s where it looks both ways.
    """
    check(run)
    run = replace(run, precision=precision_of(run.precision))
    model, row, notes = find_model(setting, run.model, run.params, run.active_params)
    own = row if row is not None and run.model and match(run.model, (row,)) else None
    known = own.kind if own is not None else "decoder"
    arch = run.arch or ARCHITECTURES.get(known, known)
    # A shape borrowed from a model of about the size brings no parameters with it.
    params = run.params or float(model.params)
    active = run.active_params or (float(model.active) if own is not None else params)
    share = SHARE_OF_WEIGHTS.get(arch, 1.0)
    optimal = flops.compute_optimal_tokens(active, setting.constant("tokens_per_param"))
    tokens = run.tokens or float(optimal)
    looked_at = 12.0 if arch == "encoder" else 6.0
    per_token = looked_at * float(model.layers * model.hidden) * run.seq_len
    return Job(
        run=run,
        params=params,
        active=active,
        arch=arch,
        tokens=tokens,
        dense=float(flops.training(active * share, tokens)),
        attention=per_token * share * tokens,
        notes=notes,
    )


def check(run: Run) -> None:
    """Refuse figures that no run can have.

    Raises:
        ValueError: One of them, with what would do.
    """
    for name, value, low, high, example in (
        ("parameters", run.params, 1e5, 1e15, "7e9"),
        ("active parameters", run.active_params, 1e5, 1e15, "7e9"),
        ("tokens", run.tokens, 1.0, 1e17, "1e12"),
        ("accelerators", run.n_gpus, 1, 1e7, "64"),
        ("tokens in a sequence", run.seq_len, 1, 1e8, "2048"),
        ("utilisation", run.mfu, 1e-4, 1.0, "0.4"),
        ("tokens a second", run.tokens_per_s, 1e-6, 1e9, "3000"),
        ("goodput", run.goodput, 1e-3, 1.0, "0.8"),
        ("days to the deadline", run.deadline_days, 1e-3, 1e5, "42"),
        ("dollars", run.budget_usd, 1e-2, 1e13, "2e6"),
    ):
        if value is not None and not (isfinite(value) and low <= value <= high):
            raise ValueError(
                f"{name}: {value:g} is out of reach; give a number from {low:g} to {high:g}, "
                f"such as {example}"
            )
    if run.mfu is not None and run.tokens_per_s is not None:
        raise ValueError("a measured utilisation or measured tokens a second: give one of the two")
    if run.active_params and run.params and run.active_params > run.params:
        raise ValueError("more parameters are active than there are")


def precision_of(text: str | None) -> str | None:
    """The number format that a word means; of a mixture such as `bf16/fp8` the first.

    Raises:
        ValueError: It is no number format that models are trained in.
    """
    if text is None:
        return None
    first = text.lower().replace("+", "/").split("/")[0].strip()
    found = SPELLINGS.get(first, first)
    if found not in PRECISIONS:
        raise ValueError(f"{text} is no precision of training: take {', '.join(PRECISIONS)}")
    return found


def peak_of(gpu: Gpu, precision: str | None) -> float:
    """Dense peak that a run is counted against, TFLOP/s; bf16's for fp8.

    Raises:
        ValueError: The accelerator has no such arithmetic, or its peak is not known.
    """
    known = [name for name in PRECISIONS if getattr(gpu, f"{name}_tflops")]
    if not known:
        raise ValueError(
            f"no dense peak of {gpu.name} is published, so hours cannot be derived; "
            "name another accelerator"
        )
    # A TPU multiplies in bf16 whatever the weights are kept in; so do cards without fp16.
    if gpu.mfu_class == "tpu" and precision in ("fp16", "fp32"):
        return peak_tflops(gpu)
    if precision is not None and precision not in known:
        raise ValueError(
            f"{gpu.name} has no {precision} arithmetic: it computes in {', '.join(known)}"
        )
    # Training in fp8 keeps attention and optimiser in 16 bit: published utilisations are of bf16.
    if precision == "fp8":
        return peak_tflops(gpu)
    return float(getattr(gpu, f"{precision}_tflops")) if precision else peak_tflops(gpu)


def conditions(setting: Setting, job: Job, gpu: Gpu, n_gpus: Array | float) -> Conditions:
    """What the efficiency of the job depends on, on this many accelerators."""
    return Conditions(
        params=job.params,
        n_gpus=n_gpus,
        memory_gb=gpu.memory_gb,
        gpu_class=gpu.mfu_class,
        year=setting.year,
        moe=job.active < job.params,
        encoder=job.arch == "encoder",
        fp8=job.run.precision == "fp8",
    )


def fewest_gpus(setting: Setting, job: Job, gpu: Gpu) -> int:
    """Accelerators that hold weights, gradients and optimiser between them with room to work."""
    states = float(memory.states_gb(job.params, setting.constant("memory.full_states")))
    return ceil(states / (gpu.memory_gb * setting.constant("memory.usable")))


def usual_count(setting: Setting, job: Job, gpu: Gpu) -> int:
    """Whole nodes for a plan that leaves the count open: the usual time, and room for the model."""
    days, node = setting.constant("planning_days"), gpu.gpus_per_node or 1
    peak = peak_of(gpu, job.run.precision)
    for_time = float(assumed_count(job.flops, peak, days, setting.knowledge.constants))
    return ceil(max(for_time, fewest_gpus(setting, job, gpu)) / node) * node


def check_memory(setting: Setting, job: Job, gpu: Gpu, n_gpus: int) -> str:
    """Refuse what physics forbids; a note where only a frugal optimiser makes it fit.

    Raises:
        ValueError: Not even weights and gradients in 16 bit fit on the accelerators together.

    Source: Rajbhandari et al. 2019, section 3.1 (16 bytes a parameter with Adam).
    """
    least = job.params * LEAST_BYTES / 1e9
    if least > n_gpus * gpu.memory_gb:
        raise ValueError(
            f"{job.params / 1e9:.3g}B parameters take {least:,.0f} GB for weights and gradients "
            f"in 16 bit alone; {n_gpus:,} x {gpu.name} hold {n_gpus * gpu.memory_gb:,.0f} GB. "
            f"At least {fewest_gpus(setting, job, gpu):,} are needed to train with Adam"
        )
    if n_gpus >= fewest_gpus(setting, job, gpu):
        return ""
    return (
        f"16 bytes a parameter do not fit on {n_gpus:,} x {gpu.name}: this needs an 8-bit or "
        "factored optimiser, or offloading"
    )

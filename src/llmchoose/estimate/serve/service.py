"""What somebody asks of a deployment, and what the serving calculator answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.explain import Term
from llmchoose.estimate.formulas.replica import Deployment
from llmchoose.estimate.serve.rivals import Rival
from llmchoose.knowledge.tables import Gpu


@dataclass(frozen=True)
class Service:
    """A deployment as asked for; None leaves a figure open.

    Attributes:
        params: All parameters; `active_params` those that work on a token.
        n_gpus: Accelerators of one copy of the model; None takes the fewest that hold it.
        precision: Number format of the weights.
        concurrency: Requests beside each other on one copy; None as many as memory holds.
        requests_per_second: Peak to be carried; None takes one copy.
        ttft_s: Longest time to the first token, seconds; `tpot_s` between tokens.
        versus: API model to be held against.
        tensor_parallel: Accelerators that share each matrix; `pipeline_parallel` stages.
    """

    params: float | None = None
    active_params: float | None = None
    model: str | None = None
    gpu: str | None = None
    n_gpus: int | None = None
    precision: str = "bf16"
    input_len: float = 512
    output_len: float = 256
    concurrency: float | None = None
    requests_per_second: float | None = None
    ttft_s: float | None = None
    tpot_s: float | None = None
    engine: str = "vllm"
    versus: str | None = None
    tensor_parallel: int | None = None
    pipeline_parallel: int | None = None
    plan: str = "on_demand"
    region: str = "World"


@dataclass(frozen=True)
class Money:
    """What a deployment costs. Arrays are draws.

    Attributes:
        usd_per_hour: Of all replicas, busy or idle; `monthly_usd` the same of a month.
        usd_per_million_output: All cost over the output at full use.
        usd_per_million_read: The cost shared by time: what a million tokens of input take;
            `usd_per_million_written` of output.
    """

    usd_per_hour: Array
    monthly_usd: Array
    usd_per_million_output: Array
    usd_per_million_read: Array
    usd_per_million_written: Array


@dataclass(frozen=True)
class Energy:
    """Energy at the meter of the data centre, and emissions. Arrays are draws."""

    kwh_per_million_output: Array
    kwh_per_month: Array
    tco2e_per_month: Array


@dataclass(frozen=True)
class DeploymentEstimate:
    """What the deployment does and costs. Arrays are draws; None is unknown.

    Attributes:
        deployment: One copy, laid out.
        memory_items: GB of one accelerator by item, middle values.
        max_concurrency: Requests that one copy's memory holds beside each other.
        concurrency: Requests beside each other that the figures are for.
        output_tokens_per_s: Of all replicas, fully used, none waiting; `total_tokens_per_s` with
            the input.
        money: None where no price is known; `energy` where the power is not.
        meets: Whether the latency asked for is kept, by ttft and tpot; None where none is asked.
        step_ms: Milliseconds of a step by part.
    """

    service: Service
    gpu: Gpu
    n_gpus: int
    deployment: Deployment
    memory_gb_per_gpu: Array
    memory_items: Mapping[str, float]
    max_concurrency: int
    concurrency: int
    requests_per_s: Array
    output_tokens_per_s: Array
    total_tokens_per_s: Array
    ttft_ms: Array
    tpot_ms: Array
    replicas: int
    money: Money | None
    energy: Energy | None
    api: Rival | None
    hosted: Rival | None
    meets: Mapping[str, bool | None]
    step_ms: Mapping[str, float]
    terms: tuple[Term, ...]
    advice: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def lower_bound(self) -> bool:
        """Whether a price is missing, so that the cost is higher than any figure given."""
        return self.money is None

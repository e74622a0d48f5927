"""What serving a model comes to before it is estimated: number format, engine, card, layout."""

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llmchoose.errors import quoted
from llmchoose.estimate.formulas.architecture import Architecture
from llmchoose.estimate.formulas.distributions import median
from llmchoose.estimate.formulas.replica import (
    Card,
    Constants,
    Deployment,
    Engine,
    Figure,
    Layout,
    cache_bytes,
    weight_bytes,
    with_usual_experts,
)
from llmchoose.estimate.formulas.serving import BYTES_16BIT, most_requests, requests_per_second
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import peak_tflops
from llmchoose.knowledge.tables import Gpu, OpenModel

Words = NDArray[np.str_]
# Makers count 2^30 bytes to the GB of an accelerator's memory.
GIB = 2.0**30
# Accelerators of these forms reach each other faster than over PCIe.
LINKED = ("SXM", "OAM", "TPU")
# They batch continuously; the others launch every layer from Python, or serve one request.
SERVERS = ("trtllm", "vllm", "sglang", "lmdeploy")
ENGINES = (*SERVERS, "exllamav2", "hf", "litgpt")
SPELLINGS = {
    "tensorrtllm": "trtllm",
    "tensorrt": "trtllm",
    "turbomind": "lmdeploy",
    "exllama": "exllamav2",
    "huggingface": "hf",
    "transformers": "hf",
    "autogptq": "hf",
    "litgptgeneratesequentially": "litgpt",
}
SIXTEEN_BIT = ("bf16", "fp16")
EIGHT_BIT_CACHE = ("fp8", "fp4")
USUAL = tuple(f"serving.usual.{name}" for name in ("share", "coarse", "few", "many"))
FORMATS = (
    (r"nf4.*(dq|double)", "nf4-dq"),
    (r"nf4|bnb(?!.*8)", "nf4"),
    (r"fp8|float8|e4m3|e5m2|f8", "fp8"),
    (r"fp4", "fp4"),
    (r"int4|w4|4-?bit|q4|awq|gptq$", "int4"),
    (r"int8|w8|8-?bit|q8", "int8"),
    (r"bf16|bfloat16", "bf16"),
    (r"fp16|float16|half|f16|16", "fp16"),
    (r"fp32|float32|32", "fp32"),
)
# Fewer bits than one tell no two values apart; more than 32 nobody stores.
LEAST_BITS, MOST_BITS = 1.0, 32.0
_BITS_PER_WEIGHT = re.compile(r"(\d+(?:\.\d+)?) ?bpw")


def precision_of(text: str) -> str:
    """A number format of weights by its usual name: bf16, fp16, fp8, fp4, int8, int4, nf4, 3bpw.

    Raises:
        ValueError: Nobody calls one that.
    """
    low = text.strip().lower().replace("_", "-")
    found = _BITS_PER_WEIGHT.search(low)
    if found:
        if not LEAST_BITS <= float(found[1]) <= MOST_BITS or low.startswith("-"):
            raise ValueError(
                f"{quoted(text)}: a weight takes {LEAST_BITS:g} to {MOST_BITS:g} bits: 4.25bpw"
            )
        return f"{float(found[1]):g}bpw"
    for pattern, name in FORMATS:
        if re.search(pattern, low):
            return name
    raise ValueError(
        f"{quoted(text)} is no number format of weights; there are bf16, fp16, fp8, fp4, int8, int4"
    )


def engine_name(text: str) -> str:
    """An inference engine by its usual name, without its version.

    Raises:
        ValueError: No such engine is known.
    """
    plain = re.sub(r"(-|\s)v?\d[\d.]*.*$|\(.*", "", text.strip().lower())
    parts = re.split(r"[^a-z0-9]+", plain)
    for word in ("".join(parts), *parts):
        name = SPELLINGS.get(word, word)
        if name in ENGINES:
            return name
    raise ValueError(
        f"nothing is known of the engine {quoted(text)}; there are {', '.join(ENGINES)}: "
        "take the one that works most like it"
    )


def bytes_per_param(setting: Setting, model: Architecture, precision: str) -> float:
    """Mean bytes of a weight; embeddings stay in 16 bit beside weights of fewer than 8."""
    found = _BITS_PER_WEIGHT.search(precision)
    narrow = float(found[1]) / 8 if found else setting.constant(f"serving.weight_bytes.{precision}")
    if precision in (*SIXTEEN_BIT, "fp8", "fp32"):
        return narrow
    kept = float(np.mean(model.embedding_params / np.asarray(model.params, float)))
    return narrow + min(kept, 1.0) * (BYTES_16BIT - narrow)


def engine_of(engine: Words, precision: Words, constants: Constants) -> Engine:
    """What engines add; arrays of names of one shape."""
    served = np.logical_or.reduce([engine == name for name in SERVERS])
    plain = engine == "hf"
    slow = np.where(plain & (precision == "fp8"), constants["serving.slow.hf.fp8"], 1.0)
    slow = slow * np.where(np.char.startswith(precision, "nf4"), constants["serving.slow.nf4"], 1.0)
    names = [f"serving.layer.{name}" for name in np.ravel(engine)]
    layer = np.reshape([constants[name] for name in names], np.shape(engine)) * slow
    return Engine(
        layer_s=layer,
        batch_layer_s=np.where(served, constants["serving.layer"], layer),
        step_s=np.where(served, constants["serving.step"], 0.0),
        sequence_s=np.where(served, constants["serving.sequence"], 0.0),
        cache_traffic=np.where(plain, constants["serving.cache_traffic.hf"], 1.0),
        expert_s=np.where(plain, constants["serving.expert.hf"] * slow, 0.0),
    )


def card_of(setting: Setting, gpu: Gpu, precision: str) -> Card:
    """An accelerator as serving sees it; formats it has no arithmetic for run in the next wider.

    Raises:
        ValueError: Its peak or its memory's bandwidth is unknown.
    """
    wide = gpu.bf16_tflops or gpu.fp16_tflops or peak_tflops(gpu)
    if not wide or not gpu.bandwidth_gb_s:
        raise ValueError(
            f"the peak or the bandwidth of {gpu.name} is unknown: serving cannot be estimated on it"
        )
    peaks = {
        "fp8": gpu.fp8_tflops,
        "fp4": gpu.fp4_tflops or gpu.fp8_tflops,
        "fp32": gpu.fp32_tflops,
    }
    link = gpu.interconnect_gb_s or setting.constant("serving.pcie_gb_s")
    return Card(
        peak=(peaks.get(precision) or wide) * 1e12,
        peak_16bit=wide * 1e12,
        bandwidth=gpu.bandwidth_gb_s * 1e9,
        memory=gpu.memory_gb * GIB,
        link=link * 1e9,
    )


def cache_values(setting: Setting, model: Architecture, row: OpenModel | None) -> Figure:
    """Values cached for one token in one layer: keys and values, or one latent vector.

    The catalogue leaves the width of heads blank where a latent vector stands for both (MLA).
    """
    if row is not None and row.heads and row.head_dim is None:
        return setting.constant("serving.latent_values")
    return 2.0 * np.asarray(model.kv_width, float)


def deployment_of(
    setting: Setting,
    model: Architecture,
    row: OpenModel | None,
    gpu: Gpu,
    precision: str,
    engine: str,
    lengths: tuple[Figure, Figure],
    constants: Constants,
) -> Deployment:
    """One copy on one accelerator; `laid_out` spreads it over several."""
    usual = {name: setting.constant(name) for name in USUAL}
    whole = with_usual_experts(model, usual)
    eight_bit = engine == "trtllm" and precision in EIGHT_BIT_CACHE
    return Deployment(
        model=whole,
        card=card_of(setting, gpu, precision),
        engine=engine_of(np.array(engine), np.array(precision), constants),
        layout=Layout(1.0, 1.0),
        bytes_per_param=bytes_per_param(setting, whole, precision),
        cache_values=cache_values(setting, whole, row),
        bytes_per_value=1.0 if eight_bit else BYTES_16BIT,
        four_bit=precision == "fp4" and bool(gpu.fp4_tflops),
        input_len=lengths[0],
        output_len=lengths[1],
    )


def holds(deployment: Deployment) -> bool:
    """Whether the weights and the cache of one request go into memory to the last byte."""
    one = cache_bytes(deployment, deployment.input_len + deployment.output_len)
    memory = deployment.layout.n_gpus * deployment.card.memory
    return median(weight_bytes(deployment) + one) <= median(memory)


def laid_out(
    deployment: Deployment,
    gpu: Gpu,
    n_gpus: int,
    constants: Constants,
    *,
    alone: bool = False,
    tensor: int | None = None,
    pipeline: int | None = None,
) -> Deployment | None:
    """One copy over several accelerators, in the usual way; None where they do not hold it.

    Accelerators with fast links share every matrix (tensor parallel) up to a node, or every layer's
    experts where there are many; without fast links, the way that serves most is taken.

    Args:
        deployment: The copy.
        gpu: Kind of accelerator.
        n_gpus: How many.
        constants: Fitted constants.
        alone: One request at a time is served.
        tensor: Accelerators that share each matrix, where it is given.
        pipeline: Stages, where they are given.

    Source: layouts of the published runs (NVIDIA TensorRT-LLM, perf-overview v0.17 and v1.0).
    """
    ways = _ways(deployment.model, gpu, n_gpus, tensor, pipeline)
    linked = gpu.form in LINKED
    if by_expert(deployment, gpu, n_gpus, alone, constants) and tensor is None:
        spread = replace(deployment, layout=Layout(float(n_gpus), 1.0, expert=True))
        if holds(spread):
            return spread
    if linked:
        ways = ways[:1]
    held = [one for one in (replace(deployment, layout=way) for way in ways) if holds(one)]
    return max(held, key=lambda one: capacity(one, constants), default=None)


def by_expert(
    deployment: Deployment, gpu: Gpu, n_gpus: int, alone: bool, constants: Constants
) -> bool:
    """Whether accelerators usually share this model's experts, not its matrices.

    So do those with fast links that serve many requests of a model of many experts.
    """
    many = float(np.max(deployment.model.experts)) >= constants["serving.expert.parallel_from"]
    return many and gpu.form in LINKED and n_gpus > 1 and not alone


def capacity(deployment: Deployment, constants: Constants) -> float:
    """Requests a second of a copy as full as its memory allows."""
    batch = np.maximum(most_requests(deployment, constants), 1.0)
    return median(requests_per_second(deployment, batch, constants))


def _ways(
    model: Architecture, gpu: Gpu, n_gpus: int, tensor: int | None, pipeline: int | None
) -> list[Layout]:
    """Layouts that cover the accelerators, the most tensor-parallel first."""
    if tensor is not None or pipeline is not None:
        wide = tensor or max(n_gpus // (pipeline or 1), 1)
        deep = pipeline or max(n_gpus // wide, 1)
        if wide * deep != n_gpus:
            raise ValueError(f"{wide} x {deep} accelerators are not {n_gpus}")
        return [Layout(float(wide), float(deep))]
    node = max(gpu.gpus_per_node or 8, 1)
    heads = median(model.heads)
    return [
        Layout(float(wide), float(n_gpus // wide))
        for wide in _divisors(n_gpus)
        if wide <= node and _divides(wide, heads)
    ]


def _divides(wide: int, heads: float) -> bool:
    """Whether heads can be dealt out evenly; a rule's broken number stands for an even one."""
    return heads % wide == 0 if heads == round(heads) else wide & (wide - 1) == 0


def _divisors(count: int) -> Iterable[int]:
    return (one for one in range(count, 0, -1) if count % one == 0)

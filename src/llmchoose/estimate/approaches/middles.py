"""The middle copy of a model on hardware of its own: its card, how many of them, its layout."""

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from math import ceil, log2
from operator import attrgetter
from typing import Any

import numpy as np

from llmchoose.estimate.columns import Column, column_of, map_column
from llmchoose.estimate.formulas.architecture import Architecture, by_size
from llmchoose.estimate.formulas.distributions import Array, Draws, median, middle
from llmchoose.estimate.formulas.replica import Card, Deployment, Layout
from llmchoose.estimate.formulas.serving import BYTES_16BIT
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.market import gpu_for, offered, owns
from llmchoose.estimate.points import middle_of
from llmchoose.estimate.serve.hosting import GIB, card_of, deployment_of, laid_out
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Gpu

# What a team without an engine of its own making would start.
ENGINE, PRECISION = "vllm", "bf16"


OwnCard = tuple[str, Gpu, bool]


def laid_out_as(
    inputs: Inputs,
    shape: Architecture,
    middles: "Column[Usual]",
    lengths: tuple[Array, Array],
) -> Deployment:
    """Copies of models on the cards of their middle copies, laid out as those are.

    Args:
        inputs: Knowledge and constants.
        shape: Shape of the models.
        middles: The middle copies.
        lengths: Tokens that a request reads and writes.
    """
    constants = inputs.knowledge.constants
    gpus = map_column(middles, lambda middle: middle.gpu)
    copy = deployment_of(inputs, shape, None, gpus.one, PRECISION, ENGINE, lengths, constants)
    card, layout = copy.card, layout_of(middles.one)
    if len(gpus.kinds) > 1:
        cards = map_column(gpus, lambda gpu: card_of(inputs, gpu, PRECISION))
        card = Card(*(cards.figure(attrgetter(part.name)) for part in fields(Card)))
    if len(middles.kinds) > 1:
        layouts = map_column(middles, layout_of)
        layout = Layout(
            layouts.figure(lambda layout: layout.tensor),
            layouts.figure(lambda layout: layout.pipeline),
            layouts.figure(lambda layout: layout.expert),
        )
    return replace(copy, card=card, layout=layout)


def usual_of(
    inputs: Inputs,
    params: Array | float,
    active: Array | float,
    lengths: tuple[Array, Array],
) -> "Column[Usual]":
    """The middle copy of each project: one for all draws of it."""
    vocab = inputs.constant("architecture.vocab")
    whole = _sizes(params)
    sizes = (whole, whole if active is params else _sizes(active))
    if not inputs.many and len(sizes[0]) == 1:
        usual = (_half_octave(median(lengths[0])), _half_octave(median(lengths[1])))
        size = (sizes[0][0], sizes[1][0], vocab)
        return Column((_usual(inputs.knowledge, _own_cards(inputs)[0], size, usual),))
    rows = inputs.n_rows or 1
    octaves = (
        np.broadcast_to(
            2 ** (np.round(2 * np.log2(middle_of(inputs, one)[..., 0])) / 2), rows
        ).tolist()
        for one in lengths
    )
    wide = (one * rows if len(one) == 1 else one for one in sizes)
    cards = inputs.once("own cards", lambda: column_of(_own_cards(inputs)))
    # Places of cards are faster to tell apart than cards.
    which = [0] * rows if cards.which is None or not inputs.many else cards.which.tolist()
    alike = column_of(list(zip(which, *wide, *octaves, strict=True)))

    def usual_at(one: tuple[int, float, float, float, float]) -> Usual:
        card, params, active, *usual = one
        size = (params, active, vocab)
        return _usual(inputs.knowledge, cards.kinds[card], size, (usual[0], usual[1]))

    return map_column(alike, usual_at)


def _usual(
    knowledge: Knowledge,
    card: OwnCard,
    size: tuple[float, float, float],
    usual: tuple[float, float],
) -> "Usual":
    day, own, has_it = card
    gpu, n_gpus = _serving_card(knowledge, day, size, sum(usual), own if has_it else None)
    return _made_of(knowledge, size, gpu or own, n_gpus, usual)


def _own_cards(inputs: Inputs) -> list[OwnCard]:
    """Day and accelerator of each project, and whether the project has it."""
    known = inputs.knowledge
    cards = ((project, gpu_for(project, known)[0]) for project in inputs.projects)
    return [(project.day, gpu, owns(project, gpu, known)) for project, gpu in cards]


def _sizes(values: Array | float) -> list[float]:
    """The size that stands for all draws of one, in each row."""
    if np.ndim(values) == 0:
        return [float(values)]
    wide = np.atleast_2d(np.asarray(values))
    alike = np.all(wide == wide[:, :1], axis=-1).tolist()
    sizes = 4 ** np.round(np.log2(middle(wide)[..., 0]) / 2)
    found: list[float] = np.where(alike, wide[:, 0], sizes).tolist()
    return found


def _half_octave(value: float) -> float:
    """The nearest half power of two: lengths that a copy is laid out for."""
    return float(2 ** (round(2 * np.log2(value)) / 2))


def usual_size(params: Array) -> float:
    """The size that stands for all draws of one: its middle, to a power of four."""
    return float(4 ** round(np.log2(median(params)) / 2))


@dataclass(frozen=True, eq=False, repr=False)
class Usual:
    """What the middle copy of a deployment is made of: found once, however many profiles ask.

    There is one for each set of parts, as long as it is remembered: it is its own key.

    Attributes:
        known: What was worked out of it, for the blocks to come.
    """

    knowledge: Knowledge
    size: tuple[float, float, float]
    gpu: Gpu
    n_gpus: int
    lengths: tuple[float, float]
    known: dict[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def _made_of(
    knowledge: Knowledge,
    size: tuple[float, float, float],
    gpu: Gpu,
    n_gpus: int,
    lengths: tuple[float, float],
) -> Usual:
    return Usual(knowledge, size, gpu, n_gpus, lengths)


@lru_cache(maxsize=4096)
def usual_copy(of: Usual) -> Deployment:
    """The middle copy of the draws, laid out over its accelerators."""
    setting, constants = Setting(of.knowledge, Draws(0, 1), ""), of.knowledge.constants
    params, active, vocab = of.size
    copy = deployment_of(
        setting,
        by_size(params, vocab, active),
        None,
        of.gpu,
        PRECISION,
        ENGINE,
        of.lengths,
        constants,
    )
    if of.n_gpus == 1:
        return copy
    chosen = laid_out(copy, of.gpu, of.n_gpus, constants)
    layout = chosen.layout if chosen is not None else Layout(float(of.n_gpus), 1.0)
    return replace(copy, layout=layout)


def layout_of(middle: Usual) -> Layout:
    """How the middle copy lies on its accelerators: there is one way on a single one."""
    return Layout(1.0, 1.0) if middle.n_gpus == 1 else usual_copy(middle).layout


@lru_cache(maxsize=4096)
def _serving_card(
    knowledge: Knowledge,
    day: str,
    size: tuple[float, float, float],
    tokens: float,
    owned: Gpu | None,
) -> tuple[Gpu | None, int]:
    """The card and count that hold the model: those owned, else the least rent on the day."""
    params, active, vocab = size
    model = by_size(params, vocab, active)
    constants, factors = knowledge.constants, knowledge.factors
    cache = 2 * BYTES_16BIT * model.layers * model.kv_width * tokens
    weights = model.params * factors[f"serving.weight_bytes.{PRECISION}"].p50
    need = float(np.asarray(weights + factors["serving.least_batch"].p50 * cache))

    def count(gpu: Gpu) -> int:
        room = gpu.memory_gb * GIB * constants["serving.memory"] - constants["serving.buffers"]
        return int(2 ** ceil(log2(max(need / room, 1.0))))

    if owned is not None:
        return owned, count(owned)
    offers = [(count(gpu), usd, gpu) for gpu, usd in offered(knowledge, day)]
    if not offers:
        return None, 1
    slowest = factors["serving.slowest_token"].p50 * constants["serving.bandwidth.single"]
    read = float(np.asarray(model.active * factors[f"serving.weight_bytes.{PRECISION}"].p50))
    quick = [one for one in offers if read <= slowest * one[0] * (one[2].bandwidth_gb_s or 0) * 1e9]
    n_gpus, _, gpu = min(quick or offers, key=lambda one: (one[0] * one[1], one[2].id))
    return gpu, n_gpus

"""Copies of a model on hardware of one's own: as many as carry a project's peak in time."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.approaches.loads import LoadCurve, by_curve, load_curves
from llmchoose.estimate.approaches.middles import ENGINE, Usual, laid_out_as, usual_of
from llmchoose.estimate.approaches.model import (
    OWN_SERVING,
    Item,
    Training,
)
from llmchoose.estimate.approaches.requests import PROMPTED, prompt_tokens
from llmchoose.estimate.columns import Column, Parts, column_of, map_column, of_rows
from llmchoose.estimate.formulas import cost, serving
from llmchoose.estimate.formulas.architecture import by_size
from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.formulas.replica import Deployment
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.market import rents_of, uses_owned
from llmchoose.estimate.places import Place, place_of
from llmchoose.estimate.power import meters_kwh
from llmchoose.knowledge.tables import Gpu

LIGHT_PARAMS = 1e9
SHORTEST_S = 1e-9
# Taking rows apart is dearer than working out a few of them twice.
MOST_OF = 0.75


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """The copies of a model that carry a project's peak: what they can, and what they cost.

    Attributes:
        most: Requests beside each other that a copy's memory holds.
        capacity: Requests a second of such a full copy.
    """

    item: Item
    gpus: Column[Gpu]
    middles: "Column[Usual]"
    curves: "Column[LoadCurve]"
    most: Array
    capacity: Array
    count: Array
    hours: Array


def own_serving_usd(inputs: Inputs, approach: str, trained: Training) -> Array | None:
    """Dollars a month of serving a trained model; None where no price is known."""
    return copies_of(inputs, approach, trained.params, trained.active).item.usd


def copies_of(inputs: Inputs, approach: str, params: Array, active: Array) -> Kept:
    """As many copies of a model as carry the peak and answer in the time that is allowed.

    Args:
        inputs: Draws.
        approach: Id of the approach that asks them.
        params: Parameters of the model.
        active: Those that work on each token.
    """
    size = (params, active) if inputs.many else (single(params), single(active))
    middles = usual_of(inputs, *size, _lengths(inputs, approach))
    gpus = map_column(middles, lambda middle: middle.gpu)
    n_gpus = middles.figure(lambda middle: middle.n_gpus)
    full = full_copies(inputs, approach, *size, middles)
    capacity = full.capacity * inputs.spread("serving.spread.saturated")
    curves = load_curves(inputs, middles)
    in_time = _load_in_time(inputs, approach, full, curves, capacity)
    count = serving.replicas(
        inputs.number("traffic.requests_per_day"),
        inputs.number("traffic.peak_factor"),
        capacity * in_time,
        inputs.factor("serving.replicas_min"),
    )
    hours = count * n_gpus * inputs.constant("hours_per_month")
    price = rents_of(inputs, gpus)
    usd = None if price is None else cost.rent_usd(hours, price.usd)
    if usd is not None and uses_owned(inputs, gpus.one):
        power = power_usd(inputs, gpus, hours)
        usd = None if power is None else usd * inputs.factor("owned.opportunity") + power
    source = price.source[:3] if price else ()
    note = f"{middles.one.n_gpus} x {gpus.one.name} for each replica"
    item = Item(OWN_SERVING, usd, "monthly", source, note)
    return Kept(item, gpus, middles, curves, full.most, capacity, count, hours)


@dataclass(frozen=True, eq=False, repr=False)
class Full:
    """Copies of a model as full as their memory allows, and each with a request alone.

    Attributes:
        most: Requests beside each other that memory holds.
        capacity: Requests a second of a full copy, before the spread of measured ones.
        alone_s: Seconds of a request that is alone.
        encoder: A small model reads and writes nothing: its time is an encoder's.
    """

    most: Array
    capacity: Array
    alone_s: Array
    encoder: NDArray[np.bool_]


def full_copies(
    inputs: Inputs,
    approach: str,
    params: Array | float,
    active: Array | float,
    middles: "Column[Usual]",
) -> Full:
    """Copies of a model, full and empty; of many projects those that are alike once.

    Args:
        inputs: Draws.
        approach: Id of the approach that asks them.
        params: Parameters of the model.
        active: Those that work on each token.
        middles: The middle copies.
    """
    if not inputs.many:
        return _full(inputs, approach, params, active, middles)
    whole, working = (
        np.broadcast_to(size, (len(inputs.many), np.shape(size)[-1])) for size in (params, active)
    )
    parts, groups = [], _groups(inputs, whole, working, middles)
    if len(groups) == 1 and len(groups[0][1]) > MOST_OF * len(whole):
        return _full(inputs, approach, params, active, middles)
    for rows, alike in groups:
        first = inputs.rows(alike)
        full = _full(first, approach, whole[alike], working[alike], middles.rows(alike))
        parts.append((rows, full))
    return Full(
        *(
            Parts(
                tuple(
                    (rows, of_rows(getattr(full, part.name), places))
                    for (rows, places), full in parts
                ),
                len(inputs.many),
            ).whole()
            for part in fields(Full)
        )
    )


Places = NDArray[np.intp]


def _groups(
    inputs: Inputs, params: Array, active: Array, middles: "Column[Usual]"
) -> list[tuple[tuple[Places, Places], Places]]:
    """Rows that are worked out together: those of exact lengths, whose draws are one, and others.

    Each group: its rows, the place of each among those worked out, and these.
    """
    asked = ("traffic.input_tokens", "traffic.output_tokens")
    exact = np.logical_and.reduce([_exact(inputs, name) for name in asked])
    drawn = params.shape[-1] > 1
    light = np.broadcast_to(inputs.light, inputs.shape)
    kinds = [row.tobytes() for row in light]
    groups = []
    for rows in (np.flatnonzero(exact), np.flatnonzero(~exact)):
        if not len(rows):
            continue
        keys = [
            (
                row if drawn else (params[row, 0], active[row, 0]),
                *(inputs.origins[name][row] for name in inputs.origins),
                0 if middles.which is None else middles.which[row],
                inputs.many[row].profile.given("traffic.input_tokens"),
                kinds[row],
            )
            for row in rows.tolist()
        ]
        alike = column_of(keys)
        assert alike.which is not None  # noqa: S101 it was made of rows
        first = np.unique(alike.which, return_index=True)[1]
        groups.append(((rows, alike.which), rows[first]))
    return groups


def _exact(inputs: Inputs, name: str) -> NDArray[np.bool_]:
    found = np.zeros(len(inputs.many), bool)
    for rows, drawn in inputs.parts[name].parts:
        found[rows] = drawn.ndim > 1 and drawn.shape[-1] == 1
    return found


def _full(
    inputs: Inputs,
    approach: str,
    params: Array | float,
    active: Array | float,
    middles: "Column[Usual]",
) -> Full:
    constants = inputs.knowledge.constants
    copy = deployed(inputs, approach, params, active, middles)
    most = np.maximum(serving.most_requests(copy, constants), 1.0)
    engine = inputs.factor(f"serving.engine.{ENGINE}")
    capacity = serving.requests_per_second(copy, most, constants)
    capacity = capacity * engine ** serving.fullness(most, constants)
    alone = 1 / serving.requests_per_second(copy, 1.0, constants)
    return Full(most, capacity, alone, _encoder(inputs, copy))


def _lengths(inputs: Inputs, approach: str) -> tuple[Array, Array]:
    """Tokens that a request reads and writes."""
    prompted = approach if approach in PROMPTED else ""
    read = inputs.once(("read", prompted), lambda: np.maximum(prompt_tokens(inputs, approach), 1.0))
    return read, inputs.once(
        "written", lambda: np.maximum(inputs.number("traffic.output_tokens"), 1.0)
    )


def deployed(
    inputs: Inputs,
    approach: str,
    params: Array | float,
    active: Array | float,
    middles: "Column[Usual]",
) -> Deployment:
    """One copy of each model on its cards, laid out as the middle copy is.

    Args:
        inputs: Draws.
        approach: Id of the approach that asks them.
        params: Parameters of the model.
        active: Those that work on each token.
        middles: The middle copies.
    """
    shape = by_size(params, inputs.constant("architecture.vocab"), active)
    return laid_out_as(inputs, shape, middles, _lengths(inputs, approach))


def sites(inputs: Inputs) -> Column[Place]:
    """Where the accelerators of each project stand."""
    return inputs.column("place", lambda one: place_of(one.region, inputs.knowledge))


def power_usd(inputs: Inputs, gpus: Column[Gpu], gpu_hours: Array) -> Array | None:
    """What the electricity of accelerator-hours costs there; None for a card of unknown power."""
    places = sites(inputs)
    kwh = meters_kwh(inputs, gpus, gpu_hours, places)
    return None if kwh is None else kwh * places.figure(lambda place: place.usd_per_kwh)


def single(values: Array) -> Array | float:
    """A single figure where all draws are the same: formulas are faster on it."""
    first = float(values.flat[0])
    return first if np.all(values == first) else values


def _load_in_time(
    inputs: Inputs,
    approach: str,
    full: Full,
    curves: Column[LoadCurve],
    capacity: Array,
) -> Array:
    """Share of a full copy's load, 0 to 1, under which answers come in the time that is allowed.

    They are never left emptier than `serving.unhurried` allows: more copies make no request faster
    than it is alone.
    """
    allowed = inputs.number("traffic.latency") / 1e3
    if approach == "rag":
        allowed = allowed - inputs.factor("latency.rag_add") / 1e3
    alone = full.alone_s
    crowded = np.maximum(full.most / capacity, alone)
    allowed = np.maximum(allowed, alone * inputs.factor("serving.unhurried"))
    share = (allowed - alone) / np.maximum(crowded - alone, SHORTEST_S)
    return np.where(full.encoder, 1.0, by_curve(curves, "waiting", "load", share))


def own_answer_ms(inputs: Inputs, approach: str, copy: Deployment, batch: Array) -> Array:
    """Milliseconds to a full answer beside so many other requests."""
    constants = inputs.knowledge.constants
    first, between, _ = serving.latency_s(copy, batch, constants)
    engine = inputs.factor(f"serving.engine.{ENGINE}") ** serving.fullness(batch, constants)
    decoder = serving.answer_ms(
        first / engine * 1e3 * inputs.spread("serving.spread.ttft"),
        between / engine * 1e3 * inputs.spread("serving.spread.tpot"),
        np.asarray(copy.output_len, float),
    )
    latency = np.where(_encoder(inputs, copy), inputs.factor("latency.encoder"), decoder)
    return latency + (inputs.factor("latency.rag_add") if approach == "rag" else 0.0)


def _encoder(inputs: Inputs, copy: Deployment) -> NDArray[np.bool_]:
    """Draws in which a small model reads and writes nothing: its time is an encoder's."""
    return np.asarray((np.asarray(copy.model.params) < LIGHT_PARAMS) & inputs.light)

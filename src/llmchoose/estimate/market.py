"""What can be had on a day: accelerators and their prices, models and theirs.

`as_of` hides what came later and what was withdrawn before. A price that no row gives is unknown
(`None`), never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from llmchoose.estimate.columns import Column, column_of
from llmchoose.estimate.formulas import cost
from llmchoose.estimate.formulas.distributions import Array, median, quantile_pick
from llmchoose.estimate.inputs import Inputs, Project, Setting
from llmchoose.estimate.places import WORLD, Place, place_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import ApiModel, Gpu, OpenModel, Rent
from llmchoose.profile.model import OwnedGpus

NO_SPREAD = 2
# Nor is a rent of a list that stopped longer before the others.
RENT_YEARS = 1
RENTED = ("on_demand", "reserved_1y", "reserved_3y", "spot", "marketplace")


class Released(Protocol):
    """A row that came out on a day."""

    @property
    def available_from(self) -> str | None: ...  # noqa: D102


class Dated(Released, Protocol):
    """A row that could be had from one day until another."""

    @property
    def withdrawn(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, eq=False, repr=False)
class Price:
    """Draws of a price, the rows it rests on, and what had to be assumed."""

    usd: Array
    source: tuple[str, ...]
    note: str = ""


def on_sale(row: Dated, day: str) -> bool:
    """Whether the row could be had on an ISO day."""
    return (row.available_from or "") <= day and (not row.withdrawn or row.withdrawn > day)


def since(row: Released, day: str) -> bool:
    """Whether the row had come out by an ISO day, withdrawn since or not."""
    return (row.available_from or "") <= day


def gpu_of(inputs: Inputs) -> tuple[Gpu, str]:
    """The accelerator to price and size with, and a note when it is not the one named."""
    return gpu_for(inputs.projects[0], inputs.knowledge)


def gpus_of(inputs: Inputs) -> Column[Gpu]:
    """The accelerator of each project to price and size with."""
    return inputs.column("gpu", lambda project: gpu_for(project, inputs.knowledge)[0])


def gpu_for(project: Project, knowledge: Knowledge) -> tuple[Gpu, str]:
    """The accelerator of a project, and a note when it is not the one named.

    A card that was not out on the day gives way to the newest data-centre card that was and that
    somebody rented out.
    """
    owned = owned_by(project, knowledge)
    if owned and not project.given("compute.gpu"):
        return max(owned, key=lambda gpu: (owned[gpu] * peak_tflops(gpu), gpu.id)), ""
    return _gpu_named(project.gpu, project.day, knowledge)


@lru_cache(maxsize=1024)
def _gpu_named(name: str, day: str, knowledge: Knowledge) -> tuple[Gpu, str]:
    found = match(name, knowledge.gpus)
    gpu = found.row
    if gpu is not None and since(gpu, day) and peak_tflops(gpu):
        return gpu, found.assumed
    stand_in = newest_gpu(knowledge, day)
    late = gpu is None or not since(gpu, day)
    why = f"was not to be had on {day}" if late else "has no known peak"
    return stand_in, f"{name} {why}; {stand_in.name} is taken"


def owned_by(project: Project, knowledge: Knowledge) -> dict[Gpu, int]:
    """Accelerators that a project owns and the catalogue knows, with their counts."""
    found: dict[Gpu, int] = {}
    answer = project.profile.get("compute.owned")
    for entry in answer if isinstance(answer, tuple) else ():
        gpu = _gpu_called(entry.gpu, knowledge) if isinstance(entry, OwnedGpus) else None
        if gpu is not None and isinstance(entry, OwnedGpus) and peak_tflops(gpu):
            found[gpu] = found.get(gpu, 0) + entry.count
    return found


@lru_cache(maxsize=1024)
def _gpu_called(name: str, knowledge: Knowledge) -> Gpu | None:
    return match(name, knowledge.gpus).row


def uses_owned(inputs: Inputs, gpu: Gpu) -> bool:
    """Whether the plan is to use cards that are owned, and these are of them.

    The projects of a block are alike in this.
    """
    return owns(inputs.projects[0], gpu, inputs.knowledge)


def owns(project: Project, gpu: Gpu, knowledge: Knowledge) -> bool:
    """Whether a project plans to use cards that it owns, and these are of them."""
    wanted = project.acquire == "owned" or not project.given("compute.acquire")
    return wanted and gpu in owned_by(project, knowledge)


def way_of(project: Project, gpu: Gpu, knowledge: Knowledge) -> str:
    """How a project comes by an accelerator: rent, buy or owned."""
    if owns(project, gpu, knowledge):
        return "owned"
    return "rent" if project.acquire == "owned" else project.acquire


def count_owned(inputs: Inputs) -> Any:
    """Accelerators that each project owns of the kind it works on."""
    return inputs.column("owned", lambda one: _count_owned(one, inputs.knowledge)).figure(float)


def _count_owned(project: Project, knowledge: Knowledge) -> int:
    return owned_by(project, knowledge)[gpu_for(project, knowledge)[0]]


def peak_tflops(gpu: Gpu) -> float:
    """Dense peak of the precision models are trained in: bf16, else fp16, else fp32; 0 unknown."""
    return gpu.bf16_tflops or gpu.fp16_tflops or gpu.fp32_tflops or 0.0


def newest_gpu(knowledge: Knowledge, day: str) -> Gpu:
    """The newest data-centre card for training that was out on the day and could be rented."""
    rented = {row.gpu for row in knowledge.rents}
    rows = [
        gpu for gpu in knowledge.gpus if since(gpu, day) and gpu.form == "SXM" and gpu.id in rented
    ]
    oldest = min(knowledge.gpus, key=lambda gpu: gpu.available_from or "9999")
    return max(rows, key=lambda gpu: (gpu.available_from or "", gpu.id), default=oldest)


def rents_of(inputs: Inputs, gpus: Column[Gpu]) -> Price | None:
    """Price of an hour of each project's accelerator; of many, NaN where none is known."""
    if not inputs.many:
        return rent(inputs, gpus.one)
    days = [project.day for project in inputs.many]
    keys = column_of(list(zip(gpus.each(), days, strict=True)))

    def usd(key: tuple[Gpu, str]) -> Array:
        setting = Setting(inputs.knowledge, inputs.draws, key[1])
        return known_usd(_rent(setting, key[0], "on_demand"))

    return Price(keys.draws(usd), ())


def known_usd(price: Price | None) -> Array:
    """Draws of a price; NaN where none is known."""
    return np.full(1, np.nan) if price is None else price.usd


def rent(setting: Setting, gpu: Gpu, plan: str = "on_demand") -> Price | None:
    """Price of an accelerator-hour with its host, over the providers that had it on the day."""
    return _rent(Setting(setting.knowledge, setting.draws, setting.day), gpu, plan)


@lru_cache(maxsize=256)
def _rent(setting: Setting, gpu: Gpu, plan: str) -> Price | None:
    rows, note = _rows_of_day(setting.knowledge, setting.day, gpu, plan)
    if not rows:
        return None
    surcharge = median(setting.factor("host_surcharge"))
    prices = [
        row.usd_per_gpu_hour * (surcharge if row.host_included == "no" else 1.0) for row in rows
    ]
    drawn = quantile_pick(setting.draws.normal("rent"), prices)
    if len(prices) < NO_SPREAD:
        drawn = drawn * setting.factor("rent_spread")
        note = note or f"the price of {gpu.name} is that of one provider ({rows[0].provider})"
    return Price(drawn, tuple(dict.fromkeys(i for row in rows for i in row.source)), note)


@lru_cache(maxsize=64)
def offered(knowledge: Knowledge, day: str) -> tuple[tuple[Gpu, float], ...]:
    """Data-centre cards that were for rent on the day, each with its middle price an hour."""
    found = []
    for gpu in knowledge.gpus:
        if gpu.form in ("SXM", "PCIe") and since(gpu, day) and peak_tflops(gpu):
            rows, note = _rows_of_day(knowledge, day, gpu, "on_demand")
            if rows and not note:
                prices = sorted(row.usd_per_gpu_hour for row in rows)
                found.append((gpu, prices[len(prices) // 2]))
    return tuple(found)


def _rows_of_day(knowledge: Knowledge, day: str, gpu: Gpu, plan: str) -> tuple[list[Rent], str]:
    """Each provider's newest row up to the day; before any, the first one there is, and a note."""
    rows = knowledge.rents_of.get((gpu.id, plan), ())
    seen = [row for row in rows if row.as_of <= day]
    if seen or not rows:
        return _latest(seen), ""
    first = min(rows, key=lambda row: row.as_of)
    return [first], f"no price before {day}; the first known ({first.as_of}) is used"


def _latest(rows: Sequence[Rent]) -> list[Rent]:
    newest: dict[str, Rent] = {}
    for row in sorted(rows, key=lambda row: (row.as_of, row.id)):
        newest[row.provider] = row
    # A price list that stopped years before the others says little of the day.
    last = max((int(row.as_of[:4]) for row in newest.values()), default=0)
    return [row for row in newest.values() if last - int(row.as_of[:4]) <= RENT_YEARS]


def cards_usd(setting: Setting, gpu: Gpu) -> Price | None:
    """Purchase price of one bare card."""
    typical = gpu.purchase_usd_typical
    if typical is None:
        return None
    low, high = gpu.purchase_usd_low or typical, gpu.purchase_usd_high or typical
    spread = np.clip(setting.draws.normal("purchase"), -3, 3) / 3
    usd = np.exp(
        np.log(typical)
        + np.where(spread < 0, np.log(typical / low), np.log(high / typical)) * spread
    )
    return Price(usd, gpu.purchase_source)


def cluster_usd(setting: Setting, card: Price, n_gpus: float) -> Array:
    """Purchase price of that many cards with their servers and network."""
    return cost.purchase_usd(
        np.full(setting.draws.samples, float(n_gpus)),
        card.usd,
        setting.factor("cluster.server_multiplier"),
        setting.factor("cluster.network_share"),
    )


def clusters_usd(inputs: Inputs, gpus: Column[Gpu], counts: Array) -> Price | None:
    """Purchase price of each project's cards; of many, NaN where none is known."""
    if not inputs.many:
        card = cards_usd(inputs, gpus.one)
        if card is None:
            return None
        return Price(cluster_usd(inputs, card, float(counts.flat[0])), card.source)
    multiplier, network = (
        inputs.factor(f"cluster.{name}") for name in ("server_multiplier", "network_share")
    )
    usd = gpus.draws(lambda gpu: known_usd(cards_usd(inputs, gpu)))
    return Price(cost.purchase_usd(counts, usd, multiplier, network), ())


def owned_usd(setting: Setting, gpu: Gpu, place: Place, *, always: bool = False) -> Price | None:
    """What an hour costs on cards of one's own, with servers, network and space.

    None where the card's price or power is not known.

    Args:
        setting: Knowledge, draws and the day.
        gpu: Accelerator.
        place: Where it stands.
        always: It is counted every hour, as for a service; else an hour of work also pays for
            those in which nothing runs.
    """
    card = cards_usd(setting, gpu)
    if card is None or gpu.tdp_w is None:
        return None
    usd = cost.owned_usd_per_hour(
        cluster_usd(setting, card, 1),
        setting.factor("cluster.life"),
        np.ones(()) if always else setting.factor("cluster.utilisation"),
        kilowatts(setting, gpu.tdp_w, place),
        place.usd_per_kwh,
        setting.factor("cluster.hosting_usd_per_kw"),
    )
    return Price(usd, card.source)


def kilowatts(setting: Setting, tdp_w: float, place: Place) -> Array:
    """Power that one accelerator, its host and its cooling draw at work, kW."""
    return np.asarray(
        tdp_w / 1000 * setting.factor("power_draw") * setting.factor("host_power") * place.pue
    )


def plans_usd(
    setting: Setting, gpu: Gpu, place: Place | None = None, *, always: bool = False
) -> Mapping[str, Price | None]:
    """An accelerator-hour by every plan, owned last; None where no price is known.

    Args:
        setting: Knowledge, draws and the day.
        gpu: Accelerator.
        place: Where an owned one would stand; the world's mean when left out.
        always: Every hour is counted, as for a service.
    """
    rented = {plan: rent(setting, gpu, plan) for plan in RENTED}
    where = place or place_of(WORLD, setting.knowledge)
    return rented | {"owned": owned_usd(setting, gpu, where, always=always)}


def owning_break_even(
    setting: Setting, gpu: Gpu, place: Place, plan: str = "on_demand"
) -> Array | None:
    """Share of its life that an owned accelerator must work to cost an hour what a rented one does.

    None where the card's price, its power or the rent is not known.
    """
    card, price = cards_usd(setting, gpu), rent(setting, gpu, plan)
    if card is None or price is None or gpu.tdp_w is None:
        return None
    power = kilowatts(setting, gpu.tdp_w, place)
    idle = cost.idle_usd_per_hour(
        cluster_usd(setting, card, 1),
        setting.factor("cluster.life"),
        power,
        setting.factor("cluster.hosting_usd_per_kw"),
    )
    return cost.owning_break_even(idle, power * place.usd_per_kwh, price.usd)


def open_models(inputs: Inputs, use: str, kinds: Column[str]) -> Column[OpenModel]:
    """The open model of each project to tune, continue or serve.

    The one that the profile names, else the usual one of the day.
    """
    known = inputs.knowledge

    def of(project: Project, kind: str) -> OpenModel:
        named = project.profile.get("model.open")
        return _open_model(known, project.day, use, kind, named if isinstance(named, str) else None)

    if not inputs.many:
        return Column((of(inputs.projects[0], kinds.one),))
    return column_of(list(map(of, inputs.many, kinds.each())))


@lru_cache(maxsize=1024)
def _open_model(
    knowledge: Knowledge, day: str, use: str, kind: str, named: str | None
) -> OpenModel:
    if named is not None:
        own = match(named, knowledge.open_models).row
        if own is not None and own.params_b and since(own, day):
            return own
    rows = [row for row in knowledge.default_models if row.use == use and kind in row.kinds]
    dated = [row for row in rows if row.available_from <= day] or rows[:1]
    name = max(dated, key=lambda row: row.available_from).model
    return next(row for row in knowledge.open_models if row.id == name)


def params_of(model: OpenModel, *, active: bool = False) -> float:
    """Parameters of a model, all or those that work on a token."""
    billions = (model.active_params_b if active else None) or model.params_b
    assert billions is not None  # noqa: S101 open_model takes no row without a size
    return billions * 1e9


def late_models(inputs: Inputs) -> tuple[str, ...]:
    """Sentences on models that the profile names and that had not come out by the day."""
    tables: Mapping[str, tuple[OpenModel | ApiModel, ...]] = {
        "model.open": inputs.knowledge.open_models,
        "model.api": inputs.knowledge.api_models,
    }
    said = []
    for field, rows in tables.items():
        name = inputs.profile.get(field)
        row = match(name, rows).row if isinstance(name, str) else None
        if row is not None and not since(row, inputs.day):
            said.append(f"{name} came out after {inputs.day}; a usual model of the day is taken")
    return tuple(said)

"""One approach, all formulas together: what it costs, takes, needs and emits for one profile."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.approaches.copies import power_usd, sites
from llmchoose.estimate.approaches.model import (
    EVALUATION,
    KEEPING,
    LABELLING,
    RENEWAL,
    TOOLS,
    TRAINING,
    WORK,
    Acquisition,
    Estimate,
    Item,
    Serving,
    Training,
)
from llmchoose.estimate.approaches.readings import read_estimate, read_profile
from llmchoose.estimate.approaches.requests import DAYS_PER_MONTH
from llmchoose.estimate.approaches.running import retrieval_items, serve
from llmchoose.estimate.approaches.training import (
    PRETRAINED,
    TUNED,
    examples_after_labelling,
    train,
    tuning_tokens,
)
from llmchoose.estimate.columns import Column
from llmchoose.estimate.formulas import cost, energy, people
from llmchoose.estimate.formulas.distributions import Array, middle, summed
from llmchoose.estimate.inputs import Inputs, Setting
from llmchoose.estimate.market import clusters_usd, gpu_of, gpus_of, late_models, rents_of, way_of
from llmchoose.estimate.power import meters_kwh
from llmchoose.estimate.providers import token_prices, tuning_services
from llmchoose.knowledge.tables import Gpu, ManagedTuning

LABELLED = ("managed_finetune", *TUNED, *PRETRAINED)


def estimate_all(inputs: Inputs) -> dict[str, Estimate]:
    """Estimate every approach of the ladder, by id in its order."""
    shared, gpus = read_profile(inputs), gpus_of(inputs)
    note = "" if inputs.many else gpu_of(inputs)[1]
    return {
        approach.id: estimate_approach(inputs, approach.id, shared, gpus, note)
        for approach in inputs.knowledge.approaches
    }


def estimate_approach(
    inputs: Inputs, approach: str, shared: Mapping[str, Array], gpus: Column[Gpu], note: str
) -> Estimate:
    """Estimate one approach.

    Args:
        inputs: Draws of one profile.
        approach: Id of the approach.
        shared: Readings that are the same for every approach.
        gpus: Accelerator to train on.
        note: What had to be assumed to choose it.

    Returns:
        Figures with the sample axis last; a missing price leaves a lower bound that says so.
    """
    training = train(inputs, approach, gpus)
    serving = serve(inputs, approach, training)
    acquisitions = _acquisitions(inputs, training) if training else ()
    weeks, calendar = _effort(inputs, approach)
    items = (
        *_one_time(inputs, approach, training, acquisitions, weeks),
        *_monthly(inputs, approach, training, acquisitions, weeks),
        *serving.items,
        *(retrieval_items(inputs) if approach == "rag" else ()),
    )
    once, monthly = _sum(inputs, items, "one_time"), _sum(inputs, items, "monthly")
    total = once + monthly * inputs.number("time.horizon")
    time_days = calendar if training is None else np.maximum(calendar, training.wall_clock_days)
    kwh, tonnes = _energy(inputs, approach, training, serving)
    return Estimate(
        approach=approach,
        items=_firsts(items) if inputs.many else items,
        one_time_usd=once,
        monthly_usd=monthly,
        total_usd=total,
        lower_bound=any(item.usd is None for item in items),
        training=training,
        acquisitions=() if inputs.many else acquisitions,
        time_days=time_days,
        energy_kwh=kwh,
        tco2e=tonnes,
        readings=read_estimate(
            inputs,
            approach,
            once,
            monthly,
            time_days,
            training,
            serving,
            tonnes,
            _family(inputs, approach, "operations_fte"),
        )
        | shared,
        notes=(*((note,) if note and training else ()), *_late_models(inputs)),
    )


def _firsts(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items of a block without their draws: what is read of them is whether there is a price.

    All of them together would be most of the memory that a block takes.
    """
    return tuple(
        item if item.usd is None else replace(item, usd=item.usd[..., :1].copy()) for item in items
    )


def _late_models(inputs: Inputs) -> tuple[str, ...]:
    return () if inputs.many else inputs.once("late models", lambda: late_models(inputs))


def _family(inputs: Inputs, approach: str, name: str) -> Array:
    usual, light = inputs.factor(f"{name}.{approach}"), f"{name}.{approach}.light"
    if light not in inputs.knowledge.factors:
        return usual
    small = inputs.factor(light)
    return inputs.by_light(lambda is_light: np.where(is_light, small, usual))


def _novelty(inputs: Inputs) -> Array:
    return inputs.by_word("task.novelty", "novelty_spread")


def _effort(inputs: Inputs, approach: str) -> tuple[Array, Array]:
    """Person-weeks and calendar days until production.

    The weeks of the table are those of teams of a usual size; another team takes longer or less,
    and no team works more weeks than it has people and time.
    """
    usual_work = _family(inputs, approach, "work.person_weeks")
    usual_weeks = _family(inputs, approach, "work.calendar_weeks")
    engineers = inputs.number("team.engineers")
    days = people.calendar_days(
        usual_weeks * _novelty(inputs),
        engineers,
        _reference_team(inputs, approach),
        inputs.factor("team_speedup.exponent"),
    )
    most = days * (engineers / people.DAYS_PER_WEEK)
    return np.minimum(usual_work * _novelty(inputs), most), days


def _reference_team(inputs: Inputs, approach: str) -> Array:
    """People for whom the weeks of the table were judged."""
    setting = Setting(inputs.knowledge, inputs.draws, "")

    def people_of(light: NDArray[np.bool_]) -> Array:
        if light.size == 1:
            return _alike_team(setting, approach, bool(light.flat[0]))
        return _team(setting, approach, light)

    return inputs.by_light(people_of)


def _team(setting: Setting, approach: str, light: NDArray[np.bool_]) -> Array:
    known, found = setting.knowledge.factors, []
    for name in (f"work.person_weeks.{approach}", f"work.calendar_weeks.{approach}"):
        small = setting.factor(f"{name}.light" if f"{name}.light" in known else name)
        found.append(middle(np.where(light, small, setting.factor(name))))
    return found[0] / found[1]


@lru_cache(maxsize=64)
def _alike_team(setting: Setting, approach: str, light: bool) -> Array:
    found = _team(setting, approach, np.array([light]))
    found.setflags(write=False)
    return found


def _sum(inputs: Inputs, items: Sequence[Item], when: str) -> Array:
    known = [item.usd for item in items if item.when == when and item.usd is not None]
    if inputs.many:
        # A price that only some of many projects know is NaN.
        known = [_known(usd) for usd in known]
    return summed(known, np.zeros(inputs.draws.samples))


def _known(usd: Array) -> Array:
    # A project knows a price in all of its draws, or in none.
    unknown = np.isnan(usd[..., :1])
    return np.where(unknown, 0.0, usd) if unknown.any() else usd


def _one_time(
    inputs: Inputs,
    approach: str,
    training: Training | None,
    acquisitions: Sequence[Acquisition],
    weeks: Array,
) -> list[Item]:
    work = people.work_usd(weeks, inputs.number("team.cost_per_month"))
    items = [
        Item(
            WORK,
            work,
            "one_time",
            ("judgement",),
            "design, data work, evaluation and integration",
        )
    ]
    items.append(inputs.once(EVALUATION, lambda: _evaluation(inputs)))
    if approach in LABELLED:
        items.append(inputs.once(LABELLING, lambda: _labelling(inputs)))
    if approach == "managed_finetune":
        items.append(_managed_training(inputs))
    if training is not None:
        chosen = _chosen(inputs, acquisitions, training.gpus)
        items.append(
            Item(
                f"{TRAINING} ({chosen.how})",
                chosen.usd,
                "one_time",
                chosen.source,
                chosen.note,
            )
        )
    return items


def _evaluation(inputs: Inputs) -> Item:
    missing = np.maximum(inputs.factor("evaluation.items") - inputs.number("task.eval_examples"), 0)
    each = inputs.factor("evaluation.labels_per_item") * inputs.number("data.labelling_cost")
    usd = missing * each
    return Item(EVALUATION, usd, "one_time", ("miller-2024-error-bars",))


def _labelling(inputs: Inputs) -> Item:
    missing = examples_after_labelling(inputs) - inputs.number("data.labelled_examples")
    usd = np.maximum(missing, 0) * inputs.number("data.labelling_cost")
    return Item(LABELLING, usd, "one_time", ("bucher-2024-finetuned-small",))


def _managed_training(inputs: Inputs) -> Item:
    services = tuning_services(inputs)
    price = token_prices(inputs, services, "train_usd_per_m_tokens")
    if price is None:
        return Item("training at the provider", None, "one_time", (), "no price is known")
    usd = tuning_tokens(inputs) / 1e6 * price.usd * inputs.factor("tuning_runs.managed_finetune")
    least, count = services.figure(_least_usd), len(_trainers(services.one))
    return Item(
        "training at the provider",
        np.maximum(usd, least),
        "one_time",
        price.source[:3],
        f"{count} tuning services",
    )


def _trainers(rows: tuple[ManagedTuning, ...]) -> list[ManagedTuning]:
    return [row for row in rows if row.train_usd_per_m_tokens]


def _least_usd(rows: tuple[ManagedTuning, ...]) -> float:
    return min(((row.minimum_usd or 0.0) for row in _trainers(rows)), default=0.0)


def _chosen(inputs: Inputs, acquisitions: Sequence[Acquisition], gpus: Column[Gpu]) -> Acquisition:
    """The way that the project has, or all projects of a block have."""
    how = way_of(inputs.projects[0], gpus.one, inputs.knowledge)
    return next(option for option in acquisitions if option.how == how)


def training_usd(inputs: Inputs, training: Training) -> Array | None:
    """What a training costs as the project gets its accelerators; None where no price is known."""
    return _chosen(inputs, _acquisitions(inputs, training), training.gpus).usd


def _acquisitions(inputs: Inputs, training: Training) -> tuple[Acquisition, ...]:
    price, asked = rents_of(inputs, training.gpus), _asked_for(inputs, training.gpus)
    card = clusters_usd(inputs, training.gpus, training.counts) if "buy" in asked else None
    rented = None if price is None else cost.rent_usd(training.gpu_hours, price.usd)
    bought = None if card is None else card.usd
    owned = _owned_usd(inputs, training, rented) if "owned" in asked else None
    count = f"{training.n_gpus:,.0f} x {training.gpu.name}"
    note = (price.note if price else "") or f"by the hour, {count}"
    sources = price.source[:3] if price else ()
    return (
        Acquisition("rent", rented, sources, note),
        Acquisition(
            "buy",
            bought,
            (card.source if card else ()) + ("h100-cluster-costs-2024",),
            f"{count} with servers and network; the cluster is yours afterwards",
        ),
        Acquisition("owned", owned, sources, f"power and lost other use of {count}"),
    )


def _asked_for(inputs: Inputs, gpus: Column[Gpu]) -> tuple[str, ...]:
    """Ways whose dollars are read: all of one project, of a block the one that its projects have.

    A bought cluster costs as an owned one once it is there.
    """
    if not inputs.many:
        return ("rent", "buy", "owned")
    how = way_of(inputs.projects[0], gpus.one, inputs.knowledge)
    return ("buy", "owned") if how == "buy" else (how,)


def _owned_usd(inputs: Inputs, training: Training, rented: Array | None) -> Array | None:
    """What owned accelerators would bring elsewhere, and their electricity."""
    lost = None if rented is None else rented * inputs.factor("owned.opportunity")
    power = power_usd(inputs, training.gpus, training.gpu_hours)
    return None if lost is None or power is None else lost + power


def _monthly(
    inputs: Inputs,
    approach: str,
    training: Training | None,
    acquisitions: Sequence[Acquisition],
    weeks: Array,
) -> list[Item]:
    salary = inputs.number("team.cost_per_month")
    fte = np.minimum(_family(inputs, approach, "operations_fte"), inputs.number("team.engineers"))
    keeping = fte * salary
    effort = people.work_usd(weeks * inputs.factor(f"refresh_effort.{approach}"), salary)
    once = effort + _renewal_compute(inputs, training, acquisitions)
    # Renewals that follow each other within a month are small ones: together they cost no more
    # than one full renewal, or than the people who keep the system running.
    renewal = np.minimum(once * _renewals(inputs, approach), np.maximum(keeping, once))
    return [
        Item(KEEPING, keeping, "monthly", ("judgement",)),
        Item(
            RENEWAL,
            renewal,
            "monthly",
            ("judgement",),
            "new data, training again where it is trained, evaluation",
        ),
        Item(
            TOOLS,
            inputs.factor("tools_usd_per_month"),
            "monthly",
            ("judgement",),
        ),
    ]


def _renewal_compute(
    inputs: Inputs, training: Training | None, acquisitions: Sequence[Acquisition]
) -> Array | float:
    """Compute of one renewal: the final run again; a bought cluster is there and costs as owned."""
    if training is None:
        return 0.0
    chosen = _chosen(inputs, acquisitions, training.gpus)
    again = acquisitions[-1] if chosen.how == "buy" else chosen
    if again.usd is None:
        return 0.0
    renewed = again.usd / training.repeats
    return _known(renewed) if inputs.many else renewed


def _energy(
    inputs: Inputs, approach: str, training: Training | None, serving: Serving
) -> tuple[Array | None, Array | None]:
    """Energy of training, its renewals and one's own serving over the horizon.

    Unknown at a provider, and for cards of unknown power.
    """
    places, months, used = sites(inputs), inputs.number("time.horizon"), []
    if training is not None:
        again = _renewals(inputs, approach) * months / training.repeats
        used.append(meters_kwh(inputs, training.gpus, training.gpu_hours * (1 + again), places))
    if serving.gpu_hours is not None and serving.gpus is not None:
        used.append(meters_kwh(inputs, serving.gpus, serving.gpu_hours * months, places))
    known = [kwh for kwh in used if kwh is not None]
    if not used or len(known) < len(used):
        return None, None
    kwh = summed(known, np.zeros(inputs.draws.samples))
    return kwh, energy.tco2e(kwh, places.figure(lambda place: place.grid_gco2e_per_kwh))


def _renewals(inputs: Inputs, approach: str) -> Array:
    """Renewals a month."""

    def renewals() -> Array:
        usual = _a_month(inputs.factor(f"refresh_interval.{approach}"))
        stated = inputs.once("refresh", lambda: inputs.map("ops.refresh", _a_month))
        return np.where(inputs.stated("ops.refresh"), stated, usual)

    return inputs.once(("renewals", approach), renewals)


def _a_month(days: Array) -> Array:
    return DAYS_PER_MONTH / np.maximum(days, 1.0)

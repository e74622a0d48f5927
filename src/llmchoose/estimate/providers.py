"""What providers offer on a day: models behind an API and tuning services, with their prices."""

from collections.abc import Sequence
from functools import lru_cache

from llmchoose.estimate.columns import Column, column_of
from llmchoose.estimate.formulas.distributions import Draws, quantile_pick
from llmchoose.estimate.inputs import Inputs, Project
from llmchoose.estimate.market import Price, known_usd, on_sale, since
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import ApiModel, ManagedTuning

# An API model older than this is still priced when named, but is no longer what one would take.
FRESH_YEARS = 2


def api_rows(inputs: Inputs, kinds: Column[str]) -> tuple[Column[tuple[ApiModel, ...]], str]:
    """API models that would do for each project, each with its price of the day, and a note."""

    def of(project: Project, kind: str) -> tuple[tuple[ApiModel, ...], str]:
        return api_rows_for(project, inputs.knowledge, small=kind == "small")

    if not inputs.many:
        rows, note = of(inputs.projects[0], kinds.one)
        return Column((rows,)), note
    both = zip(inputs.many, kinds.each(), strict=True)
    return inputs.once("api rows", lambda: column_of([of(*one)[0] for one in both])), ""


def api_rows_for(
    project: Project, knowledge: Knowledge, *, small: bool
) -> tuple[tuple[ApiModel, ...], str]:
    """API models that would do for one project, and a note."""
    named = project.profile.get("model.api")
    return _api_rows(knowledge, project.day, named if isinstance(named, str) else None, small=small)


@lru_cache(maxsize=256)
def _api_rows(
    knowledge: Knowledge, day: str, named: str | None, *, small: bool
) -> tuple[tuple[ApiModel, ...], str]:
    rows = knowledge.api_models
    if named is not None:
        own = match(named, rows).row
        periods = [row for row in rows if own is not None and row.model == own.model]
        if any(since(row, day) for row in periods):
            return (price_of(periods, day),), ""
    tiers = ("small", "mid") if small else ("mid", "frontier")
    oldest = f"{int(day[:4]) - FRESH_YEARS}{day[4:]}"
    usable = [
        row
        for row in rows
        if row.tier in tiers
        and on_sale(row, day)
        and row.input_usd_per_m is not None
        and row.output_usd_per_m is not None
    ]
    fresh = [row for row in usable if (row.available_from or "") >= oldest] or usable
    models: dict[str, list[ApiModel]] = {}
    for row in fresh:
        models.setdefault(row.model, []).append(row)
    picked = tuple(price_of(periods, day) for periods in models.values())
    return picked, f"{len(picked)} API models of the day, tiers {' and '.join(tiers)}"


def price_of(periods: Sequence[ApiModel], day: str) -> ApiModel:
    """The price that holds on the day, else the last one before it, else the first one known."""
    dated = sorted(periods, key=lambda row: row.price_from or "")
    begun = [row for row in dated if (row.price_from or "") <= day]
    running = [row for row in begun if not row.price_until or row.price_until > day]
    return (running or begun[-1:] or dated)[0]


def token_prices(
    inputs: Inputs,
    rows: Column[tuple[ApiModel, ...]] | Column[tuple[ManagedTuning, ...]],
    name: str,
) -> Price | None:
    """Dollars a million tokens over the rows of each project.

    None where none of them knows it; of many projects, NaN for those that have none.

    Args:
        inputs: Draws.
        rows: Rows of each project.
        name: Column of the price; dear rows are dear in each of them.
    """
    if not inputs.many:
        return token_price(inputs.draws, rows.one, name)
    return Price(rows.draws(lambda some: known_usd(token_price(inputs.draws, some, name))), ())


@lru_cache(maxsize=512)
def token_price(
    draws: Draws, rows: tuple[ApiModel | ManagedTuning, ...], column: str
) -> Price | None:
    """Dollars a million tokens over the rows that know them; dear rows are dear in each column."""
    priced = [row for row in rows if getattr(row, column)]
    if not priced:
        return None
    prices = [getattr(row, column) for row in priced]
    source = tuple(dict.fromkeys(i for row in priced for i in row.source))
    return Price(quantile_pick(draws.normal("api_price"), prices), source)


@lru_cache(maxsize=256)
def services_on(knowledge: Knowledge, day: str) -> tuple[ManagedTuning, ...]:
    """Every tuning service that takes a newcomer's jobs on an ISO day."""
    return tuple(
        row
        for row in knowledge.managed_tuning
        if row.general == "yes"
        and on_sale(row, day)
        and (not row.closed_to_new or row.closed_to_new > day)
    )


def tuning_services(inputs: Inputs) -> Column[tuple[ManagedTuning, ...]]:
    """Tuning services that take a newcomer's jobs on the day; for the API model named, if any."""
    return inputs.column("services", lambda one: services_for(one, inputs.knowledge))


def services_for(project: Project, knowledge: Knowledge) -> tuple[ManagedTuning, ...]:
    """Tuning services for one project."""
    rows = services_on(knowledge, project.day)
    named = str(project.profile.get("model.api") or "").lower()
    return (tuple(row for row in rows if named in row.model.lower()) or rows) if named else rows


def hosting_usd(rows: Sequence[ManagedTuning]) -> float | None:
    """What hosting a tuned model costs an hour at least; None where a service asks nothing."""
    hosted = [row.hosting_usd_per_hour for row in rows if row.hosting_usd_per_hour]
    return min(hosted) if hosted and len(hosted) == len(rows) else None

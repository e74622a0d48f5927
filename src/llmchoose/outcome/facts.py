"""Facts and sources in one assessment: values as drawn, and which lines of the cost cite them."""

from collections.abc import Collection, Iterator

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.estimate.formulas.distributions import band
from llmchoose.explanation.model import Entry, Listing, Section
from llmchoose.outcome.parts import as_data, here, ladder, maybe_spread, spread

JUDGEMENT = "judgement"


def factor_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """A constant as it was drawn here, and what cites its source."""
    row = assessment.knowledge.factors[name]
    drawn = band(assessment.inputs.factor(name))
    entry = Entry("as drawn here", spread(drawn, row.unit))
    items = cost_items(set(row.source) - {JUDGEMENT}, assessment)
    return (here(assessment, (entry,), as_data(drawn)), *items)


def reading_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """A figure of the estimate for each approach."""
    key = name.removeprefix("est.")
    unit = assessment.knowledge.readings[key].unit
    found = {
        one.approach.id: one.facts.readings[key]
        for one in ladder(assessment)
        if key in one.facts.readings
    }
    known = {one: draws for one, draws in found.items() if np.isfinite(draws).all()}
    data = {one: as_data(band(np.asarray(draws, float))) for one, draws in known.items()}
    entries = [
        Entry(one, spread(band(np.asarray(known[one], float)), unit) if one in known else "unknown")
        for one in found
    ]
    return (here(assessment, entries, data),)


def source_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """Lines of the cost and assumptions that cite a source."""
    assumed = [one.input for one in assessment.inputs.assumptions if name in one.source]
    entries = tuple(Entry(one, "assumed from it") for one in assumed)
    more = (Listing("profile_assumed", "Fields assumed from it", entries),) if entries else ()
    return (*cost_items({name}, assessment), *more)


def gpu_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """Approaches that are trained on an accelerator here."""
    runs = {
        one.approach.id: run
        for one in ladder(assessment)
        if (run := assessment.estimates[one.approach.id].training) and run.gpu.id == name
    }
    entries = tuple(
        Entry(one, f"trained on {run.n_gpus:g}, {spread(band(run.gpu_hours), 'GPU-hours')}")
        for one, run in runs.items()
    )
    return (here(assessment, entries, list(runs)),) if entries else ()


def cost_items(sources: Collection[str], assessment: Assessment) -> tuple[Section, ...]:
    """Lines of the cost that cite one of some sources."""
    entries = tuple(_items(sources, assessment))
    title = "Lines of the cost that cite its source here"
    return (Listing("profile_items", title, entries),) if entries else ()


def _items(sources: Collection[str], assessment: Assessment) -> Iterator[Entry]:
    for one in ladder(assessment):
        for item in assessment.estimates[one.approach.id].items:
            if not set(sources).isdisjoint(item.source):
                when = "once" if item.when == "one_time" else "a month"
                said = f"{item.name}: {maybe_spread(item.usd, 'usd')} {when}"
                yield Entry(one.approach.id, said)

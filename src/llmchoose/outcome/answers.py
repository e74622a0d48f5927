"""What was taken for a field of the profile: the answer, or what is assumed and from where."""

from typing import Any

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.estimate.formulas.distributions import Band, band
from llmchoose.estimate.priors import Assumption
from llmchoose.explanation.model import Entry
from llmchoose.explanation.wording import figure, is_money
from llmchoose.knowledge.fields import Field
from llmchoose.outcome.parts import UNTOLD, as_data, cited, spread
from llmchoose.profile.model import plain
from llmchoose.quantity import Quantity

SHOWN = 3


def answer(name: str, assessment: Assessment) -> Entry:
    """A field with the value that was taken for it."""
    return Entry(name, taken(name, assessment))


def taken(name: str, assessment: Assessment) -> str:
    """The value in words, whether it was given, and where it comes from."""
    field = assessment.knowledge.fields[name]
    given = assessment.profile.get(name)
    if given is not None:
        return f"{_given(given, field)}, given{_place(name, assessment)}"
    found = assumption(name, assessment)
    if found is None:
        return "not given, and nothing is assumed"
    note = f" ({found.note})" if found.note else ""
    return f"{assumed(found, field)}, assumed{cited(found.source)}{note}"


def as_plain(name: str, assessment: Assessment) -> dict[str, Any]:
    """The value as plain data: what was given, or the assumption as the report has it."""
    given = assessment.profile.get(name)
    found = assumption(name, assessment)
    return {
        "field": name,
        "given": None if given is None else plain(given),
        "assumed": None if found is None else _value(found),
        "source": "" if found is None else "|".join(found.source),
        "drawn": _drawn(name, assessment),
    }


def assumption(name: str, assessment: Assessment) -> Assumption | None:
    """What was taken for a field that is left open."""
    return next((one for one in assessment.inputs.assumptions if one.input == name), None)


def assumed(one: Assumption, field: Field) -> str:
    """An assumption's value: a band, or the likeliest words."""
    if isinstance(one.value, Band):
        return spread(one.value, field.unit)
    likely = sorted(one.value.items(), key=lambda pair: -pair[1])[:SHOWN]
    return ", ".join(word if share == 1 else f"{word} {share:.0%}" for word, share in likely)


def _value(one: Assumption) -> dict[str, float]:
    return as_data(one.value) if isinstance(one.value, Band) else dict(one.value)


def _drawn(name: str, assessment: Assessment) -> dict[str, float] | None:
    drawn = assessment.inputs.values.get(name)
    if drawn is None or drawn.dtype.kind != "f":
        return None
    return as_data(band(np.asarray(drawn, float)))


def _given(value: object, field: Field) -> str:
    if isinstance(value, Quantity):
        ends = [figure(end, field.unit) for end in dict.fromkeys((value.low, value.high))]
        said = " to ".join(ends)
        known = field.unit in UNTOLD or is_money(field.unit)
        return said if known else f"{said} {field.unit}"
    found = plain(value)
    if isinstance(found, list):
        return "; ".join(map(_one, found)) if isinstance(found[0], dict) else ", ".join(found)
    return str(found).lower() if isinstance(found, bool) else str(found)


def _one(entry: dict[str, Any]) -> str:
    """One of a list of pilots, accelerators or waivers."""
    parts = {
        key: " to ".join(map(str, value.values())) if isinstance(value, dict) else value
        for key, value in entry.items()
    }
    return ", ".join(f"{key} {value}" for key, value in parts.items())


def _place(name: str, assessment: Assessment) -> str:
    mark = assessment.profile.marks.get(name)
    if mark is None:
        return ""
    return f" by {mark.path}" if mark.path.startswith("--") else f" in line {mark.line}"

"""Numbers, conditions and priors of the knowledge in words."""

import re
from collections.abc import Iterable

from llmchoose.knowledge.fields import Field, Prior
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Comparison, Condition
from llmchoose.knowledge.tables import Clue
from llmchoose.quantity.short import short

MILLION, HUGE, GROUPED_FROM = 1e6, 1e15, 1e4
PREFIX = "est."
DAY, BEFORE = "as_of", "is before"
PLACEHOLDER = re.compile(r"\{([a-z_0-9.]+)\}")
OPERATORS = {
    "==": "is",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is over",
    ">=": "is at least",
    "in": "is one of",
    "contains": "contains",
    "contains_any": "contains one of",
    "only": "is only",
    "between": "lies between",
}


def figure(value: float, unit: str = "") -> str:
    """A number exactly as it stands in the knowledge, in the way its unit is written."""
    if unit == "fraction":
        return f"{100 * value:.6g}%"
    sign = "$" if is_money(unit) else ""
    return f"{sign}{_plain(value)}"


def is_money(unit: str) -> bool:
    """Whether figures of a unit are dollars."""
    return unit.lower().startswith("usd")


def _plain(value: float) -> str:
    if abs(value) >= HUGE:
        return f"{value:g}".replace("e+", "e")
    if abs(value) >= MILLION:
        return short(value, 6)
    return f"{value:,.10g}" if abs(value) >= GROUPED_FROM else f"{value:.10g}"


def listed(names: Iterable[object]) -> str:
    """Names with commas between them."""
    return ", ".join(map(str, names))


def blanks(text: str) -> str:
    """A sentence of the rulebook with its places for figures marked: `<value>` for `{value}`."""
    return PLACEHOLDER.sub(r"<\1>", text)


def condition(rule: Condition, knowledge: Knowledge) -> str:
    """When a rule holds, in words."""
    if rule.always:
        return "always"
    word = " and " if rule.all else " or "
    return word.join(comparison(test, knowledge) for test in rule.tests)


def comparison(test: Comparison, knowledge: Knowledge) -> str:
    """One test in words: `data.labelled_examples is below 50`."""
    if test.than:
        verb = BEFORE if test.input == DAY and test.op == "<" else OPERATORS[test.op]
        return f"{test.input} {verb} {test.than}"
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    unit = unit_of(test.input, knowledge)
    joint = " and " if test.op == "between" else ", "
    said = joint.join(_value(value, unit) for value in values)
    return f"{test.input} {OPERATORS[test.op]} {said}"


def _value(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        said = figure(value, unit)
        plain = unit in ("", "fraction", "x", "flag") or is_money(unit)
        return said if plain else f"{said} {unit}"
    return str(value)


def clue_words(clue: Clue) -> str:
    """The answer that a clue speaks of: `task.kind is one of qa`."""
    if clue.op == "base":
        return "all projects, whatever they answer"
    verb = "is none of" if clue.op == "not_in" else OPERATORS[clue.op]
    return f"{clue.input} {verb} {listed((clue.value or '').split())}"


def unit_of(name: str, knowledge: Knowledge) -> str:
    """The unit of a field or a reading; empty for words."""
    if name.startswith(PREFIX):
        reading = knowledge.readings.get(name.removeprefix(PREFIX))
        return reading.unit if reading else ""
    field = knowledge.fields.get(name)
    return field.unit if field else ""


def type_of(field: Field) -> str:
    """What a field holds: `tokens, in tokens`, `flag`."""
    if field.type == "quantity":
        return f"{field.dimension}, in {field.unit}"
    return f"duration, in {field.unit}" if field.type == "duration" else field.type


def prior_words(prior: Prior, tick: str = "") -> str:
    """What is assumed when a field is left out; `tick` stands round ids and values."""
    first = (
        f"the answer to {tick}{prior.same_as}{tick} if there is one, else " if prior.same_as else ""
    )
    source = f" [{prior.source}, {prior.as_of}]" if prior.source else ""
    return f"{first}{_assumed(prior, tick)}{_lowered(prior, tick)}.{source}"


def _lowered(prior: Prior, tick: str) -> str:
    """What lowers a prior."""
    if prior.at_most:
        column, by = (f"{tick}{name}{tick}" for name in (prior.at_most.column, prior.at_most.by))
        return f"; at most column {column} of {prior.at_most.table}.csv, by {by}"
    return ""


def _assumed(prior: Prior, tick: str) -> str:
    by = f"by {tick}{prior.by}{tick}"
    if prior.table:
        return f"column {tick}{prior.column}{tick} of {prior.table}.csv, {by}"
    if prior.cases:
        cases = (
            f"{word} {points.p10:g} / {points.p50:g} / {points.p90:g}"
            for word, points in prior.cases.items()
        )
        return f"{by}: {'; '.join(cases)} (p10 / p50 / p90)"
    if prior.clues:
        return "shares of clues.csv, as the answers that are given move them"
    if prior.probabilities:
        return ", ".join(f"{word} {share:.0%}" for word, share in prior.probabilities.items())
    if prior.value is not None:
        return f"{tick}{prior.value}{tick}"
    return f"{prior.p10:g} / {prior.p50:g} / {prior.p90:g} (p10 / p50 / p90)"

"""Filling this project's figures into the rulebook's sentences."""

import re

import numpy as np

from llmchoose.decision.conditions import PREFIX, Facts
from llmchoose.errors import InputError, Problem
from llmchoose.quantity.short import short

LARGE_SHARE = 10.0
ONE = re.compile(r"\b1 ((?:labelled )?(?:day|month|example|item|engineer|GPU|time))s\b")
PLACEHOLDER = re.compile(r"\{([a-z_0-9.]+)\}")
FRACTIONS = (
    "base_model_coverage",
    "prompt_baseline",
    "quality_target",
    "budget_share",
    "time_share",
    "ops_share",
    "unread_share",
    "utilisation",
)


def fill(template: str, facts: Facts, **more: str) -> str:
    """Replace `{name}` by the figure of that name: a reading, a field, or a field's last part.

    Args:
        template: Sentence of the rulebook.
        facts: Readings and inputs.
        more: Words that take precedence, such as `value` and `approach`.

    Raises:
        InputError: A placeholder names nothing that exists.
    """
    text = PLACEHOLDER.sub(lambda found: more.get(found[1]) or _figure(found[1], facts), template)
    return ONE.sub(r"1 \1", text)


def _figure(name: str, facts: Facts) -> str:
    if name in facts.readings:
        return show(name, facts.middle(PREFIX + name))
    fields = facts.inputs.values
    full = (
        name
        if name in fields
        else next((field for field in fields if field.split(".")[-1] == name), None)
    )
    if full is None:
        message = f"the placeholder {{{name}}} of a sentence names no field and no reading"
        raise InputError((Problem(message),))
    return show(full, facts.middle(full))


def show_input(name: str, facts: Facts) -> str:
    """An input as a sentence would say it."""
    if name in facts.inputs.lists:
        named = [gap for gap, weight in facts.inputs.lists[name].items() if np.mean(weight) > 0]
        answer = facts.inputs.profile.get(name)
        return " and ".join(map(str, answer) if isinstance(answer, tuple) else named)
    return show(name.removeprefix(PREFIX), facts.middle(name))


def show(name: str, value: str | float) -> str:
    """A figure with the precision a person wants, in the unit its name says."""
    if isinstance(value, str):
        return value.replace("_", " ")
    if name.split(".")[-1] in FRACTIONS:
        return f"{value:.0%}" if value < LARGE_SHARE else f"more than {LARGE_SHARE:.0%}"
    if name.endswith(("_ms", "traffic.latency")):
        return f"{value:,.0f}"
    if name.endswith(("_usd", "_usd_p10", "budget.one_time", "budget.monthly")):
        return "$" + short(value)
    return short(value)

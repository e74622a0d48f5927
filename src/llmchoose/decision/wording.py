"""Filling this project's figures into the rulebook's sentences."""

import re

import numpy as np

from llmchoose.decision.conditions import PREFIX, Facts

PLACEHOLDER = re.compile(r"\{([a-z_0-9.]+)\}")
THOUSANDS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
FRACTIONS = (
    "base_model_coverage",
    "prompt_baseline",
    "quality_target",
    "budget_share",
    "time_share",
    "ops_share",
    "utilisation",
)


def fill(template: str, facts: Facts, **more: str) -> str:
    """Replace `{name}` by the figure of that name: a reading, a field, or a field's last part.

    Args:
        template: Sentence of the rulebook.
        facts: Readings and inputs.
        more: Words that take precedence, such as `value` and `approach`.

    Raises:
        KeyError: A placeholder names nothing that exists.
    """
    return PLACEHOLDER.sub(lambda found: more.get(found[1]) or _figure(found[1], facts), template)


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
        raise KeyError(f"the sentence's placeholder {{{name}}} names no input and no reading")
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
        return f"{value:.0%}"
    if name.endswith(("_usd", "_usd_p10", "budget.one_time", "budget.monthly")):
        return "$" + short(value)
    return short(value)


def short(value: float) -> str:
    """A number in two or three digits: 1.2k, 450M, 0.03."""
    if not np.isfinite(value):
        return "unknown"
    for size, letter in THOUSANDS:
        if abs(value) >= size * 0.9995:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}" if abs(value) >= 1 or value == 0 else f"{value:.2g}"

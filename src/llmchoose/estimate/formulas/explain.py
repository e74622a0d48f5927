"""An estimate taken apart: every factor of the multiplication with its value and source."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Term:
    """One factor.

    Attributes:
        name: What it is.
        value: Its middle value.
        unit: Its unit; empty for a plain factor.
        source: Ids of sources, of knowledge rows, or the option that gave it.
        sign: How it enters: starts, multiplies, divides, adds, or is the result.
    """

    name: str
    value: float
    unit: str
    source: str
    sign: Literal["", "x", "/", "+", "="] = "x"


def product(terms: Iterable[Term]) -> float:
    """What the terms before the result come to, read from left to right."""
    found = 0.0
    for term in terms:
        if term.sign in ("", "="):
            found = term.value if not term.sign else found
        elif term.sign == "+":
            found += term.value
        else:
            found = found * term.value if term.sign == "x" else found / term.value
    return found

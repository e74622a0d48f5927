"""An estimate taken apart: every factor of the multiplication with its value and source."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Sign = Literal["", "x", "/", "+", "="]
# Factors nearer to one than this change nothing that is printed.
SAME = 5e-4
REMAINDER = "middle of the draws over that of the factors"


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
    sign: Sign = "x"


def completed(
    terms: Iterable[Term], name: str, value: float, unit: str, source: str
) -> tuple[Term, ...]:
    """Terms with their result.

    The middle of a product of draws is seldom the product of their middles: what lies between the
    two is a factor that says so.

    Args:
        terms: The factors, middle values.
        name: What they come to.
        value: Middle of its draws.
        unit: Its unit.
        source: Where its spread comes from.
    """
    given = tuple(terms)
    between = value / product(given) if product(given) else 1.0
    if abs(between - 1) > SAME:
        given += (Term(REMAINDER, between, "", "draws"),)
    return (*given, Term(name, value, unit, source, "="))


def remainder(terms: Iterable[Term]) -> float:
    """How far the product of the middles lies from the middle of the draws; 1 where it does not."""
    return next((term.value for term in terms if term.name == REMAINDER), 1.0)


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

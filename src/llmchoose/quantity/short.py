"""Numbers in a few digits, as people say them."""

import math

WHOLE_FROM = 10
THOUSANDS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def short(value: float, digits: int = 3) -> str:
    """A number in two or three digits: 1.2k, 450M, 30, 0.03."""
    if not math.isfinite(value):
        return "unknown"
    for size, letter in THOUSANDS:
        if abs(value) >= size * 0.9995:
            return f"{_digits(value / size, digits)}{letter}"
    return _digits(value, digits if abs(value) >= WHOLE_FROM**2 else 2)


def _digits(value: float, digits: int) -> str:
    """A number below a thousand with so many significant digits, never in powers of ten."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:.0f}" if abs(rounded) >= WHOLE_FROM**2 else f"{rounded:g}"

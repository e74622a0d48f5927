"""Days as profiles spell them: a year, a month or a day."""

import re
from calendar import monthrange
from datetime import date

from llmchoose.errors import quoted
from llmchoose.quantity.units import Misread

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
FIRST_YEAR, LAST_YEAR = 1950, 2150


def parse_day(text: str) -> date:
    """Read `2023`, `2023-06` or `2023-06-30`; a year or month means its last day.

    Raises:
        Misread: (a ValueError) It is no day, or none that can be meant.
    """
    found = _DAY.fullmatch(text.strip())
    if not found:
        raise Misread(f"{quoted(text)} is not a day", "write 2023, 2023-06 or 2023-06-30")
    year, month = int(found[1]), int(found[2] or 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Misread(
            f"{quoted(text)} is not a year that can be meant",
            f"write a year from {FIRST_YEAR} to {LAST_YEAR}",
        )
    try:
        return date(year, month, int(found[3] or monthrange(year, month)[1]))
    except ValueError:
        raise Misread(f"{quoted(text)} is not in the calendar", "write year-month-day") from None

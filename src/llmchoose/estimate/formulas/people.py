"""Work of people, and the calendar."""

import numpy as np

from llmchoose.estimate.formulas.distributions import Array

WEEKS_PER_MONTH = 52 / 12
DAYS_PER_WEEK = 7.0
# A team of any size neither halves nor doubles the calendar more than this.
SPEED_LIMITS = (0.5, 3.0)


def work_usd(person_weeks: Array, usd_per_month: Array) -> Array:
    """Cost of person-weeks at a monthly loaded cost."""
    return np.asarray(person_weeks * (usd_per_month / WEEKS_PER_MONTH), float)


def calendar_days(
    weeks: Array, engineers: Array, reference_engineers: Array | float, exponent: Array
) -> Array:
    """Calendar days for a team of another size than the one the weeks were judged for.

    Args:
        weeks: Calendar weeks of the reference team.
        engineers: Size of this team.
        reference_engineers: Size of the reference team.
        exponent: Below 1: twice the people do not halve the time.
    """
    speed = np.clip((engineers / reference_engineers) ** exponent, *SPEED_LIMITS)
    return np.asarray(weeks * DAYS_PER_WEEK / speed, float)

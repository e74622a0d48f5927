"""Many runs as one whose figures are arrays, so that a formula predicts them all at once."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

Made = TypeVar("Made")


def stacked(rows: Sequence[Made]) -> Made:
    """Dataclasses of figures as one of arrays, one entry a row; dataclasses inside them likewise.

    Args:
        rows: At least one, all of one class.
    """
    first: Any = rows[0]
    parts = {field.name: [getattr(row, field.name) for row in rows] for field in fields(first)}
    whole: Made = type(first)(
        **{
            name: stacked(values) if is_dataclass(values[0]) else np.array(values)
            for name, values in parts.items()
        }
    )
    return whole

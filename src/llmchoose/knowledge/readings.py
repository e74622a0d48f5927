"""The vocabulary of readings: what a rule may read of the estimate, as `est.<id>`."""

from dataclasses import dataclass
from typing import ClassVar, Literal

PREFIX = "est."
FLAG = "flag"
# The gates after which a reading is known.
After = Literal["", "hard_gates", "gates"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One figure of the estimate that rules read.

    Attributes:
        unit: Unit of the figure; `flag` is true or false.
        text: What it is, in one sentence.
        rests_on: Profile fields behind it; none where it follows from the catalogue alone.
        after: The gates that have to be held before it is known; empty where none have.
        partly: It is not known for every approach.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    unit: str
    text: str
    rests_on: tuple[str, ...] = ()
    after: After = ""
    partly: bool = False
    source: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that rules call it by."""
        return PREFIX + self.id

"""The vocabulary of readings: what a rule may read of the estimate, as `est.<id>`."""

from dataclasses import dataclass
from typing import ClassVar

PREFIX = "est."
FLAG = "flag"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One figure of the estimate that rules read.

    Attributes:
        unit: Unit of the figure; `flag` is true or false.
        text: What it is, in one sentence.
        rests_on: Profile fields behind it; none where it follows from the catalogue alone.
        after_gates: It is only known once the gates are held.
        partly: It is not known for every approach.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    unit: str
    text: str
    rests_on: tuple[str, ...] = ()
    after_gates: bool = False
    partly: bool = False
    source: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that rules call it by."""
        return PREFIX + self.id

"""A profile as it was given: values in the fields' units, and where each stands in its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date

from llmchoose.errors import Mark
from llmchoose.quantity import Quantity


@dataclass(frozen=True)
class OwnedGpus:
    """Accelerators that are owned: the name as written, and how many."""

    gpu: str
    count: int


@dataclass(frozen=True)
class Trial:
    """A pilot that was really run; `score` is a fraction of `metric`, `cost` in dollars."""

    approach: str
    score: Quantity
    model: str | None = None
    metric: str | None = None
    examples: Quantity | None = None
    training_examples: Quantity | None = None
    cost: Quantity | None = None
    date: "date | None" = None


@dataclass(frozen=True)
class Waiver:
    """A rule that is waived, why, by whom and until when."""

    rule: str
    reason: str
    approved_by: str | None = None
    expires: date | None = None


Value = (
    Quantity
    | str
    | bool
    | date
    | tuple[str, ...]
    | tuple[OwnedGpus, ...]
    | tuple[Trial, ...]
    | tuple[Waiver, ...]
)


@dataclass(frozen=True)
class Profile:
    """What the team wrote, and nothing else. Two profiles are equal when their values are.

    Attributes:
        path: Name of the file.
        values: Field -> value, in the field's unit and in the order of fields.yaml; only what
            was given.
        marks: Field -> where its value stands; entries of waivers as `decision.waivers[0]`.
        lines: The file, line by line.
        blank: Fields that stand in the file without a value: nobody knows them.
    """

    path: str = field(compare=False)
    values: Mapping[str, Value]
    marks: Mapping[str, Mark] = field(compare=False, default_factory=dict)
    lines: tuple[str, ...] = field(compare=False, default=(), repr=False)
    blank: frozenset[str] = field(compare=False, default=frozenset())

    def get(self, name: str) -> Value | None:
        """Value of a field by its dotted name, None when it was left out."""
        return self.values.get(name)

    def given(self, name: str) -> bool:
        """Whether the profile states the field."""
        return name in self.values

    def normalised(self) -> dict[str, object]:
        """Plain nested data in the order of the fields: numbers in the fields' units.

        A range is `{"p5", "p95"}`, a date an ISO text.
        """
        nested: dict[str, object] = {}
        for name, value in self.values.items():
            section, _, key = name.rpartition(".")
            place = nested.setdefault(section, {}) if section else nested
            assert isinstance(place, dict)  # noqa: S101 a section's name is no field's name
            place[key] = plain(value)
        return nested

    def sha256(self) -> str:
        """Digest of the normalised profile, whatever the order or spelling in the file."""
        import hashlib  # loads OpenSSL, and only the JSON report asks for it
        import json  # only reports and written profiles ask for it

        text = json.dumps(
            self.normalised(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()


def plain(value: object) -> object:
    """A value of a profile as plain data."""
    if isinstance(value, Quantity):
        return (
            _number(value.low)
            if value.exact
            else {"p5": _number(value.low), "p95": _number(value.high)}
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, OwnedGpus | Trial | Waiver):
        parts = {part.name: getattr(value, part.name) for part in fields(value)}
        return {name: plain(part) for name, part in parts.items() if part is not None}
    return value


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value

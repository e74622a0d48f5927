"""The fields of a profile: type, unit, values, prior, help and question, said once as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from llmchoose.errors import InputError, Problem
from llmchoose.knowledge.build import build, read_yaml_file
from llmchoose.quantity import Quantity

FieldType = Literal[
    "text", "enum", "enums", "flag", "quantity", "duration", "date", "gpus", "trials", "waivers"
]
Dimension = Literal["count", "tokens", "parameters", "fraction", "money", "rate", "ratio"]
# How hard a question is to answer: by heart, by looking it up, by measuring it.
Effort = Literal["known", "look_up", "measure"]


STRICT: dict[str, str] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Points:
    """A prior in three points, in the field's unit."""

    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    p10: float
    p50: float
    p90: float

    def __post_init__(self) -> None:
        if not self.p10 <= self.p50 <= self.p90:
            raise ValueError("p10 <= p50 <= p90 does not hold")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Lookup:
    """A prior in a column of a table, in the row that another field names."""

    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    by: str
    table: str
    column: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Prior:
    """What is assumed when a field is left out, in one of five forms.

    p10, p50 and p90; `probabilities` of the values; one `value`; `by` another field with `cases`
    (and `otherwise`); `by` another field with a `column` of a `table`. `same_as` names a field
    whose answer is taken first. With `clues`, the answers that are given move the probabilities;
    `at_most` is another prior, of which the lower draw is taken.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    probabilities: Mapping[str, float] | None = None
    value: str | None = None
    by: str | None = None
    cases: Mapping[str, Points] | None = None
    table: str | None = None
    column: str | None = None
    same_as: str | None = None
    clues: bool = False
    at_most: Lookup | None = None
    source: str = ""
    as_of: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        points = self.p50 is not None
        forms = (points, self.probabilities, self.value is not None, self.cases, self.table)
        if sum(map(bool, forms)) != 1:
            raise ValueError(
                "a prior has one of p10/p50/p90, probabilities, value, cases and table"
            )
        if points:
            Points(p10=self.p10 or 0.0, p50=self.p50 or 0.0, p90=self.p90 or 0.0)
        if self.table is None and not (self.source and self.as_of):
            raise ValueError("a prior needs source and as_of")
        if (self.cases or self.table) and not self.by:
            raise ValueError("cases and table need `by`, the field they depend on")
        if self.table and not self.column:
            raise ValueError("a prior from a table needs its column")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Field:
    """One field of a profile.

    Attributes:
        question: How the questionnaire asks for it.
        choices: Each of `values` in plain words.
        why: What the answer is good for.
        ask: How hard the question is; None where the questionnaire does not ask by itself.
        heading: What its section is about.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    name: str
    type: FieldType
    required: bool = False
    dimension: Dimension | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    words: Mapping[str, Quantity] = field(default_factory=dict)
    help: str
    question: str
    choices: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    ask: Effort | None = None
    example: object = None
    prior: Prior | None = None
    heading: str = field(default="", repr=False)

    @cached_property
    def section(self) -> str:
        """The part of the name before the dot, empty for fields at the top."""
        return self.name.rpartition(".")[0]

    @cached_property
    def key(self) -> str:
        """The part of the name after the dot."""
        return self.name.rpartition(".")[2]

    def __post_init__(self) -> None:
        if self.type in ("enum", "enums") and not self.values:
            raise ValueError("an enum needs values")
        if self.choices and set(self.choices) != set(self.values):
            raise ValueError("`choices` puts each of the values in words")
        if self.ask and not (self.why and self.prior):
            raise ValueError("a question that is asked needs `why`, and a prior for those who pass")
        if self.type == "quantity" and not (self.dimension and self.unit):
            raise ValueError("a quantity needs dimension and unit")
        if self.type == "duration" and not self.unit:
            raise ValueError("a duration needs a unit")


def load_fields(path: Path) -> Mapping[str, Field]:
    """Read fields.yaml: fields by dotted name, in the order of the file.

    Raises:
        InputError: The file is not YAML, or a field is not what it has to be.
    """
    data = read_yaml_file(path)
    headings = data.get("sections", {})
    found: dict[str, Field] = {}
    problems = []
    for row in data["fields"]:
        try:
            found[row["name"]] = _field(row, headings)
        except (ValueError, TypeError) as error:
            problems.append(Problem(f"{path.name}: {row['name']}: {error}"))
    if problems:
        raise InputError(problems)
    return found


def _field(row: Mapping[str, Any], headings: Mapping[str, str]) -> Field:
    words = {word: _ends(value) for word, value in row.get("words", {}).items()}
    plain = {key: value for key, value in row.items() if key != "words"}
    heading = headings.get(row["name"].partition(".")[0], "")
    made: Field = build(Field, {**plain, "heading": heading})
    return replace(made, words=words)


def _ends(value: object) -> Quantity:
    """`0.08..0.4` and `3650` to a quantity in the field's unit."""
    low, _, high = str(value).partition("..")
    return Quantity(float(low), float(high or low))

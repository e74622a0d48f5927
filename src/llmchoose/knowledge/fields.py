"""The fields of a profile: type, unit, values, prior, help and question, said once as data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic import Field as Attribute

from llmchoose.errors import InputError, Problem
from llmchoose.quantity import Quantity
from llmchoose.yamltext import read_yaml
from llmchoose.yamltext.tree import plain_value

FieldType = Literal[
    "text", "enum", "enums", "flag", "quantity", "duration", "date", "gpus", "trials", "waivers"
]
Dimension = Literal["count", "tokens", "parameters", "fraction", "money", "rate", "ratio"]


def _word(value: object) -> object:
    """`0.08..0.4` and `3650` to a quantity in the field's unit."""
    if isinstance(value, Quantity):
        return value
    low, _, high = str(value).partition("..")
    return Quantity(float(low), float(high or low))


def _keys(value: object) -> object:
    """Keys of flags are `true` and `false`, texts like all others."""
    if not isinstance(value, Mapping):
        return value
    return {str(key).lower() if isinstance(key, bool) else key: it for key, it in value.items()}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Points(_Frozen):
    """A prior in three points, in the field's unit."""

    p10: float
    p50: float
    p90: float

    @model_validator(mode="after")
    def _in_order(self) -> "Points":
        if not self.p10 <= self.p50 <= self.p90:
            raise ValueError("p10 <= p50 <= p90 does not hold")
        return self


class Prior(_Frozen):
    """What is assumed when a field is left out, in one of five forms.

    p10, p50 and p90; `probabilities` of the values; one `value`; `by` another field with `cases`
    (and `otherwise`); `by` another field with a `column` of a `table`. `same_as` names a field
    whose answer is taken first.
    """

    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    probabilities: Annotated[Mapping[str, float] | None, BeforeValidator(_keys)] = None
    value: str | None = None
    by: str | None = None
    cases: Mapping[str, Points] | None = None
    table: str | None = None
    column: str | None = None
    same_as: str | None = None
    source: str = ""
    as_of: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _has_one_form(self) -> "Prior":
        points = self.p50 is not None
        forms = (points, self.probabilities, self.value is not None, self.cases, self.table)
        if sum(map(bool, forms)) != 1:
            raise ValueError(
                "a prior has one of p10/p50/p90, probabilities, value, cases and table"
            )
        if points:
            Points.model_validate({"p10": self.p10, "p50": self.p50, "p90": self.p90})
        return self

    @model_validator(mode="after")
    def _has_a_source(self) -> "Prior":
        if self.table is None and not (self.source and self.as_of):
            raise ValueError("a prior needs source and as_of")
        if (self.cases or self.table) and not self.by:
            raise ValueError("cases and table need `by`, the field they depend on")
        if self.table and not self.column:
            raise ValueError("a prior from a table needs its column")
        return self


class Field(_Frozen):
    """One field of a profile; `heading` says what its section is about."""

    name: str
    type: FieldType
    required: bool = False
    dimension: Dimension | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    words: Mapping[str, Annotated[Quantity, BeforeValidator(_word)]] = {}
    help: str
    question: str
    example: object = None
    prior: Prior | None = None
    heading: str = Attribute(default="", repr=False)

    @property
    def section(self) -> str:
        """The part of the name before the dot, empty for fields at the top."""
        return self.name.rpartition(".")[0]

    @property
    def key(self) -> str:
        """The part of the name after the dot."""
        return self.name.rpartition(".")[2]

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> "Field":
        if self.type in ("enum", "enums") and not self.values:
            raise ValueError("an enum needs values")
        if self.type == "quantity" and not (self.dimension and self.unit):
            raise ValueError("a quantity needs dimension and unit")
        if self.type == "duration" and not self.unit:
            raise ValueError("a duration needs a unit")
        return self


def load_fields(path: Path) -> Mapping[str, Field]:
    """Read fields.yaml: fields by dotted name, in the order of the file.

    Raises:
        InputError: The file is not YAML, or a field is not what it has to be.
    """
    data = plain_value(read_yaml(path.read_bytes(), str(path)))
    rows = data.get("fields", []) if isinstance(data, dict) else []
    headings = data.get("sections", {}) if isinstance(data, dict) else {}
    fields: dict[str, Field] = {}
    problems = []
    for row in rows:
        try:
            section = str(row["name"]).partition(".")[0]
            field = Field.model_validate({**row, "heading": headings.get(section, "")})
        except ValidationError as error:
            problems += [_problem(path, row, dict(item)) for item in error.errors()]
        else:
            fields[field.name] = field
    if problems:
        raise InputError(problems)
    return fields


def _problem(path: Path, row: Mapping[str, object], item: Mapping[str, object]) -> Problem:
    place = ".".join(str(part) for part in item["loc"])  # type: ignore[attr-defined]
    return Problem(f"{path.name}: {row['name']}: {place}: {item['msg']}".replace(": :", ":"))

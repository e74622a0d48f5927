"""What a rule may name: inputs with their kinds and words, figures of sentences, sources."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from llmchoose.knowledge.fields import Field, FieldType
from llmchoose.knowledge.readings import FLAG, PREFIX, After, Reading

InputKind = Literal["number", "flag", "word", "list"]
FLAG_WORDS = ("true", "false")
_KINDS: Mapping[FieldType, InputKind] = {
    "quantity": "number",
    "duration": "number",
    "flag": "flag",
    "enum": "word",
    "text": "word",
    "enums": "list",
}


@dataclass(frozen=True)
class Input:
    """A profile field or a reading, as a test or a criterion reads it.

    Attributes:
        words: The values it can have; empty for a number and where any text is a value.
        unit: Unit of a number.
        after: The gates that have to be held before it is known; empty where none have.
        partly: It is not known for every approach.
    """

    name: str
    kind: InputKind
    words: tuple[str, ...] = ()
    unit: str = ""
    after: After = ""
    partly: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """All names that a rulebook may use.

    Attributes:
        sources: Ids that a `sources` list may hold.
    """

    fields: Mapping[str, Field]
    readings: Mapping[str, Reading]
    sources: Collection[str]

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """What a rule may read, by name: fields that are never without a value, and readings."""
        fields = [_of_field(field) for field in self.fields.values() if field.prior]
        return {one.name: one for one in (*fields, *map(_of_reading, self.readings.values()))}

    @cached_property
    def figures(self) -> frozenset[str]:
        """What a sentence may put in braces: a reading, a field, or the last part of its name."""
        fields = [name for name in self.inputs if not name.startswith(PREFIX)]
        return frozenset((*self.readings, *fields, *(name.split(".")[-1] for name in fields)))


def _of_field(field: Field) -> Input:
    kind = _KINDS[field.type]
    words = FLAG_WORDS if kind == "flag" else field.values
    return Input(field.name, kind, words, field.unit)


def _of_reading(reading: Reading) -> Input:
    name = PREFIX + reading.id
    if reading.unit == FLAG:
        return Input(name, "flag", FLAG_WORDS, after=reading.after)
    return Input(name, "number", (), reading.unit, reading.after, reading.partly)

"""One value of a profile: from the YAML node to the field's type, or to a problem that points."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from llmchoose.errors import NOT_TEXT, Problem, did_you_mean, one_of, quoted
from llmchoose.knowledge.fields import Field
from llmchoose.profile.days import parse_day
from llmchoose.profile.model import OwnedGpus, Value
from llmchoose.profile.world import CATALOGUES, Rates, World, bytes_per_token, find
from llmchoose.quantity import Quantity, parse_duration, parse_quantity, show_quantity
from llmchoose.quantity.units import Misread
from llmchoose.yamltext.tree import Document, Node, Pairs, Scalar, Sequence

LONGEST_TEXT = 10_000
MOST_ITEMS = 1000
MOST_GPUS = 10**7
_OWNED = re.compile(r"(?:(?P<count>\d{1,9})\s*(?:x|×|\*)\s*)?(?P<gpu>\S.*)", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass
class Reader:
    """Reads the values of one document and gathers what is wrong with them."""

    document: Document
    world: World
    language: str = "en"
    problems: list[Problem] = field(default_factory=list)
    readers: "Mapping[str, Read]" = field(default_factory=lambda: READERS)

    def read(self, what: Field, node: Node) -> Value | None:
        """The value of a field, or None when it is empty or wrong."""
        if isinstance(node, Scalar) and node.value is None and not node.quoted:
            return None
        try:
            return self.readers[what.type](self, what, node)
        except Misread as wrong:
            self.fail(what, node, wrong)
            return None

    def fail(self, what: Field, node: Node, wrong: Misread) -> None:
        """Note a problem of a field that points at the node."""
        message = f"{what.name}: {wrong.fault}"
        self.problems.append(self.document.problem(node, message, wrong.meant))


def scalar_of(what: Field, node: Node) -> Scalar:
    """The node as a single value.

    Raises:
        Misread: It is a list or a mapping.
    """
    if isinstance(node, Scalar):
        return node
    kind = "a list" if isinstance(node, Sequence) else "a mapping"
    raise Misread(f"{kind} stands where one value is meant", f"write one value{_example(what)}")


def items_of(what: Field, node: Node) -> tuple[Node, ...]:
    """The entries of a list; a single value is a list of one.

    Raises:
        Misread: It is a mapping where values are meant, or the list is too long.
    """
    if isinstance(node, Pairs) and what.type not in ("trials", "waivers"):
        raise Misread("a mapping stands where a list is meant", f"write a list{_example(what)}")
    items = node.items if isinstance(node, Sequence) else (node,)
    if len(items) > MOST_ITEMS:
        raise Misread(f"the list has {len(items)} entries", f"keep to {MOST_ITEMS}")
    return items


def _example(what: Field) -> str:
    if isinstance(what.example, list):
        shown = ", ".join(str(item) for item in what.example)
        return f" such as [{shown}]" if "{" not in shown else ""
    return f" such as {what.example}" if what.example is not None else ""


def _text(reader: Reader, what: Field, node: Node) -> str:
    text = scalar_of(what, node).text.strip()
    if not text:
        raise Misread("the text is empty", "write something, or leave the field out")
    if len(text) > LONGEST_TEXT:
        raise Misread(f"the text has {len(text)} characters", f"keep to {LONGEST_TEXT}")
    found = NOT_TEXT.search(text)
    if found:
        raise Misread(f"the text holds the control character U+{ord(found[0]):04X}", "delete it")
    kind = CATALOGUES.get(what.unit)
    if kind:
        return _row(reader, kind, text)
    return _tag(text) if what.unit == "BCP 47 tag" else text


def _row(reader: Reader, kind: str, text: str) -> str:
    """The name of a row, checked; a region's becomes its id."""
    found = find(kind, text, reader.world)
    if found.row is None:
        guess = (
            f"did you mean {one_of(found.close)}?"
            if found.close
            else ("llmchoose knows no name like it; leave the field out to take the usual one")
        )
        raise Misread(f"no {kind} is called {quoted(text)}", guess)
    return found.row.id if kind == "region" else text


def _tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        raise Misread(
            f"{quoted(text)} is not a language tag",
            "write a tag such as en, de or pt-BR; mul for several, zxx for none",
        )
    return text


def _enum(reader: Reader, what: Field, node: Node) -> str:
    scalar = scalar_of(what, node)
    text = scalar.text
    if what.name == "constraints.must_own_weights" and isinstance(scalar.value, bool):
        return "hold" if scalar.value else "no"
    if text in what.values:
        return text
    guess = did_you_mean(text, what.values)
    meant = f"write {one_of(what.values)}"
    raise Misread(f"{quoted(text)} is not one of its values", guess or meant)


def _enums(reader: Reader, what: Field, node: Node) -> tuple[str, ...] | None:
    found: list[str] = []
    for item in items_of(what, node):
        try:
            word = _enum(reader, what, item)
            if word in found:
                raise Misread(f"{quoted(word)} is listed twice", "keep one")
            found.append(word)
        except Misread as wrong:
            reader.fail(what, item, wrong)
    if "none" in found and len(found) > 1:
        others = one_of([word for word in found if word != "none"])
        hint = f"write none alone, or drop it and keep {others}"
        raise Misread(f"`none` contradicts {others}", hint)
    return tuple(found) or None


def _flag(reader: Reader, what: Field, node: Node) -> bool:
    scalar = scalar_of(what, node)
    words = {"true": True, "yes": True, "false": False, "no": False}
    if scalar.text.lower() not in words:
        raise Misread(f"{quoted(scalar.text)} is neither true nor false", "write true or false")
    return words[scalar.text.lower()]


def _quantity(reader: Reader, what: Field, node: Node) -> Quantity:
    text = scalar_of(what, node).text.strip()
    if text in what.words:
        return what.words[text]
    try:
        if what.type == "duration":
            found = parse_duration(text, what.unit)
        else:
            sized = what.dimension == "tokens" and "b" in text.lower()
            per_token = bytes_per_token(reader.language, reader.world) if sized else 0.0
            found = parse_quantity(
                text,
                what.dimension or "count",
                what.unit,
                bytes_per_token=per_token,
                usd_per=Rates(reader.world),
            )
    except Misread as wrong:
        guess = did_you_mean(text, what.words)
        words = f", or {one_of(what.words)}" if what.words else ""
        raise Misread(wrong.fault, guess or wrong.meant + words) from None
    _within(what, found, text)
    return found


def _within(what: Field, found: Quantity, text: str) -> None:
    low, high = what.minimum, what.maximum
    if low is not None and found.low < low:
        if what.type == "duration" and found.low == 0:
            raise Misread(f"{quoted(text)} is no time at all", f"write a time{_example(what)}")
        raise Misread(
            f"{quoted(text)} is below the least that makes sense",
            f"write {_shown(low, what)} or more",
        )
    if high is not None and found.high > high:
        raise Misread(
            f"{quoted(text)} is more than can be true", f"write {_shown(high, what)} or less"
        )


def _shown(value: float, what: Field) -> str:
    return show_quantity(Quantity(value, value), what.unit)


def _date(reader: Reader, what: Field, node: Node) -> Value:
    return parse_day(scalar_of(what, node).text)


def _gpus(reader: Reader, what: Field, node: Node) -> tuple[OwnedGpus, ...] | None:
    owned: list[OwnedGpus] = []
    for item in items_of(what, node):
        try:
            owned.append(_owned(reader, scalar_of(what, item).text.strip()))
        except Misread as wrong:
            reader.fail(what, item, wrong)
    return tuple(owned) or None


def _owned(reader: Reader, text: str) -> OwnedGpus:
    found = _OWNED.fullmatch(text)
    count = int(found["count"] or 1) if found else 0
    if not found or not 0 < count <= MOST_GPUS:
        raise Misread(f"{quoted(text)} is not a count and a type", "write it as 8 x A100-80GB")
    return OwnedGpus(_row(reader, "accelerator", found["gpu"]), count)


Read = Callable[[Reader, Field, Node], Value | None]
READERS: Mapping[str, Read] = {
    "text": _text,
    "enum": _enum,
    "enums": _enums,
    "flag": _flag,
    "quantity": _quantity,
    "duration": _quantity,
    "date": _date,
    "gpus": _gpus,
}

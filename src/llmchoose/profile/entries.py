"""Trials and waivers: lists of small mappings inside a profile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from llmchoose.errors import did_you_mean, one_of, quoted
from llmchoose.knowledge.fields import Field, FieldType
from llmchoose.profile.model import Trial, Value, Waiver
from llmchoose.profile.values import Reader, items_of
from llmchoose.quantity.units import Misread
from llmchoose.yamltext.tree import Node, Pairs


def _part(name: str, kind: FieldType, **more: Any) -> Field:
    return Field(name=name, type=kind, help="", question="", **more)


def _count(name: str) -> Field:
    return _part(name, "quantity", dimension="count", unit="examples", minimum=0, maximum=1e11)


def trial_parts(approaches: tuple[str, ...]) -> Mapping[str, Field]:
    """What an entry of `trials` may hold."""
    parts = (
        _part("approach", "enum", values=approaches, required=True),
        _part("model", "text"),
        _part("metric", "text"),
        _part("score", "quantity", dimension="fraction", unit="fraction", required=True),
        _count("examples"),
        _count("training_examples"),
        _part("cost", "quantity", dimension="money", unit="usd", minimum=0, maximum=1e12),
        _part("date", "date"),
    )
    return {part.name: part for part in parts}


WAIVER_PARTS: Mapping[str, Field] = {
    part.name: part
    for part in (
        _part("rule", "text", required=True),
        _part("reason", "text", required=True),
        _part("approved_by", "text"),
        _part("expires", "date"),
    )
}


def read_trials(reader: Reader, what: Field, node: Node) -> tuple[Trial, ...] | None:
    """Read the pilots that were run."""
    parts = trial_parts(reader.world.fields["decision.approach"].values)
    return _entries(reader, what, node, parts, Trial)


def read_waivers(reader: Reader, what: Field, node: Node) -> tuple[Waiver, ...] | None:
    """Read the rules that are waived."""
    return _entries(reader, what, node, WAIVER_PARTS, Waiver)


def _entries(
    reader: Reader, what: Field, node: Node, parts: Mapping[str, Field], build: Callable[..., Any]
) -> tuple[Any, ...] | None:
    found = []
    for item in items_of(what, node):
        try:
            values = _entry(reader, what, item, parts)
            if all(name in values for name, part in parts.items() if part.required):
                found.append(build(**values))
        except Misread as wrong:
            reader.fail(what, item, wrong)
    return tuple(found) or None


def _entry(reader: Reader, what: Field, item: Node, parts: Mapping[str, Field]) -> dict[str, Value]:
    if not isinstance(item, Pairs):
        raise Misread("an entry is a mapping", f"write {one_of(list(parts))} with their values")
    for key, pair in item.pairs.items():
        if key not in parts:
            hint = did_you_mean(key, parts) or f"it has {one_of(parts)}"
            message = f"{what.name}: {quoted(key)} is not part of an entry"
            reader.problems.append(reader.document.problem(pair.key, message, hint))
    missing = [n for n, part in parts.items() if part.required and n not in item.pairs]
    if missing:
        raise Misread(f"the entry has no {one_of(missing)}", f"add {one_of(missing)}")
    named = {n: replace(parts[n], name=f"{what.name}.{n}") for n in parts}
    read = {n: reader.read(named[n], item.pairs[n].value) for n in parts if n in item.pairs}
    return {name: value for name, value in read.items() if value is not None}

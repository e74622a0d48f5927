"""What rests on what: who cites a source, who reads a field, which conflicts touch a rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llmchoose.explanation.choice import CHARGED_BY, made_gates
from llmchoose.explanation.kinds import KINDS
from llmchoose.explanation.kinds.kind import Kind
from llmchoose.explanation.wording import PREFIX
from llmchoose.knowledge.load import Citation, Knowledge
from llmchoose.knowledge.reference import Conflict
from llmchoose.knowledge.rules import (
    CONSTANT,
    Charge,
    Combination,
    Comparison,
    Criterion,
    Gate,
    Risk,
)

JUDGEMENT = "judgement"


@dataclass(frozen=True)
class Use:
    """A thing of some kind that rests on another."""

    kind: Kind
    id: str


def citations(names: Iterable[str], knowledge: Knowledge) -> tuple[Citation, ...]:
    """Sources resolved, each once, in their order.

    Raises:
        InputError: Nobody defines one of them.
    """
    return tuple(knowledge.cite(name) for name in dict.fromkeys(names))


def uses(names: Iterable[str], knowledge: Knowledge) -> tuple[Use, ...]:
    """Everything that cites one of some ids, in the order of the lists."""
    wanted = set(names)
    return tuple(
        Use(kind, kind.ids(row)[0])
        for kind in KINDS
        for row in kind.rows(knowledge)
        if not wanted.isdisjoint(kind.cites(row))
    )


def conflicts_about(names: Iterable[str], knowledge: Knowledge) -> tuple[Conflict, ...]:
    """Conflicts in which one of some sources takes a side or decides."""
    wanted = set(names) - {JUDGEMENT}
    return tuple(one for one in knowledge.conflicts if not wanted.isdisjoint(one.cited))


def readers(field: str, knowledge: Knowledge) -> tuple[Use, ...]:
    """Rules that test a field or score by it, and the readings that rest on it."""
    readings = [one.name for one in knowledge.readings.values() if field in one.rests_on]
    wanted = {field, *readings}
    kinds = {kind.name: kind for kind in KINDS}
    found = [
        Use(kinds[name], kinds[name].ids(rule)[0])
        for name, rules in _rules(knowledge)
        for rule in rules
        if not wanted.isdisjoint(inputs_of(rule))
    ]
    return (*found, *(Use(kinds["reading"], name) for name in readings))


Rule = Criterion | Gate | Charge | Combination | Risk


def _rules(knowledge: Knowledge) -> tuple[tuple[str, Sequence[Rule]], ...]:
    book = knowledge.rulebook
    return (
        ("criterion", book.criteria),
        ("gate", (*book.gates, *made_gates(knowledge))),
        ("charge", book.net_benefit.charges),
        ("combination", book.combinations),
        ("risk", knowledge.risks),
    )


def inputs_of(rule: Rule) -> tuple[str, ...]:
    """Fields and readings that a rule reads, each once."""
    if isinstance(rule, Charge):
        return CHARGED_BY.get(rule.id, ())
    if isinstance(rule, Criterion):
        applies = (rule.applies,) if rule.applies else ()
        names = [name for name in (rule.input,) if name != CONSTANT] + _named(applies)
    else:
        names = _named(rule.when.tests)
    return tuple(dict.fromkeys(names))


def _named(tests: Iterable[Comparison]) -> list[str]:
    return [name for test in tests for name in (test.input, test.than) if name]


def fields_behind(name: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Profile fields that an input rests on; a field stands for itself."""
    if not name.startswith(PREFIX):
        return (name,) if name in knowledge.fields else ()
    reading = knowledge.readings.get(name.removeprefix(PREFIX))
    return reading.rests_on if reading else ()

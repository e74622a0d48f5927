"""From an id to its pages, or to a list."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from llmchoose.errors import InputError, Problem, did_you_mean, quoted
from llmchoose.explanation.kinds import KINDS
from llmchoose.explanation.kinds.kind import Kind
from llmchoose.explanation.model import Entry, Explanation, Group, Index, Page
from llmchoose.explanation.pages.approach import approach_page, step_page
from llmchoose.explanation.pages.benefit import charge_page, worth_page
from llmchoose.explanation.pages.criterion import criterion_page
from llmchoose.explanation.pages.facts import TABLES, factor_page, fitted_page, gpu_page
from llmchoose.explanation.pages.gate import gate_page
from llmchoose.explanation.pages.policy import limit_page, policy_rule_page
from llmchoose.explanation.pages.profile import field_page, reading_page
from llmchoose.explanation.pages.quality import (
    case_page,
    closure_page,
    clue_page,
    comparison_page,
    gap_page,
)
from llmchoose.explanation.pages.rules import (
    choice_page,
    combination_page,
    conflict_page,
    practice_page,
    risk_page,
    term_page,
)
from llmchoose.explanation.pages.sources import evidence_page, source_page
from llmchoose.knowledge.load import Knowledge

PAGES: Mapping[str, Callable[[Any, Knowledge], Page]] = {
    **TABLES,
    "criterion": criterion_page,
    "gate": gate_page,
    "approach": approach_page,
    "combination": combination_page,
    "risk": risk_page,
    "conflict": conflict_page,
    "constant": choice_page,
    "charge": charge_page,
    "worth": worth_page,
    "term": term_page,
    "practice": practice_page,
    "policy rule": policy_rule_page,
    "limit": limit_page,
    "field": field_page,
    "reading": reading_page,
    "step": step_page,
    "factor": factor_page,
    "fitted constant": fitted_page,
    "closure": closure_page,
    "clue": clue_page,
    "gap": gap_page,
    "gpu": gpu_page,
    "comparison": comparison_page,
    "case": case_page,
    "evidence": evidence_page,
    "source": source_page,
}
FACTS = "facts"
SPACES = re.compile(r"[\s_-]+")
Found = tuple[Kind, Any]


def explain(name: str, knowledge: Knowledge) -> Explanation:
    """The pages of an id, one for each kind that has it, or the list that a word names.

    An id is found without regard to case, `_`, `-` and spaces; what is no id may be another name
    of something (`prompt_caching`, `A100-80GB`), or the beginning of dotted ids.

    Raises:
        InputError: Nothing is called that.
    """
    key = _key(name)
    found = _with_id(key, knowledge)
    if found:
        return tuple(page_of(kind, row, knowledge) for kind, row in found)
    return _list_called(key, knowledge) or _with_name(name, knowledge)


def overview(knowledge: Knowledge) -> Index:
    """All rules, and the names of the lists that are too long to stand here."""
    rules = tuple(kind for kind in KINDS if kind.part == "rules")
    others = tuple(kind for kind in KINDS if kind not in rules)
    sizes = {kind.plural: sum(1 for _ in kind.rows(knowledge)) for kind in others}
    tables = sum(sizes[kind.plural] for kind in others if kind.part == FACTS)
    further = tuple(Entry(name, f"{size:,}") for name, size in {FACTS: tables, **sizes}.items())
    return _index("What can be explained", rules, knowledge, further)


def page_of(kind: Kind, row: Any, knowledge: Knowledge) -> Page:
    """The page of one row."""
    return PAGES[kind.name](row, knowledge)


def rows(knowledge: Knowledge) -> Iterator[Found]:
    """Everything that can be explained."""
    return ((kind, row) for kind in KINDS for row in kind.rows(knowledge))


def _key(name: str) -> str:
    return SPACES.sub("-", name.strip().casefold())


def _with_id(key: str, knowledge: Knowledge) -> list[Found]:
    return [(kind, row) for kind, row in rows(knowledge) if _key(kind.ids(row)[0]) == key]


def _list_called(key: str, knowledge: Knowledge) -> Index | None:
    one = tuple(kind for kind in KINDS if _key(kind.plural) == key)
    kinds = one or tuple(kind for kind in KINDS if kind.part == key)
    return _index(key, kinds, knowledge) if kinds else None


def _with_name(name: str, knowledge: Knowledge) -> Explanation:
    key = _key(name)
    named = [(kind, row) for kind, row in rows(knowledge) if key in map(_key, kind.ids(row)[1:])]
    if named:
        return tuple(page_of(kind, row, knowledge) for kind, row in named)
    begun = [(kind, row) for kind, row in rows(knowledge) if _begins(kind.ids(row)[0], key)]
    if begun:
        return Index(key, _groups(begun))
    raise InputError((_unknown(name, knowledge),))


def _begins(name: str, key: str) -> bool:
    return _key(name).startswith((f"{key}.", f"{key}/"))


def _unknown(name: str, knowledge: Knowledge) -> Problem:
    known = [kind.ids(row)[0] for kind, row in rows(knowledge)]
    lists = [kind.plural for kind in KINDS]
    hint = did_you_mean(name, [*lists, *known]) or "llmchoose explain lists what can be explained"
    return Problem(f"{quoted(name)} is no id of the knowledge", hint=hint)


def _index(
    title: str, kinds: tuple[Kind, ...], knowledge: Knowledge, further: tuple[Entry, ...] = ()
) -> Index:
    found = [(kind, row) for kind in kinds for row in kind.rows(knowledge)]
    return Index(title, _groups(found), further)


def _groups(found: list[Found]) -> tuple[Group, ...]:
    kinds = dict.fromkeys(kind for kind, _ in found)
    return tuple(
        Group(kind.name, kind.plural, tuple(_entry(own, row) for own, row in found if own is kind))
        for kind in kinds
    )


def _entry(kind: Kind, row: Any) -> Entry:
    return Entry(kind.ids(row)[0], kind.line(row))

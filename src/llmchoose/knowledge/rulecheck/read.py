"""A person's rulebook file to a `Rulebook`, or to every mistake in it, each with its place."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from llmchoose.errors import InputError, Problem
from llmchoose.knowledge.rulecheck import constants, curves, inputs, tables, whole, wording
from llmchoose.knowledge.rulecheck.entry import Fault, text_at
from llmchoose.knowledge.rulecheck.overlay import (
    EXTENDS,
    REMOVE,
    ids_of,
    inner_entries,
    lay_over,
    repeated,
)
from llmchoose.knowledge.rulecheck.shapes import MISSED, Reader, read_entry
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import Rulebook
from llmchoose.yamltext import parse_yaml
from llmchoose.yamltext.files import read_bounded
from llmchoose.yamltext.tree import Document, Node, Pairs

START = "begin with extends: shipped, and name what is to change below it"
CHECKS = tuple(
    check
    for module in (inputs, curves, tables, constants, wording, whole)
    for check in module.CHECKS
)


@dataclass(frozen=True)
class _Sheets:
    """The person's file, and the shipped one where it is extended."""

    own: Document
    shipped: Document | None = None

    def problem(self, fault: Fault) -> Problem:
        """A fault at the first of its nodes that the person wrote."""
        mine = [node for node in fault.where if self._is_own(node)]
        node = mine[0] if mine else fault.where[0]
        sheet = self.own if mine or self.shipped is None else self.shipped
        return sheet.problem(node, fault.message, fault.hint)

    def _is_own(self, node: Node) -> bool:
        return node.span.start.path == self.own.path


def read_rulebook(file: Path, shipped: Path, vocabulary: Vocabulary) -> Rulebook:
    """Read a rulebook that replaces the shipped one, or extends it (`extends: shipped`).

    Args:
        file: The person's file.
        shipped: The shipped rulebook.
        vocabulary: What rules may name.

    Raises:
        InputError: The file cannot be read, or has mistakes; every one is named.
    """
    own = parse_yaml(read_bounded(file, "name a file in it", START), str(file), START)
    if own.root is None:
        raise InputError(own.problems)
    if not isinstance(own.root, Pairs):
        message = "a rulebook is a mapping, and this is not one"
        raise InputError((*own.problems, own.problem(own.root, message, START)))
    base = _shipped(shipped) if EXTENDS in own.root.pairs else None
    tree, reader = _tree(own.root, base, file.stem, vocabulary)
    book: Rulebook = read_entry(Rulebook, tree, reader)
    sheets = _Sheets(own, base)
    problems = _in_order(own.problems, map(sheets.problem, reader.faults))
    if problems or book is MISSED:
        raise InputError(problems)
    criteria = tuple(tables.with_default_rows(one, vocabulary) for one in book.criteria)
    return replace(book, criteria=criteria)


def _tree(
    own: Pairs, base: Document | None, stem: str, vocabulary: Vocabulary
) -> tuple[Pairs, Reader]:
    """The tree to read, joined with the shipped one, and the reader with the faults so far."""
    reader = Reader(vocabulary, CHECKS)
    reader.note(repeated(own))
    if base is None or not isinstance(base.root, Pairs):
        pairs = dict(own.pairs)
        if REMOVE in pairs:
            message = f"{REMOVE} takes entries from the shipped rulebook"
            fault = Fault(message, f"write {EXTENDS}: shipped beside it", (pairs.pop(REMOVE).key,))
            reader.note([fault])
        return Pairs(pairs, own.span), reader
    joined = lay_over(own, base.root, stem)
    inner = (text_at(entry, "id") for entry in inner_entries(base.root))
    reader.shipped = {*ids_of(base.root), *inner}
    reader.note(joined.faults)
    return joined.tree, reader


def _shipped(file: Path) -> Document:
    return parse_yaml(file.read_bytes(), str(file))


def _in_order(of_text: Iterable[Problem], of_rules: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of their places, each once; the text's own stands for what follows."""
    taken = {problem.mark: problem for problem in of_text}
    later = [problem for problem in dict.fromkeys(of_rules) if problem.mark not in taken]
    return sorted([*taken.values(), *later], key=_place)


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)

"""Mistakes in what a rule says and cites: placeholders of sentences, and sources."""

import re
from collections.abc import Iterator, Mapping

from llmchoose.errors import did_you_mean, quoted
from llmchoose.knowledge.readings import PREFIX
from llmchoose.knowledge.rulecheck.entry import Check, Entry, Fault
from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary
from llmchoose.knowledge.rules import Charge, Combination, Criterion, Gate, Rule

_BRACES = re.compile(r"\{([^{}]*)\}")
# Sentences of each class, and the words that may stand in their braces beside figures.
_SENTENCES: Mapping[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Gate: (("reason",), ()),
    Criterion: (("why_for", "why_against"), ("value", "approach")),
    Combination: (("value",), ("approach",)),
    Charge: (("text",), ("approach",)),
}
_SOURCES = ("source", "sources")


def _placeholders(rule: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    keys, words = _SENTENCES.get(rule.kind, ((), ()))
    for key in keys:
        for name in _BRACES.findall(rule.values.get(key, "")):
            if name not in words and name not in vocabulary.figures:
                message = f"{quoted('{' + name + '}')} of {key} names no field and no reading"
                yield Fault(message, _meant(name, words, vocabulary), (rule.at(key),))


def _meant(name: str, words: tuple[str, ...], vocabulary: Vocabulary) -> str:
    bare = name.strip().removeprefix(PREFIX).lower()
    names = [*words, *vocabulary.figures]
    if bare in names:
        return f"write {{{bare}}}"
    return did_you_mean(bare, sorted(names)) or "write such as {team.experience}"


def _unknown_source(rule: Entry, vocabulary: Vocabulary) -> Iterator[Fault]:
    for key in rule.values:
        if not key.endswith(_SOURCES) or key not in rule.node.pairs:
            continue
        cited = rule[key] if isinstance(rule[key], tuple) else (rule[key],)
        for name, node in zip(cited, rule.items(key), strict=True):
            if name not in vocabulary.sources:
                message = f"{quoted(name)} is no source of the knowledge"
                own = "a folder for --knowledge may define it in a sources.csv"
                yield Fault(message, did_you_mean(name, vocabulary.sources) or own, (node,))


CHECKS = (
    Check(Rule, (), _placeholders),
    Check(Rule, (), _unknown_source),
)

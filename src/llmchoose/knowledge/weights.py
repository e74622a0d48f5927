"""Another weight of the rulebook, for a what-if: `weight:ID=VALUE`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from llmchoose.errors import InputError, Problem, did_you_mean, quoted
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import Charge, Criterion, Rulebook

PREFIX = "weight:"
HIGHEST = 1000.0


def split_changes(changes: Sequence[str]) -> tuple[dict[str, float], list[str]]:
    """Changes of weights by id, and the changes of profile fields.

    Raises:
        InputError: A weight is no number from 0 to 1,000.
    """
    weights = [change for change in changes if change.strip().startswith(PREFIX)]
    answers = [change for change in changes if change not in weights]
    return dict(_weight(change.strip()) for change in weights), answers


def _weight(change: str) -> tuple[str, float]:
    name, _, text = change.removeprefix(PREFIX).partition("=")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= HIGHEST:
        hint = f"write --set {PREFIX}gap_fit=12"
        message = f"{quoted(change)} sets no weight: it is a number from 0 to {HIGHEST:,.0f}"
        raise InputError((Problem(message, hint=hint),))
    return name.strip(), value


def reweighted(knowledge: Knowledge, weights: Mapping[str, float]) -> Knowledge:
    """The knowledge with other weights of criteria and charges, by their ids.

    Raises:
        InputError: No criterion and no charge has such an id.
    """
    if not weights:
        return knowledge
    book = knowledge.rulebook
    names = [one.id for one in book.criteria] + [one.id for one in book.net_benefit.charges]
    for name in weights:
        if name not in names:
            message = f"{quoted(name)} is no criterion and no charge of the rulebook"
            raise InputError((Problem(message, hint=did_you_mean(name, names)),))
    changed = replace(knowledge)
    changed.__dict__["rulebook"] = _changed(book, weights)
    return changed


def _changed(book: Rulebook, weights: Mapping[str, float]) -> Rulebook:
    criteria: list[Criterion] = [
        replace(one, weight=weights.get(one.id, one.weight)) for one in book.criteria
    ]
    charges: list[Charge] = [
        replace(one, weight=weights.get(one.id, one.weight)) for one in book.net_benefit.charges
    ]
    benefit = replace(book.net_benefit, charges=tuple(charges))
    return replace(book, criteria=tuple(criteria), net_benefit=benefit)

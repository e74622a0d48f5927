"""What would be recommended if a rule weighed nothing."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace

from llmchoose.assessment import Assessment
from llmchoose.decision.confidence import NOTHING_FEASIBLE
from llmchoose.decision.rank import weigh
from llmchoose.explanation.model import Entry
from llmchoose.knowledge.rules import Rulebook

LABEL = "without it"


def without_criterion(name: str, assessment: Assessment) -> Entry:
    """The recommendation without a criterion."""

    def lighter(book: Rulebook) -> Rulebook:
        rest = tuple(replace(one, weight=0.0) if one.id == name else one for one in book.criteria)
        return replace(book, criteria=rest)

    return _entry(assessment, lighter)


def without_charge(name: str, assessment: Assessment) -> Entry:
    """The recommendation without a charge."""

    def lighter(book: Rulebook) -> Rulebook:
        rule = book.net_benefit
        rest = tuple(replace(one, weight=0.0) if one.id == name else one for one in rule.charges)
        return replace(book, net_benefit=replace(rule, charges=rest))

    return _entry(assessment, lighter)


def _entry(assessment: Assessment, lighter: Callable[[Rulebook], Rulebook]) -> Entry:
    # A copy keeps the tables that are read already; only its rulebook is another.
    other = copy(assessment.knowledge)
    vars(other)["rulebook"] = lighter(assessment.knowledge.rulebook)
    weighed = weigh(replace(assessment.inputs, knowledge=other), assessment.estimates)
    place = int(weighed.best())
    now = assessment.decision.recommended
    if place < 0 or now is None:
        return Entry(LABEL, f"{NOTHING_FEASIBLE}, as now")
    name, chance = weighed.names[place], float(weighed.chance[place])
    same = ", as now" if name == now.approach.id else f" in place of {now.approach.id}"
    return Entry(LABEL, f"{name} would be recommended{same}: {chance:.0%} to be the best")

"""Gates, combinations and risks in one assessment: whether they hold, and by which figures."""

from collections.abc import Iterable

import numpy as np

from llmchoose.assessment import Assessment
from llmchoose.decision.conditions import holds, mostly
from llmchoose.decision.gates import GateResult
from llmchoose.decision.rank import Ranked
from llmchoose.estimate.formulas.distributions import significant
from llmchoose.explanation.links import inputs_of
from llmchoose.explanation.model import Entry, Listing, Section
from llmchoose.knowledge.rules import Combination, Gate, Risk
from llmchoose.outcome.answers import answer
from llmchoose.outcome.parts import here, ladder, points, values
from llmchoose.outcome.points import charged

INPUTS = "profile_inputs"


def gate_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """For each approach it names: passed or closed, in how many draws, by which figures."""
    rule = next((one for one in assessment.knowledge.rulebook.gates if one.id == name), None)
    found = [(one, gate) for one in ladder(assessment) for gate in one.gates if gate.id == name]
    if not found:
        return (here(assessment, (Entry("passed", "by every approach"),), []),)
    entries = tuple(_gate(one, gate, rule, assessment) for one, gate in found)
    data = [
        {
            "approach": one.approach.id,
            "passed": gate.passed,
            "closed": significant(float(np.mean(gate.closed))),
            "reason": gate.reason,
        }
        for one, gate in found
    ]
    return (here(assessment, entries, data), *_answers(found[0][1].about, assessment))


def _gate(one: Ranked, gate: GateResult, rule: Gate | None, assessment: Assessment) -> Entry:
    word = "passed" if gate.passed else "closed"
    said = [f"{word}, holds in {np.mean(gate.closed):.0%} of the draws"]
    if rule and (figures := values(inputs_of(rule), one.facts)):
        said.append(figures)
    cost = charged(gate, assessment.knowledge.rulebook.ladder)
    if cost:
        said.append(f"fit {points(-cost)}")
    return Entry(one.approach.id, f"{'; '.join(said)}. {gate.reason}".strip())


def combination_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """Beside which approaches it pays here."""
    rules = assessment.knowledge.rulebook.combinations
    rule = next(one for one in rules if one.id == name)
    return _conditional(rule, rule.primary, assessment)


def risk_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """With which approaches it is likely here."""
    rule = next(one for one in assessment.knowledge.risks if one.id == name)
    return _conditional(rule, rule.approaches, assessment)


def _conditional(
    rule: Combination | Risk, names: Iterable[str], assessment: Assessment
) -> tuple[Section, ...]:
    entries, data = [], []
    for one in ladder(assessment):
        if one.approach.id not in names:
            continue
        share = float(np.mean(holds(rule.when, one.facts)))
        met = mostly(rule.when, one.facts)
        word = "holds" if met else "does not hold"
        figures = values(inputs_of(rule), one.facts)
        said = f"{word}, true in {share:.0%} of the draws{'; ' if figures else ''}{figures}"
        entries.append(Entry(one.approach.id, said))
        data.append({"approach": one.approach.id, "holds": met, "share": significant(share)})
    return (here(assessment, entries, data), *_answers(inputs_of(rule), assessment))


def _answers(names: Iterable[str], assessment: Assessment) -> tuple[Section, ...]:
    fields = [name for name in dict.fromkeys(names) if name in assessment.knowledge.fields]
    entries = tuple(answer(name, assessment) for name in fields)
    return (Listing(INPUTS, "What it reads here", entries),) if entries else ()

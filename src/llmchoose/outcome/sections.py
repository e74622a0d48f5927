"""From a page and an assessment to the sections that say how it came out there."""

from collections.abc import Callable, Mapping

from llmchoose.assessment import Assessment
from llmchoose.explanation.model import Entry, Page, Section
from llmchoose.outcome.approach import approach_sections
from llmchoose.outcome.benefit import charge_sections, worth_sections
from llmchoose.outcome.criterion import criterion_sections
from llmchoose.outcome.facts import (
    JUDGEMENT,
    cost_items,
    factor_sections,
    gpu_sections,
    reading_sections,
    source_sections,
)
from llmchoose.outcome.field import field_sections
from llmchoose.outcome.parts import here
from llmchoose.outcome.quality import closure_sections, clue_sections, gap_sections
from llmchoose.outcome.rules import combination_sections, gate_sections, risk_sections

Outcome = Callable[[str, Assessment], tuple[Section, ...]]
BY_KIND: Mapping[str, Outcome] = {
    "criterion": criterion_sections,
    "gate": gate_sections,
    "approach": approach_sections,
    "combination": combination_sections,
    "risk": risk_sections,
    "charge": charge_sections,
    "worth": worth_sections,
    "field": field_sections,
    "reading": reading_sections,
    "factor": factor_sections,
    "gpu": gpu_sections,
    "closure": closure_sections,
    "gap": gap_sections,
    "clue": clue_sections,
    "evidence": source_sections,
    "source": source_sections,
}
NOTHING = (Entry("depends on it", "nothing in this profile does directly"),)


def sections(page: Page, assessment: Assessment) -> tuple[Section, ...]:
    """How the thing that a page explains came out in an assessment, down to its sources."""
    outcome = BY_KIND.get(page.kind)
    found = outcome(page.id, assessment) if outcome else _citing(page, assessment)
    return found or (here(assessment, NOTHING, None),)


def _citing(page: Page, assessment: Assessment) -> tuple[Section, ...]:
    """Lines of the cost that rest on the documents of a page."""
    return cost_items({one.id for one in page.citations} - {JUDGEMENT}, assessment)


def explained(pages: tuple[Page, ...], assessment: Assessment) -> tuple[Page, ...]:
    """Pages with how they came out in an assessment below them."""
    return tuple(page.with_sections(sections(page, assessment)) for page in pages)

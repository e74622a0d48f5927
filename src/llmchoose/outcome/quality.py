"""What the expected quality rests on, in one assessment: closures, gaps and clues."""

from llmchoose.assessment import Assessment
from llmchoose.decision.quality import GAP, closed_shares, closure_draws, starting_room
from llmchoose.estimate.clues import holds
from llmchoose.estimate.formulas.distributions import band
from llmchoose.explanation.model import Entry, Section
from llmchoose.outcome.answers import answer
from llmchoose.outcome.parts import approach, as_data, here, mean, spread

BASELINE, COVERAGE = "task.prompt_baseline", "task.base_model_coverage"
# Profile fields that the expected quality reads.
RESTS_ON = (
    GAP,
    BASELINE,
    COVERAGE,
    "task.eval_examples",
    "task.citations_required",
    "task.kind",
    "data.labelled_examples",
    "data.unlabelled_tokens",
    "data.quality",
    "data.knowledge_tokens",
    "data.knowledge_changes",
    "trials",
)


def closure_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """From coverage to room, to the share closed, to quality."""
    inputs = assessment.inputs
    method, gap = next(k for k, row in assessment.knowledge.closures.items() if row.id == name)
    one = approach(assessment, method)
    start, room = starting_room(inputs)
    drawn = band(closure_draws(inputs, method, gap))
    weight, closed = mean(inputs.lists[GAP][gap]), mean(closed_shares(inputs)[method])
    measured = bool(inputs.stated(BASELINE).all())
    entries = (
        answer(BASELINE if measured else COVERAGE, assessment),
        Entry("starts at", f"{mean(start):.1%} of the task, so the room is {mean(room):.1%}"),
        Entry("this closure", f"{spread(drawn, 'fraction')} of the room"),
        Entry("gap", f"{gap} makes up {weight:.0%} of what is lacking here"),
        Entry(
            f"{method} closes",
            f"{closed:.1%} of the room, all gaps together, with what labels, text, freshness "
            "and reading leave of it",
        ),
        Entry("quality", f"{mean(one.prior):.1%} expected, {mean(one.quality):.1%} after trials"),
    )
    data = {
        "start": mean(start),
        "room": mean(room),
        "closure": as_data(drawn),
        "gap_weight": weight,
        "closed": closed,
        "quality_before_trials": mean(one.prior),
        "quality": mean(one.quality),
    }
    return (here(assessment, entries, data),)


def gap_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """How much of what is lacking here this gap makes up."""
    weight = mean(assessment.inputs.lists[GAP][name])
    entries = (answer(GAP, assessment), Entry(name, f"{weight:.0%} of what is lacking here"))
    return (here(assessment, entries, {"weight": weight}),)


def clue_sections(name: str, assessment: Assessment) -> tuple[Section, ...]:
    """Whether this project gives the answer, and whether that counts."""
    clue = next(one for one in assessment.knowledge.clues if one.id == name)
    held = holds(clue, assessment.profile)
    counts = held and not assessment.profile.given(GAP)
    said = "yes" if held else "no"
    entries = (
        Entry("answered so", said),
        Entry("counts", "yes" if counts else f"no{', the gap is given' if held else ''}"),
        answer(GAP, assessment),
    )
    return (here(assessment, entries, {"holds": held, "counts": counts}),)

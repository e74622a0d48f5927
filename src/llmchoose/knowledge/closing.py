"""Which published comparisons speak of a closure, and what share of the room each closed."""

from collections.abc import Mapping

from llmchoose.knowledge.runs import Comparison

# One method at heart: a comparison of one of them speaks of all three alike.
TUNED = {"managed_finetune", "lora", "full_finetune"}
# What a comparison has to start from. Continued pretraining comes on top of full tuning; retrieval
# beside a tuned model finds less room than beside a prompted one, so those rows do not count.
STARTS_FROM: Mapping[str, str] = {"continued_pretrain": "tuned_without_domain_pretraining"}
USUAL_START = "same_model_prompted"
WORST, FULL = -0.5, 1.0


def closure_of(comparison: Comparison) -> float | None:
    """Share of the room that a comparison closed, cut at -0.5 and 1; None where it cannot be told.

    Negative where the approach made it worse.
    """
    before, after, best = comparison.before, comparison.after, comparison.best
    if comparison.comparable == "no" or before is None or after is None or best is None:
        return None
    return min(max((after - before) / (best - before), WORST), FULL)


def speaks_of(row: Comparison, approach: str, gap: str) -> bool:
    """Beside another approach part of the room is closed already: such rows do not count."""
    same = row.approach == approach or {row.approach, approach} <= TUNED
    starts = row.baseline == STARTS_FROM.get(approach, USUAL_START)
    return same and starts and gap in row.gap and not row.beside

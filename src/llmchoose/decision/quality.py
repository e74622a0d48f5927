"""Quality that each approach is expected to reach, before any pilot of its own.

Where the best existing model gets a share b of the task right, there is room 1 - b. An approach
closes a share of that room by kind of gap (closures.csv, from published comparisons), less where
labels, text, freshness or the model's reading of the data stand in the way.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from llmchoose.estimate.approaches.training import effective_tokens
from llmchoose.estimate.formulas.distributions import Array, Draws, significant, summed, three_point
from llmchoose.estimate.inputs import Inputs, year_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rules import ApproachId
from llmchoose.knowledge.tables import Closure
from llmchoose.profile.trials import unread_share

GAP = "task.gap"
# Kinds of gap that a model which hardly reads the data keeps.
READ = ("knowledge", "language")
TUNED: tuple[ApproachId, ...] = ("managed_finetune", "lora", "full_finetune")
LAST_YEAR = 2025


def expected_quality(inputs: Inputs) -> dict[str, Array]:
    """Draws of the quality each approach reaches, as a share of the task, by id.

    Source: closures.csv and the constants `reach.…` of factors.csv.
    """
    start, room = starting_room(inputs)
    closed = closed_shares(inputs)
    found = {name: start + room * share for name, share in closed.items()}
    return {**found, "scratch": _scratch(inputs)}


def combined_quality(inputs: Inputs, primary: str, partner: str, alone: Array) -> Array:
    """Draws of the quality that two approaches reach together, as a share of the task.

    Of what the primary leaves open in each kind of gap, the partner closes its own share of that
    gap: together 1 - (1 - a)(1 - b), as in the one clean test of retrieval and tuning, whose gains
    added up.

    Args:
        inputs: Draws of one profile, or of every row of a block.
        primary: Id of the recommended approach.
        partner: Id of the one beside it.
        alone: What the primary reaches alone, trials counted.

    Source: Balaguer et al. 2024 (L-15); closures.csv.
    """
    one, other = (
        [_closing(inputs, name, _reads(inputs, read, alone)) for name in (primary, partner)]
        for read in ((primary,), (primary, partner))
    )
    closed, primarily, beside = _weighed(inputs, one[0]), *map(_shares, other)
    both = {gap: 1 - (1 - primarily[gap]) * (1 - beside[gap]) for gap in beside}
    together = 1 - (1 - alone) * (1 - (_weighed(inputs, [Closing(both)]) - closed) / (1 - closed))
    return np.maximum(together, alone + _read_better(inputs, primary, partner))


def _read_better(inputs: Inputs, primary: str, partner: str) -> Array | float:
    """What a tuned reader gains of the answers that failed though their passage was found.

    They fail for want of behaviour, not of knowledge, and tuning closes that gap.
    """
    if primary != "rag" or partner not in TUNED:
        return 0.0
    closed = _of_gap(inputs, partner, "behaviour") * _learned(inputs)
    return unread_share(inputs.profile) * closed


def _reads(inputs: Inputs, approaches: Sequence[str], alone: Array) -> Array:
    """How far the model can read the data: better once pretraining on it was continued.

    A model of one's own reads as well as it does the task.
    """
    if "scratch" in approaches:
        return _rises(inputs, "reach.reads", alone)
    before, after = (
        _rises_with_coverage(inputs, name) for name in ("reach.reads", "reach.reads_continued")
    )
    if "continued_pretrain" not in approaches:
        return before
    return before + _read(inputs) * np.maximum(after - before, 0.0)


def _rises_with_coverage(inputs: Inputs, name: str) -> Array:
    def rises() -> Array:
        covered = "task.base_model_coverage"
        return np.asarray(inputs.map(covered, lambda values: _rises(inputs, name, values)))

    return inputs.once(("rises", name), rises)


class Closing(NamedTuple):
    """Share of the room that an approach closes by kind of gap: `closures` times `held`."""

    closures: Mapping[str, Array]
    held: Array | float = 1.0


def _closing(inputs: Inputs, approach: str, reads: Array) -> list[Closing]:
    """Share of the room that an approach closes, gaps together that the same holds back.

    What a model cannot read, nothing teaches it but reading more; what it merely does not do yet,
    such as a format, tuning does. A model of one's own is seen in what it reaches alone: it leaves
    all of its room to a partner.
    """
    gaps = inputs.lists[GAP]
    if approach == "scratch":
        return [Closing({gap: np.zeros(inputs.draws.samples) for gap in gaps})]
    closures = {gap: _of_gap(inputs, approach, gap) for gap in gaps}
    if approach in TUNED:
        learned = _learned(inputs)
        read = {gap: closure for gap, closure in closures.items() if gap in READ}
        others = {gap: closure for gap, closure in closures.items() if gap not in READ}
        return [Closing(read, learned * reads), Closing(others, learned)]
    held: Array | float = _in_use(inputs, approach)
    if approach == "prompt":
        held = held * _prompted_before(inputs)
    elif approach == "continued_pretrain":
        held = _read(inputs)
    first = Closing(closures, reads * held)
    if approach != "continued_pretrain":
        return [first]
    after, tuning = inputs.constant("reach.tuned_after"), _closing(inputs, "full_finetune", reads)
    shares = _shares([first])
    tuned = _shares([Closing(one.closures, after * one.held) for one in tuning])
    return [Closing({gap: tuned[gap] + (1 - tuned[gap]) * shares[gap] for gap in gaps})]


def _shares(closing: Sequence[Closing]) -> dict[str, Array]:
    """By kind of gap the share of the room that is closed."""
    return {gap: one.held * closure for one in closing for gap, closure in one.closures.items()}


def starting_room(inputs: Inputs) -> tuple[Array, Array]:
    """Where an approach starts, and what is left to gain: a measured prompted score as it is."""
    measured = inputs.stated("task.prompt_baseline")
    coverage = inputs.number("task.base_model_coverage")
    room = np.maximum(1 - coverage, inputs.constant("reach.least_room"))
    baseline = prompted_score(inputs)
    room = np.where(measured, 1 - baseline, room)
    return np.where(measured, baseline, 1 - room), room


def prompted_score(inputs: Inputs) -> Array:
    """The prompted score with the error of the test set it was measured on."""
    score = inputs.number("task.prompt_baseline")
    usual = inputs.constant("reach.eval_examples")
    items = np.where(
        inputs.stated("task.eval_examples"), inputs.number("task.eval_examples"), usual
    )
    error = np.sqrt(score * (1 - score) / np.maximum(items, 1.0))
    return np.clip(score + error * inputs.draws.normal("prompt_baseline:error"), 0.0, 1.0)


def closed_shares(inputs: Inputs) -> dict[str, Array]:
    """Share of the room that each approach but training from scratch closes."""
    return {
        name: _weighed(inputs, _closing(inputs, name, _reads(inputs, (name,), np.zeros(1))))
        for name in ("prompt", "rag", *TUNED, "continued_pretrain")
    }


def _learned(inputs: Inputs) -> Array:
    """Share of what tuning closes that the labels are enough for."""
    half = inputs.constant("reach.labels_half")
    learned = inputs.map("data.labelled_examples", lambda labels: labels / (labels + half))
    return np.asarray(learned)


def _read(inputs: Inputs) -> Array:
    """Share of what continued pretraining closes that the text is enough for."""
    text = _text(inputs)
    half = np.where(
        inputs.light,
        inputs.constant("reach.text_half.light"),
        inputs.constant("reach.text_half"),
    )
    return sigmoid(inputs.constant("reach.text_steep") * (text - np.log10(half)))


def _text(inputs: Inputs) -> Array:
    """Decades of tokens of domain text."""
    return inputs.once(
        "decades of text", lambda: np.log10(np.maximum(effective_tokens(inputs), 1.0))
    )


def _scratch(inputs: Inputs) -> Array:
    """A model of one's own: what its text teaches it, whatever other models can."""
    text = _text(inputs)
    half = np.where(
        inputs.light,
        inputs.constant("reach.scratch.text_half.light"),
        inputs.constant("reach.scratch.text_half"),
    )
    learned = sigmoid(inputs.constant("reach.text_steep") * (text - np.log10(half)))
    least, most = (inputs.constant(f"reach.scratch.{end}") for end in ("least", "most"))
    return np.maximum(least, most * learned)


def _of_gap(inputs: Inputs, approach: str, gap: str) -> Array:
    """Share of the room of one kind of gap, for a project with all that it takes."""
    closure = closure_draws(inputs, approach, gap)
    return _knowledge(inputs, approach, closure) if gap == "knowledge" else closure


def _weighed(inputs: Inputs, closing: Sequence[Closing]) -> Array:
    """Shares by kind of gap, summed as the project's list weighs them."""
    parts = (_sum_of(inputs, one.closures) * one.held for one in closing)
    return summed(parts, np.zeros(inputs.draws.samples))


def _sum_of(inputs: Inputs, closures: Mapping[str, Array]) -> Array:
    """Closures by kind of gap, summed as the list weighs them, that of knowledge last."""
    others = {gap: closure for gap, closure in closures.items() if gap != "knowledge"}

    def weighed(weights: Mapping[str, Array]) -> Array:
        return summed(weights[gap] * closure for gap, closure in others.items())

    # Only that of knowledge hangs on more than its draws: projects of one list have the others.
    alike = all(closure.ndim == 1 for closure in others.values())
    total = inputs.map_list(GAP, weighed) if alike else weighed(inputs.lists[GAP])
    if "knowledge" not in closures:
        return total
    return total + inputs.lists[GAP]["knowledge"] * closures["knowledge"]


def closure_draws(inputs: Inputs, approach: str, gap: str) -> Array:
    """Draws of the share of the room that an approach closes; the ways of tuning move together."""
    return _closure(inputs.draws, method(approach), inputs.knowledge.closures[approach, gap])


@lru_cache(maxsize=256)
def _closure(draws: Draws, family: str, row: Closure) -> Array:
    drawn = three_point(draws.normal(f"closure:{family}"), row.p10, row.p50, row.p90, "logit")
    drawn.setflags(write=False)
    return drawn


def method(approach: str) -> str:
    """What the ways of tuning have in common; another approach is a method of its own."""
    return "tuned" if approach in TUNED else approach


def _knowledge(inputs: Inputs, approach: str, closure: Array) -> Array:
    """Facts age in weights and cannot be cited from them; small ones fit into the prompt."""
    cited = inputs.flag("task.citations_required")
    if approach == "rag":
        return closure
    if approach == "prompt":
        fits = inputs.number("data.knowledge_tokens") <= inputs.constant(
            "prompt.full_context_tokens"
        )
        whole = fits & inputs.stated("data.knowledge_tokens")
        closure = np.where(
            whole, np.maximum(closure, inputs.constant("reach.full_context")), closure
        )
        return closure * np.where(cited & ~whole, inputs.constant("reach.cited.prompt"), 1.0)
    renewed = inputs.factor(f"refresh_days.{approach}")
    fresh = inputs.map(
        "data.knowledge_changes", lambda days: 1 / (1 + renewed / np.maximum(days, 1e-3))
    )
    return np.asarray(closure * fresh) * np.where(
        cited, inputs.constant("reach.cited.weights"), 1.0
    )


def _in_use(inputs: Inputs, approach: str) -> Array | float:
    """Strength of prompting and retrieval with what there was in the year of the decision."""
    if approach not in ("prompt", "rag"):
        return 1.0
    strength = inputs.days.figure(lambda day: strength_on(inputs, approach, year_of(day)))
    return np.asarray(strength * _rises_with_coverage(inputs, "reach.context"))


def strength_on(inputs: Inputs, approach: str, year: float) -> float:
    """Strength of an approach in a decimal year over that of the last year of the table."""
    return _strength_on(inputs.knowledge, approach, year)


@lru_cache(maxsize=256)
def _strength_on(knowledge: Knowledge, approach: str, year: float) -> float:
    prefix = f"reach.in_use.{approach}."
    table: Mapping[int, float] = {
        int(name.removeprefix(prefix)): row.p50
        for name, row in knowledge.factors.items()
        if name.startswith(prefix)
    }
    years = sorted(table)
    middles = [year + 0.5 for year in years]
    return significant(float(np.interp(year, middles, [table[year] for year in years])))


def _prompted_before(inputs: Inputs) -> Array | float:
    """A prompted score that was measured already holds most of what prompting can do."""
    again = inputs.constant("reach.prompted_again")
    return np.where(inputs.stated("task.prompt_baseline"), again, 1.0)


def _rises(inputs: Inputs, name: str, values: Array) -> Array:
    steep, half = inputs.constant(f"{name}.steep"), inputs.constant(f"{name}.half")
    return sigmoid(steep * (values - half))


def sigmoid(score: Array) -> Array:
    """1 / (1 + e^-x)."""
    return np.asarray(1 / (1 + np.exp(-score)))

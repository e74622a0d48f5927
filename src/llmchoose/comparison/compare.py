"""Two assessments held against each other."""

from collections.abc import Mapping

from llmchoose.assessment import Assessment
from llmchoose.comparison.attribution import DAY, Mixture, shares, turns
from llmchoose.comparison.model import (
    FIGURES,
    Amount,
    ApproachChange,
    Attribution,
    Basis,
    Change,
    Comparison,
    Costs,
    InputChange,
    ItemChange,
    Side,
    Standing,
)
from llmchoose.decision.what_if import UNREAD
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.blocks import STRUCTURAL
from llmchoose.estimate.formulas.distributions import Array, band, median, significant
from llmchoose.knowledge.fields import Field
from llmchoose.profile.dump import write_value

RECORD = "decision."
# Answers that are kept for people: no prior stands in for them, no model or card is named.
WORDS = ("text", "date", "waivers")


def compare(old: Assessment | None, new: Assessment | None) -> Comparison:
    """Say what changed from one assessment to another, and which input did it.

    Args:
        old: The profile before; None for a new proposal.
        new: The profile after; None for one that was removed.

    Raises:
        ValueError: There is neither, or both rest on other knowledge or draws.
    """
    if old is None or new is None:
        return _alone(old, new)
    if old.knowledge is not new.knowledge or old.inputs.draws != new.inputs.draws:
        raise ValueError("both sides must rest on the same knowledge and the same draws")
    before, after = _side(old), _side(new)
    shared = _attribution(old, new, before, after)
    return Comparison(
        before,
        after,
        _costs(_of(old, before.proposed), _of(new, after.proposed)),
        _approaches(old, new),
        shared.inputs if shared else _unshared(old, new),
        shared,
        _basis(new),
    )


def proposed_estimate(assessment: Assessment) -> Estimate | None:
    """Estimate of `decision.approach`, else of the recommended approach; None without any."""
    return _of(assessment, _side(assessment).proposed)


def _alone(old: Assessment | None, new: Assessment | None) -> Comparison:
    there = new or old
    if there is None:
        raise ValueError("there must be a profile on one side at least")
    side = _side(there)
    found = _of(there, side.proposed)
    return Comparison(
        side if old else None,
        side if new else None,
        _costs(found if old else None, found if new else None),
        _approaches(old, new),
        (),
        None,
        _basis(there),
    )


def _basis(assessment: Assessment) -> Basis:
    knowledge, draws = assessment.knowledge, assessment.inputs.draws
    return Basis(knowledge.rulebook.id, knowledge.as_of, draws.seed, draws.samples)


def _side(assessment: Assessment) -> Side:
    decision = assessment.decision
    best = decision.recommended.approach.id if decision.recommended else None
    decided = assessment.profile.get("decision.approach")
    return Side(
        assessment.profile,
        assessment.inputs.day,
        best,
        tuple(partner.approach for partner in decision.partners),
        decision.confidence,
        decision.confidence_words,
        {one.approach.id: one.probability_best for one in decision.ranked},
        decided if isinstance(decided, str) else best,
        decided is not None,
        median(assessment.inputs.number("time.horizon")),
    )


def _of(assessment: Assessment, approach: str | None) -> Estimate | None:
    return None if approach is None else assessment.estimates[approach]


def _approaches(old: Assessment | None, new: Assessment | None) -> tuple[ApproachChange, ...]:
    sides = old or new
    assert sides is not None  # noqa: S101 checked by the caller
    before, after = _standings(old), _standings(new)
    return tuple(
        ApproachChange(
            name,
            before.get(name),
            after.get(name),
            _costs(_of(old, name) if old else None, _of(new, name) if new else None),
        )
        for name in sides.estimates
    )


def _standings(assessment: Assessment | None) -> Mapping[str, Standing]:
    if assessment is None:
        return {}
    return {
        one.approach.id: Standing(one.probability_best, one.rank, one.feasible)
        for one in assessment.decision.ranked
    }


def _costs(old: Estimate | None, new: Estimate | None) -> Costs:
    before, after = _figures(old), _figures(new)
    return Costs(
        {name: Change(before[name], after[name]) for name in before},
        _items(old, new),
        bool(old and old.lower_bound),
        bool(new and new.lower_bound),
    )


def _figures(found: Estimate | None) -> dict[str, Amount]:
    if found is None:
        return dict.fromkeys(FIGURES, "absent")
    run = found.training
    figures: tuple[Amount, ...] = (
        band(found.total_usd),
        band(found.one_time_usd),
        band(found.monthly_usd),
        band(found.time_days),
        "absent" if run is None else band(run.gpu_hours),
        _amount(found.energy_kwh),
        _amount(found.tco2e),
    )
    return dict(zip(FIGURES, figures, strict=True))


def _amount(values: Array | None) -> Amount:
    return "unknown" if values is None else band(values)


def _items(old: Estimate | None, new: Estimate | None) -> tuple[ItemChange, ...]:
    before, after = (
        {(item.name, item.when): _amount(item.usd) for item in (side.items if side else ())}
        for side in (old, new)
    )
    return tuple(
        ItemChange(key[0], key[1], Change(before.get(key, "absent"), after.get(key, "absent")))
        for key in {**before, **after}
    )


def _attribution(old: Assessment, new: Assessment, before: Side, after: Side) -> Attribution | None:
    if before.proposed is None or after.proposed is None:
        return None
    names, mixture = _changed(old, new), Mixture(old, new)
    read = [name for name in names if _is_read(name, old, new)]
    found = shares(mixture, read, after.proposed)
    turning = turns(mixture, read)
    inputs = [_input(name, old, new, found.parts.get(name), turning.get(name)) for name in names]
    start, end = (
        median(estimate.total_usd)
        for estimate in (old.estimates[before.proposed], new.estimates[after.proposed])
    )
    there = median(old.estimates[after.proposed].total_usd)
    return Attribution(
        found.method,
        after.proposed,
        tuple(sorted(inputs, key=_largest_first)),
        found.together,
        significant(there - start),
        significant(end - start),
    )


def _unshared(old: Assessment, new: Assessment) -> tuple[InputChange, ...]:
    names = _changed(old, new)
    turning = turns(Mixture(old, new), [name for name in names if _is_read(name, old, new)])
    return tuple(_input(name, old, new, None, turning.get(name)) for name in names)


def _largest_first(one: InputChange) -> tuple[bool, float]:
    return one.share_usd is None, -abs(one.share_usd or 0.0)


def _changed(old: Assessment, new: Assessment) -> list[str]:
    """Fields with another answer, in the order of the schema; the day where only that differs."""
    mine, other = old.profile.values, new.profile.values
    return [
        name
        for name in old.knowledge.fields
        if mine.get(name) != other.get(name) or (name == DAY and old.inputs.day != new.inputs.day)
    ]


def _is_read(name: str, old: Assessment, new: Assessment) -> bool:
    """Whether a formula reads a field; of a day that `--as-of` overrides none does."""
    if name == DAY:
        return old.inputs.day != new.inputs.day
    field: Field = old.knowledge.fields[name]
    if name in UNREAD or name.startswith(RECORD):
        return False
    return field.type not in WORDS or field.prior is not None or name in STRUCTURAL


def _input(
    name: str, old: Assessment, new: Assessment, share: float | None, turns_to: str | None
) -> InputChange:
    return InputChange(
        name,
        _spelt(name, old),
        _spelt(name, new),
        old.profile.marks.get(name),
        new.profile.marks.get(name),
        share,
        turns_to,
    )


def _spelt(name: str, side: Assessment) -> str | None:
    fields, answer = side.knowledge.fields, side.profile.get(name)
    return None if answer is None else write_value(answer, fields[name], fields)

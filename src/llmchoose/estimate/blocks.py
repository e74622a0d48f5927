"""A block: one profile with one change or another in each row, for all formulas at once."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmchoose.estimate.formulas.distributions import Array
from llmchoose.estimate.inputs import Inputs, draw_field, list_weights
from llmchoose.estimate.priors import Drawn, draw_answer
from llmchoose.profile.model import Profile, Value

# An answer of None leaves the field open.
Change = Mapping[str, Value | None]
# Their answers choose models, cards and prices, of which a block has one.
STRUCTURAL = frozenset(
    {
        "as_of",
        "compute.acquire",
        "compute.gpu",
        "compute.owned",
        "compute.region",
        "data.tokens_per_example",
        "model.api",
        "model.open",
        "model.target_params",
        "ops.refresh",
        "task.kind",
        "task.language",
        "task.token_premium",
        "traffic.input_tokens",
        "traffic.output_tokens",
    }
)


def block_of(base: Inputs, changes: Sequence[Change]) -> Inputs:
    """Inputs with a row for each change of a profile; draws of shape (rows, samples).

    A row holds what `read_inputs` would give for the changed profile: priors that hang on a changed
    answer are drawn again.

    Args:
        base: Inputs of the profile.
        changes: Answers by field, None to leave it open; none of a field in `STRUCTURAL`,
            unless it may do that models and cards stay those of the profile.
    """
    rows = [_row(base, change) for change in changes]
    moved = {name for row, _ in rows for name in row}
    values: dict[str, Drawn] = dict(base.values)
    for name in moved:
        stacked: Any = np.stack([row.get(name, base.values[name]) for row, _ in rows])
        values[name] = stacked
    lists = dict(base.lists)
    for name in moved & set(base.lists):
        words = base.lists[name]
        held = [weights.get(name, words) for _, weights in rows]
        lists[name] = {word: np.stack([one[word] for one in held]) for word in words}
    told = {
        name: np.array([[_states(base, change, name)] for change in changes])
        for name in sorted({name for change in changes for name in change})
    }
    return replace(base, values=values, lists=lists, told=told, n_rows=len(changes))


def scenarios_of(
    base: Inputs, answers: Mapping[str, Drawn], known: Mapping[str, NDArray[np.bool_]]
) -> Inputs:
    """A block in each row of which several open fields are answered at once.

    What hangs on an answer is not drawn again: it is among the answers, or stays as it is.

    Args:
        base: Inputs of the profile.
        answers: Answers by field, one for each row, shape (rows,).
        known: Whether the field is answered in a row, or stays open; shape (rows,).
    """
    fields, rows = base.knowledge.fields, len(next(iter(answers.values())))
    told = {name: held[:, None] for name, held in known.items()}
    drawn: dict[str, Any] = {
        name: np.where(told[name], np.asarray(found)[:, None], base.values[name])
        for name, found in answers.items()
    }
    lists = {
        name: list_weights(fields[name], None, words)
        for name, words in drawn.items()
        if fields[name].type == "enums"
    }
    return replace(
        base,
        values={**base.values, **drawn},
        lists={**base.lists, **lists},
        told=told,
        n_rows=rows,
    )


def stacked(upper: Inputs, lower: Inputs) -> Inputs:
    """Two blocks of one profile as one: the rows of the first, then those of the second."""
    counts, samples = (upper.n_rows or 0, lower.n_rows or 0), upper.draws.samples

    def both(one: Any, other: Any, wide: int) -> Any:
        if one is other and np.ndim(one) < 2:
            return one
        parts = zip((one, other), counts, strict=True)
        return np.concatenate([np.broadcast_to(part, (rows, wide)) for part, rows in parts])

    return replace(
        upper,
        values={name: both(one, lower.values[name], samples) for name, one in upper.values.items()},
        lists={
            name: {
                word: both(one, lower.lists[name][word], samples) for word, one in weights.items()
            }
            for name, weights in upper.lists.items()
        },
        told={
            name: both(upper.stated(name), lower.stated(name), 1)
            for name in sorted({*upper.told, *lower.told})
        },
        n_rows=sum(counts),
    )


def _row(base: Inputs, change: Change) -> tuple[dict[str, Drawn], dict[str, Mapping[str, Array]]]:
    """What a change moves: draws of fields, and weights of list fields."""
    fields = base.knowledge.fields
    drawn: dict[str, Drawn] = {
        name: draw_answer(fields[name], value, base.draws)
        for name, value in change.items()
        if value is not None
    }
    left = [name for name in change if name not in drawn]
    hanging = [name for field in change for name in _dependents(base, field)]
    profile = _changed(base, change) if left or hanging else base.profile
    seen: ChainMap[str, Drawn] = ChainMap(drawn, dict(base.values))
    for name in sorted({*left, *hanging}, key=list(fields).index):
        found, _ = draw_field(fields[name], profile, base.knowledge, base.draws, seen)
        if found is not None:
            drawn[name] = found
    weights = {
        name: list_weights(fields[name], change.get(name), found)
        for name, found in drawn.items()
        if fields[name].type == "enums"
    }
    return drawn, weights


def _changed(base: Inputs, change: Change) -> Profile:
    held = {name: value for name, value in base.profile.values.items() if name not in change}
    added = {name: value for name, value in change.items() if value is not None}
    return replace(base.profile, values={**held, **added})


def _states(base: Inputs, change: Change, name: str) -> bool:
    return change[name] is not None if name in change else name in base.given


def _dependents(base: Inputs, changed: str) -> tuple[str, ...]:
    """Fields left open whose priors a change of one field moves, in the order of the schema."""
    return base.once(("dependents", changed), lambda: _find_dependents(base, changed))


def _find_dependents(base: Inputs, changed: str) -> tuple[str, ...]:
    told = {clue.input for clue in base.knowledge.clues}
    moved = {changed}
    for field in base.knowledge.fields.values():
        prior = field.prior
        if prior is None or field.name in base.given or field.name == changed:
            continue
        parents = {prior.by, prior.same_as, prior.at_most.by if prior.at_most else None}
        if parents & moved or (prior.clues and changed in told):
            moved.add(field.name)
    return tuple(name for name in base.knowledge.fields if name in moved - {changed})

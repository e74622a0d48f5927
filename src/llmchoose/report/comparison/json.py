"""A comparison as JSON (schema_version 1): six significant digits, keys in a fixed order."""

import json
from dataclasses import asdict
from typing import Any

from llmchoose import __version__
from llmchoose.comparison.model import (
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
from llmchoose.comparison.review import Review
from llmchoose.errors import Mark
from llmchoose.estimate.formulas.distributions import Band, significant

SCHEMA_VERSION = 1


def render(review: Review, *, several: bool, plain: bool) -> str:
    """One object: of a comparison, or of a folder with its totals."""
    del plain  # JSON has no colour
    data = _together(review) if several else as_dict(review.comparisons[0])
    return json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(found: Comparison) -> dict[str, Any]:
    """A comparison as plain data."""
    return {**_head(found.basis), **_comparison(found)}


def _head(basis: Basis | None) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "llmchoose", "version": __version__},
        "generated_from": asdict(basis) if basis else None,
    }


def _together(review: Review) -> dict[str, Any]:
    return {
        **_head(review.comparisons[0].basis if review.comparisons else None),
        "totals": {name: _change(change) for name, change in review.totals.items()},
        "without_proposal": review.silent,
        "comparisons": [_comparison(one) for one in review.comparisons],
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "old": _side(found.old),
        "new": _side(found.new),
        "recommendation": {
            "old": _recommendation(found.old),
            "new": _recommendation(found.new),
            "changed": found.turned,
        },
        "proposed": {
            "old": _proposed(found.old),
            "new": _proposed(found.new),
            "same_approach": not found.crosses,
        },
        **_costs(found.proposed),
        "inputs": [_input(one) for one in found.inputs],
        "attribution": _attribution(found.attribution),
        "approaches": [_approach(one) for one in found.approaches],
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "path": side.profile.path,
        "name": side.profile.get("name"),
        "profile_sha256": side.profile.sha256(),
        "as_of": side.day,
    }


def _recommendation(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    chance = None if side.approach is None else side.chances[side.approach]
    return {
        "approach": side.approach,
        "combine_with": list(side.partners),
        "confidence": side.confidence,
        "confidence_words": side.words,
        "probability_best": chance,
    }


def _proposed(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {"approach": side.proposed, "decided": side.decided, "horizon_months": _number(side)}


def _number(side: Side) -> float:
    return significant(side.months)


def _costs(costs: Costs) -> dict[str, Any]:
    return {
        "figures": {name: _change(change) for name, change in costs.figures.items()},
        "lower_bound": {"old": costs.least_old, "new": costs.least_new},
        "items": [_item(one) for one in costs.items],
    }


def _item(one: ItemChange) -> dict[str, Any]:
    return {"item": one.name, "when": one.when, "usd": _change(one.usd)}


def _change(change: Change) -> dict[str, Any]:
    """Both bands; what is unknown has a band of nulls, what is not there none at all."""
    moved = change.p50
    step = None if moved is None else {"p50": moved, "share": change.share}
    return {"old": _amount(change.old), "new": _amount(change.new), "change": step}


def _amount(amount: Amount) -> dict[str, float | None] | None:
    if isinstance(amount, Band):
        return asdict(amount)
    return {"p10": None, "p50": None, "p90": None} if amount == "unknown" else None


def _approach(one: ApproachChange) -> dict[str, Any]:
    return {
        "approach": one.approach,
        "old": _standing(one.old),
        "new": _standing(one.new),
        **_costs(one.costs),
    }


def _standing(side: Standing | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {"rank": side.rank, "feasible": side.feasible, "probability_best": side.chance}


def _input(one: InputChange) -> dict[str, Any]:
    return {
        "field": one.field,
        "old": one.old,
        "new": one.new,
        **_where(one.new_mark or one.old_mark),
        "old_place": _place(one.old_mark),
        "new_place": _place(one.new_mark),
        "share_usd": one.share_usd,
        "changes_recommendation": one.changes_recommendation,
        "recommendation_alone": one.turns_to or None,
    }


def _where(mark: Mark | None) -> dict[str, Any]:
    return {"path": mark.path if mark else None, "line": mark.line if mark else None}


def _place(mark: Mark | None) -> dict[str, Any] | None:
    return None if mark is None else mark._asdict()


def _attribution(found: Attribution | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "of": "total_usd",
        "approach": found.approach,
        "method": found.method,
        "other_approach_usd": found.switch_usd,
        "together_usd": found.together_usd,
        "total_usd": found.total_usd,
    }

"""Recommendations held against real decisions, as plain data."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from llmchoose.backtest.agreement import Verdict
from llmchoose.backtest.disagreements import Disagreement
from llmchoose.backtest.summary import Summary
from llmchoose.estimate.formulas.distributions import significant

DIGITS = 4


def render(summary: Summary) -> str:
    """One line."""
    return json.dumps(as_dict(summary), ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(summary: Summary) -> dict[str, Any]:
    """Every table."""
    history = summary.history
    found = {
        "schema_version": 1,
        "bundled": history is None,
        "skipped": None
        if history is None
        else {"without_outcome": history.without_outcome, "unclear": history.unclear},
        "parts": [
            {"left_out": left_out, **asdict(part)} for left_out, part in summary.parts.items()
        ],
        "rules": [asdict(one) for one in summary.rules],
        "groups": {
            group: {name: asdict(one) for name, one in found.items()}
            for group, found in summary.groups.items()
        },
        "confusion": [
            {"recommended": recommended, "chosen": chosen, "cases": cases}
            for (recommended, chosen), cases in sorted(summary.confusion.items())
        ],
        "regretted": [_regret(one) for one in summary.regretted],
        "disagreements": [_disagreement(one) for one in summary.disagreements],
        "constants": [
            {"id": one.id, "what": one.what, "constants": one.constants, "how": one.how}
            for one in summary.knobs
        ],
    }
    rounded: dict[str, Any] = _rounded(found)
    return rounded


def _regret(one: Verdict) -> dict[str, Any]:
    return {
        "id": one.decided.id,
        "chosen": one.decided.chose,
        "recommended": one.advised,
        "advised_against": one.advised != one.decided.chose,
    }


def _disagreement(one: Disagreement) -> dict[str, Any]:
    advice, decided = one.round.seen, one.round.decided
    return {
        "id": decided.id,
        "recommended": advice.approach,
        "chance": advice.chance,
        "acceptable": list(decided.acceptable),
        "nearest": one.nearest,
        "nearest_chance": one.nearest_chance,
        "by_fit": advice.by_fit,
        "by_benefit": advice.by_benefit,
        "because": one.because,
        "lead": one.lead,
        "why": decided.why,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return significant(value, DIGITS) if isinstance(value, float) else value

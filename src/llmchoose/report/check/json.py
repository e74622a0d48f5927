"""A check as JSON (schema_version 1): one object on one line."""

from dataclasses import asdict
from typing import Any

from llmchoose.errors import Mark
from llmchoose.estimate.formulas.distributions import Band, significant
from llmchoose.policy.model import Checked, Finding, Proposal, RuleInForce, Totals
from llmchoose.report.check._words import end_column, one_line

SCHEMA_VERSION = 1


def render(checked: Checked, *, plain: bool = False) -> str:
    """One line."""
    del plain  # JSON has no colour
    return one_line(as_dict(checked))


def as_dict(checked: Checked) -> dict[str, Any]:
    """A check as plain data."""
    return {
        "schema_version": SCHEMA_VERSION,
        "policy": checked.policy,
        "today": checked.today.isoformat(),
        "files": len(checked.proposals),
        "skipped": len(checked.skipped),
        "findings": [_finding(one) for one in checked.findings],
        "summary": dict(checked.counts),
        "totals": _costs(checked.totals),
        "proposals": [_proposal(one) for one in checked.proposals],
        "rules": [_rule(one) for one in checked.rules],
    }


def _finding(one: Finding) -> dict[str, Any]:
    mark = one.place.mark
    return {
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
        "path": mark.path,
        "line": mark.line,
        "column": mark.column,
        "end_column": end_column(one),
        "waived": _waived(one),
        "fingerprint": one.fingerprint,
        "help": {"text": one.fix, "hint": one.hint} if one.hint else {"text": one.fix},
    }


def _waived(one: Finding) -> dict[str, Any] | None:
    if one.waived is None:
        return None
    expires = one.waived.expires
    return asdict(one.waived) | {"expires": expires.isoformat() if expires else None}


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "path": one.path,
        "name": one.name,
        "approach": one.approach,
        "decided": one.decided,
        "recommended": one.recommended,
        "confidence": significant(one.confidence),
        **_costs(one),
    }


def _costs(one: Totals | Proposal) -> dict[str, Any]:
    return {
        "one_time_usd": _band(one.one_time_usd),
        "total_usd": _band(one.total_usd),
        "gpu_hours": _band(one.gpu_hours),
        "lower_bound": one.lower_bound,
    }


def _band(figures: Band | None) -> dict[str, float] | None:
    # As asdict, which copies deeply and takes half the time of a large report.
    return None if figures is None else dict(vars(figures))


def _rule(one: RuleInForce) -> dict[str, Any]:
    limit = {
        "name": one.limit_name,
        "value": one.limit,
        "unit": one.unit,
        "where": _where(one.limit_where),
    }
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.grade,
        "default": one.default,
        "limit": limit if one.limit_name else None,
        "where": _where(one.where),
    }


def _where(mark: Mark | None) -> str | None:
    return None if mark is None else f"{mark.path}:{mark.line}:{mark.column}"

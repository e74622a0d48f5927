"""The JSON contract (schema_version 1): six significant digits, keys in a fixed order."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from llmchoose import __version__
from llmchoose.assessment import Assessment
from llmchoose.decision.combine import Partner
from llmchoose.decision.fit import Scored, contributions
from llmchoose.decision.rank import Ranked
from llmchoose.estimate.approaches.model import Estimate, Training
from llmchoose.estimate.formulas.distributions import Array, Band, band, median, significant
from llmchoose.estimate.priors import Assumption
from llmchoose.report import outlook_contract as outlook
from llmchoose.report.phrases import named_sources

SCHEMA_VERSION = 1


def render(assessment: Assessment) -> str:
    """One assessment as one line of JSON."""
    return json.dumps(as_dict(assessment), ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(assessment: Assessment) -> dict[str, Any]:
    """The assessment as plain data: the report contract of schema_version 1."""
    inputs, decision = assessment.inputs, assessment.decision
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "llmchoose", "version": __version__},
        "generated_from": {
            "profile_sha256": assessment.profile.sha256(),
            "rulebook": assessment.knowledge.rulebook.id,
            "knowledge_as_of": assessment.knowledge.as_of,
            "as_of": inputs.day,
            "seed": inputs.draws.seed,
            "samples": inputs.draws.samples,
        },
        "profile": _rounded(assessment.profile.normalised()),
        "assumptions": [_assumption(one) for one in inputs.assumptions],
        "recommendation": _recommendation(assessment),
        "approaches": [
            _approach(one, assessment.estimates[one.approach.id], assessment)
            for one in decision.ranked
        ],
        **outlook.as_dict(assessment),
        "plan": [
            {
                "step": step.step,
                "approach": step.approach or None,
                "do": step.do,
                "exit_criterion": step.exit_criterion,
                "sources": list(step.sources),
            }
            for step in decision.plan
        ],
        "risks": [
            {
                "id": risk.id,
                "text": risk.text,
                "likelihood": risk.likelihood,
                "mitigation": risk.mitigation,
                "sources": list(risk.sources),
            }
            for risk in decision.risks
        ],
        "sources": [_source(name, assessment) for name in cited(assessment)],
    }


def cited(assessment: Assessment) -> list[str]:
    """Ids of all sources that the report rests on, in text order."""
    decision = assessment.decision
    found = {cite.id for cite in named_sources(assessment)}
    for one in decision.ranked:
        found.update(*(gate.sources for gate in one.gates))
        found.update(*(scored.criterion.sources for scored in one.criteria))
        found.update(*(pays.sources for pays in decision.techniques[one.approach.id]))
        estimate = assessment.estimates[one.approach.id]
        found.update(*(item.source for item in estimate.items))
        found.update(*(option.source for option in estimate.acquisitions))
    for assumption in assessment.inputs.assumptions:
        found.update(assumption.source)
    return sorted(found - set(assessment.knowledge.fields))


def _source(name: str, assessment: Assessment) -> dict[str, Any]:
    cite = assessment.knowledge.cite(name)
    return {
        "id": cite.id,
        "title": cite.title,
        "date": cite.date,
        "kind": cite.kind,
        "url": cite.url,
        "claim": cite.claim,
    }


def _assumption(one: Assumption) -> dict[str, Any]:
    value = asdict(one.value) if isinstance(one.value, Band) else dict(one.value)
    return {"input": one.input, "value": value, "source": "|".join(one.source), "note": one.note}


def _recommendation(assessment: Assessment) -> dict[str, Any]:
    decision = assessment.decision
    best, second = decision.recommended, decision.second
    name = best.approach.id if best else None
    return {
        "approach": name,
        "family": best.approach.family if best else None,
        "combine_with": [partner.approach for partner in decision.partners],
        "combinations": [_combination(partner) for partner in decision.partners],
        "techniques": [one.id for one in decision.techniques[name]] if name else [],
        "confidence": decision.confidence,
        "confidence_words": decision.confidence_words,
        "second": {"approach": second.approach.id, "probability_best": second.probability_best}
        if second
        else None,
        "models_agree": decision.models_agree,
        "agrees_with_decision": decision.agrees,
        "summary": decision.summary,
        "reasons": [
            {
                "text": reason.text,
                "speaks": reason.speaks,
                "criterion": reason.criterion,
                "sources": list(reason.sources),
            }
            for reason in assessment.reasons
        ],
    }


def _combination(partner: Partner) -> dict[str, Any]:
    pair = partner.estimate
    return {
        "approaches": [pair.primary, pair.partner],
        "quality": asdict(band(partner.quality)),
        "cost": {
            "one_time_usd": _maybe(pair.one_time_usd),
            "monthly_usd": _maybe(pair.monthly_usd),
            "total_usd": _maybe(pair.total_usd),
            "lower_bound": pair.lower_bound,
        },
        "time_to_production_days": _maybe(pair.time_days),
        "latency_ms": _maybe(pair.latency_ms),
        "energy_kwh": _maybe(pair.energy_kwh),
        "tco2e": _maybe(pair.tco2e),
        "adds": {
            "quality": asdict(band(partner.adds)),
            "total_usd": asdict(band(pair.added_usd)),
        },
        "reason": partner.reason,
        "sources": list(partner.sources),
    }


def _approach(one: Ranked, estimate: Estimate, assessment: Assessment) -> dict[str, Any]:
    shares = contributions(one.criteria)
    pays = assessment.decision.techniques[one.approach.id]
    return {
        "approach": one.approach.id,
        "family": one.approach.family,
        "rank": one.rank,
        "feasible": one.feasible,
        "gates": [
            {
                "id": gate.id,
                "kind": gate.kind,
                "passed": gate.passed,
                "reason": gate.reason,
                "sources": list(gate.sources),
            }
            for gate in one.gates
        ],
        "quality": asdict(band(one.quality)),
        "net_benefit": asdict(band(one.net_benefit)),
        "fit": asdict(band(one.fit)),
        "probability_best": one.probability_best,
        "criteria": [_criterion(scored, shares) for scored in one.criteria],
        "techniques": [
            {
                "id": pay.id,
                "usd_once": _maybe(pay.usd_once),
                "usd_saved_monthly": _maybe(pay.usd_saved_monthly),
                "usd_saved": _maybe(pay.usd_saved),
                "reason": pay.reason,
                "sources": list(pay.sources),
            }
            for pay in pays
        ],
        "cost": _cost(estimate),
        "compute": _compute(estimate),
        "time_to_production_days": _maybe(estimate.time_days),
        "energy_kwh": _maybe(estimate.energy_kwh),
        "tco2e": _maybe(estimate.tco2e),
        "notes": list(estimate.notes),
    }


def _criterion(scored: Scored, shares: Any) -> dict[str, Any]:
    return {
        "id": scored.criterion.id,
        "value": scored.value,
        "score": significant(scored.mean),
        "weight": scored.weight,
        "contribution": significant(shares[scored.criterion.id]),
        "reason": scored.reason,
        "sources": list(scored.criterion.sources),
    }


def _cost(estimate: Estimate) -> dict[str, Any]:
    return {
        "one_time_usd": _maybe(estimate.one_time_usd),
        "monthly_usd": _maybe(estimate.monthly_usd),
        "total_usd": _maybe(estimate.total_usd),
        "lower_bound": estimate.lower_bound,
        "breakdown": [
            {
                "item": item.name,
                "when": item.when,
                "usd": _maybe(item.usd),
                "note": item.note,
                "sources": list(item.source),
            }
            for item in estimate.items
        ],
        "acquire": [
            {
                "how": option.how,
                "usd": _maybe(option.usd),
                "note": option.note,
                "sources": list(option.source),
            }
            for option in estimate.acquisitions
        ],
    }


def _compute(estimate: Estimate) -> dict[str, Any]:
    run: Training | None = estimate.training
    return {
        "flops": significant(median(run.flops)) if run else None,
        "gpu": run.gpu.id if run else None,
        "n_gpus": int(run.n_gpus) if run else None,
        "gpu_hours": _maybe(run.gpu_hours if run else None),
        "wall_clock_days": _maybe(run.wall_clock_days if run else None),
        "memory_gb_per_gpu": _maybe(run.memory_gb if run else None),
    }


def _maybe(values: Array | None) -> dict[str, float] | None:
    return None if values is None else asdict(band(values))


def render_all(assessments: Iterable[Assessment], *, plain: bool = False) -> str:
    """One line for each assessment (JSON Lines; one object for a single one)."""
    del plain  # JSON has no colour
    return "".join(render(one) for one in assessments)


def _rounded(node: Any) -> Any:
    """Plain data with its numbers to six significant digits."""
    if isinstance(node, dict):
        return {key: _rounded(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_rounded(value) for value in node]
    whole = isinstance(node, bool) or not isinstance(node, int | float)
    return node if whole else significant(float(node))

"""The part of the JSON contract that says what would change the choice."""

from dataclasses import asdict
from typing import Any

from llmchoose.assessment import Assessment
from llmchoose.decision.experiment import Experiment
from llmchoose.decision.flips import Flip
from llmchoose.decision.influence import Influence
from llmchoose.decision.trials import Evidence
from llmchoose.decision.weights import WeightFlip
from llmchoose.estimate.formulas.distributions import significant
from llmchoose.knowledge.fields import Field
from llmchoose.profile.dump import write_value


def as_dict(assessment: Assessment) -> dict[str, Any]:
    """Trials, flips, break-evens, value of information, the next experiment, what answers did."""
    found, fields = assessment.outlook, assessment.knowledge.fields
    return {
        "next_experiment": _experiment(found.experiment),
        "trials": [_trial(one) for one in assessment.decision.evidence],
        "flips": [
            *(_flip(one, fields[one.field], assessment) for one in found.flips),
            *(_weight(one) for one in found.weights),
        ],
        "break_even": [
            {
                "between": [one.cheaper_below, one.cheaper_above],
                "input": one.field,
                "at": one.at,
                "unit": fields[one.field].unit,
            }
            for one in found.break_evens
        ],
        "value_of_information": [
            {
                "input": one.field,
                "benefit": one.benefit,
                "usd": one.usd,
                "probability_of_change": one.probability_of_change,
            }
            for one in found.information
        ],
        "answers": [_influence(one) for one in found.influences],
    }


def _experiment(one: Experiment | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "do": one.do,
        "examples": one.examples,
        "labelled_examples": one.labelled_examples,
        "usd": one.usd,
        "would_settle": one.would_settle,
        "sources": list(one.sources),
    }


def _trial(one: Evidence) -> dict[str, Any]:
    return {
        "approach": one.trial.approach,
        "metric": one.trial.metric,
        "score": significant(one.interval.score),
        "interval": [significant(one.interval.low), significant(one.interval.high)],
        "counted": one.counted,
        "why_not": one.why_not or None,
        "prior": asdict(one.prior) if one.prior else None,
        "posterior": asdict(one.posterior) if one.posterior else None,
    }


def _flip(one: Flip, field: Field, assessment: Assessment) -> dict[str, Any]:
    fields = assessment.knowledge.fields
    return {
        "input": one.field,
        "from": write_value(one.before, field, fields),
        "to": write_value(one.after, field, fields),
        "recommendation": one.approach,
    }


def _weight(one: WeightFlip) -> dict[str, Any]:
    return {
        "input": f"weight:{one.id}",
        "from": f"{one.before:g}",
        "to": f"{one.after:g}",
        "recommendation": one.approach,
        "in_range": one.usual,
    }


def _influence(one: Influence) -> dict[str, Any]:
    return {
        "input": one.field,
        "choice": one.chance,
        "total_usd": one.total_usd,
        "time_to_production": one.days,
        "plan": list(one.plan),
        "risks": list(one.risks),
    }

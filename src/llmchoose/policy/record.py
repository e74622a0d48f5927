"""What an expression may read: the types of it, and a proposal as it reads one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmchoose.decision.confidence import NOTHING_FEASIBLE
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.rulecheck.whole import RESERVED
from llmchoose.policy.answers import middle_of
from llmchoose.profile.model import OwnedGpus, Profile, Trial, Waiver, plain
from llmchoose.quantity import Quantity
from llmchoose.survey.model import Figure, Surveyed

BANDS: Mapping[str, tuple[Figure, ...]] = {
    "": (
        "quality",
        "net_benefit",
        "fit",
        "time_to_production_days",
        "energy_kwh",
        "tco2e",
    ),
    "cost": ("one_time_usd", "monthly_usd", "total_usd"),
    "compute": ("gpu_hours", "wall_clock_days", "memory_gb_per_gpu"),
}
# Lists in which what is not named is not there; of the others nobody has said.
ENTRIES = ("gpus", "trials", "waivers")
NONE_MEANT = ("decision.combine_with",)
Members = list[tuple[str, str]]
Record = dict[str, Any]


@dataclass(frozen=True)
class Schema:
    """What an expression may read.

    Attributes:
        messages: Members of each message with their types: number, text, flag or the name of a
            message; `[…]` is a list of them.
        words: Of members of messages that are texts, those that they can be.
    """

    messages: Mapping[str, Members]
    words: Mapping[str, Mapping[str, Sequence[str]]]


def schema_of(knowledge: Knowledge) -> Schema:
    """What an expression may read of a proposal."""
    approaches = [row.id for row in knowledge.approaches]
    return Schema(_messages(knowledge.fields, approaches), _words(knowledge))


def _words(knowledge: Knowledge) -> dict[str, dict[str, Sequence[str]]]:
    book = knowledge.rulebook
    chosen: dict[str, Sequence[str]] = {
        "approach": [row.id for row in knowledge.approaches],
        "family": sorted({row.family for row in knowledge.approaches}),
    }
    sure = [*(row.words for row in book.confidence.words), NOTHING_FEASIBLE]
    words: dict[str, dict[str, Sequence[str]]] = {
        "trial": {"approach": knowledge.fields["decision.approach"].values},
        "gate": {"id": [*(row.id for row in book.gates), *RESERVED], "kind": ("hard", "soft")},
        "estimate": chosen,
        "decision": {**chosen, "confidence_words": sure},
    }
    for field in knowledge.fields.values():
        if field.type in ("enum", "enums"):
            owner = f"profile.{field.section}" if field.section else "profile"
            words.setdefault(owner, {})[field.key] = field.values
    return words


def _messages(fields: Mapping[str, Field], approaches: Sequence[str]) -> dict[str, Members]:
    profile: dict[str, Members] = {"profile": []}
    for field in fields.values():
        if field.section:
            if not any(name == field.section for name, _ in profile["profile"]):
                profile["profile"].append((field.section, f"profile.{field.section}"))
            profile.setdefault(f"profile.{field.section}", []).append((field.key, _type(field)))
        else:
            profile["profile"].append((field.key, _type(field)))
    band = [("p10", "number"), ("p50", "number"), ("p90", "number")]
    cost: Members = [*((name, "band") for name in BANDS["cost"]), ("lower_bound", "flag")]
    compute: Members = [("gpu", "text"), *((name, "band") for name in BANDS["compute"])]
    estimate: Members = [
        ("approach", "text"),
        ("family", "text"),
        ("feasible", "flag"),
        ("probability_best", "number"),
        ("gates", "[gate]"),
        ("cost", "estimate.cost"),
        ("compute", "estimate.compute"),
        *((name, "band") for name in BANDS[""]),
    ]
    decision: Members = [
        ("approach", "text"),
        ("family", "text"),
        ("confidence", "number"),
        ("confidence_words", "text"),
        ("agrees_with_decision", "flag"),
        ("probability_best", "decision.probability_best"),
    ]
    return {
        **profile,
        "owned": [("gpu", "text"), ("count", "number")],
        "trial": [
            *((name, "text") for name in ("approach", "model", "metric", "date")),
            *((name, "number") for name in ("score", "examples", "training_examples", "cost")),
        ],
        "waiver": [(name, "text") for name in ("rule", "reason", "approved_by", "expires")],
        "band": list(band),
        "gate": [("id", "text"), ("kind", "text"), ("passed", "flag"), ("reason", "text")],
        "estimate": estimate,
        "estimate.cost": cost,
        "estimate.compute": compute,
        "decision": decision,
        "decision.probability_best": [(name, "number") for name in approaches],
    }


def _type(field: Field) -> str:
    return {
        "quantity": "number",
        "duration": "number",
        "flag": "flag",
        "enums": "[text]",
        "gpus": "[owned]",
        "trials": "[trial]",
        "waivers": "[waiver]",
    }.get(field.type, "text")


def record_of(one: Surveyed, approach: str | None, knowledge: Knowledge) -> Record:
    """A proposal as expressions read it; what is unknown is left out."""
    decided = one.profile.get("decision.approach")
    decision = {
        "approach": one.recommended,
        "family": _family(knowledge, one.recommended),
        "confidence": one.confidence,
        "confidence_words": one.confidence_words,
        "agrees_with_decision": None if decided is None else decided == one.recommended,
        "probability_best": {row.id: one.probability_best(row.id) for row in knowledge.approaches},
    }
    estimate = _estimate(one, approach, knowledge) if approach else {}
    profile = _profile(one.profile, knowledge.fields)
    return {
        "profile": profile,
        "estimate": _known(estimate),
        "decision": _known(decision),
    }


def _known(nested: Record) -> Record:
    """What is known: an expression that reads anything else cannot be judged."""
    return {
        name: _known(value) if isinstance(value, dict) else value
        for name, value in nested.items()
        if value is not None
    }


def _family(knowledge: Knowledge, approach: str | None) -> str | None:
    rows = knowledge.approaches
    return next((row.family for row in rows if row.id == approach), None)


def _estimate(one: Surveyed, approach: str, knowledge: Knowledge) -> Record:
    gpu = one.gpu(approach)
    nested: Record = {
        "approach": approach,
        "family": _family(knowledge, approach),
        "feasible": one.feasible(approach),
        "probability_best": one.probability_best(approach),
        "gates": [
            {"id": gate.id, "kind": gate.kind, "passed": gate.passed, "reason": gate.reason}
            for gate in one.gates(approach)
        ],
        "cost": {"lower_bound": bool(one.unpriced(approach))},
        "compute": {"gpu": gpu.id if gpu else None},
    }
    for section, names in BANDS.items():
        place = nested[section] if section else nested
        for name in names:
            found = one.figure(approach, name)
            place[name] = None if found is None else vars(found)
    return nested


def _profile(profile: Profile, fields: Mapping[str, Field]) -> Record:
    """Answers by section; lists of things that are there or not are empty where none is named."""
    nested: Record = {field.section: {} for field in fields.values() if field.section}
    for name, field in fields.items():
        place = nested[field.section] if field.section else nested
        value = profile.get(name)
        if isinstance(value, Quantity):
            place[field.key] = middle_of(value, field)
        elif value is not None:
            place[field.key] = _plain(value)
        elif field.type in ENTRIES or name in NONE_MEANT:
            place[field.key] = []
    return nested


def _plain(value: object) -> object:
    """A value as plain data, numbers as decimals; a range inside a trial is its mean."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Trial | Waiver | OwnedGpus):
        return {name: _plain(part) for name, part in vars(value).items() if part is not None}
    if isinstance(value, Quantity):
        return (value.low + value.high) / 2
    found = plain(value)
    return float(found) if isinstance(found, int) and not isinstance(found, bool) else found

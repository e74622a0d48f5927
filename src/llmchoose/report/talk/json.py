"""A talk as JSON: what was asked, where things stood after each answer, and the profile."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from llmchoose.estimate.formulas.distributions import significant
from llmchoose.questionnaire.standing import Standing
from llmchoose.questionnaire.talk import Questionnaire

SCHEMA_VERSION = 1


def render(talk: Questionnaire, path: str) -> str:
    """One object.

    Args:
        talk: At its end.
        path: Where the profile was written.
    """
    steps = _answered(talk)
    now = talk.standing if talk.text else None
    said = {
        "schema_version": SCHEMA_VERSION,
        "asked": list(talk.asked),
        "settled": bool(talk.enough),
        "why": talk.settled,
        "recommendation": now and now.approach,
        "confidence": now and now.confidence,
        "standing": [_standing(field, one.standing) for field, one in steps if one.text],
        "profile": talk.profile.normalised() if talk.text else None,
        "path": path,
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _answered(talk: Questionnaire) -> list[tuple[str, Questionnaire]]:
    found: list[tuple[str, Questionnaire]] = []
    one: Questionnaire | None = talk
    while one is not None and one.asked:
        if one.before is None or len(one.before.asked) < len(one.asked):
            found.append((one.asked[-1], one))
        one = one.before
    return found[::-1]


def _standing(field: str, now: Standing) -> Mapping[str, Any]:
    return {
        "field": field,
        "approach": now.approach,
        "confidence": now.confidence,
        "total_usd": asdict(now.total_usd) if now.total_usd else None,
        "probability_best": {name: significant(part) for name, part in now.chances.items()},
        "moved": {name: significant(by) for name, by in (now.moved or {}).items()},
    }

"""How the questionnaire chooses its next question, and when it has heard enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from llmchoose.knowledge.fields import STRICT


@dataclass(frozen=True, kw_only=True)
class AskingRule:
    """Limits of the questionnaire.

    Attributes:
        answerable: Chance that a person knows the answer, by how hard the question is.
        effort: What a question costs the person by how hard it is, on the scale of its worth.
        confidence: What it has to reach, unless somebody says otherwise.
        one_answer: Most that a single answer may still change the recommendation, as a chance.
        all_answers: The same of all that is left together.
        nothing: Below it, all that is left together hardly changes the recommendation.
        quick: Most questions of a quick round.
        draws: Draws of the estimate's constants in each row that is tried.
        scenarios: Ways in which all that is left may be answered, drawn from the priors.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = STRICT

    answerable: Mapping[str, float]
    effort: Mapping[str, float]
    confidence: float
    one_answer: float
    all_answers: float
    nothing: float
    quick: int
    draws: int
    scenarios: int
    source: str
    as_of: str

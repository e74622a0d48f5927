"""What is written beside a question that nobody could answer: what is assumed instead."""

from llmchoose.knowledge.fields import Field
from llmchoose.profile.edit import NOT_KNOWN
from llmchoose.quantity import Quantity, show_quantity

LIKELY = 3


def said_of_unknown(field: Field) -> str:
    """A comment in words that stay true whatever else is answered."""
    assumed = _assumed(field)
    return f"{NOT_KNOWN}; {assumed}" if assumed else NOT_KNOWN


def _assumed(field: Field) -> str:
    prior = field.prior
    if prior is None:
        return ""
    if prior.clues:
        return "guessed from the other answers"
    if prior.probabilities:
        likely = sorted(prior.probabilities.items(), key=lambda pair: -pair[1])[:LIKELY]
        said = ", ".join(f"{_word(word)} {share:.0%}" for word, share in likely)
        return f"assumed {said}"
    if prior.value:
        return f"assumed {prior.value}"
    if prior.by:
        return f"assumed as usual for the {prior.by} given"
    return f"assumed {show_quantity(Quantity(prior.p10 or 0.0, prior.p90 or 0.0), field.unit)}"


def _word(word: str) -> str:
    return {"true": "yes", "false": "no"}.get(word, word.replace("_", " "))

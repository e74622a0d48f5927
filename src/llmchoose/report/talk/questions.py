"""Questions in words: how one is answered, its choices, why it is asked.

Nothing here is dear to load, so that the first question comes at once.
"""

from collections.abc import Sequence

from llmchoose.errors import visible
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.quantity import show_quantity
from llmchoose.questionnaire.unknown import said_of_unknown

KEYS = "Enter: don't know   ? why   b back   s skip   q save, leave"
UNKNOWN = "unknown"
MOST_CLAIMS = 3
MOST_NOT_ASKED = 5
_FORMS = {
    "fraction": "a share (62%), a count (31 of 50) or a range (50%..70%)",
    "money": "an amount ($50k, €50k) or a range ($30k..$80k)",
    "duration": "a time ({0}) or a range (with both ends: 4..6 weeks)",
    "rate": "a number ({0}), with its period if not a day (1M/month), or a range",
    "tokens": "tokens ({0}), the size of the text (40 GB of text) or a range",
}
_BY_TYPE = {
    "enum": "a number or a word of the list",
    "enums": "one or more of the list, the main one first: 2, 4",
    "flag": "y or n",
    "trials": "a list: [{{approach: prompt, score: 0.82, examples: 200}}]",
    "waivers": "a list: [{{rule: G-BUDGET, reason: pilot, approved_by: CTO, expires: 2026-12-31}}]",
    "gpus": "count and type: 8 x A100-80GB",
    "date": "a day, month or year: {0}",
}


def form(field: Field) -> str:
    """How a question may be answered."""
    example = str(field.example)
    if field.type in _BY_TYPE:
        return _BY_TYPE[field.type].format(example)
    kind = "duration" if field.type == "duration" else field.dimension or ""
    said = _FORMS.get(kind, "").format(example)
    if field.type == "text":
        said = f"such as {example}"
    if not said:
        said = f"a number ({example}) or a range"
    named = [f"{word} ({share})" if share else word for word, share in words(field)]
    return f"{said}; or {', '.join(named)}" if named else said


def choices(field: Field) -> list[tuple[str, str]]:
    """The values of a question, each in plain words; empty where it has none to choose from."""
    return [(value, field.choices.get(value, "")) for value in field.values]


def words(field: Field) -> list[tuple[str, str]]:
    """Words that stand for an amount, and which share each means."""
    shares = field.dimension == "fraction"
    return [
        (word, show_quantity(amount, field.unit).replace("..", " to ") if shares else "")
        for word, amount in field.words.items()
    ]


def menu(field: Field) -> list[tuple[str, str]]:
    """All that can be chosen as an answer; empty where it can only be written."""
    yes_no = [("yes", ""), ("no", "")] if field.type == "flag" else []
    rows = [*choices(field), *yes_no, *words(field)]
    return [*rows, (UNKNOWN, "I don't know")] if rows else []


def reasons(field: Field, knowledge: Knowledge) -> list[str]:
    """What `?` says: what is meant, why it is asked, what is assumed instead, and who says so."""
    from llmchoose.explanation.links import citations, readers  # only who asks needs it

    prior = field.prior
    said = [text for text in (field.help, field.why) if text]
    if prior is not None:
        source = f" ({prior.source}, {prior.as_of})" if prior.source else ""
        said.append(f"If nobody knows: {said_of_unknown(field).partition('; ')[2]}{source}.")
    rules = {one.id: one.sources for one in knowledge.rulebook.criteria}
    used = readers(field.name, knowledge)
    named = [f"{use.id} ({use.kind.name})" for use in used[:MOST_CLAIMS]]
    if named:
        said.append(f"It is read by {', '.join(named)}.")
    names = [name for use in used for name in rules.get(use.id, ())][:MOST_CLAIMS]
    said += [
        f"[{cite.id}] {cite.claim or cite.title} ({cite.title}, {cite.date})"
        for cite in citations(names, knowledge)
    ]
    return [*said, f"More: llmchoose explain {field.name}"]


def not_asked(fields: Sequence[Field]) -> str:
    """What stays at its prior, the most telling first."""
    names = [field.name for field in fields[:MOST_NOT_ASKED]]
    return f"Not asked, taken as usual: {', '.join(names)} …"


def title(field: Field, number: int) -> str:
    """The question with its number."""
    return f"{number}. {visible(field.question)}"

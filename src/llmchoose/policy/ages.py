"""How old the prices behind an estimate are."""

from collections.abc import Iterator
from datetime import date

from llmchoose.knowledge.load import Knowledge
from llmchoose.survey.model import Surveyed

BY_THE_TOKEN = ("prompt", "rag", "managed_finetune")


def prices_of(one: Surveyed, approach: str, knowledge: Knowledge) -> Iterator[tuple[str, date]]:
    """What an approach is priced by, and of which day the newest of those prices is.

    Prices of tokens are kept as periods: they hold until the day of the knowledge. Rents are seen
    on a day.
    """
    if approach in BY_THE_TOKEN:
        yield "tokens at providers", date.fromisoformat(knowledge.as_of)
    gpu = one.gpu(approach)
    if gpu is None:
        return
    rows = knowledge.rents_of.get((gpu.id, "on_demand"), ())
    seen = [row.as_of for row in rows if row.as_of <= one.day]
    if seen:
        yield f"rent of {gpu.name}", _day(max(seen))


def _day(text: str) -> date:
    """A day, the first of it where only a year or a month is known."""
    year, month, day = (*text.split("-"), "01", "01")[:3]
    return date(int(year), int(month), int(day))

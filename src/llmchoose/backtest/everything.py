"""All quantities held against their published runs."""

from collections.abc import Callable, Mapping

from llmchoose.backtest import memory, pretraining, serving, tuning
from llmchoose.backtest.judging import Judged
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Setting
from llmchoose.knowledge.load import Knowledge

QUANTITIES: Mapping[str, Callable[[Setting], tuple[Judged, ...]]] = {
    "pretraining": pretraining.judged,
    "memory": memory.judged,
    "tuning": tuning.judged,
    "serving": serving.judged,
}


def backtest(knowledge: Knowledge, only: str | None = None) -> dict[str, tuple[Judged, ...]]:
    """Every bundled run against the estimate made without its family.

    Args:
        knowledge: Runs, hardware and models.
        only: One quantity; all when left out.
    """
    setting = Setting(knowledge, Draws(0, 1), knowledge.as_of)
    names = [only] if only else list(QUANTITIES)
    return {name: QUANTITIES[name](setting) for name in names}

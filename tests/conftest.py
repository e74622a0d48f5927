"""What tests share: the shipped knowledge, loaded once, and its advice on the real decisions."""

import os

import pytest

from llmchoose.backtest.rounds import Round, rounds
from llmchoose.backtest.summary import Summary, summary
from llmchoose.knowledge.load import Knowledge, load_knowledge

LONG = ("advice_on_decisions",)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped knowledge."""
    return load_knowledge()


@pytest.fixture(scope="session")
def advice_on_decisions(knowledge: Knowledge) -> tuple[Round, ...]:
    """Every real decision, whole and thinned, with what is advised: some ten seconds, once."""
    return rounds(knowledge, workers=os.cpu_count() or 1)


@pytest.fixture(scope="session")
def decisions(advice_on_decisions: tuple[Round, ...], knowledge: Knowledge) -> Summary:
    """How well the recommendation does on them."""
    return summary(advice_on_decisions, knowledge)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one core, and all that wait for the same long backtest."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        held = next((name for name in LONG if name in names), item.path.name)
        item.add_marker(pytest.mark.xdist_group(held))

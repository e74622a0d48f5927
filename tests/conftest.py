"""What tests share: the shipped knowledge, loaded once, and its advice on the real decisions."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from llmchoose.backtest import fitted, fitting, pretraining, serving, verdicts
from llmchoose.backtest.everything import backtest
from llmchoose.backtest.fitting import Fit, Regression, Rows, fit
from llmchoose.backtest.judging import Judged
from llmchoose.backtest.rounds import Round, rounds
from llmchoose.backtest.summary import Summary, summary
from llmchoose.knowledge.load import Knowledge, load_knowledge

LONG = {"advice_on_decisions", "backtested", "fits_once"}
FitsOnce = Callable[[], AbstractContextManager[None]]


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


@pytest.fixture(scope="session")
def fits_once() -> FitsOnce:
    """Within it no fit is made twice: the backtest and the script that fits make the same ones."""
    made: dict[bytes, Fit] = {}

    def once(problem: Regression, rows: Rows | None = None, start: Fit | None = None) -> Fit:
        key = pickle.dumps((problem, rows, start))
        if key not in made:
            made[key] = fit(problem, rows, start)
        return made[key]

    @contextmanager
    def within() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            for module in (fitting, fitted, pretraining, serving, verdicts):
                patched.setattr(module, "fit", once)
            yield

    return within


@pytest.fixture(scope="session")
def backtested(knowledge: Knowledge, fits_once: FitsOnce) -> dict[str, tuple[Judged, ...]]:
    """Every published run held against the estimate made without its family."""
    with fits_once():
        return backtest(knowledge)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file on one core, and all that wait for the same long backtest, which goes first."""
    items.sort(key=lambda item: not _long(item))
    for item in items:
        group = "long" if _long(item) else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))


def _long(item: pytest.Item) -> bool:
    return not LONG.isdisjoint(getattr(item, "fixturenames", ()))

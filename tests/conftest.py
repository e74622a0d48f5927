"""What tests share: the shipped knowledge, loaded once."""

import pytest

from llmchoose.knowledge.load import Knowledge, load_knowledge


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped knowledge."""
    return load_knowledge()

"""The summary of the real decisions, whole, for a person to read: UPDATE=1 rewrites it."""

import os
from pathlib import Path

from llmchoose.backtest.summary import Summary
from llmchoose.report.decisions.terminal import headline

SNAPSHOT = Path(__file__).parent / "snapshots" / "decisions.txt"


def test_the_summary_of_the_real_decisions(decisions: Summary) -> None:
    text = "\n".join(headline(decisions)) + "\n"
    if os.environ.get("UPDATE"):
        SNAPSHOT.write_text(text, "utf-8")
    assert text == SNAPSHOT.read_text("utf-8"), "the summary changed; UPDATE=1 rewrites it"

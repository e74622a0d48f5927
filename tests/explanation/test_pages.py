"""Pages as a reader sees them: UPDATE=1 rewrites the snapshots."""

import os
from pathlib import Path

import pytest

from llmchoose.explanation.lookup import explain, overview
from llmchoose.knowledge.load import Knowledge
from llmchoose.report.explanation import json as json_report
from llmchoose.report.explanation import markdown, terminal

SNAPSHOTS = Path(__file__).parent / "snapshots"
TERMINAL = {
    "criterion": "base_model_coverage",
    "criterion-table": "provenance",
    "gate": "G-LABELS",
    "gate-of-the-calendar": "G-NOT-YET",
    "gate-of-a-measured-score": "G-REACHED",
    "charge": "net_benefit.gpus",
    "worth": "beyond",
    "closure": "lora.reasoning",
    "clue": "data.knowledge_changes.<.100",
    "gap": "language",
    "comparison": "raft-pubmed-rag",
    "case": "air-canada-2024",
    "approach": "scratch",
    "combination": "prompt_caching",
    "risk": "K-STALE",
    "conflict": "X2",
    "evidence-in-conflict": "S4-04",
    "source": "hu-2021-lora",
    "field": "data.quality",
    "reading": "est.obtainable_examples",
    "factor": "work.person_weeks.lora",
    "fitted": "pretraining.mfu_base",
    "gpu": "tpu-v4",
    "term-and-approach": "lora",
    "step": "hyperparameter-tuning",
    "list-of-a-beginning": "pretraining.params_per_gpu",
    "list-of-gates": "gates",
}


def _same(name: str, text: str) -> None:
    path = SNAPSHOTS / name
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{name} changed; UPDATE=1 rewrites it"


@pytest.mark.parametrize("name", TERMINAL)
def test_a_page_at_80_columns(
    name: str, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _same(f"{name}.txt", terminal.render(explain(TERMINAL[name], knowledge), plain=True))


def test_the_list_of_everything(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _same("overview.txt", terminal.render(overview(knowledge), plain=True))


def test_a_table_that_is_too_wide_becomes_a_list(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    _same("gap_fit-40.txt", terminal.render(explain("gap_fit", knowledge), plain=True))


def test_markdown_and_json(knowledge: Knowledge) -> None:
    found = explain("total_cost", knowledge)
    _same("criterion.md", markdown.render(found))
    _same("criterion.json", json_report.render(found))
    _same("list.json", json_report.render(explain("approaches", knowledge)))

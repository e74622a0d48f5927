"""The serving calculator's page, whole, for a person to read: UPDATE=1 rewrites it."""

import os
from pathlib import Path

from llmchoose.estimate.serve.calculator import estimate_deployment
from llmchoose.estimate.serve.service import Service
from llmchoose.knowledge.load import Knowledge
from llmchoose.report.calculators import serve

SNAPSHOT = Path(__file__).parent / "calculators" / "serve.txt"
ASKED = Service(
    model="Llama-3.3-70B",
    gpu="H100-80GB",
    n_gpus=4,
    precision="fp8",
    input_len=2048,
    output_len=256,
    requests_per_second=20,
    ttft_s=1,
    tpot_s=0.05,
    engine="trtllm",
)


def test_the_page_of_a_deployment(knowledge: Knowledge) -> None:
    text = serve.render_terminal(estimate_deployment(ASKED, knowledge), explain=True)
    if os.environ.get("UPDATE"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(text, "utf-8")
    assert text == SNAPSHOT.read_text("utf-8"), "the page changed; UPDATE=1 rewrites it"
    assert max(len(line) for line in text.splitlines()) <= 80

"""The recommendation in two or three sentences."""

from collections.abc import Mapping

from llmchoose.decision.combine import Partner
from llmchoose.decision.rank import Ranked
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import band
from llmchoose.quantity.short import short

DO = {
    "prompt": "Prompt an existing model",
    "rag": "Retrieve: put what it has to know into the context (rag)",
    "managed_finetune": "Tune a model at a provider (managed_finetune)",
    "lora": "Tune an open model with LoRA",
    "full_finetune": "Tune all weights of an open model",
    "continued_pretrain": "Continue the pretraining of an open model, then tune it",
    "scratch": "Train a model from scratch",
}


def summarise(
    best: Ranked,
    second: Ranked | None,
    beside: tuple[Partner, ...],
    estimates: Mapping[str, Estimate],
    tie: float,
) -> str:
    """Say what to do, what it costs and how close the runner-up is."""
    estimate = estimates[best.approach.id]
    total, days = band(estimate.total_usd), band(estimate.time_days)
    extra = f", with {' and '.join(p.approach for p in beside)} beside it" if beside else ""
    least = "at least " if estimate.lower_bound else ""
    said = [
        f"{DO[best.approach.id]}{extra}.",
        f"{best.approach.id} costs {least}${short(total.p10, 2)} to ${short(total.p90, 2)} over "
        f"the horizon and takes {short(days.p10, 2)} to {short(days.p90, 2)} days to production.",
    ]
    if second and best.probability_best - second.probability_best < tie:
        said.append(
            f"It is close: the chance to be the best is {second.probability_best:.0%} for "
            f"{second.approach.id}, {best.probability_best:.0%} for {best.approach.id}."
        )
    return " ".join(said)


def summarise_none(ranked: tuple[Ranked, ...]) -> str:
    """Say which hard gates close every approach."""
    closed = {
        gate.id: gate.reason
        for one in ranked
        for gate in one.gates
        if gate.kind == "hard" and not gate.passed
    }
    return "No approach is feasible. " + " ".join(
        f"{name}: {reason}" for name, reason in closed.items()
    )

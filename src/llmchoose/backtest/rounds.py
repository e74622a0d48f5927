"""Every real decision with the advice on it: whole and thinned, seen and unseen."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from typing import Final

from llmchoose.backtest.advice import Advice, advise
from llmchoose.backtest.decisions import Decided, bundled
from llmchoose.backtest.folds import FOLDS, fold_of, without
from llmchoose.backtest.thinning import SEEDS, SHARES, thinned
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.knowledge.load import Knowledge, Paths, knowledge_at

# As many as give the same shares as 2,000 do to the third digit.
SAMPLES: Final = 200
WHOLE = (0.0, 0)
PLANS = (WHOLE, *((share, seed) for share in SHARES for seed in SEEDS))
# Cases that a process takes at a time.
AT_ONCE = 2


@dataclass(frozen=True)
class Round:
    """One decision, whole or with answers left out.

    Attributes:
        share: Chance with which its answers were left out; `seed` which of several.
        seen: Advice by the knowledge as it is.
        unseen: Advice by knowledge in which the decision, and the rest of its fold, had no part.
    """

    decided: Decided
    share: float
    seed: int
    seen: Advice
    unseen: Advice


@dataclass(frozen=True)
class _Bench:
    decisions: dict[str, Decided]
    folds: tuple[Knowledge, ...]


def rounds(
    knowledge: Knowledge, plans: Sequence[tuple[float, int]] = PLANS, workers: int = 1
) -> tuple[Round, ...]:
    """Advice on the bundled decisions.

    Args:
        knowledge: Rules, priors and the decisions.
        plans: Shares of answers to leave out, with their seeds.
        workers: Processes to spread it over; the result is the same for any number.
    """
    ids = [case.id for case in knowledge.cases]
    if workers == 1:
        found = [_of_case(knowledge, tuple(plans), name) for name in ids]
    else:
        # What was read already stays here: the other processes read their own.
        task = partial(_of_case_read, knowledge.paths, tuple(plans))
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            found = list(pool.map(task, ids, chunksize=AT_ONCE))
    return tuple(one for rounds_ in found for one in rounds_)


def own_rounds(decisions: Sequence[Decided], knowledge: Knowledge) -> tuple[Round, ...]:
    """Advice on decisions that nothing was ever fitted to."""
    draws = Draws(0, SAMPLES)
    advice = [advise(one.profile, [knowledge], draws)[0] for one in decisions]
    return tuple(
        Round(one, *WHOLE, said, said) for one, said in zip(decisions, advice, strict=True)
    )


def _of_case_read(paths: Paths, plans: tuple[tuple[float, int], ...], name: str) -> list[Round]:
    return _of_case(knowledge_at(paths), plans, name)


def _of_case(knowledge: Knowledge, plans: tuple[tuple[float, int], ...], name: str) -> list[Round]:
    bench = _bench(knowledge)
    decided = bench.decisions[name]
    worlds, draws = (knowledge, bench.folds[fold_of(name)]), Draws(0, SAMPLES)
    found = []
    for share, seed in plans:
        seen, unseen = advise(thinned(decided.profile, name, share, seed), worlds, draws)
        found.append(Round(decided, share, seed, seen, unseen))
    return found


@lru_cache(maxsize=2)
def _bench(knowledge: Knowledge) -> _Bench:
    decisions = bundled(knowledge)
    folds = tuple(without(fold, decisions, knowledge) for fold in range(FOLDS))
    return _Bench({one.id: one for one in decisions}, folds)

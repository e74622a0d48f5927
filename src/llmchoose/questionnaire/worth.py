"""What each open question is worth: how far its answer moves the choice, and what is left then.

Every answer that a prior allows is tried, one question at a time; beside them scenarios, in each of
which all that is left is answered at once. All of them are rows of one block.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from llmchoose.decision.rank import Weighed, weigh
from llmchoose.decision.what_if import NUMERIC, nodes
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.blocks import block_of, scenarios_of, stacked
from llmchoose.estimate.formulas.distributions import percentiles
from llmchoose.estimate.inputs import Inputs
from llmchoose.estimate.priors import distinct
from llmchoose.knowledge.fields import Effort, Field
from llmchoose.knowledge.questions import AskingRule

Places = NDArray[np.intp]
# A numeric answer is told as low, middling or high.
THIRDS = (1 / 3, 2 / 3)


@dataclass(frozen=True)
class Worth:
    """What one question is worth asking.

    Attributes:
        change: Chance that its answer alone changes the recommendation.
        moved: How far it is expected to move the chances of the approaches: half the sum of their
            absolute changes (total variation), 0 to 1.
        learned: What it tells of the approach that all answers together would recommend: mutual
            information, in nats.
        effort: What the question costs the person, on the scale of what it brings.
    """

    field: str
    change: float
    moved: float
    learned: float
    effort: float

    @property
    def worth(self) -> float:
        """What it is expected to bring, less effort; questions are asked in its order."""
        return self.moved + self.learned - self.effort


@dataclass(frozen=True)
class Left:
    """What is left to ask.

    Attributes:
        questions: The most worthwhile first.
        together: Chance that the answers to all of them change the recommendation.
    """

    questions: tuple[Worth, ...]
    together: float

    @property
    def most(self) -> float:
        """The greatest chance that a single answer changes the recommendation."""
        return max((one.change for one in self.questions), default=0.0)


def weigh_questions(
    inputs: Inputs, few: Inputs, fields: Sequence[Field], now: Weighed, rule: AskingRule
) -> Left:
    """Weigh every question that may still be asked.

    Args:
        inputs: Draws of the profile; their priors are the answers that are tried.
        few: The same profile with fewer draws, for the estimates of all rows.
        fields: Fields that are open and may be asked, each with a prior.
        now: What is known so far, weighed with all draws.
        rule: How many scenarios, and what questions cost.
    """
    if not fields:
        return Left((), 0.0)
    tried = [(field, value, chance) for field in fields for value, chance in nodes(field, inputs)]
    tried = [row for row in tried if row[2] > 0]
    scenarios = {field.name: _answers(inputs, field, rule.scenarios) for field in fields}
    known = {field.name: _known(inputs, field, rule) for field in fields}
    block = stacked(
        block_of(few, [{}, *({field.name: value} for field, value, _ in tried)]),
        scenarios_of(few, scenarios, known),
    )
    weighed = _corrected(weigh(block, estimate_all(block)), now)
    best, chances, base = weighed.best(), _chances(weighed), int(np.ravel(now.best())[0])
    single, all_at_once = slice(1, len(tried) + 1), slice(len(tried) + 1, None)
    ends = best[all_at_once]
    found = []
    for field in fields:
        rows = np.array([place for place, row in enumerate(tried) if row[0] is field])
        weights = np.array([tried[place][2] for place in rows])
        answerable = rule.answerable[_ask(field)]
        shift = np.abs(chances[:, single][:, rows] - chances[:, :1]).sum(axis=0) / 2
        found.append(
            Worth(
                field.name,
                answerable * float(weights @ (best[single][rows] != base)),
                answerable * float(weights @ shift),
                _information(_bins(field, scenarios[field.name], known[field.name]), ends),
                rule.effort[_ask(field)],
            )
        )
    ordered = sorted(found, key=lambda one: (-round(one.worth, 6), one.field))
    return Left(tuple(ordered), float(np.mean(ends != base)))


def _corrected(weighed: Weighed, now: Weighed) -> Weighed:
    """Rows of few draws, moved by what all draws say of the first row (a control variate)."""
    exact = np.reshape(now.chance, (len(now.names), -1))[:, :1]
    return replace(weighed, chance=weighed.chance + exact - weighed.chance[:, :1])


def _answers(inputs: Inputs, field: Field, rows: int) -> np.ndarray:
    """As many answers to a field as there are scenarios, one from each draw."""
    return np.resize(np.asarray(inputs.values[field.name]), rows)


def _chances(weighed: Weighed) -> NDArray[np.float64]:
    """Chances to be best, shape (approaches, rows); none for what a hard gate closes."""
    return np.where(weighed.open[..., 0], weighed.chance, 0.0)


def _known(inputs: Inputs, field: Field, rule: AskingRule) -> NDArray[np.bool_]:
    """In which scenarios the person knows the answer."""
    luck = np.resize(inputs.draws.uniform(f"asked:{field.name}"), rule.scenarios)
    return np.asarray(luck < rule.answerable[_ask(field)])


def _ask(field: Field) -> Effort:
    """How hard a question is; one that is not asked by itself counts as known."""
    return field.ask or "known"


def _bins(field: Field, answers: np.ndarray, known: NDArray[np.bool_]) -> Places:
    """Answers as places in a list: thirds of a number, words; the last is that nobody knows."""
    if field.type in NUMERIC:
        numbers = answers.astype(float)
        places = np.digitize(numbers, np.ravel(percentiles(numbers, THIRDS)))
    else:
        places = np.searchsorted(distinct(answers.astype(str)), answers.astype(str))
    return np.asarray(np.where(known, places, places.max() + 1), np.intp)


def _information(answers: Places, ends: Places) -> float:
    """Mutual information of two lists of places, in nats (Shannon 1948)."""
    low = ends.min()
    table = np.zeros((answers.max() + 1, ends.max() - low + 1))
    np.add.at(table, (answers, ends - low), 1 / len(ends))
    apart = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    held = table > 0
    return float(np.sum(table[held] * np.log(table[held] / apart[held])))

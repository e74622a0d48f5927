"""Knowledge that has not seen some of the real decisions: what is fitted to them, refitted."""

from collections.abc import Sequence
from copy import copy
from zlib import crc32

from llmchoose.backtest.clues import ClueRow, GapRow, clue_rows, gap_rows
from llmchoose.backtest.decisions import Decided
from llmchoose.backtest.fitted import as_csv
from llmchoose.knowledge.build import rows_of
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.tables import Clue, GapCoverage

FOLDS = 5


def fold_of(name: str) -> int:
    """The fold that a decision belongs to, by its id alone: a new one moves no other."""
    return crc32(name.encode()) % FOLDS


def without(fold: int, decisions: Sequence[Decided], knowledge: Knowledge) -> Knowledge:
    """The knowledge with clues and coverages that none of a fold's decisions had a part in."""
    others = [one.profile for one in decisions if fold_of(one.id) != fold]
    clues = as_csv(clue_rows(others, knowledge, knowledge.as_of), ClueRow)
    gaps = as_csv(gap_rows(others, knowledge, knowledge.as_of), GapRow)
    return with_tables(
        knowledge,
        clues=rows_of(clues, Clue),
        gaps={row.id: row for row in rows_of(gaps, GapCoverage)},
    )


def with_tables(knowledge: Knowledge, **tables: object) -> Knowledge:
    """The same knowledge with some tables in place of its own.

    Its tables are cached properties: what is cached already is not read again.
    """
    other = copy(knowledge)
    vars(other).update(tables)
    return other

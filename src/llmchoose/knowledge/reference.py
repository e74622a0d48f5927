"""What explains and decides nothing: conflicts of the documents, terms, habits."""

from dataclasses import dataclass

from llmchoose.knowledge.rules import ApproachId, Rule


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Side(Rule):
    """What some of the documents say, and where."""

    says: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Conflict(Rule):
    """A question on which the sources disagree, and the side that the rules follow."""

    id: str
    question: str
    sides: tuple[Side, ...]
    follows: str
    because: str
    evidence: tuple[str, ...]
    as_of: str

    @property
    def cited(self) -> tuple[str, ...]:
        """Evidence of every side, then what decides between them, each once."""
        names = [name for side in self.sides for name in side.evidence]
        return tuple(dict.fromkeys((*names, *self.evidence)))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Term(Rule):
    """A word as this tool uses it."""

    term: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False, match_args=False)
class Practice(Rule):
    """A good habit that no gate, criterion or step states as a whole."""

    id: str
    text: str
    approaches: tuple[ApproachId, ...]
    sources: tuple[str, ...]

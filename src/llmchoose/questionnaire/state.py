"""A profile as it stands in a talk, and what follows from it: each part is worked out once."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.edit import new_profile
from llmchoose.profile.load import parse_profile
from llmchoose.profile.model import Profile

if TYPE_CHECKING:
    from llmchoose.decision.rank import Weighed
    from llmchoose.estimate.inputs import Inputs
    from llmchoose.questionnaire.standing import Standing
    from llmchoose.questionnaire.worth import Left

NAMELESS = "unnamed"


@dataclass(frozen=True)
class State:
    """What is known at one point of a talk; estimates are loaded when they are first asked for.

    Attributes:
        text: The profile as YAML; empty before it has a name.
        path: Name of its file, for messages.
    """

    text: str
    path: str
    knowledge: Knowledge
    as_of: date | None
    seed: int
    samples: int

    @cached_property
    def profile(self) -> Profile:
        """The profile so far.

        Raises:
            InputError: The text is no profile; every problem is named.
        """
        written = self.text or new_profile(NAMELESS)
        return parse_profile(written.encode(), self.path, self.knowledge)

    @property
    def standing(self) -> "Standing":
        """What would be recommended."""
        return self._weighed[0]

    @cached_property
    def left(self) -> "Left":
        """What is left to ask of the questions that are asked by themselves."""
        from llmchoose.estimate.inputs import fewer
        from llmchoose.questionnaire.worth import weigh_questions

        rule, said = self.knowledge.asking, {*self.profile.values, *self.profile.blank}
        few = fewer(self._inputs, rule.draws)
        fields = [one for one in self.knowledge.fields.values() if one.ask and one.name not in said]
        return weigh_questions(self._inputs, few, fields, self._weighed[1], rule)

    @cached_property
    def _inputs(self) -> "Inputs":
        # Dear to load, and the first question does without.
        from llmchoose.estimate.formulas.distributions import Draws
        from llmchoose.estimate.inputs import read_inputs

        draws = Draws(self.seed, self.samples)
        return read_inputs(self.profile, self.knowledge, draws, self.as_of)

    @cached_property
    def _weighed(self) -> "tuple[Standing, Weighed]":
        from llmchoose.questionnaire.standing import stand

        return stand(self._inputs)

"""The whole flow for one profile: inputs, estimates, decision. No files, no terminal, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from llmchoose.decision.conditions import rests_on
from llmchoose.decision.decide import Decision, decide
from llmchoose.decision.outlook import Outlook, look_ahead
from llmchoose.decision.reasons import Reason
from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.approaches.model import Estimate
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import Inputs, read_inputs
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.model import Profile

SAMPLES = 500
SEED = 0


@dataclass(frozen=True, eq=False, repr=False)
class Assessment:
    """What llmchoose says of one profile, and all that it said it from."""

    profile: Profile
    inputs: Inputs
    estimates: Mapping[str, Estimate]
    decision: Decision

    @cached_property
    def outlook(self) -> Outlook:
        """What would change the recommendation; worked out when it is first asked for."""
        made = self.decision
        return look_ahead(self.inputs, made.weighed, made.ranked, self.estimates, made.risks)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Reasons whose inputs changed something in this run; the others are no reasons here."""
        idle = {one.field for one in self.outlook.influences if one.moved_nothing}
        book = self.knowledge.rulebook
        rests = {one.id: rests_on(one.input) for one in book.criteria if one.decides == "never"}
        return tuple(
            reason
            for reason in self.decision.reasons
            if not (reason.criterion in rests and set(rests[reason.criterion]) <= idle)
        )

    @property
    def knowledge(self) -> Knowledge:
        """The knowledge the assessment rests on."""
        return self.inputs.knowledge


def assess(
    profile: Profile,
    knowledge: Knowledge | None = None,
    *,
    as_of: date | None = None,
    seed: int = SEED,
    samples: int = SAMPLES,
) -> Assessment:
    """Say what a project should do, what each way costs, why, and how sure that is.

    Args:
        profile: What the team wrote.
        knowledge: Facts and rules; the shipped ones when left out.
        as_of: Day of the decision; the profile's own when left out.
        seed: Seed of the draws. The same profile, knowledge, seed and samples give the same
            assessment on every machine.
        samples: Draws.
    """
    inputs = read_inputs(profile, knowledge or load_knowledge(), Draws(seed, samples), as_of)
    estimates = estimate_all(inputs)
    return Assessment(profile, inputs, estimates, decide(inputs, estimates))

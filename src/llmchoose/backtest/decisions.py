"""Real decisions: what the recommendation is for each, and how often an expert would accept it."""

from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile
from llmchoose.profile.model import Profile


def case_profiles(knowledge: Knowledge) -> list[Profile]:
    """The profiles of the bundled decisions, in the order of their ids."""
    return [load_profile(knowledge.case_profile(case.id), knowledge) for case in knowledge.cases]

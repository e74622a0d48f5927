"""Every kind of thing that can be explained, in the order in which lists show them."""

from llmchoose.explanation.kinds.facts import FACTS, PROFILE, RUNS, SOURCES
from llmchoose.explanation.kinds.kind import Kind
from llmchoose.explanation.kinds.rules import RULES, STEPS

KINDS: tuple[Kind, ...] = (*RULES, *PROFILE, STEPS, *FACTS, *RUNS, *SOURCES)

"""Pages of the rules and limits of `check`."""

from collections.abc import Iterator, Mapping, Sequence

from llmchoose.explanation.links import citations
from llmchoose.explanation.model import Entry, Fact, Listing, Page
from llmchoose.explanation.pages.parts import inputs_section, names_fact
from llmchoose.explanation.wording import blanks, condition, figure
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.policy import Example, PolicyLimit, PolicyRule
from llmchoose.knowledge.rules import Condition


def policy_rule_page(row: PolicyRule, knowledge: Knowledge) -> Page:
    """What a rule of `check` holds proposals to, why, what to do, and both examples."""
    facts = (
        Fact("severity", f"{row.severity}, unless a policy says otherwise", row.severity),
        *_about(row, knowledge),
        Fact("says", blanks(row.message)),
        Fact("what to do", row.fix),
    )
    inputs = dict.fromkeys((*_inputs(row.when), *_inputs(row.unless), *_needed(row)))
    examples = [_example("fails", row.fails), _example("passes", row.passes)]
    facts = (*facts, *(one for one in examples if isinstance(one, Fact)))
    sections = (
        *inputs_section(inputs, knowledge),
        *(one for one in examples if isinstance(one, Listing)),
    )
    found = citations(row.sources, knowledge)
    return Page("policy rule", row.id, row.title, row.rationale, facts, sections, found)


def limit_page(row: PolicyLimit, knowledge: Knowledge) -> Page:
    """A limit that a policy may set, and which rules hold to it."""
    holding = [rule.id for rule in knowledge.policy.rules if rule.limit == row.id]
    default = "no limit" if row.default is None else figure(row.default, row.unit)
    facts = (
        Fact("of", row.text),
        Fact("unit", row.unit),
        Fact("unless a policy sets it", default, row.default),
        names_fact("rules", holding),
    )
    found = citations((row.source,), knowledge)
    return Page(
        "limit", row.id, row.id, f"The most that a policy allows: {row.text}.", facts, (), found
    )


def _about(row: PolicyRule, knowledge: Knowledge) -> Iterator[Fact]:
    if row.approaches:
        yield names_fact("about", row.approaches)
    if not row.when.always:
        yield Fact("when", condition(row.when, knowledge))
    if row.unless is not None:
        yield Fact("unless", condition(row.unless, knowledge))
    if row.needs:
        yield Fact(
            "must be stated", " and ".join(row.needs).replace(" | ", " or "), list(row.needs)
        )
    if row.gates:
        yield names_fact("gates", row.gates)
    if row.kind:
        yield Fact("gates", f"every {row.kind} one that no other rule speaks for")
    if row.limit:
        yield Fact("limit", row.limit)


def _inputs(when: Condition | None) -> list[str]:
    tests = when.tests if when else ()
    return [name for test in tests for name in (test.input, test.than) if name]


def _needed(row: PolicyRule) -> list[str]:
    return [name for need in row.needs for name in need.split(" | ")]


def _example(key: str, example: Example) -> Listing | Fact:
    """What an example changes; a fact where it changes nothing."""
    entries = tuple(Entry(*pair) for pair in _differences(example))
    base = f"the sound proposal {example.of}"
    if example.text:
        return Listing(key, f"What {key}", entries)
    return (
        Listing(key, f"What {key}: {base} with", entries)
        if entries
        else Fact(key, f"{base} as it is")
    )


def _differences(example: Example) -> Iterator[tuple[str, str]]:
    if example.text:
        yield "profile.yaml", " / ".join(example.text.splitlines())
    for name, value in example.set.items():
        yield name, _said(value)
    for name in example.drop:
        yield name, "left out"
    for name, limit in example.limits.items():
        yield f"limits.{name}", _said(limit)
    if example.when:
        yield "rules.when", example.when


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_said, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)

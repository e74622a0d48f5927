"""Which rules hold, how severely, with which limits, and where each of that was set."""

from collections.abc import Mapping

from llmchoose.knowledge.policy import PolicyBook, PolicyRule
from llmchoose.policy.judging import limit_of
from llmchoose.policy.model import Policy, RuleInForce


def limits_in_force(policy: Policy, book: PolicyBook) -> dict[str, float]:
    """Limits by name: the policy's, else the shipped ones."""
    shipped = {one.id: one.default for one in book.limits if one.default is not None}
    return {**shipped, **{name: one.value for name, one in policy.limits.items()}}


def rules_in_force(policy: Policy, book: PolicyBook) -> tuple[RuleInForce, ...]:
    """Every rule, shipped and own, as it holds."""
    limits = limits_in_force(policy, book)
    shipped = (_shipped(rule, policy, book, limits) for rule in book.rules)
    own = (
        RuleInForce(
            one.id,
            one.title,
            policy.grades[one.id].grade if one.id in policy.grades else one.severity,
            one.severity,
            own=True,
            where=policy.grades[one.id].place.mark if one.id in policy.grades else one.where,
            rationale=f"The policy says so: {one.when.strip()}",
        )
        for one in policy.own.values()
    )
    return (*shipped, *own)


def _shipped(
    rule: PolicyRule, policy: Policy, book: PolicyBook, limits: Mapping[str, float]
) -> RuleInForce:
    graded, name = policy.grades.get(rule.id), rule.limit
    return RuleInForce(
        rule.id,
        rule.title,
        graded.grade if graded else rule.severity,
        rule.severity,
        limit_name=name,
        limit=limits.get(name) if name else None,
        unit=limit_of(rule, book).unit if name else "",
        where=graded.place.mark if graded else None,
        limit_where=policy.limits[name].where if name and name in policy.limits else None,
        rationale=rule.rationale,
        fix=rule.fix,
    )


def holds(rule: RuleInForce) -> bool:
    """Whether a rule is on, and has the limit that it needs."""
    return rule.grade != "off" and (rule.limit_name is None or rule.limit is not None)

"""Every rule of a policy as it holds, and where that was set."""

from collections.abc import Iterator, Sequence

from llmchoose.errors import visible
from llmchoose.policy.judging import show_limit
from llmchoose.policy.model import GrantedWaiver, Policy, RuleInForce
from llmchoose.report.screen import Line, listed, printed, terminal_width, wrapped

STYLES = {"error": "red", "warning": "yellow", "note": "cyan", "off": "dim"}


def render(rules: Sequence[RuleInForce], policy: Policy, *, plain: bool = False) -> str:
    """Rules with their severities and limits, for a terminal.

    Args:
        rules: All of them.
        policy: The policy that they hold under.
        plain: Write no colour whatever the terminal says.
    """
    lines = [(visible(text), style) for text, style in _lines(rules, policy, terminal_width())]
    return printed(lines, terminal_width(), plain=plain)


def _lines(rules: Sequence[RuleInForce], policy: Policy, width: int) -> Iterator[Line]:
    files = ", ".join(policy.files) if policy.files else "the rules of llmchoose alone"
    yield from wrapped(f"Rules in force: {files}", width, "bold")
    yield "", ""
    labels = {f"{rule.grade:<8} {rule.id}": rule for rule in rules}
    rows = [(label, _said(rule)) for label, rule in labels.items()]
    styles = {label: STYLES[rule.grade] for label, rule in labels.items()}
    yield from listed(rows, width, styles)
    if policy.waivers:
        yield "", ""
        yield "Waivers", "bold underline"
        yield from listed([_waiver(one) for one in policy.waivers], width)
    yield "", ""
    yield from wrapped("llmchoose explain RULE shows a rule of llmchoose with its sources.", width)


def _said(rule: RuleInForce) -> str:
    said = [rule.title]
    if rule.limit_name:
        shown = "no limit set" if rule.limit is None else show_limit(rule.limit, rule.unit)
        said.append(f"{rule.limit_name}: {shown}")
    places = [one for one in (rule.where, rule.limit_where) if one is not None]
    said += [f"set at {one.path}:{one.line}:{one.column}" for one in places]
    if rule.own:
        said.append(rule.rationale)
    if rule.grade != rule.default:
        said.append(f"{rule.default} without it")
    return "; ".join(said)


def _waiver(granted: GrantedWaiver) -> tuple[str, str]:
    waiver, mark = granted.waiver, granted.place.mark
    until = waiver.expires.isoformat() if waiver.expires else "no day"
    said = (
        f"{granted.pattern} until {until}, approved by {waiver.approved_by or 'nobody'}: "
        f"{waiver.reason} ({mark.path}:{mark.line})"
    )
    return waiver.rule, said

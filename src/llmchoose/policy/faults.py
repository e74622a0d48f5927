"""What the checker of expressions complains of, as sentences with their places in the policy."""

import re
from collections.abc import Mapping

from llmchoose.errors import Mark, Problem, did_you_mean, quoted
from llmchoose.policy.model import OwnRule, Place
from llmchoose.policy.record import Members

TYPES = {
    "double": "a number",
    "int": "a whole number",
    "uint": "a whole number",
    "string": "a text",
    "bool": "true or false",
    "null_type": "nothing",
    "bytes": "bytes",
    "timestamp": "a time",
    "duration": "a length of time",
    "dyn": "anything",
}
_FAULT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_FIELD = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'")
_NAME = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_WRAPPED = re.compile(r"wrapper\((\w+)\)")


def problems_of(rule: OwnRule, fault: str, schema: Mapping[str, Members]) -> list[Problem]:
    """The checker's complaints as sentences with their places in the policy file."""
    found = []
    for line, column, said in _FAULT.findall(fault):
        if "'*error*'" in said:
            continue  # follows from another
        message, hint, name = _sentence(said, schema)
        found.append(_at(rule, int(line), int(column), name, f"{rule.id}: {message}", hint))
    if found:
        return found
    first = rule.lines[0]
    message, hint, _ = _sentence(fault, schema)
    return [Problem(f"{rule.id}: {message}", first.mark, first.line, _rest(first), hint)]


def _rest(place: Place) -> int:
    return max(1, len(place.line.rstrip()) - place.mark.column + 1)


def _at(rule: OwnRule, line: int, column: int, name: str, message: str, hint: str) -> Problem:
    if line > len(rule.lines):  # a text that YAML folded: its lines are not those of the file
        return Problem(message, rule.lines[0].mark, rule.lines[0].line, 1, hint)
    place = rule.lines[line - 1]
    start = place.mark.column + column - 1
    if name:
        # The checker points at a dot or a bracket beside the name.
        near = [found.start() + 1 for found in re.finditer(re.escape(name), place.line)]
        start = min(near, key=lambda at: abs(at - start), default=start)
    mark = Mark(place.mark.path, place.mark.line, max(1, start))
    return Problem(message, mark, place.line, max(1, len(name)), hint)


def _sentence(said: str, schema: Mapping[str, Members]) -> tuple[str, str, str]:
    """A complaint of the checker as a sentence, a hint, and the name that it is about."""
    if found := _FIELD.search(said):
        name, owner = found[1], found[2].removeprefix("llmchoose.").replace("_in_", ".")
        members = [member for member, _ in schema.get(owner, [])]
        hint = did_you_mean(name, members) or f"it has {', '.join(members)}"
        return f"{quoted(name)} is not part of {owner}", hint, name
    if found := _NAME.search(said):
        name = found[1]
        known = ("profile", "estimate", "decision")
        hint = did_you_mean(name.split(".")[0], known) or (
            "an expression reads profile, estimate and decision"
        )
        return f"{quoted(name)} is not known here", hint, name
    if found := _OVERLOAD.search(said):
        sign = found[1].strip("_@")
        types = [_WRAPPED.sub(r"\1", part.strip()) for part in found[2].split(",")]
        kinds = " and ".join(TYPES.get(kind, kind.removeprefix("llmchoose.")) for kind in types)
        numbers = {"double", "int"} <= set(types)
        hint = "write 2.0 for 2" if numbers else "compare like with like"
        return f"{quoted(sign)} does not go with {kinds}", hint, ""
    if "Syntax error" in said:
        hint = "an expression such as estimate.cost.total_usd.p50 > 200000"
        return "the expression cannot be read from here on", hint, ""
    return visible_fault(said), "an expression is true or false", ""


def visible_fault(fault: str) -> str:
    """A fault at run time as a sentence."""
    if "No matching overloads" in fault and "null_type" in fault:
        return "it reads an answer or a figure that this proposal does not have"
    first = fault.split("\n")[0]
    return re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$", "", first)[:200]

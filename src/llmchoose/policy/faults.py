"""What the checker of expressions complains of, as sentences with their places in the policy."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from llmchoose.errors import Mark, Problem, did_you_mean, one_of, quoted
from llmchoose.policy.model import OwnRule, Place
from llmchoose.policy.record import Schema

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
    "list(int)": "a list of whole numbers",
    "list(string)": "a list of texts",
}
_FAULT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_FIELD = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'")
_NAME = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_KEY = re.compile(r'Key not found in map : "([^"]*)"')
_INDEX = re.compile(r"index=(-?\d+) size=(\d+)")
_CODE = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$")
GIVES = re.compile(r"(?<=the expression gives )\w+")
LONGEST = 200
READ = ("profile", "estimate", "decision")
_WRAPPED = re.compile(r"wrapper\((\w+)\)")


def problems_of(rule: OwnRule, fault: str, schema: Schema) -> list[Problem]:
    """The checker's complaints as sentences with their places in the policy file."""
    found = []
    for line, column, said in _FAULT.findall(fault):
        if "'*error*'" in said:
            continue  # follows from another
        message, hint, name = _sentence(said, rule.when, schema)
        place, start = _at(rule, int(line), int(column), name)
        mark = Mark(place.mark.path, place.mark.line, start)
        found.append(Problem(f"{rule.id}: {message}", mark, place.line, max(1, len(name)), hint))
    if found:
        return found
    first = rule.lines[0]
    message, hint, _ = _sentence(fault, rule.when, schema)
    width = max(1, len(first.line.rstrip()) - first.mark.column + 1)
    return [Problem(f"{rule.id}: {message}", first.mark, first.line, width, hint)]


def strange_word(rule: OwnRule, found: Mapping[str, Any], schema: Schema) -> Problem:
    """That something is compared with a word that it never is, at its place in the policy file.

    Args:
        rule: The rule.
        found: The `word`, its `line` and `column` in the expression, the `member` that is compared
            with it and the message that is the `owner` of it.
        schema: What expressions may read.
    """
    word, read = found["word"], f"{found['owner']}.{found['member']}"
    said = "null" if word is None else word
    place, start = _at(rule, int(found["line"]), int(found["column"]), said)
    if said in ("", "null"):
        message = f"{rule.id}: {quoted(read)} is never {said or 'empty'}"
        top = found["owner"].partition(".")[0] in READ
        hint = f"has({read if top else 'x.' + found['member']}) says whether it is stated"
    else:
        values = schema.words[found["owner"]][found["member"]]
        message = f"{rule.id}: {quoted(read)} is never {quoted(said)}"
        hint = did_you_mean(said, values) or f"it is {one_of(values)}"
    return Problem(message, Mark(*place.mark[:2], start), place.line, max(1, len(said)), hint)


def _at(rule: OwnRule, line: int, column: int, name: str) -> tuple[Place, int]:
    """The line of the file that a complaint is about, and the column in it."""
    if rule.folded or line > len(rule.lines):
        place = next((one for one in rule.lines if name and name in one.line), rule.lines[0])
        return place, max(place.line.find(name) + 1, 1) if name else place.mark.column
    place = rule.lines[line - 1]
    start = place.mark.column + column - 1
    if start > len(place.line) + 1:
        start = place.mark.column  # an alias: what it stands for is elsewhere
    # The checker points at a dot or a bracket beside the name.
    near = [found.start() + 1 for found in re.finditer(re.escape(name), place.line)] if name else []
    return place, min(near, key=lambda at: abs(at - start), default=start)


def _sentence(said: str, text: str, schema: Schema) -> tuple[str, str, str]:
    """A complaint of the checker as a sentence, a hint, and the name that it is about."""
    if found := _FIELD.search(said):
        name, owner = found[1], found[2].removeprefix("llmchoose.").replace("_in_", ".")
        members = [member for member, _ in schema.messages.get(owner, [])]
        hint = did_you_mean(name, members) or f"it has {', '.join(members)}"
        return f"{quoted(name)} is not part of {owner}", hint, name
    if found := _NAME.search(said):
        name = found[1]
        if re.search(rf"\b{re.escape(name)}\s*\(", text):
            hint = "CEL has has, size, startsWith, contains, matches, all, exists and filter"
            return f"{quoted(name)} is no function of expressions", hint, name
        hint = did_you_mean(name.split(".")[0], READ) or (
            "an expression reads profile, estimate and decision"
        )
        return f"{quoted(name)} is not known here", hint, name
    if found := _OVERLOAD.search(said):
        sign = found[1].strip("_@")
        types = [_WRAPPED.sub(r"\1", part.strip()) for part in found[2].split(",")]
        kinds = " and ".join(TYPES.get(kind, kind.removeprefix("llmchoose.")) for kind in types)
        return f"{quoted(sign)} does not go with {kinds}", _hint_of(sign, types), ""
    if "Syntax error" in said:
        hint = "an expression such as estimate.cost.total_usd.p50 > 200000"
        return "the expression cannot be read from here on", hint, ""
    if "recursion" in said:
        return "the expression is nested too deep", "write it flatter, or as two rules", ""
    return visible_fault(said), "an expression is true or false", ""


def _hint_of(sign: str, types: Sequence[str]) -> str:
    """What to write instead, where something does not go with what it is held against."""
    held = set(types)
    if "llmchoose.band" in held:
        return "a band has p10, p50 and p90: add .p50"
    if {"double", "int"} <= held:
        return "a number with a point: 12.0 for 12"
    if "list(int)" in held:
        return "numbers with a point: [12.0, 24.0]"
    if "list(string)" in held:
        return "of a list ask 'word' in profile.task.gap"
    if sign == "[_]":
        return "write a name after a dot: profile.data.sensitivity"
    return "compare like with like"


def visible_fault(fault: str) -> str:
    """A fault at run time as a sentence."""
    if found := _KEY.search(fault):
        return f"it reads {found[1]}, which this proposal does not have"
    if found := _INDEX.search(fault):
        return f"it reads entry {found[1]} of a list of {found[2]}"
    if "divide by zero" in fault or "modulus by zero" in fault:
        return "it divides by zero"
    if "No matching overloads" in fault:
        return "it compares or adds what does not go together here"
    return GIVES.sub(
        lambda found: TYPES.get(found[0], found[0]), _CODE.sub("", fault.split("\n")[0])
    )[:LONGEST]

"""Policy files to one policy, or to every problem they have, each with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from llmchoose.errors import InputError, Mark, Problem, did_you_mean, one_of, quoted
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.policy import PolicyLimit
from llmchoose.policy.model import (
    Grade,
    GradeSet,
    GrantedWaiver,
    LimitSet,
    OwnRule,
    Place,
    Policy,
)
from llmchoose.profile.entries import WAIVER_PARTS
from llmchoose.profile.model import Waiver
from llmchoose.profile.values import READERS, Reader, scalar_of
from llmchoose.quantity import Quantity, parse_duration
from llmchoose.quantity.units import Misread
from llmchoose.yamltext import parse_yaml
from llmchoose.yamltext.files import read_bounded
from llmchoose.yamltext.tree import Document, Node, Pair, Pairs, Scalar, Sequence, lines_of

SCHEMA_VERSION = 1
KEYS = ("schema_version", "extends", "limits", "severity", "rules", "waivers", "waivable")
GRADES: tuple[Grade, ...] = get_args(Grade)
# A chain longer than this is a mistake, and a file that is written by a machine may be one.
MOST_FILES = 20
MOST_RULES = 200
LONGEST_EXPRESSION = 2_000
OWN_PARTS: Mapping[str, Field] = {
    part.name: part
    for part in (
        Field(name="id", type="text", required=True, help="", question=""),
        Field(name="title", type="text", help="", question=""),
        Field(name="severity", type="enum", values=GRADES, help="", question=""),
        Field(name="when", type="text", required=True, help="", question=""),
        Field(name="message", type="text", help="", question=""),
    )
}
LIMIT = Field(
    name="", type="quantity", dimension="ratio", unit="x", minimum=0, help="", question=""
)
GRANTED_PARTS: Mapping[str, Field] = {
    **WAIVER_PARTS,
    "path": Field(name="path", type="text", help="", question=""),
}


@dataclass
class _Reading:
    """One file as it is read."""

    document: Document
    reader: Reader
    knowledge: Knowledge
    limits: dict[str, LimitSet] = field(default_factory=dict)
    grades: dict[str, GradeSet] = field(default_factory=dict)
    own: dict[str, OwnRule] = field(default_factory=dict)
    waivers: list[GrantedWaiver] = field(default_factory=list)
    waivable: dict[str, Place] | None = None
    extends: list[tuple[str, Node]] = field(default_factory=list)

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
        """Note a problem that points at a node."""
        self.reader.problems.append(self.document.problem(node, message, hint))


def load_policy(path: str | Path, knowledge: Knowledge) -> Policy:
    """Read a policy file and what it extends; what stands in it goes before what it extends.

    Raises:
        InputError: A file cannot be read or is no policy; every problem is named.
    """
    parts = _chain(Path(path), knowledge, Path.cwd().resolve(), (), [])
    merged = Policy(path=str(path))
    for part in parts:
        merged = replace(
            merged,
            files=(*merged.files, *part.files),
            limits={**merged.limits, **part.limits},
            grades={**merged.grades, **part.grades},
            own={**merged.own, **part.own},
            waivers=(*merged.waivers, *part.waivers),
            waivable=merged.waivable if part.waivable is None else part.waivable,
        )
    _check_names(merged, knowledge)
    return merged


def _chain(
    path: Path, knowledge: Knowledge, inside: Path, above: tuple[Path, ...], read: list[Path]
) -> list[Policy]:
    """A file after all that it extends, each file once."""
    read.append(path.resolve())
    data = read_bounded(path, "name a policy file in it", "")
    part, extends, document = _parse(data, str(path), knowledge)
    found: list[Policy] = []
    for name, node in extends:
        target = (path.parent / name).resolve()
        fault = _fault_of(name, target, (inside, read[0].parent), (*above, read[-1]), read)
        if fault:
            circle = "take one of them out" if target in above or target == read[-1] else ""
            hint = circle or "extend a .yaml file beside it"
            raise InputError((document.problem(node, fault, hint),))
        if target in read:
            continue
        if not target.is_file():
            raise InputError(
                (document.problem(node, f"{quoted(name)} does not exist", _nearby(target)),)
            )
        shown = Path(path.parent / name)
        found += _chain(shown, knowledge, inside, (*above, path.resolve()), read)
    return [*found, part]


def _fault_of(
    name: str, target: Path, inside: tuple[Path, ...], above: tuple[Path, ...], read: list[Path]
) -> str:
    """Why a file may not be extended; empty where it may.

    A policy may come with a pull request that nobody has read: it reaches no file outside of the
    working directory and of the first policy's folder, and messages quote no other kind of file.
    """
    if target in above:
        return f"{quoted(name)} extends this file already: they go round in a circle"
    if target.suffix not in (".yaml", ".yml"):
        return f"{quoted(name)} is no .yaml file"
    if not any(target.is_relative_to(folder) for folder in inside):
        return f"{quoted(name)} lies outside of the working directory and of the policy's folder"
    if len(read) >= MOST_FILES:
        return f"more than {MOST_FILES} files extend each other"
    return ""


def _nearby(target: Path) -> str:
    if not target.parent.is_dir():
        return "check the name of the folder"
    return did_you_mean(target.name, sorted(other.name for other in target.parent.iterdir()))


def _parse(
    data: bytes, path: str, knowledge: Knowledge
) -> tuple[Policy, list[tuple[str, Node]], Document]:
    document = parse_yaml(data, path, "write limits:, severity:, rules: or waivers: in it")
    if document.root is None:
        raise InputError(document.problems)
    reader = Reader(document, knowledge, readers=READERS, problems=list(document.problems))
    reading = _Reading(document, reader, knowledge)
    if not isinstance(document.root, Pairs):
        hint = f"write {one_of(KEYS)} with their values"
        reading.wrong(document.root, "a policy is a mapping, and this is not one", hint)
        raise InputError(reader.problems)
    for key, pair in document.root.pairs.items():
        _section(key, pair, reading)
    if reader.problems:
        raise InputError(sorted(reader.problems, key=_place))
    part = Policy(
        path,
        (path,),
        reading.limits,
        reading.grades,
        reading.own,
        tuple(reading.waivers),
        reading.waivable,
    )
    return part, reading.extends, document


def _section(key: str, pair: Pair, reading: _Reading) -> None:
    node = pair.value
    sections = {
        "schema_version": _version,
        "extends": _extends,
        "limits": _limits,
        "severity": _grades,
        "rules": _rules,
        "waivers": _waivers,
        "waivable": _waivable,
    }
    if key not in sections:
        hint = did_you_mean(key, KEYS) or f"it has {one_of(KEYS)}"
        reading.wrong(pair.key, f"{quoted(key)} is not part of a policy", hint)
    elif not (isinstance(node, Scalar) and node.value is None):
        sections[key](node, reading)


def _version(node: Node, reading: _Reading) -> None:
    if not isinstance(node, Scalar) or node.value != SCHEMA_VERSION:
        reading.wrong(node, "this schema_version is not known", f"write {SCHEMA_VERSION}")


def _extends(node: Node, reading: _Reading) -> None:
    for item in _items(node):
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.text.strip():
            reading.extends.append((item.text.strip(), item))
        else:
            reading.wrong(item, "extends names files", "write the path of a policy")


def _limits(node: Node, reading: _Reading) -> None:
    known = {one.id: one for one in reading.knowledge.policy.limits}
    for name, pair in _entries(node, "limits", "max_total_usd: $200k", reading).items():
        if name not in known:
            hint = did_you_mean(name, known) or f"limits are {one_of(list(known))}"
            reading.wrong(pair.key, f"{quoted(name)} is no limit", hint)
            continue
        value = _limit(known[name], pair.value, reading)
        if value is not None:
            reading.limits[name] = LimitSet(value, pair.key.span.start)


def _limit(limit: PolicyLimit, node: Node, reading: _Reading) -> float | None:
    found = _duration(limit, node, reading) if limit.dimension == "duration" else None
    if limit.dimension != "duration":
        kind = replace(LIMIT, name=limit.id, dimension=limit.dimension, unit=limit.unit)
        read = reading.reader.read(kind, node)
        found = read if isinstance(read, Quantity) else None
    if found is None:
        return None
    if not found.exact:
        reading.wrong(node, f"{limit.id} is a range", "a limit is one number")
        return None
    return found.low


def _duration(limit: PolicyLimit, node: Node, reading: _Reading) -> Quantity | None:
    """A length of time; the limit's name says the unit of a bare number."""
    try:
        scalar = scalar_of(replace(LIMIT, name=limit.id, example=f"12 {limit.unit}"), node)
        bare = isinstance(scalar.value, int | float) and not isinstance(scalar.value, bool)
        return parse_duration(f"{scalar.text} {limit.unit}" if bare else scalar.text, limit.unit)
    except Misread as wrong:
        reading.wrong(node, f"{limit.id}: {wrong.fault}", wrong.meant)
        return None


def _grades(node: Node, reading: _Reading) -> None:
    kind = Field(name="severity", type="enum", values=GRADES, help="", question="")
    for name, pair in _entries(node, "severity", "P-OWNER: error", reading).items():
        read = reading.reader.read(replace(kind, name=f"severity of {name}"), pair.value)
        for grade in GRADES:
            if read == grade:
                reading.grades[name] = GradeSet(grade, _place_of(pair.key, reading))


def _rules(node: Node, reading: _Reading) -> None:
    items = _items(node)
    if len(items) > MOST_RULES:
        reading.wrong(node, f"there are {len(items)} rules", f"keep to {MOST_RULES}")
        return
    for item in items:
        _own(item, reading)


def _own(item: Node, reading: _Reading) -> None:
    read = _parts("rules", item, OWN_PARTS, reading)
    if read is None or not isinstance(item, Pairs):
        return
    name, when = str(read["id"]), item.pairs["when"].value
    if name in reading.own:
        first = reading.own[name].where
        hint = f"it stands at line {first.line} already; keep one"
        reading.wrong(item.pairs["id"].value, f"the rule {quoted(name)} is given twice", hint)
    if any(name == one.id for one in reading.knowledge.policy.rules):
        hint = "call it differently; severity: changes a rule of llmchoose"
        message = f"{quoted(name)} is a rule of llmchoose"
        reading.wrong(item.pairs["id"].value, message, hint)
    if len(str(read["when"])) > LONGEST_EXPRESSION:
        message = f"the expression has {len(str(read['when']))} characters"
        reading.wrong(when, message, f"keep to {LONGEST_EXPRESSION}")
    reading.own[name] = OwnRule(
        name,
        str(read.get("title") or name),
        next(grade for grade in GRADES if grade == (read.get("severity") or "error")),
        str(read["when"]),
        str(
            read.get("message") or read.get("title") or f"{name}: what the policy asks about is so"
        ),
        *_lines(when, reading.document),
    )


def _lines(node: Node, document: Document) -> tuple[tuple[Place, ...], bool]:
    """Where each line of an expression begins, and whether YAML has joined them."""
    span, lines = node.span, lines_of(document.text)
    if document.text[span.first : span.first + 1] in ("|", ">"):
        # A block ends where the next thing begins.
        rows = range(span.start.line, min(span.end.line, len(lines)))
        places = tuple(_line_of(row, document.path, lines[row]) for row in rows)
        return places, document.text[span.first] == ">"
    shift = int(isinstance(node, Scalar) and node.quoted)
    start = Mark(document.path, span.start.line, span.start.column + shift)
    first = Place(start, lines[start.line - 1])
    rest = range(span.start.line, span.end.line)
    return (first, *(_line_of(row, document.path, lines[row]) for row in rest)), bool(rest)


def _line_of(row: int, path: str, line: str) -> Place:
    return Place(Mark(path, row + 1, len(line) - len(line.lstrip()) + 1), line)


def _place_of(node: Node, reading: _Reading) -> Place:
    """A node to its end, or to that of its first line."""
    found = reading.document.problem(node, "")
    line, start = found.line, node.span.start
    return Place(start, line, found.width if found.width > 1 else len(line) - start.column + 1)


def _waivers(node: Node, reading: _Reading) -> None:
    for item in _items(node):
        read = _parts("waivers", item, GRANTED_PARTS, reading)
        if read is None:
            continue
        if read.get("path") is None:
            reading.wrong(item, "the waiver has no path", 'say for which files: path: "pilots/**"')
            continue
        pattern = str(read.pop("path"))
        folder = str(Path(reading.document.path).parent)
        waiver, place = Waiver(**read), _place_of(item, reading)  # type: ignore[arg-type]
        reading.waivers.append(GrantedWaiver(waiver, "policy", place, pattern, folder))


def _waivable(node: Node, reading: _Reading) -> None:
    names = {}
    for item in _items(node):
        if isinstance(item, Scalar) and item.text.strip():
            names[item.text.strip()] = _place_of(item, reading)
        else:
            reading.wrong(item, "waivable names rules", "write a list of them; [] for none")
    reading.waivable = names


def _parts(
    what: str, item: Node, parts: Mapping[str, Field], reading: _Reading
) -> dict[str, object] | None:
    """The parts of an entry that stand in it; None where it is not one."""
    if not isinstance(item, Pairs):
        reading.wrong(item, f"an entry of {what} is a mapping", f"it has {one_of(list(parts))}")
        return None
    for key, pair in item.pairs.items():
        if key not in parts:
            hint = did_you_mean(key, parts) or f"it has {one_of(list(parts))}"
            reading.wrong(pair.key, f"{quoted(key)} is not part of an entry of {what}", hint)
    read = {
        name: reading.reader.read(replace(part, name=f"{what}.{name}"), item.pairs[name].value)
        for name, part in parts.items()
        if name in item.pairs
    }
    missing = [name for name, part in parts.items() if part.required and not item.pairs.get(name)]
    if missing:
        reading.wrong(item, f"the entry has no {one_of(missing)}", f"add {one_of(missing)}")
    if missing or any(read[n] is None for n, part in parts.items() if part.required):
        return None
    return {name: value for name, value in read.items() if value is not None}


def _entries(node: Node, what: str, example: str, reading: _Reading) -> Mapping[str, Pair]:
    if isinstance(node, Pairs):
        return node.pairs
    reading.wrong(node, f"{what} is a mapping", f"write {example} below it")
    return {}


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _check_names(policy: Policy, knowledge: Knowledge) -> None:
    """Refuse names of rules that do not exist; own rules may stand in another file.

    Raises:
        InputError: One does not exist, with its place.
    """
    known = [*(one.id for one in knowledge.policy.rules), *policy.own]
    problems = []
    named = [(name, graded.place) for name, graded in policy.grades.items()]
    for name, where in (*named, *(policy.waivable or {}).items()):
        if name not in known:
            hint = did_you_mean(name, known) or "llmchoose check --explain-policy lists the rules"
            message = f"{quoted(name)} is no rule"
            problems.append(Problem(message, where.mark, where.line, where.width, hint))
    if problems:
        raise InputError(problems)


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)

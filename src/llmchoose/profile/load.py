"""Profile files to profiles, or to every problem they have, each with its place."""

from collections.abc import Mapping
from pathlib import Path

from llmchoose.errors import InputError, Mark, Problem, did_you_mean, quoted
from llmchoose.knowledge.fields import Field
from llmchoose.profile.days import parse_day
from llmchoose.profile.entries import read_trials, read_waivers
from llmchoose.profile.model import Profile, Value
from llmchoose.profile.values import READERS, Reader
from llmchoose.profile.world import World
from llmchoose.yamltext import STARTER, parse_yaml
from llmchoose.yamltext.files import read_bounded
from llmchoose.yamltext.tree import Document, Pair, Pairs, Scalar, Sequence, lines_of

__all__ = ["load_profile", "parse_day", "parse_profile", "set_value"]

MOST_PROBLEMS = 100  # beyond it the file is something else, and guesses cost time
_READERS = {**READERS, "trials": read_trials, "waivers": read_waivers}


def load_profile(path: str | Path, knowledge: World) -> Profile:
    """Read a profile file.

    Raises:
        InputError: The file cannot be read, or is no profile; every problem is named.
    """
    data = read_bounded(Path(path), "name a profile in it", STARTER)
    return parse_profile(data, str(path), knowledge)


def parse_profile(data: bytes, path: str, knowledge: World) -> Profile:
    """Read a profile from bytes.

    Args:
        data: YAML in UTF-8.
        path: Name of the file, for messages.
        knowledge: Fields and catalogues; a table is only read when the profile needs it.

    Raises:
        InputError: All that is wrong, each problem with its place.
    """
    document = parse_yaml(data, path)
    if document.root is None:
        raise InputError(document.problems)
    reader = Reader(document, knowledge, readers=_READERS, problems=list(document.problems))
    if not isinstance(document.root, Pairs):
        message = "a profile is a mapping of fields, and this is not one"
        hint = "write name: and task: with their values"
        reader.problems.append(document.problem_at(document.root.span.start, message, hint))
        raise InputError(reader.problems)
    pairs = _fields_of(document.root, reader)
    values = _read_all(pairs, reader)
    _require(document.root, values, reader)
    if reader.problems:
        raise InputError(sorted(reader.problems, key=_place))
    marks = {name: pairs[name].value.span.start for name in values}
    marks |= _marks_of_entries(pairs, "decision.waivers")
    blank = frozenset(pairs) - frozenset(values)
    return Profile(path, values, marks, lines_of(document.text), blank)


def set_value(profile: Profile, change: str, knowledge: World) -> Profile:
    """Change one field: `task.kind=qa`, `budget.one_time=$20k..$50k`, `task.gap=[format]`.

    An empty value takes the field back to unknown.

    Raises:
        InputError: There is no such field, or the value is none of its kind.
    """
    name, equals, text = change.partition("=")
    name, field = name.strip(), knowledge.fields.get(name.strip())
    if not equals or field is None:
        message = (
            f"{quoted(change)} is not FIELD=VALUE"
            if not equals
            else (f"{quoted(name)} is not a field of a profile")
        )
        inside = [other.key for other in knowledge.fields.values() if other.section == name]
        guess = (
            f"name a field of it, such as {name}.{inside[0]}"
            if inside
            else _guess(name, "", knowledge.fields)
        )
        hint = guess if equals else "write it as task.kind=qa"
        mark = Mark("--set", 1, 1)
        raise InputError((Problem(message, mark, change, max(1, len(name)), hint),))
    # Padded, so that columns count in the whole argument.
    padding = " " * (len(change) - len(text))
    value = _parse_argument(padding, text, change)
    reader = Reader(value, knowledge, str(profile.get("task.language") or "en"), readers=_READERS)
    read = reader.read(field, value.root) if value.root is not None else None
    if reader.problems:
        raise InputError([_with_line(problem, change) for problem in reader.problems])
    if read is None and field.required:
        raise InputError((Problem(f"{name} cannot be empty", Mark("--set", 1, 1), change),))
    values = {other: kept for other, kept in profile.values.items() if other != name}
    marks = {other: kept for other, kept in profile.marks.items() if other != name}
    if read is not None:
        values[name], marks[name] = read, Mark("--set", 1, len(padding) + 1)
    ordered = {other: values[other] for other in knowledge.fields if other in values}
    return Profile(profile.path, ordered, marks, profile.lines)


def _parse_argument(padding: str, text: str, change: str) -> Document:
    """The value of --set as a document; texts without quotes or brackets are taken as they are."""
    if not text.strip():
        return Document("--set", change, None, ())
    plain = text.strip()[0] not in "[{\"'"
    source = padding + ("'" + text.replace("'", "''") + "'" if plain else text)
    document = parse_yaml(source.encode("utf-8", "surrogateescape"), "--set")
    if document.problems:
        raise InputError([_with_line(problem, change) for problem in document.problems])
    if plain and isinstance(document.root, Scalar) and text.strip() in ("true", "false"):
        root = Scalar(text.strip() == "true", text.strip(), document.root.span)
        return Document("--set", change, root, ())
    return Document("--set", change, document.root, ())


def _with_line(problem: Problem, line: str) -> Problem:
    width = min(problem.width, max(1, len(line) - (problem.mark.column if problem.mark else 1) + 1))
    return Problem(problem.message, problem.mark, line, width, problem.hint)


def _fields_of(root: Pairs, reader: Reader) -> dict[str, Pair]:
    """Pairs by dotted field name; what is no field, or no section, is a problem."""
    fields = reader.world.fields
    sections = {field.section for field in fields.values()} - {""}
    found: dict[str, Pair] = {}
    for key, pair in root.pairs.items():
        if key in fields and "." not in key:
            found[key] = pair
        elif key not in sections:
            _unknown(pair, "", reader)
        elif isinstance(pair.value, Pairs):
            found |= _in_section(key, pair.value, reader)
        elif not (isinstance(pair.value, Scalar) and pair.value.value is None):
            inside = [field.key for field in fields.values() if field.section == key]
            reader.problems.append(
                reader.document.problem(
                    pair.value,
                    f"{key} is a section, and this is not one",
                    f"write its fields below it, indented, such as {inside[0]}:",
                )
            )
    return found


def _in_section(section: str, value: Pairs, reader: Reader) -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    for key, pair in value.pairs.items():
        name = f"{section}.{key}"
        if name in reader.world.fields:
            found[name] = pair
        else:
            _unknown(pair, section, reader)
    return found


def _unknown(pair: Pair, section: str, reader: Reader) -> None:
    if len(reader.problems) >= MOST_PROBLEMS:
        return
    key = pair.key.text
    name = quoted(f"{section}.{key}" if section else key)
    where = section or "a profile"
    hint = _guess(key, section, reader.world.fields)
    reader.problems.append(
        reader.document.problem(pair.key, f"{name} is not a field of {where}", hint)
    )


def _guess(key: str, section: str, fields: Mapping[str, Field]) -> str:
    """What a key that is no field was meant to be: misspelt, misplaced or dotted."""
    if not section and key in fields:
        return f"write it as {key.partition('.')[2]}: below {key.partition('.')[0]}:"
    elsewhere = [field for field in fields.values() if field.key == key]
    if elsewhere and elsewhere[0].section != section:
        return f"{key} is a field of {elsewhere[0].section or 'the profile itself, not indented'}"
    names = [field.key for field in fields.values() if field.section == section]
    if not section:
        names += sorted({field.section for field in fields.values()} - {""})
    guess = did_you_mean(key, fields if "." in key else names)
    if guess:
        return guess
    other = did_you_mean(key, [field.key for field in fields.values()])
    if not other:
        return f"it has {', '.join(names)}"
    found = next(field for field in fields.values() if other == f"did you mean {field.key}?")
    return f"did you mean {found.key} of {found.section or 'the profile itself'}?"


def _marks_of_entries(pairs: Mapping[str, Pair], name: str) -> dict[str, Mark]:
    """Where each entry of a list stands, as `decision.waivers[0]`."""
    value = pairs[name].value if name in pairs else None
    items = value.items if isinstance(value, Sequence) else ()
    return {f"{name}[{place}]": item.span.start for place, item in enumerate(items)}


def _read_all(pairs: Mapping[str, Pair], reader: Reader) -> dict[str, Value]:
    """Values in the order of the fields, whatever the order in the file."""
    language = pairs.get("task.language")
    if language and isinstance(language.value, Scalar) and language.value.text:
        reader.language = language.value.text
    values: dict[str, Value] = {}
    for name, field in reader.world.fields.items():
        read = reader.read(field, pairs[name].value) if name in pairs else None
        if read is not None:
            values[name] = read
    return values


def _require(root: Pairs, values: Mapping[str, Value], reader: Reader) -> None:
    """A profile has a name and a task; what is missing is missed at the top of the file."""
    first = next(iter(root.pairs.values())).key if root.pairs else None
    start = first.span.start if first else root.span.start
    for field in reader.world.fields.values():
        if field.required and field.name not in root.pairs:
            hint = f"add {field.name}: {field.example}"
            reader.problems.append(
                reader.document.problem_at(start, f"the profile has no {field.name}", hint)
            )
        elif field.required and field.name not in values and not reader.problems:
            pair = root.pairs[field.name]
            message, hint = f"{field.name} is empty", f"write one such as {field.example}"
            reader.problems.append(reader.document.problem(pair.key, message, hint))
    if "task" not in root.pairs:
        hint = "add task: with kind: and gap: below it"
        reader.problems.append(reader.document.problem_at(start, "the profile has no task", hint))


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.mark.line, problem.mark.column) if problem.mark else (0, 0)

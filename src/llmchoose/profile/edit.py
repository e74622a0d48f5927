"""An answer put into the text of a profile: all else, comments and order too, stays as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from llmchoose.errors import InputError, Problem, quoted
from llmchoose.knowledge.fields import Field
from llmchoose.yamltext import parse_yaml
from llmchoose.yamltext.tree import (
    LINE_BREAK,
    Document,
    Node,
    Pair,
    Pairs,
    Scalar,
    Sequence,
    splice,
)

# How the comment begins beside a question that nobody could answer.
NOT_KNOWN = "not known"
_OWN_COMMENT = re.compile(rf"[ \t]*# {NOT_KNOWN}[^\r\n]*")
_AS_LINES = "write the profile as lines of `key: value`, without braces"
_INDENT = 2
_BOM = "\ufeff"


@dataclass(frozen=True)
class Entry:
    """A field and what stands beside it in the file.

    Attributes:
        value: YAML on one line; empty where the answer is not known.
        comment: Said after it; may be empty.
    """

    field: Field
    value: str
    comment: str = ""

    @property
    def line(self) -> str:
        """The entry as it is written, without indent."""
        value = f" {self.value}" if self.value else ""
        return f"{self.field.key}:{value}{self.note}"

    @property
    def note(self) -> str:
        """The comment as it is written."""
        return f"  # {self.comment}" if self.comment else ""


def new_profile(name: str) -> str:
    """The text of a profile that has a name and nothing else."""
    return f"name: {name}\n\ntask:\n"


def with_task(text: str) -> str:
    """A profile's text with the task that every profile has, where it has none yet."""
    document = parse_yaml(text.removeprefix(_BOM).encode(), "")
    root = document.root
    if document.problems or not isinstance(root, Pairs) or "task" in root.pairs:
        return text
    if _is_flow(document, root):
        return text
    newline = _newline(document)
    return f"{text.rstrip()}{newline}{newline}task:{newline}"


def check_layout(text: str) -> None:
    """Refuse a profile that no line can be added to.

    Raises:
        InputError: It stands in braces as a whole.
    """
    document = parse_yaml(text.removeprefix(_BOM).encode(), "")
    if isinstance(document.root, Pairs) and _is_flow(document, document.root):
        message = "the file is one pair of braces, which no answer can be put into"
        raise InputError((Problem(message, hint=_AS_LINES),))


def put(text: str, entry: Entry, fields: Mapping[str, Field]) -> str:
    """Write an entry into the text of a profile, in the place where a person would put it.

    Args:
        text: A profile that reads without a problem.
        entry: What to write; a value that stands there already is replaced.
        fields: All fields, in the schema's order.

    Raises:
        InputError: The text is laid out so that no line can be added to it.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    document = parse_yaml(body.encode(), "")
    if not isinstance(document.root, Pairs) or _is_flow(document, document.root):
        raise InputError((_unfit(entry),))
    section = entry.field.section
    inside = document.root.pairs.get(section) if section else None
    if not section:
        return mark + _into(document, document.root, entry, fields)
    if inside is None:
        return mark + _new_section(document, document.root, entry, fields)
    if isinstance(inside.value, Pairs):
        if _is_flow(document, inside.value):
            return mark + _into_flow(document, inside.value, entry)
        return mark + _into(document, inside.value, entry, fields)
    if isinstance(inside.value, Scalar):
        if inside.value.text:  # `~` or `null`, where lines are to stand now
            colon = body.index(":", inside.key.span.last) + 1
            return mark + put(f"{body[:colon]}{body[inside.value.span.last :]}", entry, fields)
        indented = f"{' ' * _INDENT}{entry.line}"
        return mark + _below(document, _line_end(document, inside.key.span.last), indented)
    raise InputError((_unfit(entry),))


def _into(document: Document, within: Pairs, entry: Entry, fields: Mapping[str, Field]) -> str:
    """Into a mapping of lines: in the place of what stands there, else after what comes before."""
    held = within.pairs.get(entry.field.key)
    if held is not None:
        return _replaced(document, held, entry)
    first = next(iter(within.pairs.values()))
    line = f"{' ' * (first.key.span.start.column - 1)}{entry.line}"
    before = _last_before(within, entry.field, fields)
    if before is None:
        start = _line_start(document, first.key.span.first)
        return f"{document.text[:start]}{line}{_newline(document)}{document.text[start:]}"
    return _below(document, _line_end(document, _end(before)), line)


def _replaced(document: Document, held: Pair, entry: Entry) -> str:
    text, value = document.text, f" {entry.value}" if entry.value else ""
    colon = text.index(":", held.key.span.last) + 1
    if isinstance(held.value, Scalar) and held.value.value is None and not held.value.quoted:
        start = max(_end(held), colon)
        rest = _OWN_COMMENT.match(text, start)
        if rest is None:
            return f"{text[:colon]}{value}{text[start:]}"
        return f"{text[:colon]}{value}{entry.note}{text[rest.end() :]}"
    if held.value.span.start.line > held.key.span.start.line:
        # A block of lines below its key, as far to the left as it may be.
        line = _line_end(document, colon)
        end = _line_end(document, _end(held))
        return f"{text[:colon]}{value}{text[colon:line].rstrip()}{text[end:]}"
    return splice(text, held.value, entry.value or "null")


def _into_flow(document: Document, within: Pairs, entry: Entry) -> str:
    held = within.pairs.get(entry.field.key)
    if held is not None:
        return splice(document.text, held.value, entry.value or "null")
    added = f"{entry.field.key}: {entry.value or 'null'}"
    if not within.pairs:
        start = within.span.first + 1
        return f"{document.text[:start]}{added}{document.text[start:]}"
    last = max(_end(pair) for pair in within.pairs.values())
    return f"{document.text[:last]}, {added}{document.text[last:]}"


def _new_section(document: Document, root: Pairs, entry: Entry, fields: Mapping[str, Field]) -> str:
    block = f"{_newline(document)}{entry.field.section}:{_newline(document)}"
    block += f"{' ' * _INDENT}{entry.line}"
    before = _last_before(root, entry.field, fields)
    place = _line_end(document, _end(before)) if before else len(document.text)
    return _below(document, place, block)


def _last_before(within: Pairs, field: Field, fields: Mapping[str, Field]) -> Pair | None:
    """The entry of a mapping after which a field, or its section, belongs by the schema."""
    ahead = takewhile(lambda other: other.name != field.name, fields.values())
    keys = {_key_in(within, other) for other in ahead} & within.pairs.keys()
    earlier = [(within.pairs[key].key.span.first, key) for key in keys]
    return within.pairs[max(earlier)[1]] if earlier else None


def _key_in(within: Pairs, field: Field) -> str:
    """What a field is found by in the top of a profile, or in its section."""
    if field.name in within.pairs or not field.section:
        return field.name
    return field.section if field.section in within.pairs else field.key


def _below(document: Document, place: int, line: str) -> str:
    text, newline = document.text, _newline(document)
    start = newline if place and not text[:place].endswith(("\n", "\r")) else ""
    end = "" if place < len(text) else newline
    return f"{text[:place]}{start}{line}{end}{text[place:]}"


def _end(pair: Pair) -> int:
    """Where the last sign of an entry stands."""
    return max(pair.key.span.last, _last(pair.value))


def _last(node: Node) -> int:
    if isinstance(node, Pairs) and node.pairs:
        return max(node.span.last, *(_end(pair) for pair in node.pairs.values()))
    if isinstance(node, Sequence) and node.items:
        return max(node.span.last, *map(_last, node.items))
    return node.span.last


def _line_end(document: Document, place: int) -> int:
    """The end of the line that a node ends on; a block of text ends on the line before."""
    text = document.text
    while place and text[place - 1] in " \t\r\n":
        place -= 1
    found = LINE_BREAK.search(text, place)
    return found.start() if found else len(text)


def _line_start(document: Document, place: int) -> int:
    return max(document.text.rfind("\n", 0, place), document.text.rfind("\r", 0, place)) + 1


def _newline(document: Document) -> str:
    found = LINE_BREAK.search(document.text)
    return found[0] if found else "\n"


def _is_flow(document: Document, within: Pairs) -> bool:
    return document.text.startswith("{", within.span.first)


def _unfit(entry: Entry) -> Problem:
    message = f"{quoted(entry.field.name)} cannot be put into this file"
    return Problem(message, hint=_AS_LINES)

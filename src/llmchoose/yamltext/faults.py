"""What the YAML parser objects to, in sentences that say what to write."""

import yaml

from llmchoose.errors import Mark, Problem, quoted
from llmchoose.yamltext.tree import line_of

# Words of the parser's message (C parser or pure) -> what is wrong, what to write.
_FAULTS = (
    ("flow sequence", "the list that starts here is not closed", "close it with ] or add a comma"),
    (
        "flow mapping",
        "the mapping that starts here is not closed",
        "close it with } or add a comma",
    ),
    ("unexpected end of stream", "the quote that opens here is not closed", "close it"),
    (
        "unknown escape",
        "this backslash starts no known escape",
        "use single quotes, or write \\\\ for a backslash",
    ),
    (
        "mapping values are not allowed",
        "a colon does not belong here",
        "put a text with a colon in quotes; else check the indentation",
    ),
    ("could not find expected ':'", "this line has no colon after its key", "write key: value"),
    ("tag handle", "tags are not read", "write the value without the !"),
    (
        "block",
        "the indentation does not fit the lines above",
        "line it up with the entries above; mark list items with -",
    ),
    (
        "did not find expected alphabetic",
        "this name of an anchor or alias has no letters",
        "put a text that starts with * or & in quotes",
    ),
)
_AT_START = ("flow sequence", "flow mapping", "unexpected end of stream")


def explain_fault(error: yaml.YAMLError, path: str, text: str) -> Problem:
    """Turn the parser's error into a problem at the place that has to change."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem("the file is not YAML", Mark(path, 1, 1), line_of(text, 1))
    said = f"{error.context or ''} {error.problem or ''}"
    place = error.problem_mark
    if "cannot start any token" in said:
        message, hint, width = _bad_start(text[place.index : place.index + 1])
    else:
        name, message, hint = next(
            (fault for fault in _FAULTS if fault[0] in said),
            ("", "this is not YAML", "check the indentation and the quotes"),
        )
        width = 1
        if name in _AT_START and error.context_mark is not None:
            place = error.context_mark
    mark = Mark(path, place.line + 1, place.column + 1)
    return Problem(message, mark, line_of(text, mark.line), width, hint)


def _bad_start(letter: str) -> tuple[str, str, int]:
    if letter == "\t":
        return "a tab cannot indent", "indent with spaces", 1
    return f"a value cannot start with {quoted(letter)}", "put the value in quotes", 1

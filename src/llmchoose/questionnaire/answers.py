"""What somebody typed to a question, as a value of the field and as YAML."""

import json
import re
from collections.abc import Iterable, Mapping

from llmchoose.errors import InputError, Problem, quoted
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.dump import write_text, write_value
from llmchoose.profile.load import set_value
from llmchoose.profile.model import Profile, Value
from llmchoose.profile.values import LONGEST_TEXT
from llmchoose.quantity import MULTIPLIERS, Quantity

SHORTEST_WORD = 4
UNKNOWN = ("", "unknown", "dunno", "dont know", "i dont know", "not known", "no idea")
_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")
_BARE = re.compile(r"[\d.,_]+\s*[kKMBT]?(\s*\.\.\s*[\d.,_]+\s*[kKMBT]?)?")
# People also write a range with a word or a dash between its ends, and the multiplier once.
_TO = re.compile(r"^(\S.*?)\s+to\s+(\S.*)$")
_DASH = re.compile(r"^([^\s\d]{0,3}[\d.,]+\s*[^\s\d.,-]*)\s*[–—-]\s*([^\s\d]{0,3}\d.*)$")
_EXPONENT = re.compile(r"\d[eE][+-]\d")
_ONCE = re.compile(rf"^\D*[\d.,]+(\s*(?:{'|'.join(MULTIPLIERS)}))(?![A-Za-z])")
_LISTED = re.compile(r"\s*[,;]\s*|\s+and\s+")


def is_unknown(typed: str) -> bool:
    """Whether the person says that they do not know."""
    plain = typed.strip().lower().replace("'", "").replace("’", "").rstrip(".")
    return plain in UNKNOWN


def read_answer(field: Field, typed: str, profile: Profile, knowledge: Knowledge) -> Value:
    """The value that an answer stands for: a word or its number, a quantity, a range, a text.

    Raises:
        InputError: It is none of the field; the sentence says what to write.
    """
    if len(typed) > LONGEST_TEXT:
        message = f"the answer has {len(typed)} characters; at most {LONGEST_TEXT} are read"
        raise InputError((Problem(message, hint="write a short one, or press Enter"),))
    _refuse_doubtful(field, typed.strip())
    source = _source(field, typed.strip())
    try:
        found = set_value(profile, f"{field.name}={source}", knowledge).get(field.name)
    except InputError as error:
        # Nothing of a file is wrong, so no line of one is shown.
        raise InputError(
            [
                Problem(one.message.removeprefix(f"{field.name}: "), hint=one.hint)
                for one in error.problems
            ]
        ) from None
    if found is None:
        raise InputError((Problem(f"{quoted(typed)} says nothing", hint="write an answer"),))
    return found


def _refuse_doubtful(field: Field, typed: str) -> None:
    """Refuse what may mean two things.

    Raises:
        InputError: It may.
    """
    if field.dimension == "fraction" and typed.isascii() and typed.isdigit():
        hint = f"write {typed} of 50 for a count, {typed}% for a share"
        raise InputError((Problem(f"{quoted(typed)} may be a count or a share", hint=hint),))
    if field.type == "flag" and typed.lower() not in (*_YES, *_NO):
        raise InputError((Problem(f"{quoted(typed)} is neither yes nor no", hint="write y or n"),))


def write_answer(
    field: Field, typed: str, value: Value, fields: Mapping[str, Field]
) -> tuple[str, str]:
    """An answer as YAML on one line, the way the person wrote it, and its unit where that is bare.

    Returns:
        The value, and a comment (which may be empty).
    """
    if not isinstance(value, Quantity):
        return write_value(value, field, fields), ""
    text = _amount(field, typed.strip())
    if _BARE.fullmatch(text):
        text = write_value(value, field, fields)
    return write_text(text), field.unit if _BARE.fullmatch(text) else ""


def written_at(profile: Profile, name: str) -> str:
    """What stands in a profile's file on the line of a value, without its comment."""
    mark = profile.marks.get(name)
    if mark is None or mark.line > len(profile.lines):
        return ""
    return profile.lines[mark.line - 1][mark.column - 1 :].partition(" #")[0].strip()


def _source(field: Field, typed: str) -> str:
    """The answer as YAML of the field's kind; a text stays one, whatever signs it holds."""
    if field.type in ("trials", "waivers"):
        return typed
    if field.type == "flag":
        return "true" if typed.lower() in _YES else "false"
    if field.type in ("quantity", "duration"):
        return _quoted(_amount(field, typed))
    if field.type == "enum":
        return _quoted(_word(field, typed))
    if field.type in ("enums", "gpus"):
        parts = [part for part in _LISTED.split(typed.strip("[] ")) if part]
        words = [_word(field, part) if field.type == "enums" else part for part in parts]
        return f"[{', '.join(map(_quoted, words))}]"
    return _quoted(typed)


def _amount(field: Field, typed: str) -> str:
    """An amount or a range in the spelling of profiles."""
    word = _begun(typed, field.words)
    found = _TO.match(typed) or (None if _EXPONENT.search(typed) else _DASH.match(typed))
    if word or not found:
        return word or typed
    low, high = found.groups()
    once = _ONCE.match(high)
    if once and low.lstrip("$€£").replace(",", "").replace(".", "").isdigit():
        low += once[1]
    return f"{low.strip()}..{high.strip()}"


def _word(field: Field, typed: str) -> str:
    """One of the field's values: by its number in the list, its name, or how it begins."""
    if typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= len(field.values):
        return field.values[int(typed) - 1]
    return _begun(typed, field.values) or _meant(field, typed.lower()) or typed


def _meant(field: Field, words: str) -> str:
    """The only value whose plain words hold what was typed."""
    found = [value for value, said in field.choices.items() if words in said.lower()]
    return found[0] if len(words) >= SHORTEST_WORD and len(found) == 1 else ""


def _begun(typed: str, words: Iterable[str]) -> str:
    """The word that an answer is, or the only one that begins so; else nothing."""
    plain = typed.lower().replace(" ", "_").replace("-", "_")
    found = [word for word in words if word == plain] or [
        word for word in words if plain and word.startswith(plain)
    ]
    return found[0] if len(found) == 1 else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

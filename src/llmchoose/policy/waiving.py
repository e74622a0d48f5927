"""Exceptions: waivers that say who, why and until when, and a baseline of what is old."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from llmchoose.errors import InputError, Problem, did_you_mean, quoted
from llmchoose.policy.model import Finding, GrantedWaiver, Place, Waived
from llmchoose.profile.model import Profile, Waiver

SCHEMA_VERSION = 1
WAIVERS, IDLE = "P-WAIVER", "P-WAIVER-IDLE"
NEEDED = ("approved_by", "expires")
LARGEST_BASELINE = 100_000_000


@dataclass(frozen=True)
class Fault:
    """What is wrong with a waiver, and where."""

    said: str
    place: Place
    key: str


def own_waivers(
    profile: Profile, first: Callable[[Sequence[str]], Place]
) -> tuple[GrantedWaiver, ...]:
    """The waivers that a proposal holds.

    Args:
        profile: The proposal.
        first: Where the first of some answers stands; an entry is `decision.waivers[0]`.
    """
    name = "decision.waivers"
    listed = profile.get(name)
    found = [one for one in listed if isinstance(one, Waiver)] if isinstance(listed, tuple) else []
    return tuple(
        GrantedWaiver(one, "profile", first((f"{name}[{place}]", name)))
        for place, one in enumerate(found)
    )


def fault_of(
    granted: GrantedWaiver, rules: Sequence[str], today: date, waivable: Collection[str] | None
) -> Fault | None:
    """What is wrong with a waiver; None where it is complete and in force."""
    waiver = granted.waiver
    name = quoted(waiver.rule)
    missing = [part for part in NEEDED if getattr(waiver, part) is None]
    if waiver.rule not in rules:
        hint = did_you_mean(waiver.rule, rules)
        said = f"The waiver of {name} is of no rule{': ' + hint if hint else '.'}"
    elif granted.by == "profile" and not may_waive(waiver.rule, waivable):
        said = f"{name} is no rule that a proposal may waive by itself: the waiver waives nothing."
    elif missing:
        said = f"The waiver of {name} does not say {' and '.join(missing)}: it waives nothing."
    elif waiver.expires is not None and waiver.expires < today:
        said = f"The waiver of {name} expired on {waiver.expires.isoformat()}."
    else:
        return None
    return Fault(said, granted.place, waiver.rule)


def may_waive(rule: str, waivable: Collection[str] | None) -> bool:
    """Whether a proposal may waive a rule by itself; what is wrong with waivers it never may."""
    return rule not in (WAIVERS, IDLE) and (waivable is None or rule in waivable)


def waive(
    found: Sequence[Finding],
    granted: Sequence[GrantedWaiver],
    today: date,
    path: str,
    waivable: Collection[str] | None,
) -> Iterator[Finding]:
    """Findings of one file, each with the waiver that is for it, if there is one."""
    mine = [
        one
        for one in granted
        if _for(one, path)
        and _complete(one.waiver, today)
        and (one.by == "policy" or may_waive(one.waiver.rule, waivable))
    ]
    for finding in found:
        one = next((own for own in mine if own.waiver.rule == finding.rule), None)
        yield finding if one is None or finding.waived else finding._replace(waived=_waived(one))


def why_idle(
    granted: GrantedWaiver, found: Sequence[Finding], in_force: Collection[str]
) -> str | None:
    """Why a waiver waives none of the findings that it could; None where it waives one.

    Args:
        granted: A waiver that is in order.
        found: All that was found in the file, with what waives it.
        in_force: Rules that are not switched off.
    """
    rule = granted.waiver.rule
    others = [one.waived.where for one in found if one.waived and one.rule == rule]
    if _where(granted) in others:
        return None
    if others:
        return f"another waiver covers it already, at {others[0]}."
    if rule not in in_force:
        return "the rule is switched off."
    return "there is no such finding any more."


def _complete(waiver: Waiver, today: date) -> bool:
    return bool(waiver.approved_by and waiver.expires and waiver.expires >= today)


def _waived(one: GrantedWaiver) -> Waived:
    waiver = one.waiver
    return Waived(one.by, waiver.reason, waiver.approved_by, waiver.expires, _where(one))


def _where(granted: GrantedWaiver) -> str:
    mark = granted.place.mark
    return f"{mark.path}:{mark.line}:{mark.column}"


def _for(granted: GrantedWaiver, path: str) -> bool:
    """Whether a waiver is for a file: its pattern counts from the folder of its policy."""
    if granted.by == "profile":
        return True
    try:
        own = Path(path).resolve().relative_to(Path(granted.folder).resolve())
    except ValueError:
        return False
    return matches(own, granted.pattern)


def matches(path: PurePath, pattern: str) -> bool:
    """Whether a path fits a pattern: * stays inside a folder, ** is any number of folders."""
    parts, wanted = path.parts, tuple(PurePath(pattern).parts)

    def fits(at: int, to: int) -> bool:
        if to == len(wanted):
            return at == len(parts)
        if wanted[to] == "**":
            return any(fits(place, to + 1) for place in range(at, len(parts) + 1))
        return at < len(parts) and fnmatchcase(parts[at], wanted[to]) and fits(at + 1, to + 1)

    # A folder stands for all that is in it.
    return fits(0, 0) or (wanted[-1:] != ("**",) and matches(path, f"{pattern}/**"))


def read_baseline(path: str) -> Mapping[str, str]:
    """Findings that were there before, as fingerprint -> rule.

    Raises:
        InputError: The file cannot be read, or is no baseline.
    """
    hint = "llmchoose check --write-baseline FILE writes one"
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            (Problem(f"{path} cannot be read: {error.strerror}", hint=hint),)
        ) from None
    try:
        known = json.loads(data[:LARGEST_BASELINE])
        version, listed = known["schema_version"], known["findings"]
        found = {str(one["fingerprint"]): str(one["rule"]) for one in listed}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError((Problem(f"{path} is no baseline", hint=hint),)) from None
    if version != SCHEMA_VERSION:
        message = f"{path} is a baseline of schema_version {version!r}"
        raise InputError((Problem(message, hint=f"{SCHEMA_VERSION} is known; write it again"),))
    return found


def write_baseline(found: Sequence[Finding]) -> str:
    """A baseline of all findings that nobody waived otherwise, one to a line."""
    rows = [
        json.dumps({"fingerprint": one.fingerprint, "rule": one.rule, "path": one.path})
        for one in found
        if one.waived is None or one.waived.by == "baseline"
    ]
    inside = ",\n".join(f"  {row}" for row in rows)
    return f'{{"schema_version": {SCHEMA_VERSION}, "findings": [\n{inside}\n]}}\n'


def known_before(found: Sequence[Finding], baseline: Mapping[str, str], path: str) -> list[Finding]:
    """Findings, those of the baseline marked as such."""
    old = Waived("baseline", "it was there when the baseline was written", where=path)
    return [
        one._replace(waived=old) if one.waived is None and one.fingerprint in baseline else one
        for one in found
    ]

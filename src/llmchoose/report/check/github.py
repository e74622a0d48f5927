"""A check as workflow commands: GitHub Actions shows them beside the lines of a pull request."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from llmchoose.errors import visible
from llmchoose.policy.model import Checked, Finding
from llmchoose.report.check._words import (
    counted,
    end_column,
    from_root,
    said,
    shortened,
    unwaived,
)

COMMANDS: Mapping[str, str] = {"error": "error", "warning": "warning", "note": "notice"}
# What GitHub shows of each kind for a step; the rest is only in the log.
SHOWN = 10
# What the runner passes on of a message, and what a check run takes as a title.
LONGEST_MESSAGE, LONGEST_TITLE = 4096, 255
FILES_NAMED = 5


def render(checked: Checked, *, plain: bool = False) -> str:
    """One command a finding that counts, the gravest first; a last one tells what is left out."""
    del plain  # the runner gives commands their colour
    findings = unwaived(checked)
    shown = _shown(findings)
    lines = [_command(one) for one in shown]
    if len(shown) < len(findings):
        kept = set(map(id, shown))
        lines.append(_left([one for one in findings if id(one) not in kept]))
    return "".join(f"{line}\n" for line in lines)


def _shown(findings: Sequence[Finding]) -> list[Finding]:
    shown = list(_first(findings, notes=SHOWN))
    # The notice of what is left out is itself one of those that are shown.
    return shown if len(shown) == len(findings) else list(_first(findings, notes=SHOWN - 1))


def _first(findings: Sequence[Finding], notes: int) -> Iterator[Finding]:
    left = {"error": SHOWN, "warning": SHOWN, "note": notes}
    for one in findings:
        left[one.severity] -= 1
        if left[one.severity] >= 0:
            yield one


def _command(one: Finding) -> str:
    mark = one.place.mark
    properties = {
        "file": from_root(mark.path),
        "line": str(mark.line),
        "col": str(mark.column),
        "endColumn": str(end_column(one)),
        "title": shortened(f"{one.rule}: {one.title}", LONGEST_TITLE),
    }
    listed = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    message = shortened(f"{visible(said(one))}\n{visible(one.fix)}".rstrip(), LONGEST_MESSAGE)
    return f"::{COMMANDS[one.severity]} {listed}::{_data(message)}"


def _left(findings: Sequence[Finding]) -> str:
    files = Counter(one.path for one in findings).most_common()
    named = [f"{number:,} in {path}" for path, number in files[:FILES_NAMED]]
    if len(files) > FILES_NAMED:
        rest = sum(number for _, number in files[FILES_NAMED:])
        named.append(f"{rest:,} in {counted(len(files) - FILES_NAMED, 'further file')}")
    text = (
        f"{counted(len(findings), 'further finding')}, for GitHub shows {SHOWN} of a kind: "
        f"{', '.join(named)}. llmchoose check --format terminal prints all."
    )
    return f"::notice title=llmchoose check::{_data(shortened(visible(text), LONGEST_MESSAGE))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")

"""A check as JUnit XML: one test case a proposal, as Jenkins, GitLab and GitHub's readers list it.

They show one failure a case, so its errors share one; warnings, costs and waivers are its output.
A case that passes by a waiver alone is skipped, which every reader shows.
"""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from llmchoose.errors import visible
from llmchoose.policy.model import Checked, Finding, Proposal
from llmchoose.report.check._words import (
    costs,
    counted,
    found,
    granted,
    position,
    said,
    tallied,
)

SUITE = "llmchoose check"
CLASS = "llmchoose.check"


def render(checked: Checked, *, plain: bool = False) -> str:
    """One suite."""
    del plain  # XML has no colour
    by_path: dict[str, list[Finding]] = {one.path: [] for one in checked.proposals}
    for one in checked.findings:
        by_path.setdefault(one.path, []).append(one)
    proposals = {one.path: one for one in checked.proposals}
    cases = [_case(checked, path, proposals.get(path), told) for path, told in by_path.items()]
    numbers = {
        "tests": str(len(cases)),
        "failures": str(sum(one.find("failure") is not None for one in cases)),
        "errors": "0",
    }
    skipped = str(sum(one.find("skipped") is not None for one in cases))
    root = Element("testsuites", {"name": SUITE, **numbers, "time": "0"})
    suite = SubElement(
        root, "testsuite", {"name": SUITE, **numbers, "skipped": skipped, "time": "0"}
    )
    suite.extend(cases)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(
    checked: Checked, path: str, proposal: Proposal | None, findings: Sequence[Finding]
) -> Element:
    names = {"classname": CLASS, "name": visible(path), "time": "0"}
    case = Element("testcase", names)
    failing = [one for one in findings if checked.counts_as_failure(one)]
    errors = [one for one in failing if one.waived is None]
    if errors:
        first = f"{counted(len(errors), 'finding')}: {visible(said(errors[0]))}"
        failure = SubElement(case, "failure", {"type": errors[0].rule, "message": first})
        failure.text = "\n".join(map(_told, errors))
    elif failing:
        message = f"{counted(len(failing), 'failing finding')} waived"
        SubElement(case, "skipped", {"message": message})
    SubElement(case, "system-out").text = "\n".join(_output(checked, proposal, findings))
    return case


def _told(one: Finding) -> str:
    head = f"{position(one)}: {one.severity} {one.rule}: {said(one)}"
    return f"{visible(head)}\n  help: {visible(one.fix)}"


def _output(
    checked: Checked, proposal: Proposal | None, findings: Sequence[Finding]
) -> Iterator[str]:
    if proposal and proposal.name:
        total = costs(proposal)
        approach = proposal.approach or "no approach"
        yield visible(f"{proposal.name}: {approach}{f', {total}' if total else ''}")
    yield found(tallied(findings))
    for one in findings:
        if one.waived is not None:
            yield visible(f"{position(one)}: {one.severity} {one.rule} {granted(one.waived)}")
        elif not checked.counts_as_failure(one):
            yield _told(one)

"""llmchoose check: proposals held against evidence and a policy, for CI."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmchoose.cli.options import (
    SAMPLES,
    AsOf,
    KnowledgePath,
    RulebookPath,
    Samples,
    Seed,
    read_day,
    refuse_overwriting,
    write,
)
from llmchoose.cli.outputs import outputs_of, write_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from llmchoose.knowledge.load import Knowledge
    from llmchoose.knowledge.policy import Severity
    from llmchoose.policy.check import Terms
    from llmchoose.policy.model import Checked, Policy
    from llmchoose.profile.find import Candidate

# A file in this folder is a format of its name.
FORMATS = Path(__file__).parents[1] / "report" / "check"
DEFAULT_POLICY = "policy.yaml"
FOUND = 1


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Proposals, and folders of them."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The policy; policy.yaml here, if it is there."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT[=FILE]",
            help="terminal, json, github, sarif, junit, gitlab or markdown; may be repeated.",
        ),
    ] = None,
    fail_on: Annotated[
        str, typer.Option(metavar="SEVERITY", help="Fail at error, warning or note.")
    ] = "error",
    baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Findings that were there before do not count."),
    ] = None,
    write_baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write what is found as a baseline, and pass."),
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Only files that changed since a git revision."),
    ] = None,
    skip_others: Annotated[
        bool,
        typer.Option("--skip-others", help="Skip named files that are no profiles (for hooks)."),
    ] = False,
    today: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Day for expiry and ages; the knowledge's own if left."),
    ] = None,
    explain_policy: Annotated[
        bool, typer.Option("--explain-policy", help="Show every rule in force, and stop.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Processes; one for each core.")
    ] = None,
    as_of: AsOf = None,
    samples: Samples = SAMPLES,
    seed: Seed = 0,
    rulebook: RulebookPath = None,
    knowledge: KnowledgePath = None,
) -> None:
    """Hold proposals against evidence and a policy; exit code 1 where one fails."""
    from llmchoose.knowledge.load import load_knowledge

    known = load_knowledge(knowledge, rulebook)
    outputs, severity = outputs_of(formats, FORMATS), _severity(fail_on)
    held = _policy(policy, known)
    if explain_policy:
        write(_explained(held, known), None)
        return
    files = _files(paths or [], changed_since, skip_others=skip_others)
    for target in (*(one.file for one in outputs), write_baseline):
        refuse_overwriting(target, [one.path for one in files], "a proposal")
        refuse_overwriting(target, [*held.files, baseline], "what is read")
    from llmchoose.policy.check import Terms
    from llmchoose.policy.waiving import read_baseline
    from llmchoose.policy.waiving import write_baseline as baseline_of

    terms = Terms(
        held,
        read_day(today, "--today"),
        read_day(as_of),
        seed,
        samples,
        read_baseline(baseline) if baseline else {},
        baseline or "",
        severity,
        workers or _cores(),
    )
    checked = _checked(files, known, terms)
    if changed_since is not None or skip_others:
        # Some of the repository is looked at: what else the baseline knows may well be there.
        checked = replace(checked, gone=0)
    if write_baseline is not None:
        write(baseline_of(checked.findings), write_baseline)
        old = sum(one.waived is None for one in checked.findings)
        sys.stderr.write(f"wrote {write_baseline}: --baseline leaves out these {old} findings\n")
    write_all(outputs, checked)
    if write_baseline is None and checked.failed:
        raise typer.Exit(FOUND)


def _severity(name: str) -> "Severity":
    from llmchoose.errors import InputError, Problem, did_you_mean, one_of, quoted
    from llmchoose.policy.model import SEVERITIES

    for severity in SEVERITIES:
        if name == severity:
            return severity
    hint = did_you_mean(name, SEVERITIES) or f"severities are {one_of(SEVERITIES)}"
    raise InputError((Problem(f"--fail-on: {quoted(name)} is no severity", hint=hint),))


def _policy(path: str | None, knowledge: "Knowledge") -> "Policy":
    """The policy that is named, or that lies here."""
    from llmchoose.policy.model import Policy

    if path is None and not os.path.lexists(DEFAULT_POLICY):
        _not_misnamed()
        return Policy()
    from llmchoose.policy.load import load_policy

    return load_policy(path or DEFAULT_POLICY, knowledge)


def _not_misnamed() -> None:
    """Refuse to go on without a policy where one lies here that is not called as it has to be."""
    from llmchoose.errors import InputError, Problem

    other = Path(DEFAULT_POLICY).with_suffix(".yml")
    if os.path.lexists(other):
        hint = f"call it {DEFAULT_POLICY}, or say --policy {other}"
        raise InputError((Problem(f"{other} is not taken by itself", hint=hint),))


def _explained(policy: "Policy", knowledge: "Knowledge") -> str:
    from llmchoose.policy.check import check_expressions
    from llmchoose.policy.force import rules_in_force
    from llmchoose.report.policy import render

    if policy.own:
        check_expressions(policy, knowledge)
    return render(rules_in_force(policy, knowledge.policy), policy)


def _files(
    paths: list[str], changed_since: str | None, *, skip_others: bool
) -> "Sequence[Candidate]":
    from llmchoose.errors import InputError, Problem
    from llmchoose.profile.find import Candidate, candidates, could_be_profile

    if not paths and changed_since is None:
        hint = "name proposals or a folder of them: llmchoose check proposals/"
        raise InputError((Problem("there is nothing to check", hint=hint),))
    if changed_since is None:
        return [replace(one, named=one.named and not skip_others) for one in candidates(paths)]
    from llmchoose.cli.git import changed_files

    candidates(paths)  # a path that does not exist is a mistake, changed or not
    changed = changed_files(changed_since, paths or ["."], could_be_profile)
    return [Candidate(str(path), named=False) for path in changed]


def _checked(files: "Sequence[Candidate]", knowledge: "Knowledge", terms: "Terms") -> "Checked":
    from llmchoose.policy.check import WORTH_A_PROCESS, check

    wanted = sys.stderr.isatty() and len(files) >= WORTH_A_PROCESS
    try:
        return check(files, knowledge, terms, _progress if wanted else lambda done, of: None)
    finally:
        if wanted:
            sys.stderr.write("\r\x1b[K")


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _progress(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done:,} of {of:,} files")
    sys.stderr.flush()

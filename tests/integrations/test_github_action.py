"""The steps of action.yml, run in their order as the runner of GitHub runs them."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from llmchoose.report.check.markdown import MARKER

if TYPE_CHECKING:
    from tests.integrations.conftest import Repository

ROOT = Path(__file__).parents[2]
PASSES, FAILS, WARNS = (
    (ROOT / "tests/integrations/proposals" / f"{name}.yaml").read_text("utf-8")
    for name in ("passes", "fails", "warns")
)
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = ROOT / "integrations" / "github"
# In every workspace: what would show that a module or a name of it was run.
TRAPS = {
    f"{name}.py": "open('caught', 'w')\n" for name in ("llmchoose", "json", "venv", "pip", "yaml")
}
GH = """#!{python} -I
import json, os, sys
with open(os.environ["GH_CALLS"], "a") as file:
    print(json.dumps({{"arguments": sys.argv[1:], "token": os.environ.get("GH_TOKEN")}}), file=file)
if "--jq" in sys.argv:
    print(os.environ.get("GH_FOUND", ""))
sys.exit(int(os.environ.get("GH_CODE", "0")))
"""


@dataclass(frozen=True)
class Done:
    """A run of the action: the step that it ended in, with its exit code."""

    step: str
    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    calls: list[dict[str, Any]]

    @property
    def commands(self) -> list[str]:
        """Workflow commands that the runner obeys, and not those in texts of others."""
        found, word = [], ""
        for line in map(str.strip, self.log.splitlines()):
            if word:
                word = "" if line == f"::{word}::" else word
            elif line.startswith("::stop-commands::"):
                word = line.removeprefix("::stop-commands::")
            elif line.startswith("::"):
                found.append(line)
        return found


Action = Callable[..., Done]


def value(text: str, inputs: dict[str, str], outputs: dict[str, dict[str, str]]) -> str:
    """A value of action.yml with its expressions put in."""

    def lookup(found: re.Match[str]) -> str:
        kind, _, name = found[1].partition(".")
        if kind == "inputs":
            return inputs[name]
        if kind == "github":
            return {"event.number": "7"}[name]
        step, _, output = name.partition(".outputs.")
        return outputs.get(step, {}).get(output, "")

    return re.sub(r"\$\{\{ (\S+) \}\}", lookup, text)


def read_outputs(file: Path) -> dict[str, str]:
    found, lines = {}, iter(file.read_text().splitlines())
    for line in lines:
        name, word = re.split("<<|=", line, maxsplit=1)
        if "<<" not in line:
            found[name] = word
            continue
        text = iter(lambda: next(lines), word)
        found[name] = "\n".join(text)
    return found


@pytest.fixture
def action(repository: "Repository", installed: str, tmp_path: Path) -> Action:
    """Run the action in the repository; keywords are its inputs, capitals the environment."""
    stubs, temp = tmp_path / "stubs", tmp_path / "runner temp"
    stubs.mkdir()
    temp.mkdir()
    gh = stubs / "gh"
    gh.write_text(GH.format(python=sys.executable))
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)

    def run(**given: str) -> Done:
        inputs = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): text for name, text in given.items() if name.islower()}
        summary, calls = tmp_path / "summary", tmp_path / "calls"
        summary.write_text("")
        calls.write_text("")
        environment = {
            **repository.environment,
            "PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(repository.root),
            "RUNNER_TEMP": str(temp),
            "LLMCHOOSE_PYTHON": installed,
            "GH_CALLS": str(calls),
            **{name: text for name, text in given.items() if name.isupper()},
        }
        outputs: dict[str, dict[str, str]] = {}
        log, name, code = "", "", 0
        for number, step in enumerate(STEPS):
            file, script = tmp_path / f"output{number}", tmp_path / "script.sh"
            file.write_text("")
            script.write_text(step["run"])
            own = {key: value(text, inputs, outputs) for key, text in step["env"].items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                cwd=repository.root,
                env={**environment, **own, "GITHUB_OUTPUT": str(file)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
            )
            outputs[step.get("id", step["name"])] = read_outputs(file)
            log, name, code = log + done.stdout, step["name"], done.returncode
            if code:
                break
        told = {key: value(one["value"], inputs, outputs) for key, one in ACTION["outputs"].items()}
        made = [json.loads(line) for line in calls.read_text().splitlines()]
        return Done(name, code, log, told, summary.read_text(), made)

    return run


@pytest.fixture
def pull_request(repository: "Repository", tmp_path: Path) -> Callable[..., str]:
    """Let the repository be the checkout of a pull request; the name of its base."""

    def make(base: str, before: dict[str, str], after: dict[str, str], *cut: str) -> str:
        repository.git("checkout", "-q", "-b", base)
        repository.commit(before)
        repository.git("checkout", "-q", "-b", "work")
        repository.commit(after)
        origin = repository.root.rename(tmp_path / "origin")
        repository.root.mkdir()
        url = f"file://{origin}"
        repository.git("clone", "-q", "--branch", "work", *cut, url, ".")
        return base

    return make


def test_it_is_an_action_by_the_schema(valid: Callable[..., None]) -> None:
    valid("vendor.github-actions", ROOT / "action.yml")


def test_nothing_is_put_into_a_script_and_each_step_is_one_of_ours() -> None:
    for step in STEPS:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        assert "if" not in step, "the tests would run it all the same"
        script = step["run"].removeprefix('bash "$GITHUB_ACTION_PATH/').removesuffix('"')
        assert re.fullmatch(r"integrations/github/\w+\.sh", script)
        assert (ROOT / script).is_file()
    assert [name for name, one in ACTION["inputs"].items() if not one["description"]] == []


def test_only_the_step_that_comments_sees_the_token() -> None:
    reading = [step["name"] for step in STEPS if "inputs.token" in json.dumps(step)]
    assert reading == ["Comment"]


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
def test_the_scripts_are_clean() -> None:
    files = [str(file) for file in SCRIPTS.glob("*.sh")]
    done = subprocess.run(
        ["shellcheck", "-x", "-P", "SCRIPTDIR", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_push_that_passes_is_green_with_a_summary(
    repository: "Repository", action: Action
) -> None:
    repository.commit({**TRAPS, "letters.yaml": PASSES, "other.yaml": "services: {}\n"})
    done = action(today="2026-12-24")
    assert (done.step, done.code) == ("Outcome", 0), done.log
    assert done.outputs["outcome"] == "passed"
    assert (done.outputs["proposals"], done.outputs["errors"]) == ("1", "0")
    assert done.summary.startswith(f"{MARKER}\n**llmchoose check passed.**")
    assert "Judged as of 2026-12-24." in done.summary
    assert "What this pull request does" not in done.summary
    assert done.outputs["sarif"] == ""
    assert done.calls == []
    assert done.commands == []
    assert not (repository.root / "caught").exists()


def test_the_day_is_that_of_the_run(
    repository: "Repository", action: Action, tmp_path: Path
) -> None:
    repository.commit({"letters.yaml": PASSES})
    date = tmp_path / "stubs" / "date"
    date.write_text('#!/bin/sh\n[ "$*" = "-u +%F" ] && echo 2027-01-02\n')
    date.chmod(0o755)
    assert json.loads(Path(action().outputs["json"]).read_text())["today"] == "2027-01-02"


BASE = "$(touch${IFS}caught);`touch${IFS}caught`'\""
NAMES = {
    "$(touch caught).yaml": FAILS,
    "a b;touch caught;.yaml": FAILS,
    "line\n::error::broken\n.yaml": WARNS.replace("Letters", "x ::set-output name=outcome::passed"),
}


def test_a_pull_request_that_fails_reports_everything_first(
    repository: "Repository", action: Action, pull_request: Callable[..., str]
) -> None:
    before = {"dear.yaml": PASSES, "old.yaml": FAILS, **TRAPS}
    dearer = PASSES + "traffic: {requests_per_day: 50k}\n"
    pull_request(BASE, before, {**NAMES, "dear.yaml": dearer})
    done = action(sarif="out.sarif", token="secret", GITHUB_BASE_REF=BASE)

    assert (done.step, done.code) == ("Outcome", 1), done.log
    assert not (repository.root / "caught").exists()
    assert done.outputs["outcome"] == "failed"
    assert done.outputs["proposals"] == "4"
    assert done.outputs["errors"] == "4"

    assert done.outputs["sarif"] == "out.sarif"
    sarif = json.loads((repository.root / "out.sarif").read_text())
    assert len(sarif["runs"][0]["results"]) > 4

    kinds = {command.split(" ")[0] for command in done.commands}
    assert kinds == {"::error", "::warning"}
    assert done.commands[-1].startswith("::error title=llmchoose check failed::errors: 4,")

    assert "**llmchoose check failed.** 4 proposals" in done.summary
    assert "old.yaml" not in done.summary
    assert "What this pull request does to the cost" in done.summary
    assert "traffic.requests\\_per\\_day" in done.summary
    assert Path(done.outputs["markdown"]).read_text().startswith(MARKER)

    search, write = done.calls
    assert "viewerDidAuthor" in " ".join(search["arguments"])
    assert write["arguments"][:3] == ["api", "--silent", "repos/owner/name/issues/7/comments"]
    body = Path(write["arguments"][-1].removeprefix("body=@")).read_text()
    assert body == done.summary
    assert "secret" not in done.log


def test_a_warning_fails_where_it_is_asked_to_and_the_report_says_so(
    repository: "Repository", action: Action
) -> None:
    repository.commit({"letters.yaml": WARNS})
    assert action().code == 0
    done = action(fail_on="warning", comment="false")
    assert (done.step, done.code, done.summary) == ("Outcome", 1, "")
    assert "**llmchoose check failed.**" in action(fail_on="warning").summary


def test_a_broken_policy_fails_otherwise_than_a_finding(
    repository: "Repository", action: Action
) -> None:
    repository.commit({"letters.yaml": FAILS, "policy.yaml": "limts: {}\n"})
    done = action(sarif="out.sarif", token="secret")
    assert (done.step, done.code) == ("Outcome", 2), done.log
    assert done.outputs["outcome"] == "broken"
    assert (done.outputs["sarif"], done.outputs["json"]) == ("", "")
    (said,) = done.commands
    assert said.startswith("::error title=llmchoose check could not run::This is no finding:")
    assert "did you mean limits?" in said
    assert "**llmchoose check could not run.**" in done.summary
    assert "      --> policy.yaml:1:1" in done.summary
    assert len(done.calls) == 2


def test_where_nothing_changed_it_says_nothing(
    action: Action, pull_request: Callable[..., str]
) -> None:
    base = pull_request("main", {"letters.yaml": FAILS}, {"README.md": "New.\n"})
    done = action(token="secret", GITHUB_BASE_REF=base)
    assert (done.code, done.outputs["proposals"]) == (0, "0")
    assert "What this pull request does" not in done.summary
    assert len(done.calls) == 1  # looked for a comment of before, wrote none


def test_a_comment_of_before_is_brought_up_to_date(
    action: Action, pull_request: Callable[..., str]
) -> None:
    base = pull_request("main", {"letters.yaml": FAILS}, {"README.md": "New.\n"})
    done = action(token="secret", GITHUB_BASE_REF=base, GH_FOUND="IC_1\nIC_2")
    assert "updateIssueComment" in " ".join(done.calls[1]["arguments"])
    assert "id=IC_1" in done.calls[1]["arguments"]


def test_a_token_that_may_not_write_is_a_warning(repository: "Repository", action: Action) -> None:
    repository.commit({"letters.yaml": PASSES})
    done = action(token="secret", GH_CODE="1")
    assert done.code == 0
    (said,) = done.commands
    assert said.startswith("::warning title=llmchoose check::The comment could not be written")


def test_without_history_it_says_what_to_fetch(
    action: Action, pull_request: Callable[..., str]
) -> None:
    base = pull_request("main", {"letters.yaml": PASSES}, {"letters.yaml": FAILS}, "--depth=1")
    done = action(GITHUB_BASE_REF=base)
    assert (done.code, done.outputs["outcome"]) == (2, "broken")
    assert "fetch-depth: 0 in actions/checkout" in done.commands[-1]
    assert action(GITHUB_BASE_REF=base, changed_only="false").outputs["outcome"] == "failed"


def test_paths_policy_and_baseline_are_taken_as_they_are_spelled(
    repository: "Repository", action: Action, installed: str
) -> None:
    repository.commit({"new ones/a.yaml": PASSES, "-old/b.yaml": FAILS, "c.yaml": FAILS})
    given = {"paths": "new ones\n\n-old\n", "policy": "the rules.yaml", "baseline": "known ones"}
    repository.write({"the rules.yaml": "severity: {P-DIFFERS: error}\n"})
    repository.run(
        *(installed, "-I", "-m", "llmchoose", "check", "--policy", "the rules.yaml"),
        *("--write-baseline", "known ones", "--", "-old"),
        check=True,
    )
    done = action(**given)
    assert (done.code, done.outputs["proposals"]) == (0, "2"), done.log
    assert done.outputs["waived"] == "5"
    assert action(**given | {"baseline": ""}).outputs["errors"] == "3"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"changed_only": "yes"}, "changed-only is true or false"),
        ({"paths": "\n"}, "paths names nothing"),
        ({"paths": "nowhere"}, "nowhere does not exist"),
        ({"fail_on": "errors"}, "did you mean error?"),
        ({"LLMCHOOSE_PYTHON": "/bin/false"}, "which cannot import llmchoose"),
        ({"LLMCHOOSE_PYTHON": "", "PATH": "/nowhere"}, ""),
    ],
)
def test_a_wrong_call_is_a_sentence(
    repository: "Repository", action: Action, given: dict[str, str], said: str
) -> None:
    repository.commit({"letters.yaml": PASSES})
    if "PATH" in given:
        given = {**given, "PATH": _without_python(repository.home)}
        said = "It takes Python 3.11 or later"
    done = action(**given)
    assert done.code == 2, done.log
    assert said in done.commands[-1]


def _without_python(folder: Path) -> str:
    """A folder of programs with an old Python for each name."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("bash", "printf", "od", "tr"):
        (programs / name).symlink_to(shutil.which(name) or name)
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python"):
        (programs / name).write_text("#!/bin/bash\nexit 1\n")
        (programs / name).chmod(0o755)
    return str(programs)

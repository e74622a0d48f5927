"""The job of the GitLab template, its script run by a shell as the runner of GitLab runs it."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
import yaml

if TYPE_CHECKING:
    from tests.integrations.conftest import Repository

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "integrations/gitlab/llmchoose.gitlab-ci.yml"
JOB = yaml.safe_load(TEMPLATE.read_text("utf-8"))[".llmchoose-check"]
PASSES, FAILS = (
    (ROOT / "tests/integrations/proposals" / f"{name}.yaml").read_text("utf-8")
    for name in ("passes", "fails")
)
TRAPS = {f"{name}.py": "open('caught', 'w')\n" for name in ("llmchoose", "json", "venv", "pip")}
REPORTS = ("llmchoose-codequality.json", "llmchoose-junit.xml", "llmchoose.md")

Job = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["bash", "sh"])
def job(request: pytest.FixtureRequest, repository: "Repository", installed: str) -> Job:
    """Run the job in the repository; keywords are variables."""

    def run(**variables: str) -> "subprocess.CompletedProcess[str]":
        lines = [*JOB["before_script"], *JOB["script"]]
        pipefail = "set -eo pipefail" if request.param == "bash" else "set -e"
        fixed = {"LLMCHOOSE_PYTHON": installed, "CI_PROJECT_DIR": str(repository.root)}
        repository.environment |= fixed | variables
        return repository.run(request.param, "-c", "\n".join([pipefail, *lines]))

    return run


def test_it_is_a_pipeline_by_the_schema(valid: Callable[..., None]) -> None:
    valid("vendor.gitlab-ci", TEMPLATE)


def test_every_variable_of_the_head_is_read_and_every_one_read_is_in_the_head() -> None:
    text = TEMPLATE.read_text("utf-8")
    said = set(re.findall(r"^#   (LLMCHOOSE_\w+)", text, re.MULTILINE))
    assert said == set(re.findall(r"\$\{?(LLMCHOOSE_\w+)", text))


def test_the_reports_are_those_that_it_writes() -> None:
    artifacts = JOB["artifacts"]
    assert artifacts["when"] == "always"
    assert (*artifacts["reports"].values(), *artifacts["paths"]) == REPORTS


def test_a_merge_request_that_fails_writes_every_report(repository: "Repository", job: Job) -> None:
    base = repository.commit({"letters.yaml": PASSES, "old.yaml": FAILS, **TRAPS})
    repository.git("checkout", "-q", "-b", "$(touch${IFS}caught);x")
    dearer = PASSES + "traffic: {requests_per_day: 50k}\n"
    repository.commit({"a b;$(touch caught)\n.yaml": FAILS, "letters.yaml": dearer})
    done = job(CI_MERGE_REQUEST_DIFF_BASE_SHA=base)

    assert done.returncode == 1, done.stderr
    assert "llmchoose check failed: see above" in done.stdout
    assert not (repository.root / "caught").exists()
    quality = json.loads((repository.root / REPORTS[0]).read_text())
    assert {one["location"]["path"].split("\n")[0][:3] for one in quality} == {"a b"}
    junit = ElementTree.parse(repository.root / REPORTS[1]).getroot()
    assert junit.findall(".//failure")
    report = (repository.root / REPORTS[2]).read_text()
    assert "**llmchoose check failed.** 2 proposals" in report
    assert "traffic.requests\\_per\\_day" in report


def test_a_branch_that_passes_is_quiet_and_all_files_are_looked_at(
    repository: "Repository", job: Job
) -> None:
    repository.commit({"new ones/a.yaml": PASSES, "-old/b.yaml": PASSES, "c.yaml": FAILS})
    done = job(LLMCHOOSE_PATHS="new ones\n-old", LLMCHOOSE_TODAY="2026-12-24")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 proposals pass")
    assert "Judged as of 2026-12-24" in (repository.root / "llmchoose.md").read_text()


def test_a_broken_policy_fails_otherwise_and_leaves_no_report_of_before(
    repository: "Repository", job: Job
) -> None:
    repository.commit({"c.yaml": PASSES, "rules 1.yaml": "limts: {}\n"})
    repository.write(dict.fromkeys(REPORTS, "of before"))
    done = job(LLMCHOOSE_POLICY="rules 1.yaml")
    assert done.returncode == 2
    assert "did you mean limits?" in done.stderr
    assert "could not run. This is no finding" in done.stdout
    assert [name for name in REPORTS if (repository.root / name).exists()] == []


def test_without_a_word_where_llmchoose_comes_from_it_says_what_to_set(
    repository: "Repository", job: Job
) -> None:
    repository.commit({"c.yaml": PASSES})
    done = job(LLMCHOOSE_PYTHON="", LLMCHOOSE_REPOSITORY="somewhere")
    assert done.returncode == 2
    assert done.stderr == "Set LLMCHOOSE_REPOSITORY and LLMCHOOSE_REF, or LLMCHOOSE_PACKAGE.\n"

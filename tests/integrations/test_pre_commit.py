"""The hook as pre-commit runs it: its own install of llmchoose, on a real repository."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integrations.conftest import Repository

ROOT = Path(__file__).parents[2]
PROPOSALS = ROOT / "tests/integrations/proposals"
PASSES = (PROPOSALS / "passes.yaml").read_text("utf-8")
FAILS = (PROPOSALS / "fails.yaml").read_text("utf-8")
# What an install of this repository reads.
NEEDED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "src")
CONFIG = """\
repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: llmchoose-check
        args: [--baseline, known.json, --]
"""

Commit = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_manifest_is_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture
def commit(repository: "Repository", tmp_path: Path) -> Commit:
    """Commit files in a repository that has the hook; pre-commit installs it at the first."""
    hooks = type(repository)(tmp_path / "hooks", tmp_path / "home")
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, hooks.root / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, hooks.root)
    rev = hooks.commit({})
    repository.environment |= {
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "PIP_CONSTRAINT": str(ROOT / "requirements.lock"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "0",  # for this one pip takes a no for a yes
    }
    repository.write({".pre-commit-config.yaml": CONFIG.format(repo=hooks.root, rev=rev)})
    repository.run(sys.executable, "-m", "pre_commit", "install", check=True)

    def made(files: dict[str, str]) -> subprocess.CompletedProcess[str]:
        repository.write(files)
        repository.git("add", "-A")
        return repository.run("git", "commit", "-m", "change")

    return made


def test_a_commit_is_held_against_the_rules(repository: "Repository", commit: Commit) -> None:
    """One test for all, for the install takes most of its time."""
    known = '{"schema_version": 1, "findings": []}'
    others = {"services.yaml": "services: {}\n", "--policy=x.yaml": "a: b\n"}
    done = commit({"letters.yaml": PASSES, "known.json": known, **others})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "llmchoose check....." in done.stderr
    assert "Passed" in done.stderr
    assert "proposal" not in done.stderr

    done = commit({"a b;$(touch caught).yaml": FAILS, "values.yml": "- 1\n", "text.md": "Text.\n"})
    assert done.returncode == 1
    assert "error[P-BASELINE]" in done.stderr
    assert "1 proposal: 2 errors" in done.stderr
    assert "1 YAML file skipped: not a profile" in done.stderr
    assert not (repository.root / "caught").exists()
    assert len(repository.git("log", "--format=%h").splitlines()) == 1

    repository.git("rm", "-q", "-f", "a b;$(touch caught).yaml")
    done = commit({"text.md": "Other.\n"})
    assert (done.returncode, "Skipped" in done.stderr or "Passed" in done.stderr) == (0, True)

    done = commit({"policy.yaml": "limts: {}\n"})
    assert done.returncode == 1
    assert "did you mean limits?" in done.stderr

"""What the tests of the commands share: a command run in this process, as a shell would see it."""

import io
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

from llmchoose.cli import app

ROOT = Path(__file__).parents[2]


class Run(Protocol):
    """Runs a command; capitals are the environment."""

    def __call__(
        self, *arguments: str, cwd: Path = ..., stdin: bytes = ..., **environment: str
    ) -> CompletedProcess[str]: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command without a process of its own, with other ends and another environment.

    What only a process has (its start, its end, signals, pipes that close) is tested with one.
    """

    def once(
        *arguments: str, cwd: Path = ROOT, stdin: bytes = b"", **environment: str
    ) -> CompletedProcess[str]:
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as own:
            own.chdir(cwd)
            for name in ("FORCE_COLOR", "NO_COLOR"):
                own.delenv(name, raising=False)
            for name, text in {"COLUMNS": "80", **environment}.items():
                own.setenv(name, text)
            own.setattr(sys, "argv", ["llmchoose", *arguments])
            own.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            own.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8"))
            own.setattr(sys, "stderr", io.TextIOWrapper(err, "utf-8"))
            code = app._outcome()
            sys.stdout.flush()
            sys.stderr.flush()
            return CompletedProcess(
                arguments, code, out.getvalue().decode(), err.getvalue().decode()
            )

    return once


@pytest.fixture(scope="session")
def clean() -> dict[str, str]:
    """The environment of a process that shall find the code as it stands here."""
    own = {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80"}
    return {**os.environ, **own}


@pytest.fixture(scope="session")
def process(clean: dict[str, str]) -> Run:
    """Runs a command as a process."""

    def once(
        *arguments: str, cwd: Path = ROOT, stdin: bytes = b"", **environment: str
    ) -> CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "llmchoose", *arguments],
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env={**clean, **environment},
            timeout=60,
            check=False,
        )
        return CompletedProcess(
            arguments, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return once

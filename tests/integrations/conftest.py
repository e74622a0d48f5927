"""What the tests of the integrations share: an interpreter that has llmchoose, and a repository."""

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# An environment as a job has it: nothing of the one that runs the tests leaks in.
CLEAN = {
    name: text
    for name, text in os.environ.items()
    if not name.startswith(("GIT_", "GITHUB_", "CI_", "PYTHON", "LLMCHOOSE_", "VIRTUAL_ENV"))
}


@dataclass
class Repository:
    """A git repository in a temporary folder; `home` has the settings of git."""

    root: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        settings = self.home / ".gitconfig"
        settings.write_text("[user]\nname = a\nemail = a@b\n")
        own = {"GIT_CONFIG_GLOBAL": str(settings), "GIT_CONFIG_NOSYSTEM": "1"}
        self.environment = {**CLEAN, **own}
        if not self.root.exists():
            self.root.mkdir(parents=True)
            self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments, check=True).stdout

    def run(self, *command: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
            timeout=300,
        )

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def commit(self, files: Mapping[str, str]) -> str:
        """Write files and commit everything; the commit."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository", tmp_path / "home")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that has llmchoose as it stands here, also when it runs isolated."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place, symlinks=True)
    packages = next(place.glob("lib/python*/site-packages"))
    found = [str(ROOT / "src"), *(path for path in sys.path if path.endswith("site-packages"))]
    (packages / "here.pth").write_text("\n".join(found) + "\n")
    return str(place / "bin" / "python")


Valid = Callable[..., None]


@pytest.fixture(scope="session")
def valid() -> Valid:
    """Hold files against a schema that check-jsonschema brings along."""

    def hold(schema: str, *files: Path) -> None:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
        done = subprocess.run(
            [*command, *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return hold

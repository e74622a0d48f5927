"""The documentation says what the program does now."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_reference_pages_are_those_of_the_knowledge() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/make_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not link.startswith(("http", "mailto")):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_readme_shows_output_that_the_program_prints() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = readme.split("```text\n")[1].split("```")[0]
    snapshot = (ROOT / "tests/report/snapshots/quickstart.txt").read_text("utf-8")
    assert shown.strip() in snapshot


def test_ci_runs_the_readmes_test_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    command = next(line for line in readme.splitlines() if "pytest" in line and "venv" in line)
    wanted = command.strip().replace("python3 -m venv", '"$PYTHON" -m venv')
    assert wanted in (ROOT / ".ci/run").read_text("utf-8")


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs/dependencies.md").read_text("utf-8").lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[<>=!]", line)[0]
        assert name.lower() in text, name

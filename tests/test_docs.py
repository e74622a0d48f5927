"""The documentation says what the program does now."""

import re
import runpy
import shutil
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from llmchoose.backtest.judging import Judged
from llmchoose.backtest.rounds import Round
from llmchoose.knowledge.load import Knowledge

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def make_docs() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "make_docs.py"))


@pytest.fixture
def check(
    make_docs: dict[str, Any],
    advice_on_decisions: tuple[Round, ...],
    backtested: dict[str, tuple[Judged, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[], tuple[int, str]]:
    """Run `make_docs.py --check` with the decisions and runs that other tests have judged too."""

    def rounds(_: Knowledge, plans: Sequence[tuple[float, int]]) -> tuple[Round, ...]:
        return tuple(one for one in advice_on_decisions if (one.share, one.seed) in plans)

    script = make_docs["main"].__globals__
    monkeypatch.setitem(script, "rounds", rounds)
    monkeypatch.setitem(script, "backtest", lambda _: backtested)
    monkeypatch.setattr(sys, "argv", ["make_docs.py", "--check"])
    return lambda: (make_docs["main"](), capsys.readouterr().out)


def test_the_reference_pages_are_those_of_the_knowledge(
    check: Callable[[], tuple[int, str]],
) -> None:
    assert check() == (0, "\n")


def test_a_page_that_is_out_of_date_is_named_and_the_check_fails(
    check: Callable[[], tuple[int, str]],
    make_docs: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("README.md", "docs"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    page = tmp_path / "docs" / "how-it-decides.md"
    page.write_text(page.read_text("utf-8").replace("<!-- end -->", "Typed.\n<!-- end -->"))
    script = make_docs["main"].__globals__
    monkeypatch.setitem(script, "ROOT", tmp_path)
    assert check() == (1, "docs/how-it-decides.md is out of date\n")


@pytest.fixture
def pages(make_docs: dict[str, Any], knowledge: Knowledge) -> dict[str, str]:
    made: dict[str, str] = make_docs["rule_pages"](knowledge)
    return made


def test_every_criterion_and_gate_has_a_page_that_the_index_links_to(
    pages: dict[str, str], knowledge: Knowledge
) -> None:
    book = knowledge.rulebook
    wanted = {f"docs/criteria/{one.id}.md" for one in book.criteria}
    wanted |= {f"docs/gates/{one.id}.md" for one in book.gates} | {
        f"docs/gates/{name}.md" for name in ("G-NOT-YET", "G-REACHED")
    }
    assert set(pages) == wanted
    index = (ROOT / "docs" / "rulebook.md").read_text("utf-8")
    assert all(f"]({name.removeprefix('docs/')})" in index for name in pages)


PAGE = "docs/gates/G-API.md"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda root: (root / PAGE).unlink(), [f"{PAGE} is missing"]),
        (lambda root: (root / PAGE).write_text(""), [f"{PAGE} is out of date"]),
        (lambda root: (root / PAGE).write_text("Old."), [f"{PAGE} is out of date"]),
        (
            lambda root: (root / "docs/criteria/gone.md").write_text("Old."),
            ["docs/criteria/gone.md belongs to no rule"],
        ),
        (lambda root: None, []),
    ],
    ids=["missing", "empty", "stale", "orphan", "current"],
)
def test_a_missing_stale_or_orphan_page_is_named_and_mended(
    tmp_path: Path,
    make_docs: dict[str, Any],
    pages: dict[str, str],
    harm: Callable[[Path], None],
    said: list[str],
) -> None:
    make_docs["write"](pages, tmp_path)
    harm(tmp_path)
    assert make_docs["out_of_date"](pages, tmp_path) == said
    make_docs["write"](pages, tmp_path)
    assert make_docs["out_of_date"](pages, tmp_path) == []


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
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

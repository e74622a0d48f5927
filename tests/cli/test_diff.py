"""llmchoose diff: two profiles, or two revisions of them, as a person or a CI job runs it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmchoose.cli import app

ROOT = Path(__file__).parents[2]
CLEAN = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
OLD = """\
name: Support
task: {kind: qa, gap: knowledge}
data: {knowledge_tokens: 2M..5M}
traffic: {requests_per_day: 2k}
team: {engineers: 2}
"""
NEW = OLD.replace("engineers: 2", "engineers: 4").replace("2k", "20k")
FEW = ("--samples", "50")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process, in a folder with `old.yaml` and `new.yaml`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(NEW)

    def once(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["llmchoose", "diff", *arguments, *FEW])
        code = app._outcome()
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return once


@pytest.fixture
def git(run: Run, tmp_path: Path) -> Callable[..., None]:
    """A repository whose first commit, `base`, holds `profile.yaml` and more; runs git in it."""

    def once(*arguments: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        subprocess.run(
            command, cwd=tmp_path, env=CLEAN, check=True, capture_output=True, timeout=60
        )

    once("init", "-q", "-b", "main")
    (tmp_path / "old.yaml").unlink()
    (tmp_path / "new.yaml").unlink()
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.profile.yaml").write_text(OLD)
    (tmp_path / "p" / "gone.yaml").write_text(OLD.replace("Support", "Gone"))
    (tmp_path / "p" / "other.yaml").write_text("services: {}\n")
    (tmp_path / "profile.yaml").write_text(OLD)
    once("add", "-A")
    once("commit", "-qm", "first")
    once("tag", "base")
    return once


def process(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "llmchoose", "diff", *arguments, *FEW],
        capture_output=True,
        cwd=cwd,
        env={**CLEAN, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80", **environment},
        timeout=60,
        check=False,
    )


def test_two_files_as_a_process_and_a_rise_is_exit_1(run: Run, tmp_path: Path) -> None:
    done = process("old.yaml", "new.yaml", "--fail-if-cost-increases", "1%", cwd=tmp_path)
    assert done.returncode == 1
    text = done.stdout.decode()
    assert "Which input did it" in text
    assert "traffic.requests_per_day  2k/day → 20k/day: +$" in text
    assert "(new.yaml:4)" in text
    assert "\x1b" not in text
    assert re.search(
        r"error: the middle total of Support rises by \$\S+ \(\+\S+%\); the limit is 1%",
        done.stderr.decode(),
    )


def test_colour_is_for_terminals(run: Run, tmp_path: Path) -> None:
    done = process("old.yaml", "new.yaml", cwd=tmp_path, FORCE_COLOR="1")
    assert done.returncode == 0, done.stderr.decode()
    assert b"\x1b[" in done.stdout


@pytest.mark.parametrize(
    ("limit", "code"),
    [("1%", 1), ("500%", 0), ("$1", 1), ("$1B", 0), ("0", 1)],
)
def test_the_limit_is_held_against_the_middle_total(run: Run, limit: str, code: int) -> None:
    done = run("old.yaml", "new.yaml", "--fail-if-cost-increases", limit)
    assert done.code == code
    assert bool(done.err) == bool(code)
    assert "All approaches" in done.out


def test_cheaper_or_alike_is_no_rise(run: Run) -> None:
    assert run("new.yaml", "old.yaml", "--fail-if-cost-increases", "0").code == 0
    done = run("old.yaml", "old.yaml", "--fail-if-cost-increases", "0")
    assert done.code == 0
    assert "no change" in done.out


@pytest.mark.parametrize("width", ["60", "80", "160"])
def test_no_line_is_wider_than_the_terminal(
    run: Run, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert max(map(len, run("old.yaml", "new.yaml").out.splitlines())) <= int(width)


def test_json_answers_the_contract(run: Run) -> None:
    found = run("old.yaml", "new.yaml", "-f", "json").json
    assert list(found) == [
        "schema_version",
        "tool",
        "generated_from",
        "kind",
        "old",
        "new",
        "recommendation",
        "proposed",
        "figures",
        "lower_bound",
        "items",
        "inputs",
        "attribution",
        "approaches",
    ]
    assert {"path", "profile_sha256", "as_of"} <= set(found["old"])
    total = found["figures"]["total_usd"]
    assert set(total) == {"old", "new", "change"}
    assert set(total["old"]) == {"p10", "p50", "p90"}
    assert total["change"]["p50"] == pytest.approx(total["new"]["p50"] - total["old"]["p50"])
    first = found["inputs"][0]
    assert {"field", "old", "new", "path", "line", "share_usd", "changes_recommendation"} <= set(
        first
    )
    assert (first["path"], first["line"]) == ("new.yaml", 4)
    assert len(found["approaches"]) == 7
    assert found["generated_from"]["samples"] == 50


def test_a_report_file_appears_whole_and_no_input_is_overwritten(run: Run, tmp_path: Path) -> None:
    done = run("old.yaml", "new.yaml", "-f", "markdown", "-o", "out.md")
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / "out.md").read_text("utf-8").startswith("## Support\n")
    refused = run("old.yaml", "new.yaml", "-o", "new.yaml")
    assert refused.code == 2
    assert (tmp_path / "new.yaml").read_text() == NEW


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("old.yaml",), "takes two profiles, not 1"),
        (("old.yaml", "new.yaml", "x.yaml"), "not 3"),
        (("-", "-"), "only one of both"),
        (("old.yaml", "nwe.yaml"), "did you mean new.yaml?"),
        (("old.yaml", "new.yaml", "-f", "html"), "formats are json, markdown or terminal"),
        (("old.yaml", "new.yaml", "--fail-if-cost-increases", "10"), "write 10%, $5k or 0"),
        (("old.yaml", "new.yaml", "--as-of", "soon"), "--as-of"),
        (("--git", "main", "old.yaml", "new.yaml"), "takes one file or folder"),
        (("--git", "main", "old.yaml"), "not a git repository"),
        (("old.yaml", "bad.yaml"), "bad.yaml:3:3"),
    ],
)
def test_a_wrong_call_is_a_sentence_and_exit_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "bad.yaml").write_text("name: x\ntask:\n  knd: qa\n")
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_nothing_of_a_file_steers_the_terminal_or_the_page(run: Run, tmp_path: Path) -> None:
    name = "<b>@you | [x](javascript:1)"
    (tmp_path / "e\x1b[31mvil.yaml").write_text(NEW.replace("Support", f'"{name}"'))
    shown = run("old.yaml", "e\x1b[31mvil.yaml")
    assert "\x1b" not in shown.out
    assert r"e\x1b[31mvil.yaml" in shown.out
    page = run("old.yaml", "e\x1b[31mvil.yaml", "-f", "markdown").out
    assert "<b>" not in page
    assert "@you" not in page
    assert not re.search(r"(?<!\\)\]\(", page)
    assert "\x1b" not in page


def test_a_revision_and_the_file_as_it_stands(git: Any, run: Run, tmp_path: Path) -> None:
    assert "no change" in run("--git", "main", "profile.yaml").out
    (tmp_path / "profile.yaml").write_text(NEW)
    for revisions in ("main", "main..", "base...", "HEAD"):
        found = run("--git", revisions, "profile.yaml", "-f", "json").json
        assert found["kind"] == "changed"
        assert found["new"]["path"] == "profile.yaml"
    assert run("--git", "base", "profile.yaml", "-f", "json").json["old"]["path"] == (
        "base:profile.yaml"
    )
    assert "no change" in run("--git", "base..main", "profile.yaml").out


def test_two_revisions_and_from_where_they_parted(git: Any, run: Run, tmp_path: Path) -> None:
    git("checkout", "-qb", "work")
    (tmp_path / "profile.yaml").write_text(NEW)
    git("commit", "-qam", "dearer")
    git("checkout", "-q", "main")
    (tmp_path / "profile.yaml").write_text(OLD.replace("2k", "500k"))
    git("commit", "-qam", "much dearer")
    assert run("--git", "main..work", "profile.yaml", "--fail-if-cost-increases", "0").code == 0
    done = run("--git", "main...work", "profile.yaml", "--fail-if-cost-increases", "0")
    assert done.code == 1
    assert "2k/day → 20k/day" in done.out
    assert "(work:profile.yaml:4)" in done.out


def test_a_new_proposal_and_a_removed_one(git: Any, run: Run, tmp_path: Path) -> None:
    (tmp_path / "fresh.yaml").write_text(NEW)
    done = run("--git", "main", "fresh.yaml", "--fail-if-cost-increases", "0")
    assert done.code == 0
    assert "new proposal: $" in done.out
    (tmp_path / "profile.yaml").unlink()
    assert "removed: $" in run("--git", "main", "profile.yaml").out


def test_a_folder_shows_what_changed_with_totals_first(git: Any, run: Run, tmp_path: Path) -> None:
    assert run("--git", "main", "p").out == "No profile changed.\n"
    (tmp_path / "p" / "a.profile.yaml").write_text(NEW)
    (tmp_path / "p" / "b.yaml").write_text(OLD.replace("Support", "Fresh"))
    (tmp_path / "p" / "gone.yaml").unlink()
    (tmp_path / "p" / "other.yaml").write_text("services: {a: 1}\n")
    (tmp_path / "p" / "link.profile.yaml").symlink_to("a.profile.yaml")
    done = run("--git", "main", "p", "--fail-if-cost-increases", "0")
    assert done.out.startswith("3 profiles differ: 1 changed, 1 new, 1 removed.")
    assert done.code == 1
    assert done.err.count("error:") == 1
    git("add", "-A")
    git("commit", "-qm", "second")
    found = run("--git", "base..HEAD", ".", "-f", "json").json
    assert [one["kind"] for one in found["comparisons"]] == ["changed", "new", "removed"]
    assert set(found["totals"]) == {"total_usd", "one_time_usd", "monthly_usd", "gpu_hours"}
    assert run("--git", "base..HEAD", ".", "-f", "markdown", "-o", "page.md").code == 0
    assert (tmp_path / "page.md").read_text("utf-8").startswith("**3 profiles differ")
    refused = run("--git", "base..HEAD", ".", "-o", "p/b.yaml")
    assert (refused.code, refused.out) == (2, "")
    assert "would overwrite" in refused.err


def test_a_renamed_profile_is_held_against_what_it_was(git: Any, run: Run, tmp_path: Path) -> None:
    git("mv", "p/gone.yaml", "p/moved.yaml")
    (tmp_path / "p" / "moved.yaml").write_text(NEW.replace("Support", "Gone"))
    done = run("--git", "main", "p", "--fail-if-cost-increases", "0")
    assert done.out.startswith("1 profile differ")
    assert "main:p/gone.yaml → p/moved.yaml" in done.out
    assert done.code == 1


@pytest.mark.parametrize(
    ("revisions", "path", "said"),
    [
        ("mian..HEAD", "profile.yaml", "did you mean main?"),
        ("..", "profile.yaml", "names no revision"),
        ("--help..HEAD", "profile.yaml", "is no revision"),
        ("main..HEAD", "missing.yaml", "is on neither side"),
        ("main", "missing", "is on neither side"),
        ("main", "link.yaml", "is a link"),
        ("main", "../x.yaml", "outside the repository"),
        ("main", "p/bad.profile.yaml", "p/bad.profile.yaml:3:3"),
        ("main", "p", "p/bad.profile.yaml:3:3"),
    ],
)
def test_a_wrong_revision_or_path_is_a_sentence_and_exit_2(
    git: Any, run: Run, tmp_path: Path, revisions: str, path: str, said: str
) -> None:
    (tmp_path / "link.yaml").symlink_to("profile.yaml")
    (tmp_path / "p" / "bad.profile.yaml").write_text("name: x\ntask:\n  knd: qa\n")
    done = run(f"--git={revisions}", path)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_mistake_in_the_old_revision_points_at_it(git: Any, run: Run, tmp_path: Path) -> None:
    (tmp_path / "p" / "a.profile.yaml").write_text("name: x\ntask:\n  knd: qa\n")
    git("commit", "-qam", "broken")
    (tmp_path / "p" / "a.profile.yaml").write_text(OLD)
    done = run("--git", "main", "p/a.profile.yaml")
    assert done.code == 2
    assert "main:p/a.profile.yaml:3:3" in done.err

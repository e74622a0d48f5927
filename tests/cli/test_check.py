"""llmchoose check: exit codes, formats, broken and hostile files."""

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

SOUND = """\
name: Meeting notes
owner: Ada Example
task: {kind: summarization, gap: [none], prompt_baseline: 88%, quality_target: 85%}
decision: {approach: prompt}
"""
UNOWNED = SOUND.replace("owner: Ada Example\n", "")
WRONG = SOUND.replace("kind:", "knd:")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with a sound proposal, one that nobody owns, one with a mistake, and no proposal."""
    folder = tmp_path / "proposals"
    folder.mkdir()
    (folder / "notes.yaml").write_text(SOUND, "utf-8")
    (folder / "unowned.profile.yaml").write_text(UNOWNED, "utf-8")
    (folder / "wrong.yaml").write_text(WRONG, "utf-8")
    (folder / "compose.yaml").write_text("services: {web: {image: nginx}}\n", "utf-8")
    return tmp_path


def test_a_mistake_fails_and_says_where(repository: Path, process: "Run") -> None:
    done = process("check", "proposals", cwd=repository)
    text = done.stdout
    assert (done.returncode, done.stderr) == (1, "")
    assert "error[P-INVALID]: `task.knd` is not a field of task" in text
    assert "--> proposals/wrong.yaml:3:8" in text
    assert "3 proposals: 1 error, 1 warning" in text
    assert "1 YAML file skipped" in text


@pytest.mark.parametrize(("severity", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_fail_on_says_what_fails(severity: str, code: int, repository: Path, run: "Run") -> None:
    done = run("check", "proposals/unowned.profile.yaml", "--fail-on", severity, cwd=repository)
    assert done.returncode == code


def test_a_clean_repository_passes_in_a_few_lines(repository: Path, run: "Run") -> None:
    done = run("check", "proposals/notes.yaml", cwd=repository)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) <= 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to check"),
        (("nowhere",), "nowhere does not exist"),
        (("proposals", "--policy", "nowhere.yaml"), "nowhere.yaml does not exist"),
        (("proposals", "--fail-on", "eror"), "did you mean error?"),
        (("proposals", "--format", "sarrif"), "did you mean sarif?"),
        (("proposals", "--format", "sarif="), "names no file"),
        (("proposals", "--format", "sarif=no/where.sarif"), "does not exist"),
        (("proposals", "--format", "json", "--format", "sarif"), "cannot both"),
        (("proposals", "--format", "json=a", "--format", "sarif=a"), "two formats"),
        (("proposals", "--format", "json=proposals/notes.yaml"), "would overwrite a proposal"),
        (("proposals", "--baseline", "nowhere.json"), "nowhere.json cannot be read"),
        (("proposals", "--today", "yesterday"), "--today: `yesterday` is not a day"),
        (("proposals", "--changed-since", "main"), "repository"),
    ],
)
def test_a_wrong_call_is_2_with_a_sentence(
    arguments: tuple[str, ...], said: str, repository: Path, run: "Run"
) -> None:
    before = sorted(repository.rglob("*"))
    done = run("check", *arguments, cwd=repository)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert sorted(repository.rglob("*")) == before


def test_a_broken_policy_is_2_with_its_place(repository: Path, run: "Run") -> None:
    (repository / "policy.yaml").write_text("limits: {max_dys: 3 weeks}\n", "utf-8")
    done = run("check", "proposals", cwd=repository)
    assert done.returncode == 2
    assert "policy.yaml:1:10" in done.stderr
    assert "did you mean max_days?" in done.stderr


def test_a_policy_lying_here_is_taken(repository: Path, run: "Run") -> None:
    (repository / "policy.yaml").write_text("severity: {P-OWNER: error}\n", "utf-8")
    done = run("check", "proposals/unowned.profile.yaml", cwd=repository)
    assert done.returncode == 1
    assert "error[P-OWNER]" in done.stdout


def test_a_policy_that_cannot_be_taken_is_not_passed_over(repository: Path, run: "Run") -> None:
    (repository / "policy.yml").write_text("severity: {P-OWNER: error}\n", "utf-8")
    done = run("check", "proposals/notes.yaml", cwd=repository)
    assert done.returncode == 2
    assert "call it policy.yaml" in done.stderr
    (repository / "policy.yaml").mkdir()
    done = run("check", "proposals/notes.yaml", cwd=repository)
    assert done.returncode == 2
    assert "policy.yaml is a folder" in done.stderr
    (repository / "policy.yaml").rmdir()
    (repository / "policy.yaml").symlink_to("nowhere")
    assert run("check", "proposals/notes.yaml", cwd=repository).returncode == 2


@pytest.mark.parametrize(
    "text",
    [
        "name: x\ntaks: {kind: qa}\nbudget: {one_time: 5k}\ntraffic: {requests_per_day: 3}\n",
        "  name: x\n task: {kind: qa}\n",
        "name: x\ntask:\n  kind: [\n",
    ],
)
def test_a_mistake_does_not_hide_a_proposal(text: str, tmp_path: Path, run: "Run") -> None:
    (tmp_path / "letters.yaml").write_text(text, "utf-8")
    done = run("check", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[P-INVALID]" in done.stdout


def test_what_is_skipped_is_named(repository: Path, run: "Run") -> None:
    text = run("check", "proposals", cwd=repository).stdout
    assert "1 YAML file skipped: not a profile (proposals/compose.yaml)" in " ".join(text.split())


def test_several_formats_at_once_keep_the_exit_code(repository: Path, run: "Run") -> None:
    done = run(
        "check",
        *("proposals", "--format", "github", "--format", "sarif=out.sarif"),
        *(
            "--format",
            "junit=out.xml",
            "--format",
            "gitlab=out.json",
            "--format",
            "markdown=out.md",
        ),
        cwd=repository,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")
    assert json.loads((repository / "out.sarif").read_bytes())["version"] == "2.1.0"
    for name in ("out.xml", "out.json", "out.md"):
        assert (repository / name).stat().st_size > 0


def test_a_format_that_cannot_be_written_is_2_and_the_others_are_written(
    repository: Path, run: "Run"
) -> None:
    locked = repository / "locked"
    locked.mkdir()
    (locked / "out.sarif").symlink_to("/dev/full")
    done = run(
        "check",
        *("proposals", "--format", "sarif=locked/out.sarif", "--format", "json=out.json"),
        cwd=repository,
    )
    assert done.returncode == 2
    assert "cannot write locked/out.sarif" in done.stderr
    assert json.loads((repository / "out.json").read_bytes())["summary"]["error"] == 1


def test_the_json_is_the_contract(repository: Path, run: "Run") -> None:
    done = run("check", "proposals", "--format", "json", "--today", "2026-12-01", cwd=repository)
    found = json.loads(done.stdout)
    assert found["schema_version"] == 1
    assert found["summary"] == {"error": 1, "warning": 1, "note": 0, "waived": 0}
    (owner,) = [one for one in found["findings"] if one["rule"] == "P-OWNER"]
    assert owner["path"] == "proposals/unowned.profile.yaml"
    assert (owner["line"], owner["column"], owner["waived"]) == (1, 7, None)
    assert set(found["totals"]["total_usd"]) == {"p10", "p50", "p90"}


def test_the_same_call_gives_the_same_bytes(repository: Path, run: "Run", process: "Run") -> None:
    call = ("check", "proposals", "--format", "json")
    other = process(*call, cwd=repository, TZ="Asia/Tokyo", PYTHONHASHSEED="2")
    assert run(*call, cwd=repository).stdout == other.stdout
    assert other.returncode == 1


def test_a_baseline_is_written_and_then_quiet(repository: Path, run: "Run") -> None:
    written = run("check", "proposals", "--write-baseline", "baseline.json", cwd=repository)
    assert written.returncode == 0
    again = run(
        "check", "proposals", "--baseline", "baseline.json", "--fail-on", "note", cwd=repository
    )
    assert again.returncode == 0
    assert "2 findings known" in again.stdout


def test_a_hook_names_all_it_has_and_hears_of_proposals_only(repository: Path, run: "Run") -> None:
    named = ("proposals/notes.yaml", "proposals/compose.yaml")
    assert run("check", *named, cwd=repository).returncode == 1
    run("check", "proposals", "--write-baseline", "baseline.json", cwd=repository)
    done = run("check", *named, "--skip-others", "--baseline", "baseline.json", cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 YAML file skipped: not a profile" in done.stdout
    assert "not found again" not in done.stdout
    assert (
        "not found again"
        in run("check", *named[:1], "--baseline", "baseline.json", cwd=repository).stdout
    )


HOSTILE = {
    "bomb.profile.yaml": b"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n"
    b"d: &d [*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f]\n"
    b"h: [*g,*g,*g,*g]\n",
    "binary.profile.yaml": bytes(range(256)),
    "deep.profile.yaml": b"[" * 5000,
    "empty.profile.yaml": b"",
    "escape.profile.yaml": b'name: "a\\e[31mb"\ntask: {kind: qa}\n',
    "html.profile.yaml": b"name: <script>alert(1)</script>\ntask: {kind: qa, gap: [none]}\n",
    "huge.profile.yaml": b"name: x\n" + b"# y\n" * 500_000,
    "number.profile.yaml": b"name: x\ntask: {kind: qa}\nbudget: {one_time: 1e999}\n",
    "python.profile.yaml": b"name: !!python/object/apply:os.system [touch owned]\ntask: {}\n",
    "twice.profile.yaml": b"name: x\nname: y\ntask: {kind: qa}\n",
}


def test_hostile_files_are_findings_and_the_others_are_still_checked(
    repository: Path, run: "Run"
) -> None:
    for name, data in HOSTILE.items():
        (repository / "proposals" / name).write_bytes(data)
    (repository / "proposals" / "gone.profile.yaml").symlink_to("nowhere")
    done = run("check", "proposals", "--format", "json", cwd=repository)
    assert done.returncode == 1
    assert done.stderr == ""
    found = json.loads(done.stdout)
    paths = {one["path"] for one in found["findings"] if one["rule"] == "P-INVALID"}
    sound = {"proposals/html.profile.yaml"}
    assert {f"proposals/{name}" for name in HOSTILE} - sound <= paths
    assert "proposals/unowned.profile.yaml" in {one["path"] for one in found["findings"]}
    shown = run("check", "proposals", cwd=repository, FORCE_COLOR="").stdout
    assert "\x1b[31m" not in shown
    assert not (repository / "owned").exists()


def test_a_file_that_may_not_be_read_is_a_finding(repository: Path, run: "Run") -> None:
    (repository / "proposals" / "folder.profile.yaml").mkdir()
    done = run("check", "proposals", "proposals/notes.yaml", cwd=repository)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_explain_policy_shows_each_rule_and_where_it_was_set(repository: Path, run: "Run") -> None:
    (repository / "house.yaml").write_text("limits: {max_total_usd: $200k}\n", "utf-8")
    (repository / "policy.yaml").write_text(
        "extends: house.yaml\nseverity: {P-OWNER: error, P-CHEAPER: off}\n"
        "rules: [{id: dear, when: 'estimate.cost.total_usd.p50 > 5'}]\n",
        "utf-8",
    )
    text = run("check", "--explain-policy", cwd=repository).stdout
    joined = " ".join(text.split())
    assert "P-OWNER Somebody answers for it; set at policy.yaml:2:12" in joined
    assert "max_total_usd: $200k; set at house.yaml:1:10" in joined
    assert "off P-CHEAPER" in joined
    assert "error dear" in joined


def test_changed_since_checks_the_files_of_a_pull_request(repository: Path, run: "Run") -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=repository,
            check=True,
            capture_output=True,
        )

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("checkout", "-q", "-b", "change")
    assert "no proposals to check" in run("check", "--changed-since", "main", cwd=repository).stdout
    (repository / "proposals" / "new.yaml").write_text(UNOWNED, "utf-8")
    done = run(
        "check", "proposals", "--changed-since", "main", "--fail-on", "warning", cwd=repository
    )
    assert done.returncode == 1
    assert "proposals/new.yaml" in done.stdout
    assert "wrong.yaml" not in done.stdout

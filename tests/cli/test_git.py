"""Reading a git repository that nobody trusts: nothing of its own runs; failures are sentences."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from llmchoose.cli.git import changed_files, file_at, open_repository
from llmchoose.errors import InputError

CLEAN = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository with one commit, which is the working directory; runs git in it."""
    root = tmp_path / "repo"
    (root / "sub").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=root,
            env={**CLEAN, "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            check=True,
            timeout=60,
        )
        return done.stdout.decode().strip()

    run("init", "-q", "-b", "main")
    for name in ("kept.yaml", "edited.yaml", "gone.yaml", "old.yaml", "sub/in.yaml"):
        Path(name).write_text(f"{name}\n")
    run("add", "-A")
    run("commit", "-qm", "first")
    return run


def names(*found: Path) -> list[str]:
    return [str(path) for path in found]


def test_changed_files_are_committed_uncommitted_and_untracked_ones(git: Git) -> None:
    git("checkout", "-qb", "work")
    Path("edited.yaml").write_text("committed\n")
    git("commit", "-qam", "second")
    git("mv", "old.yaml", "renamed.yaml")
    git("rm", "-q", "gone.yaml")
    Path("new file\n.yaml").write_text("untracked\n")
    Path(os.fsdecode(b"caf\xe9.yaml")).write_text("untracked\n")
    Path(".gitignore").write_text("*.log\n")
    Path("x.log").write_text("ignored\n")
    Path("link.yaml").symlink_to("kept.yaml")
    Path("sub/in.yaml").write_text("changed\n")
    found = names(*changed_files("main", ["."]))
    assert found == sorted(
        [
            ".gitignore",
            "edited.yaml",
            "new file\n.yaml",
            os.fsdecode(b"caf\xe9.yaml"),
            "renamed.yaml",
            "sub/in.yaml",
        ]
    )
    assert names(*changed_files("main", ["sub", "kept.yaml"])) == ["sub/in.yaml"]
    assert names(*changed_files("main", ["."], lambda name: "in" in name)) == ["sub/in.yaml"]
    assert changed_files("main", []) == []


def test_what_changed_on_the_other_branch_is_not_counted(git: Git) -> None:
    git("checkout", "-qb", "work")
    git("checkout", "-q", "main")
    Path("kept.yaml").write_text("moved on\n")
    git("commit", "-qam", "second")
    git("checkout", "-q", "work")
    Path("edited.yaml").write_text("mine\n")
    assert names(*changed_files("main", ["."])) == ["edited.yaml"]


def test_other_line_ends_and_modes_are_no_change(git: Git) -> None:
    Path("kept.yaml").write_bytes(b"kept.yaml\r\n")
    Path("edited.yaml").chmod(0o755)
    assert changed_files("HEAD", ["."]) == []


def test_paths_are_those_of_the_working_directory(
    git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("edited.yaml").write_text("x\n")
    Path("sub/in.yaml").write_text("x\n")
    monkeypatch.chdir("sub")
    assert names(*changed_files("main", [".."])) == ["../edited.yaml", "in.yaml"]
    assert file_at("main", "in.yaml") == b"sub/in.yaml\n"
    assert file_at("main", "../gone.yaml") == b"gone.yaml\n"


def test_a_link_to_a_folder_outside_is_not_followed(git: Git, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "in.yaml").write_text("secret\n")
    (Path("sub") / "in.yaml").unlink()
    Path("sub").rmdir()
    Path("sub").symlink_to(tmp_path / "outside")
    assert changed_files("main", ["."]) == []
    with pytest.raises(InputError, match="outside the repository"):
        file_at("main", "sub/in.yaml")


def test_contents_are_those_of_the_commit(git: Git) -> None:
    Path("kept.yaml").write_text("other\n")
    assert file_at("main", "kept.yaml") == b"kept.yaml\n"
    git("tag", "v1")
    assert file_at("v1", "./sub/../kept.yaml") == b"kept.yaml\n"
    assert file_at(git("rev-parse", "HEAD"), "gone.yaml") == b"gone.yaml\n"


@pytest.mark.parametrize(
    ("revision", "path", "said"),
    [
        ("mian", "kept.yaml", "did you mean main?"),
        ("topic", "kept.yaml", "did you mean origin/topic?"),
        ("nothing-like-it", "kept.yaml", "git knows no revision `nothing-like-it`"),
        ("--output=x", "kept.yaml", "is no revision"),
        ("-p", "kept.yaml", "is no revision"),
        ("", "kept.yaml", "is no revision"),
        ("^main", "kept.yaml", "is no revision"),
        ("main:sub", "kept.yaml", "git knows no revision"),
        ("main..HEAD", "kept.yaml", "git knows no revision"),
        ("main\x1b[31m", "kept.yaml", r"main\x1b[31m"),
        ("main", "missing.yaml", "missing.yaml is not in `main`"),
        ("main", "sub", "sub is not in `main`"),
        ("main", "../elsewhere.yaml", "outside the repository"),
        ("main", "/etc/passwd", "outside the repository"),
        ("main", "link.yaml", "is a link"),
        ("main", "large.yaml", "at most 1 MB"),
        ("main", ":(glob)*.yaml", "is not in `main`"),
    ],
)
def test_every_failure_is_a_sentence(git: Git, revision: str, path: str, said: str) -> None:
    Path("link.yaml").symlink_to("kept.yaml")
    Path("large.yaml").write_bytes(b"x" * 1_100_000)
    git("add", "-A")
    git("commit", "-qm", "more")
    git("update-ref", "refs/remotes/origin/topic", "HEAD")
    with pytest.raises(InputError) as wrong:
        file_at(revision, path)
    (problem,) = wrong.value.problems
    assert said in f"{problem.message} {problem.hint}"


def test_a_shallow_clone_says_to_fetch_the_whole_history(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("branch", "side")
    Path("kept.yaml").write_text("2\n")
    git("commit", "-qam", "second")
    git("clone", "-q", "--depth", "1", f"file://{Path.cwd()}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    for missing in ("side", "origin/side"):  # close to origin/main, which is not what it lacks
        with pytest.raises(InputError) as wrong:
            changed_files(missing, ["."])
        assert "fetch-depth: 0" in wrong.value.problems[0].hint
    git("-C", str(tmp_path / "shallow"), "fetch", "-q", "--depth", "1", "origin", "side:side")
    with pytest.raises(InputError, match="no commit in common") as parted:
        changed_files("side", ["."])
    assert "fetch-depth: 0" in parted.value.problems[0].hint


def test_no_repository_no_working_tree_and_no_git(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(".git")
    with pytest.raises(InputError, match="no working tree"):
        open_repository()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="not a git repository"):
        open_repository()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="git is not installed"):
        open_repository()


def test_leftovers_in_the_environment_lead_nowhere_else(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.worktree")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path))
    assert file_at("main", "kept.yaml") == b"kept.yaml\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_user_needs_that_users_trust(git: Git, tmp_path: Path) -> None:
    root = Path.cwd()
    for path in (root, root / ".git"):
        os.chown(path, 65534, 65534)
    with pytest.raises(InputError) as wrong:
        file_at("main", "kept.yaml")
    (problem,) = wrong.value.problems
    assert "another user" in problem.message
    assert f"git config --global --add safe.directory {root}" in problem.hint
    git("config", "--global", "--add", "safe.directory", str(root))
    assert file_at("main", "kept.yaml") == b"kept.yaml\n"


HOOKS = ("post-index-change", "post-checkout", "pre-commit", "reference-transaction")
PROGRAMS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.gitProxy",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "gpg.program",
    "uploadpack.packObjectsHook",
    "interactive.diffFilter",
    "pager.ls-tree",
    "pager.cat-file",
)


@pytest.fixture
def hostile(git: Git, tmp_path: Path) -> Path:
    """The repository, with everything in it that git would run; returns what that would touch."""
    marker, script = tmp_path / "marker", tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> '{marker}'\nexit 1\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    Path(".gitattributes").write_text("* filter=evil diff=evil merge=evil ident text\n")
    Path("lost.yaml").write_text("lost\n")
    git("add", "-A")
    git("commit", "-qm", "attributes")
    lost = git("rev-parse", "HEAD:lost.yaml")
    Path(".git/objects", lost[:2], lost[2:]).unlink()
    Path(".git/info/attributes").write_text("* filter=evil diff=evil\n")
    for name in PROGRAMS:
        git("config", name, str(script))
    for key in ("ls-tree", "cat-file", "rev-parse", "ls-files", "merge-base"):
        git("config", f"alias.{key}", f"!{script}")
    settings = {
        "core.hooksPath": str(tmp_path / "hooks"),
        "core.attributesFile": str(Path.cwd() / ".gitattributes"),
        "credential.helper": f"!{script}",
        "filter.evil.required": "true",
        "log.showSignature": "true",
        "protocol.ext.allow": "always",
        "protocol.file.allow": "always",
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{script}",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "remote.origin.uploadpack": str(script),
    }
    for name, text in settings.items():
        git("config", name, text)
    for folder in (tmp_path / "hooks", Path(".git/hooks")):
        folder.mkdir(exist_ok=True)
        for hook in HOOKS:
            (folder / hook).write_text(script.read_text())
            (folder / hook).chmod(0o755)
    Path("edited.yaml").write_text("edited\n")
    os.utime("kept.yaml", (1, 1))
    marker.unlink(missing_ok=True)
    return marker


def test_nothing_that_a_hostile_repository_names_is_run(hostile: Path, git: Git) -> None:
    assert names(*changed_files("main", ["."])) == ["edited.yaml"]
    assert file_at("main", "edited.yaml") == b"edited.yaml\n"
    with pytest.raises(InputError) as wrong:
        file_at("main", "lost.yaml")
    assert "partial clone" in wrong.value.problems[0].hint
    with pytest.raises(InputError):
        file_at("no-such-branch", "kept.yaml")
    assert not hostile.exists()


def test_the_same_repository_would_run_it_under_plain_git(hostile: Path, git: Git) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        git("cat-file", "blob", "HEAD:lost.yaml")
    assert hostile.exists()
    hostile.unlink()
    subprocess.run(["git", "status"], env=CLEAN, capture_output=True, check=False, timeout=60)
    assert hostile.exists()

"""Files of a git repository at a revision and in the working tree, read without trusting it."""

import hashlib
import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from llmchoose.cli.git_process import run_git, said, trusted_folders
from llmchoose.errors import InputError, Problem, closest, quoted
from llmchoose.yamltext import LARGEST

DIGESTS = ("sha1", "sha256")
REGULAR = ("100644", "100755")
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
FETCH_ALL = "fetch the whole history: fetch-depth: 0 in actions/checkout, or git fetch --unshallow"


@dataclass(frozen=True)
class Repository:
    """A repository with a working tree.

    Attributes:
        root: Top of the working tree, links resolved.
        digest: Name of the digest that objects are called by: sha1 or sha256.
        shallow: Only the end of the history is there.
        trusted: Folders that may belong to somebody else.
    """

    root: str
    digest: str
    shallow: bool
    trusted: tuple[str, ...]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run a git command at the top of the working tree."""
        return run_git(arguments, self.root, self.trusted)


@dataclass(frozen=True)
class Blob:
    """A file of a commit: its mode (100644, 100755, 120000 for a link) and its object."""

    mode: str
    id: str


def changed_files(
    revision: str,
    paths: Sequence[str],
    wanted: Callable[[str], bool] = lambda name: True,
) -> list[Path]:
    """Files of the working tree with other contents than where HEAD left a revision.

    Committed or not, tracked or not (ignored files are left out), new, changed or renamed; neither
    deleted files nor links.

    Args:
        revision: Such as `main`: compared is the merge base of it and HEAD.
        paths: Files and folders to look in, from the working directory.
        wanted: Which names to read at all; the others are left out.

    Returns:
        Paths from the working directory, sorted.

    Raises:
        InputError: There is no repository, no such revision, or nothing in common with it.
    """
    repository = open_repository()
    base = merge_base(repository, commit_of(repository, revision), commit_of(repository, "HEAD"))
    found = changed_since(repository, base, paths, wanted)
    return [Path(os.path.relpath(os.path.join(repository.root, name))) for name in found]


def file_at(revision: str, path: str) -> bytes:
    """Contents of a file at a revision, as committed: nothing filters or converts them.

    Args:
        revision: A branch, tag or commit.
        path: The file, from the working directory.

    Raises:
        InputError: There is no repository, no such revision or no such file in it.
    """
    repository = open_repository()
    name = name_in(repository, path)
    files = files_at(repository, commit_of(repository, revision), [name])
    if name not in files:
        message = f"{path} is not in {quoted(revision)}"
        raise InputError((Problem(message, hint="name a file that was committed there"),))
    return read_blob(repository, files[name], f"{revision}:{name}")


def open_repository(folder: str = ".") -> Repository:
    """The repository around a folder.

    Raises:
        InputError: There is none, it has no working tree, or it belongs to somebody else.
    """
    asked = ("rev-parse", "--show-object-format", "--is-shallow-repository", "--show-toplevel")
    trusted: list[str] = []
    done = run_git(asked, folder)
    if _belongs_to_another(done):
        trusted = trusted_folders()
        done = run_git(asked, folder, trusted)
    if done.returncode:
        raise _no_repository(done)
    digest, shallow, root = os.fsdecode(done.stdout).removesuffix("\n").split("\n", 2)
    if digest not in DIGESTS:
        hint = "a newer git is needed"
        raise InputError((Problem(f"git calls objects by {quoted(digest)}", hint=hint),))
    return Repository(os.path.realpath(root), digest, shallow == "true", tuple(trusted))


def commit_of(repository: Repository, revision: str) -> str:
    """The commit that a revision names.

    Raises:
        InputError: It names none, or could be taken for an option.
    """
    if not revision or revision.startswith(("-", "^")) or "\0" in revision:
        hint = "name a branch, a tag or a commit"
        raise InputError((Problem(f"{quoted(revision)} is no revision", hint=hint),))
    done = repository.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    found = done.stdout.decode("ascii", "replace").strip()
    if done.returncode or not _OBJECT.fullmatch(found):
        message = f"git knows no revision {quoted(revision)}"
        raise InputError((Problem(message, hint=_meant(repository, revision)),))
    return found


def merge_base(repository: Repository, one: str, other: str) -> str:
    """The commit where two commits parted.

    Raises:
        InputError: They have nothing in common, as far as the history is there.
    """
    done = repository.run("merge-base", one, other)
    found = done.stdout.decode("ascii", "replace").strip()
    if done.returncode or not _OBJECT.fullmatch(found):
        message = f"{one[:12]} and {other[:12]} have no commit in common"
        cut = "the history here is cut off; " + FETCH_ALL
        hint = cut if repository.shallow else "compare branches of one history"
        raise InputError((Problem(message, hint=hint),))
    return found


def name_in(repository: Repository, path: str) -> str:
    """A path from the working directory as the repository names it; `.` for its top.

    Raises:
        InputError: It is outside.
    """
    full = os.path.abspath(path)
    if os.path.isdir(full) and not os.path.islink(full):
        full = os.path.realpath(full)
    else:
        full = os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full))
    name = os.path.relpath(full, repository.root).replace(os.sep, "/")
    if name == ".." or name.startswith("../"):
        hint = "name a file or folder in it"
        message = f"{path} is outside the repository {repository.root}"
        raise InputError((Problem(message, hint=hint),))
    return name


def files_at(repository: Repository, commit: str, names: Iterable[str]) -> dict[str, Blob]:
    """Files of a commit, links too, among names and below folders.

    Raises:
        InputError: The commit cannot be read.
    """
    listed = repository.run("ls-tree", "-r", "-z", "--full-tree", commit, *_limited(names))
    if listed.returncode:
        raise InputError((Problem(f"git cannot list {commit[:12]}: {said(listed)}"),))
    found: dict[str, Blob] = {}
    for row in listed.stdout.split(b"\0")[:-1]:
        about, _, name = row.partition(b"\t")
        mode, kind, object_id = about.decode("ascii").split()
        if kind == "blob":
            found[os.fsdecode(name)] = Blob(mode, object_id)
    return found


def read_blob(repository: Repository, blob: Blob, label: str) -> bytes:
    """Contents of a file of a commit.

    Args:
        repository: Where it is.
        blob: The file.
        label: What to call it in a message.

    Raises:
        InputError: It is a link, too large for a profile, or not there (a partial clone).
    """
    if blob.mode not in REGULAR:
        raise InputError((Problem(f"{label} is a link, which is not followed"),))
    sized = repository.run("cat-file", "-s", blob.id)
    size = int(sized.stdout) if not sized.returncode and sized.stdout.strip().isdigit() else 0
    if size > LARGEST:
        message = f"{label} has {size / 1e6:.1f} MB; at most {LARGEST / 1e6:.0f} MB are read"
        raise InputError((Problem(message, hint="is this the right file?"),))
    done = sized if sized.returncode else repository.run("cat-file", "blob", blob.id)
    if done.returncode:
        hint = "in a partial clone, fetch it first: nothing is fetched here"
        raise InputError((Problem(f"git cannot read {label}: {said(done)}", hint=hint),))
    return done.stdout


def working_files(repository: Repository, names: Iterable[str]) -> list[str]:
    """Regular files of the working tree that git tracks or does not ignore, sorted.

    Raises:
        InputError: They cannot be listed.
    """
    asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = repository.run(*asked, *_limited(names))
    if listed.returncode:
        raise InputError((Problem(f"git cannot list the working tree: {said(listed)}"),))
    found = {os.fsdecode(name) for name in listed.stdout.split(b"\0")[:-1]}
    return sorted(name for name in found if is_working_file(repository, name))


def is_working_file(repository: Repository, name: str) -> bool:
    """Whether a name is that of a regular file with no link on the way to it."""
    full = os.path.join(repository.root, name)
    try:
        regular = stat.S_ISREG(os.lstat(full).st_mode)
    except (OSError, ValueError):
        return False
    return regular and os.path.realpath(full) == full


def changed_since(
    repository: Repository, commit: str, paths: Iterable[str], wanted: Callable[[str], bool]
) -> list[str]:
    """Files of the working tree with other contents than at a commit, as the repository names them.

    Contents are compared by their digest: `git diff` would run the repository's own filters.

    Raises:
        InputError: A path is outside, or something cannot be listed.
    """
    names = [name_in(repository, path) for path in paths]
    if not names:
        return []
    before = files_at(repository, commit, names)
    return [
        name
        for name in working_files(repository, names)
        if wanted(name) and not _same(repository, name, before)
    ]


def _same(repository: Repository, name: str, before: Mapping[str, Blob]) -> bool:
    """Whether a file has the contents that it had, be it with other line ends."""
    blob = before.get(name)
    if blob is None or blob.mode not in REGULAR:
        return False
    try:
        with open(os.path.join(repository.root, name), "rb") as file:
            data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                return _digest(repository.digest, file) == blob.id
    except OSError:
        return False  # whoever reads it says why it cannot be read
    texts = (data, data.replace(b"\r\n", b"\n"))
    return blob.id in [_digest(repository.digest, BytesIO(text)) for text in texts]


def _digest(kind: str, file: BinaryIO) -> str:
    """The name that git gives the contents of a file."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    found = hashlib.new(kind, b"blob %d\0" % size, usedforsecurity=False)
    while part := file.read(LARGEST):
        found.update(part)
    return found.hexdigest()


def _limited(names: Iterable[str]) -> tuple[str, ...]:
    listed = tuple(names)
    return ("--",) if "." in listed else ("--", *listed)


def _belongs_to_another(done: subprocess.CompletedProcess[bytes]) -> bool:
    return bool(done.returncode) and b"safe.directory" in done.stderr


def _no_repository(done: subprocess.CompletedProcess[bytes]) -> InputError:
    if _belongs_to_another(done):
        own = re.search(rb"safe\.directory (.+)", done.stderr)
        where = os.fsdecode(own[1]).strip() if own else "FOLDER"
        hint = f"if you trust it: git config --global --add safe.directory {where}"
        return InputError((Problem("the repository belongs to another user", hint=hint),))
    if b"work tree" in done.stderr or b"bare repository" in done.stderr:
        hint = "run this in a checkout"
        return InputError((Problem("the repository has no working tree here", hint=hint),))
    if b"not a git repository" in done.stderr:
        hint = "run this in a checkout of one"
        return InputError((Problem("this is not a git repository", hint=hint),))
    return InputError((Problem(f"git cannot read the repository: {said(done)}"),))


def _meant(repository: Repository, revision: str) -> str:
    """What to do about a revision that is not there."""
    listed = repository.run("for-each-ref", "--format=%(refname:short)")
    names = listed.stdout.decode("utf-8", "replace").split()
    remote = next((name for name in names if name.endswith(f"/{revision}")), "")
    if repository.shallow and not remote:
        return "the history here is cut off; " + FETCH_ALL
    found = remote or closest(revision, names)
    return f"did you mean {found}?" if found else "git branch --all lists branches"

"""The profiles that `llmchoose diff` compares: two files, or two revisions of a file or folder."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmchoose.errors import InputError, Problem, quoted

if TYPE_CHECKING:
    from llmchoose.cli.git import Blob, Repository
    from llmchoose.knowledge.load import Knowledge
    from llmchoose.profile.model import Profile

Pair = tuple["Profile | None", "Profile | None"]
WORKING_TREE = ""


@dataclass(frozen=True)
class Text:
    """A file that was read: what to call it in messages, and its contents."""

    label: str
    data: bytes


@dataclass(frozen=True)
class Sides:
    """Profiles before and after; `several` when a folder was named, however many changed."""

    pairs: tuple[Pair, ...]
    several: bool


@dataclass(frozen=True)
class Revisions:
    """Two revisions, as commits and as they were named.

    Attributes:
        new: The commit; WORKING_TREE where the files as they stand are the new side.
    """

    old: str
    new: str
    old_label: str
    new_label: str


def sides_of_files(paths: Sequence[str], knowledge: "Knowledge") -> Sides:
    """Two profiles by their files; one of them may be `-`, standard input.

    Raises:
        InputError: There are not two, or they are no profiles; every mistake is named.
    """
    if len(paths) != 2 or list(paths) == ["-", "-"]:
        hint = "write llmchoose diff OLD NEW, or llmchoose diff --git BASE..HEAD PATH"
        message = f"a comparison takes two profiles, not {len(paths)}"
        if len(paths) == 2:
            message = "only one of both profiles can come from standard input"
        raise InputError((Problem(message, hint=hint),))
    old, new = _read_all(knowledge, [(_given(paths[0]), _given(paths[1]))])[0]
    return Sides(((old, new),), several=False)


def sides_of_git(revisions: str, paths: Sequence[str], knowledge: "Knowledge") -> Sides:
    """Profiles at two revisions: a file, or all in a folder that changed between them.

    Args:
        revisions: `BASE..HEAD`, `BASE...HEAD` from where they parted; `BASE..` or `BASE` holds
            the working tree against it.
        paths: The file or folder.
        knowledge: What profiles are read with.

    Raises:
        InputError: No such revision or path, or no profile; every mistake is named.
    """
    from llmchoose.cli.git import files_at, name_in, open_repository

    if len(paths) != 1:
        hint = "write llmchoose diff --git BASE..HEAD PATH"
        message = f"--git takes one file or folder, not {len(paths)}"
        raise InputError((Problem(message, hint=hint),))
    (path,) = paths
    repository = open_repository()
    named, name = _revisions(repository, revisions), name_in(repository, path)
    before = _Commit(repository, named.old_label, files_at(repository, named.old, [name]))
    after = (
        _Commit(repository, named.new_label, files_at(repository, named.new, [name]))
        if named.new
        else _WorkingTree(repository, named.old, path)
    )
    if before.has(name) or after.has(name):
        pair = before.read(name), after.read(name)
        return Sides(tuple(_read_all(knowledge, [pair])), several=False)
    if not before.files and after.empty:
        message = f"{path} is on neither side"
        raise InputError((Problem(message, hint="name a file or folder of the repository"),))
    before, after = before.regular(), after.regular()
    texts = [_profiles_only(before, after, one) for one in after.changed(before.files)]
    pairs = _read_all(knowledge, [pair for pair in texts if pair != (None, None)])
    return Sides(tuple(_renamed(pairs)), several=True)


@dataclass(frozen=True)
class _Commit:
    """Files of a commit."""

    repository: "Repository"
    label: str
    files: "dict[str, Blob]"

    @property
    def empty(self) -> bool:
        return not self.files

    def has(self, name: str) -> bool:
        return name in self.files

    def read(self, name: str) -> Text | None:
        from llmchoose.cli.git import read_blob

        where = f"{self.label}:{name}"
        blob = self.files.get(name)
        return Text(where, read_blob(self.repository, blob, where)) if blob else None

    def regular(self) -> "_Commit":
        """Without links, which below a folder are left out."""
        from llmchoose.cli.git import REGULAR

        kept = {name: blob for name, blob in self.files.items() if blob.mode in REGULAR}
        return replace(self, files=kept)

    def changed(self, before: "dict[str, Blob]") -> list[str]:
        names = {*before, *self.files}
        return sorted(name for name in names if _id(before, name) != _id(self.files, name))


@dataclass(frozen=True)
class _WorkingTree:
    """Files as they stand; links are none."""

    repository: "Repository"
    since: str
    path: str

    @property
    def empty(self) -> bool:
        return not os.path.isdir(self.path)

    def has(self, name: str) -> bool:
        if os.path.islink(self.path):
            raise InputError((Problem(f"{self.path} is a link, which is not followed"),))
        return os.path.lexists(self.path) and not os.path.isdir(self.path)

    def read(self, name: str) -> Text | None:
        from llmchoose.cli.git import is_working_file

        path = os.path.relpath(os.path.join(self.repository.root, name))
        return _given(path) if is_working_file(self.repository, name) else None

    def regular(self) -> "_WorkingTree":
        return self

    def changed(self, before: "dict[str, Blob]") -> list[str]:
        from llmchoose.cli.git import changed_since, is_working_file
        from llmchoose.profile.find import could_be_profile

        gone = {name for name in before if not is_working_file(self.repository, name)}
        found = changed_since(self.repository, self.since, [self.path], could_be_profile)
        return sorted({*found, *gone})


def _revisions(repository: "Repository", text: str) -> Revisions:
    from llmchoose.cli.git import commit_of, merge_base

    parting = "..." in text
    base, dots, head = text.partition("..." if parting else "..")
    if dots and not base and not head:
        hint = "write main..HEAD, or main to compare with the files as they stand"
        raise InputError((Problem(f"--git: {quoted(text)} names no revision", hint=hint),))
    old = commit_of(repository, base or "HEAD")
    new = commit_of(repository, head) if head else WORKING_TREE
    if parting:
        old = merge_base(repository, old, new or commit_of(repository, "HEAD"))
    return Revisions(old, new, old[:12] if parting else base or "HEAD", head)


def _id(files: "dict[str, Blob]", name: str) -> str:
    """The contents of a file, whatever its mode."""
    return files[name].id if name in files else ""


def _given(path: str) -> Text:
    from llmchoose.yamltext import STARTER
    from llmchoose.yamltext.files import read_bounded

    if path == "-":
        return Text("<stdin>", sys.stdin.buffer.read())
    return Text(path, read_bounded(Path(path), "name a profile in it", STARTER))


def _profiles_only(
    before: _Commit, after: _Commit | _WorkingTree, name: str
) -> tuple[Text | None, Text | None]:
    """Both texts of a file where they are those of a profile."""
    from llmchoose.profile.find import could_be_profile, is_profile

    if not could_be_profile(name):
        return None, None
    texts = before.read(name), after.read(name)
    old, new = (one if one and is_profile(name, one.data) else None for one in texts)
    return old, new


def _read_all(
    knowledge: "Knowledge", texts: Sequence[tuple[Text | None, Text | None]]
) -> list[Pair]:
    """All as profiles, or every mistake of all of them."""
    from llmchoose.profile.load import parse_profile

    problems: list[Problem] = []

    def read(text: Text | None) -> "Profile | None":
        if text is None:
            return None
        try:
            return parse_profile(text.data, text.label, knowledge)
        except InputError as error:
            problems.extend(error.problems)
            return None

    pairs = [(read(old), read(new)) for old, new in texts]
    if problems:
        raise InputError(problems)
    return pairs


def _renamed(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs, with a profile that went and one of the same name that came as one pair.

    Else moving a file would hide what became dearer in it.
    """
    gone = [str(old.get("name")) for old, new in pairs if old is not None and new is None]
    came = [str(new.get("name")) for old, new in pairs if new is not None and old is None]
    moved = {name for name in gone if gone.count(name) == came.count(name) == 1}
    former = {str(old.get("name")): old for old, new in pairs if old is not None and new is None}
    found: list[Pair] = []
    for old, new in pairs:
        if old is None and new is not None and str(new.get("name")) in moved:
            found.append((former[str(new.get("name"))], new))
        elif not (new is None and old is not None and str(old.get("name")) in moved):
            found.append((old, new))
    return found

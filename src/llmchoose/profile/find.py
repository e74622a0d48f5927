"""Which files are profiles, and all of them in a folder."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from llmchoose.errors import InputError, Problem, did_you_mean
from llmchoose.yamltext import LARGEST, parse_yaml
from llmchoose.yamltext.tree import Pairs, Scalar

NAME, ENDING = "profile.yaml", ".profile.yaml"
YAML = (".yaml", ".yml")
SKIPPED_FOLDERS = frozenset({"node_modules"})
# A section called `task` that begins a line: what nearly every profile has, and what one that is no
# YAML any more still has.
_TASK = re.compile(
    rb"^(?:\xef\xbb\xbf)?(?:task|'task'|\"task\")[ \t]*:[ \t]*"
    rb"(?:\{|(?:#[^\r\n]*)?\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*[ ]+[\w'\"]+[ \t]*:)",
    re.MULTILINE,
)
# Sections that hardly any other YAML has, and a task with an indentation that YAML does not take.
_SECTION = re.compile(
    rb"^(budget|compute|constraints|data|decision|ops|team|time|traffic|trials):", re.MULTILINE
)
_BROKEN = re.compile(rb"^[ \t]*task[ \t]*:", re.MULTILINE)


def could_be_profile(path: str) -> bool:
    """Whether a file of this name can be a profile, so that it pays to read it."""
    return path.lower().endswith(YAML)


def is_profile(path: str, data: bytes) -> bool:
    """Whether a file is a profile: by its name, or by a `task:` section at the top of its YAML.

    Args:
        path: Its name; `profile.yaml` and `*.profile.yaml` are profiles whatever they hold.
        data: What is in it. YAML with a mistake in it counts by its lines, and two other sections
            of a profile are enough, so that a mistake does not hide a proposal.
    """
    name = PurePath(path).name
    if name == NAME or name.endswith(ENDING):
        return True
    if not could_be_profile(name):
        return False
    if _TASK.search(data[:LARGEST]) or len(set(_SECTION.findall(data[:LARGEST]))) > 1:
        return True
    if b"task" not in data[:LARGEST]:
        return False
    root = parse_yaml(data, path).root
    if root is None:
        return _BROKEN.search(data[:LARGEST]) is not None
    task = root.pairs.get("task") if isinstance(root, Pairs) else None
    if task is None:
        return False
    empty = isinstance(task.value, Scalar) and task.value.value is None
    return empty or isinstance(task.value, Pairs)


@dataclass(frozen=True)
class Candidate:
    """A file that may be a profile; one that was `named` is taken as one whatever it holds."""

    path: str
    named: bool


def candidates(paths: Sequence[str]) -> list[Candidate]:
    """Files that were named, and YAML files in folders, each once; none of them is read.

    Folders are walked in sorted order, without hidden ones and `node_modules`, and without links
    that lead out of them.

    Raises:
        InputError: A path does not exist.
    """
    missing = [path for path in paths if not os.path.exists(path)]
    if missing:
        raise InputError(_missing(path) for path in missing)
    found: dict[str, Candidate] = {}
    for path in paths:
        if not os.path.isdir(path):
            found[os.path.realpath(path)] = Candidate(_shown(path), named=True)
            continue
        for file, real in _walk(path):
            found.setdefault(real, Candidate(_shown(file), named=False))
    return list(found.values())


def find_profiles(paths: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """Profiles among files and in folders, and the YAML files that are none.

    Raises:
        InputError: A path does not exist.
    """
    listed = candidates(paths)
    found = [one for one in listed if one.named or _holds_profile(one.path)]
    skipped = [Path(one.path) for one in listed if one not in found]
    return [Path(one.path) for one in found], skipped


def _walk(folder: str) -> Iterator[tuple[str, str]]:
    """YAML files below a folder, each with its path without links; of links only those inside."""
    top = os.path.join(os.path.realpath(folder), "")
    for place, folders, files in os.walk(folder, onerror=_cannot_list):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS
        )
        real = os.path.realpath(place)
        for name in sorted(filter(could_be_profile, files)):
            file, target = os.path.join(place, name), os.path.join(real, name)
            if os.path.islink(file):
                target = os.path.realpath(file)
            # A pipe would keep whoever reads it waiting.
            if target.startswith(top) and os.path.isfile(target):
                yield file, target


def _cannot_list(error: OSError) -> None:
    message = f"the folder {error.filename} cannot be read: {error.strerror}"
    raise InputError((Problem(message, hint="a proposal in it would go unseen"),))


def _shown(path: str) -> str:
    """A path from the working directory, where it lies in it: so that it is said one way."""
    plain, here = os.path.normpath(path), os.path.join(os.getcwd(), "")
    return plain.removeprefix(here) if os.path.isabs(plain) else plain


def _holds_profile(file: str) -> bool:
    try:
        with open(file, "rb") as handle:
            return is_profile(file, handle.read(LARGEST + 1))
    except OSError:
        return True  # whoever reads it says why it cannot be read


def _missing(path: str) -> Problem:
    file = Path(path)
    try:
        names = [other.name for other in file.parent.iterdir()]
    except OSError:
        names = []
    return Problem(f"{path} does not exist", hint=did_you_mean(file.name, names))

"""Running git on a repository that nobody trusts: nothing that the repository names is run.

Only plumbing is called, which neither filters nor converts contents; what a repository's own
configuration could still start is overridden here.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence

from llmchoose.errors import InputError, Problem, visible

# A look into the largest repositories takes seconds; beyond this it waits for something.
TIMEOUT_SECONDS = 60
SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=false",
    "core.sshCommand=false",
    "core.gitProxy=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
)
ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",  # unlike protocol.allow, no protocol's own setting overrides it
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


def run_git(
    arguments: Sequence[str], folder: str, trusted: Iterable[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    """Run one git command and wait for it.

    Args:
        arguments: The command with its arguments; nothing of them goes through a shell.
        folder: Where to run it.
        trusted: Folders that may belong to somebody else (`safe.directory`).

    Raises:
        InputError: There is no git, or it takes too long.
    """
    settings = [*SETTINGS, *(f"safe.directory={name}" for name in trusted)]
    options = [part for setting in settings for part in ("-c", setting)]
    command = ["--no-pager", "--no-replace-objects", "--literal-pathspecs", *options, *arguments]
    return _run(command, folder, {**_inherited(), **ENVIRONMENT})


def trusted_folders() -> list[str]:
    """Folders of other people that the user's or the system's own configuration trusts."""
    found: list[str] = []
    for place in ("--system", "--global"):
        command = ["config", place, "--includes", "-z", "--get-all", "safe.directory"]
        done = _run(command, os.path.abspath(os.sep), {**_inherited(), "LC_ALL": "C"})
        found += [os.fsdecode(name) for name in done.stdout.split(b"\0")[:-1]]
    return found


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """The first line of what git complained of, without its `fatal:`."""
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
    return visible(lines[0].removeprefix("fatal: "))


def _inherited() -> dict[str, str]:
    """The environment without what would turn git to another repository, program or setting."""
    return {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}


def _run(
    command: Sequence[str], folder: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if git is None:
        raise InputError((Problem("git is not installed", hint="install it, or name two files"),))
    try:
        return subprocess.run(  # noqa: S603 a list of arguments, never a shell
            [git, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"git took longer than {TIMEOUT_SECONDS} seconds"
        raise InputError(
            (Problem(message, hint="is the disk or the repository all right?"),)
        ) from None
    except (OSError, ValueError) as error:
        raise InputError((Problem(f"git cannot be run: {error}"),)) from error

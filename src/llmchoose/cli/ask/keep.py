"""The profile on disk while a talk goes on: whole after every answer, nothing else overwritten."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from llmchoose.cli.options import checked_target, write
from llmchoose.errors import InputError, Problem
from llmchoose.yamltext import STARTER
from llmchoose.yamltext.files import read_bounded


@dataclass
class Keeper:
    """A file that belongs to one talk.

    Attributes:
        path: As the person named it.
        seen: What stood in it when it was last read or written; None when there was no file.
    """

    path: str
    seen: bytes | None = field(default=None, repr=False)

    def read(self) -> str:
        """The text of the file; empty when there is none yet.

        Raises:
            InputError: It cannot be read, or is not UTF-8.
        """
        self.seen = self._now()
        if self.seen is None:
            return ""
        try:
            return self.seen.decode()
        except UnicodeDecodeError as error:
            raise InputError(
                (Problem(f"{self.path} is not UTF-8", hint="save the file as UTF-8"),)
            ) from error

    def changed(self) -> bool:
        """Whether somebody else wrote the file since it was last read or written."""
        return self._now() != self.seen

    def save(self, text: str) -> None:
        """Write the text: the file is whole at every moment.

        Raises:
            InputError: It cannot be written.
        """
        write(text, self.path)
        self.seen = text.encode()

    def _now(self) -> bytes | None:
        target = Path(self.path)
        if not target.exists():
            checked_target(self.path)
            return None
        if not os.access(target, os.W_OK):
            message = f"{self.path} is read-only"
            raise InputError((Problem(message, hint="allow writing, or name another file"),))
        return read_bounded(target, "name a profile in it", STARTER)


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Keep others from the same file while the talk lasts.

    Raises:
        InputError: Another talk holds it, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # dear to load

    target = checked_target(path)
    file = target.parent / f".{target.name}.lock"
    lock = FileLock(file, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = f"{path} is being filled in by another llmchoose ask"
        hint = "end that one first, or name another file"
        raise InputError((Problem(message, hint=hint),)) from None
    except OSError as error:
        message = f"cannot write beside {path}: {error.strerror}"
        raise InputError((Problem(message),)) from error
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        lock.release()

"""A file as bytes, no more of it than will be read."""

from pathlib import Path

from llmchoose.errors import InputError, Problem, did_you_mean
from llmchoose.yamltext import LARGEST


def read_bounded(file: Path, if_folder: str, if_missing: str) -> bytes:
    """The bytes of a file; of one that is too large the beginning, filled up to its size.

    Args:
        file: Its path.
        if_folder: What to do when it is a folder.
        if_missing: What to do when it does not exist and nothing beside it has a similar name.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with file.open("rb") as handle:
            data = handle.read(LARGEST + 1)
    except IsADirectoryError:
        raise _unreadable(f"{file} is a folder", if_folder) from None
    except FileNotFoundError:
        raise _unreadable(f"{file} does not exist", _nearby(file) or if_missing) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not that of a file"
        raise _unreadable(f"{file} cannot be read: {reason}", "") from None
    if len(data) > LARGEST:
        # Only its beginning was read: enough to say what is wrong with it.
        data += b" " * max(0, file.stat().st_size - len(data))
    return data


def _unreadable(message: str, hint: str) -> InputError:
    return InputError((Problem(message, hint=hint),))


def _nearby(file: Path) -> str:
    try:
        names = [other.name for other in file.parent.iterdir()]
    except OSError:
        return "check the name of the folder"
    return did_you_mean(file.name, names)

"""Tables of somebody's own beside the shipped ones: which table a file holds rows of."""

from pathlib import Path

from llmchoose.errors import InputError, Problem
from llmchoose.knowledge.build import read_header

SHIPPED = Path(__file__).parent / "data"
OWN_SOURCES = "sources.csv"


def table_of(path: Path) -> str | None:
    """The table that a file holds rows of: by its name, else by its columns."""
    if path.name in _tables():
        return path.name
    columns = set(read_header(path))
    same = (name for name in _tables() if set(read_header(_shipped(name))) == columns)
    return next(same, None)


def _tables() -> list[str]:
    return [OWN_SOURCES, *sorted(file.name for file in SHIPPED.glob("*.csv"))]


def _shipped(name: str) -> Path:
    return SHIPPED / "sources" / "runs.csv" if name == OWN_SOURCES else SHIPPED / name


def check_overlay(path: Path) -> None:
    """Refuse what is no table of the knowledge, nor a folder of some.

    Raises:
        InputError: It is not.
    """
    if path.is_dir():
        names = [file.name for file in sorted(path.glob("*.csv"))]
        strange = [name for name in names or ["(no table)"] if name not in _tables()]
    else:
        strange = [] if table_of(path) else [path.name]
    if strange:
        hint = f"tables are {', '.join(_tables())}"
        raise InputError((Problem(f"{strange[0]} is no table of the knowledge", hint=hint),))

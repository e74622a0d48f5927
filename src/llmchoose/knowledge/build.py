"""Plain data, as YAML and CSV give it, to the rows and rules of the knowledge.

Shipped files are taken as they are: the tests hold every one of them against the same classes
with pydantic. What a user adds is checked by pydantic when it is read.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

import yaml

from llmchoose.errors import InputError, Mark, Problem, quoted
from llmchoose.yamltext.tree import core_scalar

Built = TypeVar("Built")
Convert = Callable[[Any], Any]
SEPARATOR = "|"
SMALLEST, LARGEST = 1e-12, 1e27
# Figures that the estimate divides by, or that nothing real has at zero.
POSITIVE = {
    "rents.csv": ("usd_per_gpu_hour",),
    "gpus.csv": ("memory_gb", "bf16_tflops", "fp16_tflops", "bandwidth_gb_s", "tdp_w"),
    "fitted.csv": ("low", "high"),
    "open_models.csv": ("params_b", "layers", "hidden", "heads", "kv_heads", "ffn", "vocab"),
}
# Figures that may be below zero: what was lost in place of gained.
SIGNED = ("gain_points", "measured")
END = object()


def read_csv(path: Path, kind: type[Built], *, check: bool = False) -> tuple[Built, ...]:
    """Rows of a table.

    Args:
        path: The CSV file.
        kind: Dataclass of a row.
        check: Validate, because somebody outside wrote it.

    Raises:
        InputError: A checked row is not what it has to be.
    """
    if check:
        written = read_rows(path)
        rows = [_filled(row, kind) for row in written]
        found = tuple(checked(rows, list[kind], path))  # type: ignore[valid-type]
        _check_figures(found, path)
        return found
    return rows_of(read_text(path), kind)


def rows_of(text: str, kind: type[Built]) -> tuple[Built, ...]:
    """Rows of a table that we wrote ourselves, from its text."""
    header, *lines = csv.reader(text.splitlines()) or [[]]
    make, lists = converters(kind), _listed(kind)
    # Most cells are texts, and stay as they are without a call.
    columns = [(name, _split if name in lists else _or_none(make[name])) for name in header]
    blank = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    return tuple(
        _row(
            kind,
            blank
            | {
                name: to(cell) if to else cell
                for (name, to), cell in zip(columns, line, strict=True)
                if cell
            },
        )
        for line in lines
    )


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of somebody's table as texts by column.

    Raises:
        InputError: The file cannot be read, is empty, is not UTF-8, or a row has other columns.
    """
    try:
        header, *lines = csv.reader(read_text(path).lstrip("\ufeff").splitlines())
    except csv.Error as error:
        raise InputError((Problem(f"{path} is no table of cells: {error}"),)) from error
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        message = f"two columns are called {quoted(twice[0])}"
        raise InputError((at_row(path, -1, message),))
    lines = [line for line in lines if line]
    for row, line in enumerate(lines):
        if len(line) != len(header):
            message = f"{len(line)} cells under {len(header)} columns"
            raise InputError((at_row(path, row, message),))
    names = [name.strip() for name in header]
    return [dict(zip(names, map(str.strip, line), strict=True)) for line in lines]


def _check_figures(rows: Sequence[Any], path: Path) -> None:
    """Refuse figures that no card, price or constant has; below zero, or past all reach.

    Raises:
        InputError: One of them, with its line.
    """
    above = path.name in POSITIVE
    for number, row in enumerate(rows):
        for name, value in vars(row).items():
            if not isinstance(value, float | int) or isinstance(value, bool):
                continue
            least = SMALLEST if above and name in POSITIVE[path.name] else 0.0
            if not (-LARGEST if name in SIGNED else least) <= value <= LARGEST:
                message = f"{name} of {quoted(str(row.id))} is {value:g}"
                hint = f"it is a number {'above zero' if least else 'of zero or more'}"
                raise InputError((at_row(path, number, message, hint),))
        low, value, high = (getattr(row, name, None) for name in ("low", "value", "high"))
        if None not in (low, value, high) and not low <= value <= high:  # type: ignore[operator]
            message = f"value of {quoted(str(row.id))} does not lie between low and high"
            raise InputError((at_row(path, number, message),))


def at_row(path: Path, row: int, message: str, hint: str = "") -> Problem:
    """A problem of one row of a table, counted from 0 below its header, with its line."""
    written = [
        (number, text)
        for number, text in enumerate(read_text(path).splitlines(), 1)
        if text.strip()
    ]
    number, text = written[min(row + 1, len(written) - 1)]
    return Problem(message, Mark(str(path), number, 1), text, max(len(text), 1), hint)


def read_header(path: Path) -> list[str]:
    """Names of a table's columns.

    Raises:
        InputError: The file cannot be read, is empty, or is not UTF-8.
    """
    return next(csv.reader(read_text(path).splitlines()[:1]), [])


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(SEPARATOR))


def _row(kind: type[Built], values: Mapping[str, Any]) -> Built:
    """A frozen row at once: its own __init__ would set twenty fields one by one."""
    row = object.__new__(kind)
    row.__dict__.update(values)
    return row


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: It cannot be read, is empty, or is not UTF-8.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputError((Problem(f"{path} cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise InputError((Problem(f"{path} is not text in UTF-8"),)) from error
    if not text.strip():
        raise InputError((Problem(f"{path} is empty"),))
    return text


def read_yaml_file(path: Path) -> Any:
    """A YAML file of the knowledge as plain data.

    Raises:
        InputError: It is not YAML.
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        # Straight from the events: composing nodes first takes twice the time.
        return _plain(iter(loader(read_text(path)).get_event, None))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = Mark(str(path), mark.line + 1, mark.column + 1) if mark else None
        raise InputError((Problem(str(error.problem), where),)) from error


def checked(data: Any, kind: Any, path: Path) -> Any:
    """Data as `kind`, every fault named.

    Raises:
        InputError: It is not of that kind.
    """
    from pydantic import TypeAdapter, ValidationError  # dear to load, and seldom needed

    try:
        found = TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        raise InputError(
            [_fault(path, item["loc"], item["msg"]) for item in error.errors()]
        ) from error
    return found


def _fault(path: Path, place: Sequence[int | str], message: str) -> Problem:
    """A fault with its place: the line of a table, the path of keys in a rules file."""
    if path.suffix == ".csv" and isinstance(place[0], int):
        return at_row(path, place[0], f"{'.'.join(map(str, place[1:]))}: {message}")
    return Problem(f"{path}: {'.'.join(map(str, place))}: {message}")


def build(kind: Any, value: Any) -> Any:
    """Trusted plain data as a type: dataclasses, tuples, mappings and optional ones of them."""
    return _converter(kind)(value)


def _fields_of(kind: Any) -> Mapping[str, Convert]:
    return {field.name: _converter(field.type) for field in fields(kind)}


def _convert_to(kind: Any) -> Convert:
    origin, inside = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        parts, make = converters(kind), kind
        return lambda value: make(**{key: parts[key](part) for key, part in value.items()})
    if origin is tuple:
        return _tuple(inside)
    if origin is UnionType and type(None) in inside and len(inside) == 2:
        own = _converter(inside[0])
        return lambda value: None if value is None else own(value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        part = _converter(inside[1])
        return lambda value: {key: part(item) for key, item in value.items()}
    if kind is float or kind is int:
        return float if kind is float else int
    if kind is object or kind is str:
        return _same
    return lambda value: tuple(value) if isinstance(value, list) else value


def _same(value: Any) -> Any:
    return value


def _or_none(make: Convert) -> Convert | None:
    return None if make is _same else make


# How each field of a dataclass is made of plain data, and how any type is.
converters: Callable[[Any], Mapping[str, Convert]] = lru_cache(maxsize=256)(_fields_of)
_converter: Callable[[Any], Convert] = lru_cache(maxsize=256)(_convert_to)


def _tuple(inside: tuple[Any, ...]) -> Convert:
    part = _converter(inside[0])
    return lambda value: tuple(part(item) for item in value)


def _filled(row: Mapping[str, str], kind: Any) -> dict[str, Any]:
    """A row without its blank cells, and with lists where ids are joined."""
    lists = _listed(kind)
    return {
        key: value.split(SEPARATOR) if key in lists else value
        for key, value in row.items()
        if value
    }


def _lists(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if get_origin(field.type) is tuple)


_listed: Callable[[Any], frozenset[str]] = lru_cache(maxsize=64)(_lists)


def _plain(events: Iterator[Any]) -> Any:
    """The next value that the events spell: a mapping, a list or a scalar; keys are texts."""
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            if event.style:
                return event.value
            return core_scalar(event.value) if event.value else None
        if isinstance(event, yaml.MappingStartEvent):
            return _mapping(events)
        if isinstance(event, yaml.SequenceStartEvent):
            return list(iter(lambda: _plain(events), END))
        if isinstance(event, yaml.SequenceEndEvent):
            return END
    return None


def _mapping(events: Iterator[Any]) -> dict[str, Any]:
    found = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        found[event.value] = _plain(events)
    return found

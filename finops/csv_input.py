"""Read the CSV files that people edit, and say file and line when one is wrong."""

import csv
import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from finops.errors import BadInput


class Row(BaseModel):
    """One line of a CSV file; `line` is its number in the file.

    With a `free_prefix`, columns that begin with it may be there beside the fields.
    """

    model_config = ConfigDict(str_strip_whitespace=True, extra="forbid", frozen=True)
    free_prefix: ClassVar[str | None] = None

    line: int


RowType = TypeVar("RowType", bound=Row)


def read_rows(path: Path, model: type[RowType]) -> list[RowType]:
    """Return the rows of a CSV file as `model`; none if the file is absent.

    Raises BadInput for a wrong header, a value of the wrong kind, or text that isn't UTF-8.
    """
    if not path.exists():
        return []
    try:
        # Excel saves "CSV UTF-8" with a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _check_header(path, list(reader.fieldnames or []), model)
            return [_row(path, reader.line_num, values, model) for values in reader]
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8. Save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise BadInput(f"{path}: not readable as CSV: {error}") from error


def columns(model: type[Row]) -> list[str]:
    """Return the columns of a file of `model`: its own before those it shares with others."""
    own = (name for kind in model.__mro__ for name in getattr(kind, "__annotations__", {}))
    return [name for name in dict.fromkeys(own) if name in model.model_fields and name != "line"]


def check_unique(path: Path, rows: Iterable[RowType], key: Callable[[RowType], object]) -> None:
    """Raise BadInput if two `rows` of the file at `path` have one `key`."""
    seen: dict[object, int] = {}
    for row in rows:
        first = seen.setdefault(key(row), row.line)
        if first != row.line:
            raise BadInput(f"{path} line {row.line}: {key(row)!r} is already on line {first}.")


def check_known(path: Path, line: int, word: str, value: str, known: Iterable[str]) -> None:
    """Raise BadInput if `value` is set and not among the `known` values of `word`."""
    choices = sorted(known)
    if value and value not in choices:
        close = difflib.get_close_matches(value, choices, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(choices) or 'none'}."
        raise BadInput(f"{path} line {line}: unknown {word} {value!r}; {hint}")


def _check_header(path: Path, header: list[str], model: type[Row]) -> None:
    expected = columns(model)
    needed = [name for name in expected if model.model_fields[name].is_required()]
    missing = [name for name in needed if name not in header]
    unknown = [name for name in header if name not in expected and not _is_free(name, model)]
    if missing or unknown:
        found = f"missing {', '.join(missing)}" if missing else f"unknown {', '.join(unknown)}"
        raise BadInput(f"{path} line 1: {found}. The columns are {','.join(expected)}.")


def _is_free(name: str, model: type[Row]) -> bool:
    return model.free_prefix is not None and name.startswith(model.free_prefix)


def _row(path: Path, line: int, values: dict[str, str], model: type[RowType]) -> RowType:
    if None in values or None in values.values():
        raise BadInput(f"{path} line {line}: not as many values as the header has columns.")
    try:
        return model.model_validate({**values, "line": line})
    except ValidationError as error:
        first = error.errors()[0]
        column, value = first["loc"][0], first["input"]
        raise BadInput(f"{path} line {line}: {column} {value!r}: {first['msg']}.") from error

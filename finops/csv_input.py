"""Read the CSV files that people edit, and say file and line when one is wrong."""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from finops.csv_text import is_there, read_cells, shown
from finops.errors import BadInput

# Days that a company has numbers of. Others are typed wrong, or stand for “no end”.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
# Some write the open ends of a time so.
_OPEN_DAYS = date(1900, 1, 1), date(9999, 12, 31)


def iso_day(value: object) -> object:
    """Return a day as it is written; ValueError for text that is not like 2026-10-01."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day is written like 2026-10-01")
    return text


def currency(value: object) -> object:
    """Return the code of a currency in capitals; ValueError for what is none."""
    text = value.strip().upper() if isinstance(value, str) else value
    if isinstance(text, str) and not re.fullmatch("[A-Z]{3}", text):
        raise ValueError("a currency is written like USD")
    return text


def optional(value: object) -> object:
    """Return None for an empty cell."""
    return (value.strip() if isinstance(value, str) else value) or None


Name = Annotated[str, Field(min_length=1)]
# A day of the company's own numbers, and one from which, or up to which, something holds.
Date = Annotated[date, BeforeValidator(iso_day), Field(ge=FIRST_DAY, le=LAST_DAY)]
_Valid = Annotated[date, BeforeValidator(iso_day), Field(ge=_OPEN_DAYS[0], le=_OPEN_DAYS[1])]
Day = Annotated[_Valid | None, BeforeValidator(optional)]
Currency = Annotated[str, BeforeValidator(currency)]
Whole = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Money = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=18, decimal_places=4)]
Rate = Annotated[Decimal, Field(allow_inf_nan=False, gt=0, max_digits=18, decimal_places=10)]


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
    if not is_there(path):
        return []
    lines = read_cells(path)
    _, header = next(lines, (1, []))
    _check_header(path, header, model)
    return [_row(path, line, dict(zip(header, cells, strict=True)), model) for line, cells in lines]


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
        raise BadInput(f"{path} line {line}: unknown {word} {shown(value)}; {hint}")


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
    try:
        return model.model_validate({**values, "line": line})
    except ValidationError as error:
        first = error.errors()[0]
        reason = first["msg"].removeprefix("Value error, ")
        raise BadInput(
            f"{path} line {line}: {first['loc'][0]} {shown(first['input'])}: {reason}."
        ) from error

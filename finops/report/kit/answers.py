"""Print what a query answers, whatever it is: as a table, CSV or JSON."""

import csv
import io
import json
import math
from typing import Any

import pyarrow as pa
from rich.console import RenderableType
from rich.markup import escape

from finops.report.kit.terminal import new_table
from finops.text import plain, safe_cell

__all__ = ["csv_text", "json_text", "table"]


def table(answer: pa.Table) -> RenderableType:
    """Return the rows as a table for a terminal, or why it is empty."""
    if not answer.num_rows:
        return "The query ran and no row matches."
    names = [
        f"{plain(name)}:" if _is_number(kind) else plain(name)
        for name, kind in zip(answer.column_names, answer.schema.types, strict=True)
    ]
    shown = new_table(*names)
    for row in _rows(answer):
        shown.add_row(*("" if value is None else escape(plain(str(value))) for value in row))
    return shown


def csv_text(answer: pa.Table) -> str:
    """Return the rows as CSV whose text no spreadsheet runs as a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in answer.column_names])
    writer.writerows([_cell(value) for value in row] for row in _rows(answer))
    return stream.getvalue()


def json_text(answer: pa.Table) -> str:
    """Return the rows as one JSON list, decimals as text; a name that is taken gets a number."""
    names = _unique(answer.column_names)
    rows = [dict(zip(names, map(_finite, row), strict=True)) for row in _rows(answer)]
    return json.dumps(rows, default=str, ensure_ascii=False, allow_nan=False) + "\n"


def _rows(answer: pa.Table) -> list[tuple[Any, ...]]:
    columns = [column.to_pylist(maps_as_pydicts="strict") for column in answer.columns]
    return list(zip(*columns, strict=True))


def _is_number(kind: pa.DataType) -> bool:
    kinds = pa.types.is_integer, pa.types.is_decimal, pa.types.is_floating
    return any(one(kind) for one in kinds)


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        value = json.dumps(_finite(value), default=str, ensure_ascii=False)
    return safe_cell(value) if isinstance(value, str) else value


def _finite(value: Any) -> Any:
    """Return a value as JSON can have it, which knows no number such as infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    return value


def _unique(names: list[str]) -> list[str]:
    """Return the names, a later one of the same as `name_1`."""
    found: list[str] = []
    for name in names:
        number, free = 0, name
        while free in found or (number and free in names):
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found

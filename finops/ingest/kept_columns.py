"""Columns that charges keep for later, as they are never modified; few models read them yet."""

import csv
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import NamedTuple

from finops.ingest.casts import typed
from finops.ingest.layouts import Field
from finops.sql import literal

__all__ = ["KEPT", "Kept", "kept_values"]


class Kept(NamedTuple):
    """A line of kept_columns.csv: a column of charges, and where each format has it.

    A `product_key` is one of CUR 2.0's map `product`, a `price_detail` one of SkuPriceDetails.
    """

    name: str
    type: str
    cur_column: str
    product_key: str
    focus_column: str
    price_detail: str


def _read() -> list[Kept]:
    text = (files("finops.ingest") / "kept_columns.csv").read_text(encoding="utf-8")
    return [Kept(**row) for row in csv.DictReader(text.splitlines())]


KEPT = _read()


def kept_values(
    found: Mapping[str, Sequence[Field]],
    columns: Mapping[Kept, str],
    keys: Mapping[Kept, list[str]],
    details: str | None,
) -> str:
    """Return SQL for the kept columns of a layout as one struct, NULL where the bill has none.

    `found` are the layout's fields by name, `columns` the name that each has in its format, `keys`
    the keys that it may have in the map `details`. What isn't of the type is NULL: no load stops.
    """
    values = ", ".join(
        f"{one.name} := {_value(one, found, columns, keys, details)}" for one in KEPT
    )
    return f"struct_pack({values})"


def _value(
    one: Kept,
    found: Mapping[str, Sequence[Field]],
    columns: Mapping[Kept, str],
    keys: Mapping[Kept, list[str]],
    details: str | None,
) -> str:
    values = [
        typed(field, one.type, is_lenient=True) for field in found.get(columns.get(one, ""), ())
    ]
    if details:
        values += [f"nullif({details}[{literal(key)}], '')" for key in keys.get(one, ())]
    return f"coalesce({', '.join([*values, f'cast(null as {one.type})'])})"

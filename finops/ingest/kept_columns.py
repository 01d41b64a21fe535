"""Columns that charges keep for later, as they are never modified; few models read them yet."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import NamedTuple

from finops.ingest.casts import typed
from finops.ingest.layouts import Field
from finops.sql import literal

__all__ = ["KEPT", "Kept", "kept_values", "lacking"]


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
    written: frozenset[str] | None = None,
) -> dict[str, str]:
    """Return SQL for the kept columns of a layout, each named `kept_` and its name.

    `found` are the layout's fields by name, `columns` the name that each has in its format, `keys`
    the keys that it may have in the map `details`, of which only the `written` ones are there. NULL
    where the bill has none, and what isn't of the type is NULL too: no load stops.
    """
    if written is not None:
        keys = {one: [key for key in known if key in written] for one, known in keys.items()}
    values = {one: _values(one, found, columns, keys, details) for one in KEPT}
    return {
        f"kept_{one.name}": f"coalesce({', '.join(found)})" if found else _no_value(one)
        for one, found in values.items()
    }


def lacking(layouts: Iterable[dict[str, str]]) -> tuple[str, ...]:
    """Return the kept columns that no layout of a bill has, of what `kept_values` says of each."""
    every = list(layouts)
    return tuple(
        one.name
        for one in KEPT
        if all(values[f"kept_{one.name}"] == _no_value(one) for values in every)
    )


def _no_value(one: Kept) -> str:
    return f"cast(null as {one.type})"


def _values(
    one: Kept,
    found: Mapping[str, Sequence[Field]],
    columns: Mapping[Kept, str],
    keys: Mapping[Kept, list[str]],
    details: str | None,
) -> list[str]:
    values = [
        typed(field, one.type, is_lenient=True) for field in found.get(columns.get(one, ""), ())
    ]
    if details:
        values += [f"nullif({details}[{literal(key)}], '')" for key in keys.get(one, ())]
    return values

"""Melt the tags and cost categories of a bill into maps, one value per key and row."""

import duckdb

from finops.ingest.bill import Bill, fields_by_name
from finops.ingest.casts import typed
from finops.ingest.columns import key_names, tag_of, twin_names
from finops.ingest.layouts import MAP, Field, Layout
from finops.sql import literal

# The kinds of key in the `tags` column of CUR 2.0; a later one wins over those before it.
_WEAKER_KINDS = ("iamPrincipal/", "userAttribute/", "accountTag/")
_RESOURCE_KIND = "resourceTags/"
CATEGORY_KIND = "costCategory/"


class TagKeys:
    """The tag keys of one delivery and our names of them.

    They are named together: whether `Name` has to be kept apart from `name` depends on all files.
    """

    def __init__(self, written: set[str], in_maps: set[str]) -> None:
        self.in_maps = in_maps
        keys = written | {_without_kind(key) for key in in_maps}
        self._names = key_names(keys)
        self.twins = twin_names(keys)

    def name(self, key: str) -> str:
        """Return our name of a key, with or without its kind."""
        return self._names[_without_kind(key)]


def read_tag_keys(con: duckdb.DuckDBPyConnection, bill: Bill) -> TagKeys:
    """Return all tag keys of a bill: those of its columns and those in its map `tags`.

    Raises BadSource for a map that does not parse.
    """
    in_maps: set[str] = set()
    written = {key for layout in bill.layouts for key, _ in tag_columns(layout)}
    for layout in bill.layouts:
        for column in fields_by_name(layout, bill.schema).get("tags", []):
            query = f"select distinct unnest(map_keys({typed(column, MAP)})) from {layout.scan}"
            try:
                in_maps.update(row[0] for row in con.execute(query).fetchall())
            except (duckdb.DataError, duckdb.InvalidInputException) as error:
                raise bill.explain(con, error) from error
    return TagKeys(written, in_maps)


def column_map(pairs: list[tuple[str, Field]]) -> str:
    """Return SQL for a map of one column per key, without empty values."""
    entries = [
        f"{{'key': {literal(key)}, 'value': {typed(column, 'varchar')}}}"
        for key, column in sorted(pairs, key=lambda pair: pair[0])
        if column.type != '"NULL"'
    ]
    if not entries:
        return f"cast(map {{}} as {MAP})"
    return (
        f"map_from_entries([entry for entry in [{', '.join(entries)}] if entry.value is not null])"
    )


def normalised_map(column: Field) -> str:
    """Return SQL for a map whose keys AWS has normalised, without `user_` and empty values."""
    return (
        "map_from_entries([{'key': case when starts_with(entry.key, 'user_')"
        " then substr(entry.key, 6) else entry.key end, 'value': entry.value}"
        f" for entry in coalesce(map_entries({typed(column, MAP)}), []) if entry.value <> ''])"
    )


def renamed_map(column: Field, names: dict[str, str]) -> str:
    """Return SQL for the entries of a map that `names` holds, under those names."""
    if not names:
        return f"cast(map {{}} as {MAP})"
    pairs = ", ".join(f"{literal(key)}: {literal(name)}" for key, name in sorted(names.items()))
    lookup = f"map {{{pairs}}}"
    return (
        f"map_from_entries([{{'key': {lookup}[entry.key], 'value': entry.value}}"
        f" for entry in coalesce(map_entries({typed(column, MAP)}), [])"
        f" if entry.value <> '' and {lookup}[entry.key] is not null])"
    )


def tags_column_maps(column: Field, keys: TagKeys) -> list[str]:
    """Return SQL for the tags in the `tags` column of CUR 2.0, the weakest kind first."""
    strong = {key for key in keys.in_maps if not key.startswith((*_WEAKER_KINDS, CATEGORY_KIND))}
    groups = [{key for key in keys.in_maps if key.startswith(kind)} for kind in _WEAKER_KINDS]
    return [
        renamed_map(column, {key: keys.name(key) for key in group})
        for group in [*groups, strong]
        if group
    ]


def category_column_map(column: Field, keys: TagKeys) -> str:
    """Return SQL for the cost categories in the `tags` column of CUR 2.0."""
    found = [key for key in keys.in_maps if key.startswith(CATEGORY_KIND)]
    names = key_names(_without_kind(key) for key in found)
    return renamed_map(column, {key: names[_without_kind(key)] for key in found})


def merged(maps: list[str]) -> str:
    """Return SQL for one map of several; a later map wins."""
    if not maps:
        return f"cast(map {{}} as {MAP})"
    return maps[0] if len(maps) == 1 else f"map_concat({', '.join(maps)})"


def without_keys(tag_map: str, keys: list[str]) -> str:
    """Return SQL for a map without some keys."""
    if not keys:
        return tag_map
    names = ", ".join(literal(key) for key in keys)
    return (
        f"map_from_entries([entry for entry in map_entries({tag_map})"
        f" if entry.key not in ({names})])"
    )


def tag_columns(layout: Layout) -> list[tuple[str, Field]]:
    """Return the columns of a layout that hold one tag each, with the keys that they write."""
    return [(key, one) for one in layout.fields if (key := tag_of(one.header))]


def _without_kind(key: str) -> str:
    for kind in (*_WEAKER_KINDS, _RESOURCE_KIND, CATEGORY_KIND):
        if key.startswith(kind):
            return key.removeprefix(kind)
    return key

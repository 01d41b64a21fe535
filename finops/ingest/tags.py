"""Name the tag keys and cost categories of a bill, and write the SQL of one map per row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from finops.ingest.bill import Bill, fields_by_name
from finops.ingest.casts import typed
from finops.ingest.columns import athena_name, key_names, own_texts, tag_of, twin_names
from finops.ingest.layouts import NOTHING, Field, Layout
from finops.ingest.maps import entries, no_map, renamed_map
from finops.sql import literal

# What AWS puts before the key of a customer's tag.
AWS_PREFIXES = ("user:", "user_")
# The kinds of key in the `tags` column of CUR 2.0; a later one wins over those before it.
_WEAKER_KINDS = ("iamPrincipal/", "userAttribute/", "accountTag/")
_RESOURCE_KIND = "resourceTags/"
_CATEGORY_KIND = "costCategory/"

Names = dict[str, str]


@dataclass(frozen=True)
class WrittenKeys:
    """The tag keys and cost categories of one delivery as its columns and maps write them."""

    columns: set[str]
    tags: set[str]
    resource_tags: set[str]
    category_columns: set[str]
    cost_category: set[str]


class TagKeys:
    """Our names of the keys of one delivery: by header, or by key of the map that holds them.

    They are named together: whether `Name` has to be kept apart from `name` depends on all files.
    """

    def __init__(self, written: WrittenKeys) -> None:
        kinds: dict[str, set[str]] = defaultdict(set)
        for key in written.tags:
            kinds[_kind(key)].add(key)
        categories = kinds.pop(_CATEGORY_KIND, set())
        columns = own_texts(written.columns, AWS_PREFIXES)
        tags: Names = {}
        for kind, keys in kinds.items():
            # AWS marks no account tag as the customer's, so such a key may begin with `user_`.
            prefixes = AWS_PREFIXES[:1] if kind in _WEAKER_KINDS else AWS_PREFIXES
            tags |= own_texts(keys, [f"{kind}{one}" for one in prefixes], kind)
        texts = {*columns.values(), *tags.values()}
        self.columns = _named(columns, texts)
        self.tags = _named(tags, texts)
        merged = own_texts(written.resource_tags, AWS_PREFIXES)
        # AWS has merged keys here that `tags` still tells apart.
        twins = twin_names(texts)
        found = {key: text for key, text in merged.items() if athena_name(text) not in twins}
        self.resource_tags = _named(found, found.values())
        # Companies name their cost categories themselves, so nothing stands before the name.
        own = own_texts(categories, [_CATEGORY_KIND])
        self.tags_categories = _named(own, own.values())
        self.category_columns = key_names(written.category_columns)
        self.cost_category = key_names(written.cost_category)


def _named(texts: Names, all_texts: Iterable[str]) -> Names:
    names = key_names(all_texts)
    return {key: names[text] for key, text in texts.items()}


def map_keys(con: duckdb.DuckDBPyConnection, bill: Bill, sets: list[Layout], name: str) -> set[str]:
    """Return the keys in a map of a bill, read from its sets of tags.

    Raises BadSource for a map that does not parse.
    """
    found: set[str] = set()
    for layout in sets:
        for field in fields_by_name(layout, bill.schema).get(name, []):
            query = f"select distinct unnest({_keys(field)}) from {layout.scan} {layout.join}"
            try:
                found.update(key for (key,) in con.execute(query).fetchall() if key is not None)
            except (duckdb.DataError, duckdb.InvalidInputException) as error:
                raise bill.explain(con, error) from error
    return found


def repeated_keys(
    con: duckdb.DuckDBPyConnection, bill: Bill, sets: list[Layout]
) -> tuple[str, ...]:
    """Return a sentence for each map in which a key repeats, so that only one value counts."""
    notes = []
    for layout in sets:
        found = fields_by_name(layout, bill.schema)
        for field in (one for name in bill.schema.tag_maps for one in found.get(name, [])):
            keys = _keys(field)
            query = f"from {layout.scan} where len({keys}) > len(list_distinct({keys}))"
            if con.execute(f"select 1 {query} limit 1").fetchall():
                file = layout.delivered(layout.files[0]).name
                notes.append(f"{file}: a key repeats in {field.header}; its last value is taken")
    return tuple(notes)


def _keys(field: Field) -> str:
    return f"[one.key for one in {entries(field)}]"


def column_map(pairs: list[tuple[str, Field]]) -> str:
    """Return SQL for a map of one column per key, without empty values."""
    found = [
        f"{{'key': {literal(key)}, 'value': {typed(column, 'varchar')}}}"
        for key, column in sorted(pairs, key=lambda pair: pair[0])
        if column.type != NOTHING
    ]
    if not found:
        return no_map()
    filled = f"[entry for entry in [{', '.join(found)}] if entry.value is not null]"
    return f"map_from_entries({filled})"


def tags_column_maps(column: Field, keys: TagKeys) -> list[str]:
    """Return SQL for the tags in the `tags` column of CUR 2.0, the weakest kind first."""
    groups: dict[str, Names] = {kind: {} for kind in (*_WEAKER_KINDS, "")}
    for key, name in keys.tags.items():
        kind = _kind(key)
        groups[kind if kind in _WEAKER_KINDS else ""][key] = name
    return [renamed_map(column, names) for names in groups.values() if names]


def tag_columns(layout: Layout) -> list[tuple[str, Field]]:
    """Return the columns of a layout that hold one tag each, with the keys that they write."""
    return [(key, one) for one in layout.fields if (key := tag_of(one.header))]


def _kind(key: str) -> str:
    """Return what kind of key AWS writes before it; '' for none."""
    kinds = (*_WEAKER_KINDS, _RESOURCE_KIND, _CATEGORY_KIND)
    return next((kind for kind in kinds if key.startswith(kind)), "")

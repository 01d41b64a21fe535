"""Read the keys and values of a map, whatever form an export gave it."""

from finops.ingest.layouts import MAP, Field
from finops.sql import literal

_ENTRIES = 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'
# What the two fields of a record are called in exports that list tags as records.
_KEY_WORDS = ("key", "name", "tagkey", "tag_key", "label", "k")
_VALUE_WORDS = ("value", "tagvalue", "tag_value", "v")


def is_json(field: Field) -> bool:
    """Return whether a map stands in the column as JSON text, or as a list that reads like it."""
    return field.type in ("VARCHAR", "JSON") or field.type.endswith("[]")


def entries(field: Field, *, is_lenient: bool = False) -> str:
    """Return SQL for a list of the keys and values, in which a key may repeat.

    A map, a STRUCT, a JSON object, or a list of records with a key and a value each. Lenient SQL
    gives NULL for what is none of them.
    """
    cast = "try_cast" if is_lenient else "cast"
    if not is_json(field):
        return f"map_entries({cast}({field.sql} as {MAP}))"
    is_text = not field.type.endswith("[]")
    text = f"nullif(cast({field.sql} as varchar), '')"
    json = f"{cast}({text} as json)" if is_text else f"to_json({field.sql})"
    # DuckDB evaluates what a list comprehension binds once, however often it is used.
    return (
        f"[case when json_type(found) = 'OBJECT' then {_fields('found')}"
        " when json_type(found) = 'ARRAY' and len([one for one in json_extract(found, '$[*]')"
        " if json_type(one) <> 'OBJECT']) = 0"
        f" then flatten([{_record('one')} for one in json_extract(found, '$[*]')])"
        f" else map_entries({cast}(found as {MAP})) end for found in [{json}]][1]"
    )


def no_map() -> str:
    """Return SQL for a map without a key."""
    return f"cast(map {{}} as {MAP})"


def unique_map(found: str) -> str:
    """Return SQL for a map of a list of keys and values; of two with one key the last counts."""
    return (
        "[map_from_entries([one for one, place in found if not list_contains("
        "[other.key for other in found[place + 1:]], one.key)])"
        f" for found in [[one for one in {found} if one.key is not null]]][1]"
    )


def renamed_map(field: Field, names: dict[str, str]) -> str:
    """Return SQL for the entries of a map that `names` holds and that aren't empty, so named."""
    if not names:
        return no_map()
    pairs = ", ".join(f"{literal(key)}: {literal(name)}" for key, name in sorted(names.items()))
    lookup = f"map {{{pairs}}}"
    named = (
        f"[{{'key': {lookup}[entry.key], 'value': entry.value}}"
        f" for entry in coalesce({entries(field)}, []) if entry.value <> '']"
    )
    return unique_map(named)


def merged(maps: list[str]) -> str:
    """Return SQL for one map of several; a later map wins."""
    if not maps:
        return no_map()
    return maps[0] if len(maps) == 1 else f"map_concat({', '.join(maps)})"


def _fields(json: str) -> str:
    pairs = f"list_zip(json_keys({json}), json_extract_string({json}, '$.*'))"
    return f"cast({pairs} as {_ENTRIES})"


def _record(json: str) -> str:
    """Return SQL for the one entry of a record, or the fields of an object that is none."""
    words = f"[lower(word) for word in json_keys({json})]"
    key, value = _place(_KEY_WORDS), _place(_VALUE_WORDS)
    return (
        f"[case when {key} > 0 and {value} > 0"
        f" then [{{'key': record.texts[{key}], 'value': record.texts[{value}]}}]"
        f" else {_fields(json)} end for record in"
        f" [{{'words': {words}, 'texts': json_extract_string({json}, '$.*')}}]][1]"
    )


def _place(words: tuple[str, ...]) -> str:
    places = ", ".join(f"list_position(record.words, {literal(one)})" for one in words)
    return f"coalesce({places}, 0)"

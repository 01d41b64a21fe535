"""Keep texts of few values as numbers while a load lasts; what it writes is the same text."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from finops.ingest.layouts import ENUM, NOTHING, Field, Layout
from finops.sql import identifier, literal

__all__ = ["few_texts"]

# More texts take longer to name than to write as they are.
_FEW = 100
# Bytes of a value that is the number of a text in a dictionary; a column of many texts takes more.
_BYTES = 2
_SMALL = 4096


def few_texts(layout: Layout, is_wanted: Callable[[str], bool]) -> Layout:
    """Return a layout of Parquet with an enum for each wanted column of text that holds few values.

    `is_wanted` gets its header. An enum is written in half the time of text. The values are those
    that the dictionaries of the files name; the empty text is none of them, and a column without
    any holds nothing, whatever its statistics say.
    """
    wanted = {one.sql for one in layout.fields if one.type == "VARCHAR" and is_wanted(one.header)}
    if layout.reader != "read_parquet" or not wanted:
        return layout
    try:
        words = _words(layout.files, wanted)
    except (pa.ArrowException, UnicodeDecodeError):
        return layout
    found = {sql: texts - {""} for sql, texts in words.items()}
    fields = [
        _field(one, found[one.sql], has_empty="" in words[one.sql])
        if one.sql in found and len(found[one.sql]) <= _FEW
        else one
        for one in layout.fields
    ]
    return replace(layout, fields=tuple(fields))


def _field(field: Field, words: set[str], *, has_empty: bool) -> Field:
    """Return a column of these texts as an enum; one without any holds nothing."""
    if not words:
        return replace(field, sql="null", type=NOTHING)
    value = f"try_cast({field.sql} as enum ({', '.join(map(literal, sorted(words)))}))"
    # A text that the enum lacks takes DuckDB a hundred times as long as one that it has.
    sql = f"case when {field.sql} <> '' then {value} end" if has_empty else value
    return replace(field, sql=sql, type=ENUM)


def _words(files: tuple[Path, ...], wanted: set[str]) -> dict[str, set[str]]:
    """Return the texts of those columns, named as in SQL, that hold few of them in every file."""
    metas = [pq.read_metadata(file) for file in files]
    few = wanted.intersection(*(_few_columns(meta) for meta in metas))
    words: dict[str, set[str]] = {sql: set() for sql in few}
    for file, meta in zip(files, metas, strict=True):
        names = {sql: name for sql, name in _few_columns(meta).items() if sql in few}
        parquet = pq.ParquetFile(file, metadata=meta, read_dictionary=list(names.values()))
        for group in range(meta.num_row_groups):
            table = parquet.read_row_group(group, columns=list(names.values()), use_threads=False)
            for sql, name in names.items():
                for chunk in table.column(name).chunks:
                    words[sql].update(map(_text, chunk.dictionary.to_pylist()))
    return words


def _few_columns(meta: pq.FileMetaData) -> dict[str, str]:
    """Return the names of the top columns whose values take little room, by their SQL.

    A name that two columns have is none of them.
    """
    sizes = [0] * meta.num_columns
    for group in range(meta.num_row_groups):
        for number in range(meta.num_columns):
            sizes[number] += meta.row_group(group).column(number).total_uncompressed_size
    most = _BYTES * meta.num_rows + _SMALL
    paths = [meta.schema.column(number).path for number in range(meta.num_columns)]
    times = Counter(paths)
    return {
        identifier(path): path
        for path, size in zip(paths, sizes, strict=True)
        if size < most and times[path] == 1
    }


def _text(word: str | bytes) -> str:
    return word if isinstance(word, str) else word.decode()

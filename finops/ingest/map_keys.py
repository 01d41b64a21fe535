"""Tell the keys of a map in Parquet from the dictionaries of its files; its values stay unread."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from finops.ingest.layouts import MAP, Field, Layout
from finops.sql import identifier

__all__ = ["written_keys"]


def written_keys(layout: Layout, field: Field) -> frozenset[str] | None:
    """Return the keys that a map may hold, as the files of its layout name them.

    None where they don't tell: the map is JSON text. A column for each key that no line has costs
    several times what it costs to look.
    """
    if layout.reader != "read_parquet" or field.type != MAP:
        return None
    try:
        return frozenset(key for file in layout.files for key in _keys(file, field.sql))
    except pa.ArrowException:
        return None


def _keys(file: Path, sql: str) -> set[str]:
    # A map `product` has the columns product.key_value.key and, after it, its value.
    paths = (column.path for column in pq.ParquetFile(file).schema)
    key = next(path for path in paths if identifier(path.rsplit(".", 2)[0]) == sql)
    parquet = pq.ParquetFile(file, read_dictionary=[key])
    groups = (
        parquet.read_row_group(number, columns=[key], use_threads=False).column(0)
        for number in range(parquet.num_row_groups)
    )
    entries = (chunk.values for group in groups for chunk in group.chunks)
    words = {word for one in entries for word in one.field(0).dictionary.to_pylist()}
    return {word.decode() if isinstance(word, bytes) else word for word in words}

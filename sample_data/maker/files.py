"""Write Parquet and JSON files that are the same bytes on every run."""

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MAX_ROWS_PER_FILE = 2_000_000


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a Parquet file as AWS writes them, but for zstd, to keep the repository small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=9,
        store_schema=False,
        dictionary_pagesize_limit=4 * 1024 * 1024,
    )


def write_table(table: pa.Table, path: Path) -> None:
    """Write one table as one file."""
    with parquet_writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=len(table))


def write_chunks(
    tables: Iterable[pa.Table], root: Path, folder: str, name: str
) -> tuple[list[str], pa.Schema, int]:
    """Write tables into numbered files of at most two million rows each.

    Returns the files' keys below `root`, their schema and the number of rows.
    """
    files, writer, in_file, rows, schema = [], None, 0, 0, None
    for table in tables:
        if writer is None or in_file + len(table) > MAX_ROWS_PER_FILE:
            if writer is not None:
                writer.close()
            files.append(f"{folder}/{name}-{len(files) + 1:05d}.snappy.parquet")
            writer, in_file, schema = (
                parquet_writer(root / files[-1], table.schema),
                0,
                table.schema,
            )
        writer.write_table(table, row_group_size=len(table))
        in_file, rows = in_file + len(table), rows + len(table)
    writer.close()
    return files, schema, rows


def write_json(path: Path, content: dict) -> None:
    """Write a manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

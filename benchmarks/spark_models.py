"""Whether each model has the same rows on Spark: python -m benchmarks.spark_models PROJECT.

Spark is given DuckDB's tables, so that a model that fails spoils no other. Needs Java and the extra
`spark`.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot

import finops
from finops.sql import identifier
from finops.warehouse.database import open_reader
from finops.warehouse.models import LAYERS, Model, models_in_order

# What makes Spark count as DuckDB does: amounts lose no digit to make room for larger ones, days
# are UTC days and a timestamp has no zone.
SETTINGS = {
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
# One machine and small tables.
_MACHINE = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.memory": "4g",
}


def spark_models(project: Path) -> Iterator[tuple[str, str]]:
    """Yield each model of a built project, and `same` or how its rows on Spark differ."""
    models = [one for one in models_in_order() if one.name.partition(".")[0] in LAYERS]
    settings = finops.connect(project).settings
    with tempfile.TemporaryDirectory() as folder:
        spark = _session(Path(folder) / "spark")
        try:
            with open_reader(settings) as con:
                for model in models:
                    for table in sorted(model.reads):
                        _give(spark, con, table, Path(folder) / f"{table}.parquet")
                    yield model.name, _verdict(spark, con, model)
        finally:
            spark.stop()


def _session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("finops")
    for name, value in (SETTINGS | _MACHINE).items():
        builder = builder.config(name, value)
    spark = builder.config("spark.sql.warehouse.dir", str(folder)).getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def _give(spark: Any, con: duckdb.DuckDBPyConnection, table: str, file: Path) -> None:
    """Show Spark a table of DuckDB, as Parquet."""
    if not file.exists():
        # DuckDB's own Parquet would have 128-bit integers as doubles.
        pq.write_table(_rows(con, f"from {table}"), file)
        spark.sql(f"create database if not exists {table.partition('.')[0]}")
        spark.catalog.createTable(table, str(file))


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return con.sql(query).to_arrow_table()


def _verdict(spark: Any, con: duckdb.DuckDBPyConnection, model: Model) -> str:
    try:
        query = sqlglot.transpile(model.sql, read="duckdb", write="spark")[0]
        found = spark.sql(query).toArrow()
    except Exception as error:  # whatever Spark says of it is the verdict
        return f"fails: {str(error).strip().splitlines()[0]}"
    found = model.transform(found) if model.transform else found
    return difference(found, _rows(con, f"from {model.name}"))


def difference(found: pa.Table, expected: pa.Table) -> str:
    """Return `same` if two tables have the same rows in any order, or how many rows differ.

    Amounts are compared to the last digit that either has, doubles to ten digits: a sum of those
    has the last ones of the order in which it was made.
    """
    if found.column_names != expected.column_names:
        return f"differs: columns {found.column_names}"
    with duckdb.connect() as con:
        con.register("found", found)
        con.register("expected", expected)
        values = {name: _comparable(con, name) for name in found.column_names}
        only = [
            _only(con, ", ".join(values.values()), *tables)
            for tables in (("found", "expected"), ("expected", "found"))
        ]
        if not any(only):
            return "same"
        columns = [name for name, value in values.items() if _only(con, value, "found", "expected")]
        return (
            f"differs: {only[0]:,} of {found.num_rows:,} rows are Spark's alone, {only[1]:,} of "
            f"{expected.num_rows:,} DuckDB's, first in {columns[0] if columns else 'how many'}"
        )


def _only(con: duckdb.DuckDBPyConnection, values: str, one: str, other: str) -> int:
    """Return how many rows only `one` of two tables has."""
    query = f"select {values} from {one} except all select {values} from {other}"
    return int(con.execute(f"select count(*) from ({query})").fetchall()[0][0])


def _comparable(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return in SQL a column as a type that has every digit of both tables."""
    column = identifier(name)
    tables = ("found", "expected")
    types = [str(con.sql(f"select {column} from {table}").types[0]) for table in tables]
    if "DOUBLE" in types:
        return f"format('{{:.9e}}', cast({column} as double) + 0)"
    if any(one.startswith("DECIMAL") for one in types):
        scale = max(int(one.rstrip(")").rpartition(",")[2]) for one in types if "," in one)
        return f"cast({column} as decimal(38, {scale}))"
    if types[0] != types[1] and "INT" in types[0]:
        return f"cast({column} as hugeint)"
    return column


def main() -> None:
    """Print a line a model, and how many are the same."""
    (project,) = sys.argv[1:]
    verdicts = []
    for name, verdict in spark_models(Path(project)):
        print(f"{name:30} {verdict}", flush=True)
        verdicts.append(verdict)
    print(f"{verdicts.count('same')} of {len(verdicts)} models are the same on Spark")


if __name__ == "__main__":
    main()

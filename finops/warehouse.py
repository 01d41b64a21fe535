"""Open a project: load bills, build tables, ask questions, check promises."""

import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from finops.build import Progress, build_warehouse, open_database
from finops.errors import BadInput, SourceNotFound
from finops.ingest.deliveries import read_records, write_delivery
from finops.ingest.discover import find_deliveries
from finops.lock import writer_lock
from finops.models import checks
from finops.settings import Settings, read_settings


def connect(project: str | Path = ".") -> "Warehouse":
    """Return the warehouse of the project folder that holds finops.toml.

    Raises SourceNotFound without one, BadInput for a wrong setting.
    """
    return Warehouse(read_settings(project))


def _silent(name: str, number: int, total: int) -> None:
    """Report no progress."""


class Warehouse:
    """The cost data of one project.

    Frames come back with Arrow types, so that amounts stay exact decimals. A Warehouse keeps
    reading the build it opened until it builds again or is closed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> "Warehouse":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the build that is being read; the next question opens the newest."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def load(
        self,
        source: str | Path,
        *,
        billing_period: str | None = None,
        progress: Progress = _silent,
    ) -> pd.DataFrame:
        """Load the bills in a folder, or of one file, and return one row per delivery found.

        Columns: those of ledger.deliveries and `is_new`. What is loaded already is left as it is;
        `billing_period` (YYYY-MM) takes one month only. Raises SourceNotFound, BadSource,
        MissingColumns, WarehouseBusy; the deliveries written before an error stay.
        """
        deliveries = find_deliveries(Path(source))
        if billing_period:
            deliveries = [one for one in deliveries if one.billing_period == billing_period]
            if not deliveries:
                raise SourceNotFound(f"{source} holds no bill of {billing_period}.")
        with writer_lock(self.settings.warehouse):
            _remove_leftovers(self.settings.warehouse)
            records = []
            for number, delivery in enumerate(deliveries, start=1):
                progress(f"{delivery.billing_period} {delivery.format}", number, len(deliveries))
                records.append(write_delivery(delivery, self.settings.warehouse))
        return pd.DataFrame(records)

    def build(self, *, progress: Progress = _silent) -> None:
        """Build every table from the charges, mappings and business data, and check the promises.

        Raises BadInput, CheckFailed, SourceNotFound, WarehouseBusy; the last good build then stays.
        """
        with writer_lock(self.settings.warehouse):
            self.close()
            build_warehouse(self.settings, progress)

    def sql(self, query: str, **params: object) -> pd.DataFrame:
        """Return the rows of one read-only query; `$name` in it takes the keyword `name`.

        Raises BadInput for anything but one select, and for a query that fails.
        """
        rows = self._read(query, params)
        frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table, such as `marts.team_month`. Raises BadInput if there is none."""
        parts = name.split(".")
        if len(parts) != 2 or not all(part.isidentifier() for part in parts):
            raise BadInput(f"{name!r} is no table name. Example: marts.team_month.")
        return self.sql(f"select * from {name} order by all")

    def check(self) -> pd.DataFrame:
        """Return one row per promise: check, promise, rows that break it (0 is kept)."""
        results = [
            {"check": one.name, "promise": one.grain, "rows": len(self.sql(one.sql))}
            for one in checks()
        ]
        return pd.DataFrame(results)

    def status(self) -> pd.DataFrame:
        """Return the trust header: one row per month and currency of marts.trust_header."""
        return self.sql("from marts.trust_header order by billing_period, billing_currency")

    def pending(self) -> list[str]:
        """Return the ids of deliveries that are loaded and that no build has read yet."""
        loaded = {record["delivery_id"] for record in read_records(self.settings.warehouse)}
        if not self.settings.database.exists():
            return sorted(loaded)
        built = self.sql("select delivery_id from ledger.deliveries")["delivery_id"]
        return sorted(loaded - set(built))

    def _read(self, query: str, params: dict[str, Any]) -> pa.Table:
        con = self._reader()
        try:
            statements = con.extract_statements(query)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise BadInput("Only one select at a time can be run; the warehouse is read-only.")
            return con.sql(query, params=params or None).to_arrow_table()
        except duckdb.Error as error:
            raise BadInput(f"The query failed: {error}") from error

    def _reader(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            if not self.settings.database.exists():
                raise SourceNotFound(
                    f"{self.settings.project} has no warehouse yet. Run: finops load SOURCE, "
                    "then finops build"
                )
            self._connection = open_database(self.settings.database, self.settings, read_only=True)
        return self._connection


_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


def _remove_leftovers(warehouse: Path) -> None:
    """Remove what a writer that died left half-written."""
    for folder in warehouse.glob("charges/billing_period=*/.delivery=*"):
        shutil.rmtree(folder)
    for file in warehouse.glob(".finops.*.duckdb*"):
        file.unlink()

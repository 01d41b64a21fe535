"""Open a project: load bills, build tables, ask questions, check promises.

What loads, builds or needs a data frame is imported where that is done: a question starts at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from finops.errors import BadInput, SourceNotFound
from finops.leftovers import keep_last_used, remove_leftovers
from finops.lock import writer_lock
from finops.settings import Settings, read_settings
from finops.sql import answer, check_reading, printable
from finops.warehouse.as_of import moment
from finops.warehouse.database import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from types import TracebackType

    import pandas as pd
    import pyarrow as pa

    from finops.ingest.decisions import Decision
    from finops.warehouse.months import Progress


def connect(project: str | Path = ".", *, as_of: str | date | None = None) -> Warehouse:
    """Return the warehouse of the project folder that holds finops.toml.

    `as_of`, a UTC day (its end counts) or a time, gives it as it was reported then: from the
    deliveries that AWS had written by then, with today's mappings and business files. It can only
    be read. Raises SourceNotFound without a project, BadInput for a wrong setting or time.
    """
    settings = read_settings(project)
    return Warehouse(replace(settings, as_of=moment(as_of)) if as_of else settings)


def silent(name: str, number: int, total: int) -> None:
    """Report no progress."""


class Warehouse:
    """The cost data of one project.

    Frames come back with Arrow types, so that amounts stay exact decimals. A Warehouse keeps
    reading the build it opened until it builds again or is closed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._connection: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Warehouse:
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
        format: str | None = None,  # noqa: A002
        allow_bad_values: bool = False,
        all_versions: bool = False,
        progress: Progress = silent,
    ) -> pd.DataFrame:
        """Load the bills in a folder, of one file or below an `s3://` prefix.

        Returns one row per delivery found, with the columns of ledger.deliveries and `is_new`. What
        is loaded already is left as it is.

        `billing_period` (YYYY-MM) takes one month only; `format` (`legacy`, `cur2` or `focus`)
        overrules what manifest and header say; with `allow_bad_values`, values that don't parse are
        counted and left empty. Of the versions that an export keeps of a month the newest is loaded
        and the others are registered, until somebody asks for the past; `all_versions` loads them
        now. What is left out and may belong to the bill makes a BadSource, when all else is loaded,
        that says what, why and how to decide. Raises BadInput, SourceNotFound, MissingColumns and
        WarehouseBusy too.
        """
        import pandas as pd

        from finops.ingest.load import load_folder
        from finops.ingest.s3 import is_s3

        self._refuse_as_of()
        options: dict[str, Any] = {
            "billing_period": billing_period,
            "format": format,
            "allow_bad_values": allow_bad_values,
            "all_versions": all_versions,
            "progress": progress,
        }
        if not is_s3(source):
            return pd.DataFrame(load_folder(self.settings, str(source), Path(source), **options))
        return pd.DataFrame(self._load_bucket(str(source), options))

    def _load_bucket(self, source: str, options: dict[str, Any]) -> list[dict[str, Any]]:
        from finops.ingest.load import load_folder
        from finops.ingest.s3 import bucket_folder, s3_address, sync
        from finops.ingest.versions import versions_of

        cache = self.settings.warehouse / "cache"
        asked = {name: options[name] for name in ("billing_period", "all_versions", "progress")}
        # Until the copies are read, no other load may refresh them.
        with writer_lock(cache):
            synced = sync(source, cache, **asked)
            root = bucket_folder(source, cache)
            return load_folder(
                self.settings,
                source,
                synced.folder,
                root=root,
                address=lambda path: s3_address(path, root),
                refused=synced.refused,
                older=versions_of(synced.older),
                **options,
            )

    def files(self) -> pd.DataFrame:
        """Return what became of every file found below a source, also before a build.

        One row per file, as in ledger.files: source, file, status, detail, months, rows, days,
        accounts and sum, as far as they are known.
        """
        from finops.ingest.file_accounts import file_rows, read_accounts

        return _frame(file_rows(read_accounts(self.settings.warehouse)))

    def decide(self, what: str, decision: str, reason: str) -> Decision:
        """Decide of a file, folder or delivery: `leave` it out, `take` it, or `undo` that.

        It counts from the next load or build. Raises BadInput without a reason, and for a name
        that no file, folder or delivery has.
        """
        from finops.ingest.decisions import decide

        self._refuse_as_of()
        with writer_lock(self.settings.warehouse):
            return decide(self.settings.warehouse, what, decision, reason, self._loaded())

    def _loaded(self) -> set[str]:
        """Return the files that loads have seen, and the ids and sources of deliveries."""
        from finops.ingest.deliveries import read_records

        records = read_records(self.settings.warehouse)
        files = self.files()["file"].dropna()
        return {*files, *(str(one[name]) for one in records for name in ("delivery_id", "source"))}

    def build(self, *, progress: Progress = silent) -> None:
        """Build every table from the charges, mappings and business data, and check the promises.

        Series that come from a database are fetched first. Where BadSource or CheckFailed names
        months that are not built, the others are. Raises BadInput, SourceNotFound, WarehouseBusy
        too; the last good build then stays.
        """
        from finops.ingest.renormalise import normalise_again
        from finops.inputs.databases import fetch_series
        from finops.warehouse.build import build_warehouse

        self._refuse_as_of()
        with writer_lock(self.settings.warehouse):
            remove_leftovers(self.settings.warehouse)
            self.close()
            normalise_again(self.settings.warehouse, progress)
            fetch_series(self.settings.business, self.settings.warehouse / "business")
            build_warehouse(self.settings, progress)

    def sql(self, query: str, **params: object) -> pd.DataFrame:
        """Return the rows of one read-only query; a keyword is its `$name` or getvariable('name').

        Raises BadInput for anything but one select, for a query that fails, and for a keyword that
        the query does not ask for.
        """
        return _frame(self._read(query, params, answer))

    def rows(self, query: str) -> pa.Table:
        """Return the rows of one read-only query to print: what isn't number or text is text."""
        return self._read(query, {}, printable)

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole table, such as `marts.team_month`. Raises BadInput if there is none."""
        parts = name.split(".")
        if len(parts) != 2 or not all(part.isidentifier() for part in parts):
            raise BadInput(f"{name!r} is no table name. Example: marts.team_month.")
        return self.sql(f"select * from {name} order by all")

    def describe(self, table: str | None = None) -> pd.DataFrame:
        """Return what the tables of the build are, or what each column of one `table` means.

        table, grain and notes; of a table column, type, unit and text. Raises BadInput if there is
        no such table.
        """
        from finops.warehouse import dictionary

        con = self._reader()
        return dictionary.tables(con) if table is None else dictionary.columns(con, table)

    def check(self) -> pd.DataFrame:
        """Return one row per promise: check, promise, rows that break it (0 is kept), and which."""
        import pandas as pd

        from finops.warehouse.models import checks
        from finops.warehouse.promises import broken

        con = self._reader()
        results = []
        for one in checks():
            with self._of_this_version():
                count, line = broken(con, one)
            results.append({"check": one.name, "promise": one.grain, "rows": count, "broken": line})
        return pd.DataFrame(results)

    def status(self) -> pd.DataFrame:
        """Return the trust header: one row per month and currency of marts.trust_header."""
        order = "order by billing_period, billing_currency"
        with self._of_this_version():
            return self.sql(f"from marts.trust_header {order}")

    def findings(self) -> pd.DataFrame:
        """Return what is odd in the bill itself, the newest month and the most money first.

        One row of ledger.findings each; x_found_cost is the money that x_what names.
        """
        order = "order by billing_period desc, abs(x_found_cost) desc, x_kind, x_what"
        with self._of_this_version():
            return self.sql(f"from ledger.findings {order}")

    def diff(self, a: str, b: str | None = None) -> pd.DataFrame:
        """Return how the bill moved from delivery `a` to `b`, or in month `a` with its last one.

        One row per AWS service, account and currency, the largest change of billed cost first;
        empty for a month that came once. A version of the month that is registered is loaded for
        it. Raises BadInput, SourceNotFound, BadSource, WarehouseBusy.
        """
        from finops.ingest.versions import load_version_before
        from finops.warehouse.delivery_diff import diff_deliveries

        if b is None and self.settings.as_of is None:
            with writer_lock(self.settings.warehouse):
                load_version_before(self.settings.warehouse, a)
        return diff_deliveries(self.settings, a, b)

    def damage(self, *, whole: bool = False) -> list[str]:
        """Return a sentence per part of the project that is not what was loaded, closed or kept.

        Sizes and ends of the charges are compared; with `whole`, every byte.
        """
        from finops.warehouse.damage import project_damage

        built = self.sql("from ledger.deliveries") if self.settings.database.exists() else None
        return project_damage(self.settings, self.records(), built, whole=whole)

    @property
    def is_built(self) -> bool:
        """Whether there is a build to read, or one as of another moment can be made."""
        return self._connection is not None or bool(
            self.settings.as_of or self.settings.database.exists()
        )

    def records(self) -> list[dict[str, Any]]:
        """Return the record of each delivery that is loaded, built or not."""
        from finops.ingest.deliveries import read_records

        return read_records(self.settings.warehouse, as_of=self.settings.as_of)

    def pending(self) -> list[str]:
        """Return the ids of deliveries that are loaded and that no build has read yet."""
        loaded = {record["delivery_id"] for record in self.records()}
        if not self.settings.database.exists():
            return sorted(loaded)
        built = self.sql("select delivery_id from ledger.deliveries")["delivery_id"]
        return sorted(loaded - set(built))

    @contextmanager
    def _of_this_version(self) -> Iterator[None]:
        """Say what to do where a question of ours fails, as another version made the last build."""
        try:
            yield
        except (BadInput, duckdb.Error) as error:
            raise SourceNotFound(
                f"The last build of {self.settings.project} lacks what this version of finops "
                f"reads. Run: finops build. ({error})"
            ) from error

    def _read(self, query: str, params: dict[str, Any], ask: Callable[..., pa.Table]) -> pa.Table:
        con = self._reader()
        try:
            check_reading(con, query)
            return ask(con, query, params)
        except duckdb.PermissionException as error:
            raise BadInput(
                f"A query reads the warehouse, and no file or setting beside it: {error}"
            ) from error
        except duckdb.Error as error:
            raise BadInput(f"The query failed: {error}") from error

    def _reader(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._build_as_of()
            if not self.settings.database.exists():
                raise SourceNotFound(
                    f"{self.settings.project} has no warehouse yet. Run: finops load SOURCE, "
                    "then finops build"
                )
            try:
                self._connection = open_reader(self.settings)
            except duckdb.IOException as error:
                raise SourceNotFound(
                    f"{self.settings.database} can't be read ({error}). Run: finops build"
                ) from error
        return self._connection

    def _build_as_of(self) -> None:
        """Build the tables of another moment in a file of their own; what is built stays."""
        if self.settings.as_of:
            from finops.ingest.versions import load_as_of
            from finops.warehouse.build import build_warehouse

            # No lock: the file is this process's own until it is whole.
            load_as_of(self.settings.warehouse, self.settings.as_of)
            build_warehouse(self.settings, silent)
            keep_last_used(self.settings.database, "[0-9]*.duckdb", _MOMENTS)

    def _refuse_as_of(self) -> None:
        if self.settings.as_of:
            raise BadInput(f"The warehouse as of {self.settings.as_of} UTC can only be read.")


def _frame(rows: pa.Table) -> pd.DataFrame:
    import pandas as pd

    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame


# So many moments of the past stay built.
_MOMENTS = 3

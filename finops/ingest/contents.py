"""Note which AWS services, accounts and tag keys a delivery holds, to see later what vanished."""

from importlib.resources import files
from pathlib import Path

import duckdb

from finops.sql import literal


def read_contents(con: duckdb.DuckDBPyConnection, charges: Path) -> dict[str, list[str]]:
    """Return service_names, sub_account_ids and tag_keys of a Parquet file of charges, sorted."""
    con.execute("create schema if not exists raw")
    con.execute(f"create or replace view raw.charges as from read_parquet({literal(str(charges))})")
    result = con.execute((files("finops.ingest") / "names_in_charges.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in result.description or []]
    return {name: found or [] for name, found in zip(names, result.fetchone() or (), strict=True)}

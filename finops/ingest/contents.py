"""Note which AWS services, accounts and tag keys a delivery holds, to see later what vanished."""

import duckdb

from finops.sql import read_query


def read_contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return service_names, sub_account_ids and tag_keys of a delivery, each sorted.

    Reads `raw.charges` and `raw.tag_maps`.
    """
    query = read_query("finops.ingest", "names_in_charges")
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    return {name: found or [] for name, found in zip(names, result.fetchone() or (), strict=True)}

"""Note which AWS services, accounts and tag keys a delivery holds, to see later what vanished."""

from importlib.resources import files

import duckdb


def read_contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return service_names, sub_account_ids and tag_keys of a delivery, each sorted.

    Reads `raw.charges` and `raw.tag_maps`.
    """
    query = (files("finops.ingest") / "names_in_charges.sql").read_text(encoding="utf-8")
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    return {name: found or [] for name, found in zip(names, result.fetchone() or (), strict=True)}

"""Tell which payers are billed by the net columns of their lines."""

import duckdb

from finops.ingest.manifests import FOCUS_FORMAT, Delivery
from finops.sql import read_query


def set_net_payers(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Tell SQL the list of net_payers.sql, as the variable `net_payers`; NULL where it is empty.

    Reads `raw.line_totals`. FOCUS has no net columns.
    """
    if delivery.format != FOCUS_FORMAT:
        query = read_query("finops.models.bill", "net_payers")
        con.execute(f"set variable net_payers = ({query})")

"""Where the charges of a delivery are, and how SQL reads them wherever the project is."""

from collections.abc import Iterable
from typing import Any

from finops.sql import literal

__all__ = ["NAMES", "charge_paths", "charge_scan"]

# The charges, and what their commitments left unused.
NAMES = ("charges.parquet", "unused_commitments.parquet")
# Without the variable, as in another program that opened the build, they are below where it runs.
_SCAN = (
    "read_parquet(list_transform([{paths}], "
    "lambda one: coalesce(getvariable('finops_project'), '') || one), "
    "hive_partitioning = {hive}, hive_types_autocast = false, union_by_name = true)"
)


def charge_paths(record: dict[str, Any]) -> list[str]:
    """Return the Parquet files of a delivery, relative to the project folder."""
    folder = (
        f"warehouse/charges/billing_period={record['billing_period']}"
        f"/delivery={record['delivery_id']}"
    )
    return [f"{folder}/{name}" for name in NAMES]


def charge_scan(records: Iterable[dict[str, Any]], *, hive: bool = True) -> str:
    """Return the table function that reads the charges of at least one delivery."""
    paths = ", ".join(literal(path) for one in records for path in charge_paths(one))
    return _SCAN.format(paths=paths, hive=str(hive).lower())

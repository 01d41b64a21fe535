"""Explain how a month moved between two deliveries, by AWS service and account."""

import re
from typing import Any

import duckdb
import pandas as pd

from finops.errors import BadInput, SourceNotFound
from finops.ingest.charge_files import charge_paths, charge_scan
from finops.ingest.deliveries import read_records
from finops.settings import Settings
from finops.sql import read_query
from finops.warehouse.database import open_database

Record = dict[str, Any]

_PERIOD = re.compile(r"\d{4}-\d{2}")
# What a month that came once has moved.
_NOTHING = """(
    select
        cast(null as varchar) as service_name,
        cast(null as varchar) as sub_account_id,
        cast(null as varchar) as sub_account_name,
        cast(null as varchar) as billing_currency,
        cast(0 as decimal(18, 10)) as billed_cost,
        cast(0 as decimal(18, 10)) as effective_cost,
        cast(0 as decimal(18, 10)) as x_unblended_cost
    limit 0
)"""


def diff_deliveries(settings: Settings, a: str, b: str | None = None) -> pd.DataFrame:
    """Return what changed from delivery `a` to `b`, or between the last two of the month `a`.

    One row per AWS service, account and currency, the largest change of billed cost first. A month
    with several payers compares each payer's last two; the frame is empty if none came twice.
    Raises BadInput for what names no delivery, SourceNotFound for charges that were deleted.
    """
    records = read_records(settings.warehouse, as_of=settings.as_of)
    pairs = [_pair(records, a, b)] if b else _last_two(records, a)
    con = open_database(":memory:", settings)
    con.execute("create schema ledger")
    _create_charges(con, "old_charges", settings, [old for old, _ in pairs])
    _create_charges(con, "new_charges", settings, [new for _, new in pairs])
    query = read_query("finops.warehouse", "delivery_change")
    frame: pd.DataFrame = con.sql(query).to_arrow_table().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _pair(records: list[Record], a: str, b: str) -> tuple[Record, Record]:
    old, new = _record(records, a), _record(records, b)
    if _bill(old) != _bill(new):
        raise BadInput(
            f"Deliveries {a} and {b} are of different bills: "
            f"{old['billing_period']} of payer {old['billing_account_ids']} and "
            f"{new['billing_period']} of payer {new['billing_account_ids']}."
        )
    return old, new


def _record(records: list[Record], delivery_id: str) -> Record:
    found = next((one for one in records if one["delivery_id"] == delivery_id), None)
    if found is None:
        raise BadInput(
            f"There is no delivery {delivery_id!r}. Their ids: finops sql "
            '"select delivery_id, billing_period, delivered_at from ledger.deliveries"'
        )
    return found


def _last_two(records: list[Record], billing_period: str) -> list[tuple[Record, Record]]:
    if not _PERIOD.fullmatch(billing_period):
        raise BadInput(
            f"{billing_period!r} is no month. Give a month YYYY-MM, or the ids of two deliveries."
        )
    month = [one for one in records if one["billing_period"] == billing_period]
    if not month:
        raise BadInput(f"No delivery of {billing_period} is loaded.")
    ids = {one["delivery_id"]: one for one in month}
    return [
        (ids[one["previous_delivery_id"]], one)
        for one in month
        if one["status"] == "current" and one["previous_delivery_id"]
    ]


def _bill(record: Record) -> tuple[str, str]:
    return record["billing_account_ids"], record["billing_period"]


def _create_charges(
    con: duckdb.DuckDBPyConnection, name: str, settings: Settings, records: list[Record]
) -> None:
    for path in (path for one in records for path in charge_paths(one)):
        if not (settings.project / path).is_file():
            raise SourceNotFound(f"{path} is gone: those charges can't be compared any more.")
    source = charge_scan(records, hive=False) if records else _NOTHING
    con.execute(f"create view ledger.{name} as from {source}")

"""Write months as CUR 2.0 Data Exports: Parquet, hourly, maps, every delivery in its own folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from .charges import NET, UNBLENDED, Charges
from .columns import (
    amount_column,
    constant_column,
    discount_map_column,
    end_seconds,
    interval_column,
    invoice_ids,
    is_whole_month,
    moment_column,
    text_column,
    text_map_column,
)
from .company import BUCKET, account_ids, money, month_hours, table, uuid_id
from .files import write_chunks, write_json

PREFIX, EXPORT = "cur2", "delivery-hourly"


@dataclass(frozen=True)
class Delivery:
    """One execution of the export: when it ran, and how much of the month had arrived."""

    month: str
    moment: str
    until_hour: int | None = None

    @property
    def final(self) -> bool:
        return self.until_hour is None

    @property
    def execution_id(self) -> str:
        return uuid_id("execution", self.month, self.moment)

    @property
    def folder(self) -> str:
        return f"BILLING_PERIOD={self.month}/{self.moment}-{self.execution_id}"


DELIVERIES = [
    Delivery("2026-08", "2026-09-02T03:11:27.412Z", until_hour=31 * 24 - 13),
    Delivery("2026-08", "2026-09-15T04:26:50.108Z"),
    Delivery("2026-09", "2026-10-15T04:31:12.655Z"),
    Delivery("2026-10", "2026-11-15T04:22:08.930Z"),
]


def write_cur2(delivery: Delivery, replicas: Iterable[Charges], bill: Path) -> int:
    """Write one delivery's files and manifests; return the number of rows."""
    tables = (cur2_table(charges, delivery) for charges in replicas)
    folder = f"{PREFIX}/{EXPORT}/data/{delivery.folder}"
    files, schema, rows = write_chunks(tables, bill, folder, EXPORT)
    manifest = _manifest(delivery, files, schema)
    metadata = bill / PREFIX / EXPORT / "metadata"
    write_json(metadata / delivery.folder / f"{EXPORT}-Manifest.json", manifest)
    write_json(metadata / f"BILLING_PERIOD={delivery.month}" / f"{EXPORT}-Manifest.json", manifest)
    return rows


def cur2_table(charges: Charges, delivery: Delivery) -> pa.Table:
    """Return a month's rows with the fixed columns of CUR 2.0."""
    special = _special_columns(charges, delivery)
    columns = table("cur2_columns").itertuples()
    arrays = {c.column: special.get(c.column, _column(charges, c)) for c in columns}
    return pa.table(arrays)


def _column(charges: Charges, column) -> pa.Array | None:
    """Take a column from the amounts or the lines; what nobody filled is NULL."""
    length = len(charges.amounts)
    if column.type == "double":
        empty = pd.Series(np.full(length, np.nan))
        return amount_column(charges.amounts.get(column.column, empty), nulls=True)
    attribute = column.column.replace("product_", "product:", 1)
    for name in (column.column, attribute):
        if name in charges.lines:
            line = charges.amounts["line"].to_numpy()
            return text_column(charges.lines[name], line, nulls=True)
    return constant_column(None, length)


def _special_columns(charges: Charges, delivery: Delivery) -> dict[str, pa.Array]:
    return (
        _time_columns(charges, delivery.month)
        | _text_columns(charges, delivery)
        | (_money_columns(charges))
    )


def _time_columns(charges: Charges, month: str) -> dict[str, pa.Array]:
    start, end = charges.amounts["start"].to_numpy(), charges.amounts["end"].to_numpy()
    zero = np.zeros(len(start), dtype=int)
    return {
        "identity_time_interval": interval_column(month, start, end, is_whole_month(charges)),
        "bill_billing_period_start_date": moment_column(month, zero),
        "bill_billing_period_end_date": moment_column(month, zero + month_hours(month)),
        "line_item_usage_start_date": moment_column(month, start),
        "line_item_usage_end_date": moment_column(month, end, end_seconds(charges)),
    }


def _text_columns(charges: Charges, delivery: Delivery) -> dict[str, pa.Array]:
    """Return names, tags and attributes; an open month has no invoice yet."""
    line, lines = charges.amounts["line"].to_numpy(), charges.lines
    accounts = table("accounts").set_index("account_id")
    ids = lines["line_item_usage_account_id"]
    invoices = invoice_ids(lines, delivery.month)
    payer = accounts.loc[account_ids()["payer"], "name"]
    return {
        "bill_invoice_id": text_column(
            invoices if delivery.final else pd.Series("", index=lines.index), line, nulls=True
        ),
        "bill_payer_account_name": constant_column(payer, len(line)),
        "line_item_usage_account_name": text_column(ids.map(accounts["name"]), line, nulls=True),
        "product": text_map_column(_product_maps(lines), line),
        "resource_tags": text_map_column(list(lines["tags"]), line),
        "cost_category": text_map_column(
            [{"account_group": group} for group in ids.map(accounts["category"])], line
        ),
    }


def _product_maps(lines: pd.DataFrame) -> list[dict[str, str]]:
    """Return the attributes that have no column of their own."""
    flat = set(table("cur2_columns")["column"])
    names = [c for c in lines if c.startswith("product:")]
    mapped = [c for c in names if c.replace("product:", "product_") not in flat]
    rows = lines[mapped].rename(columns=lambda c: c.removeprefix("product:")).to_dict("records")
    return [{name: text for name, text in row.items() if text} for row in rows]


def _money_columns(charges: Charges) -> dict[str, pa.Array]:
    """Net columns already contain the discount; the discount columns say how much it is."""
    unblended, net = charges.amounts[UNBLENDED], charges.amounts[NET]
    discount = money((net - unblended).to_numpy()) + 0.0
    return {
        "line_item_blended_cost": amount_column(unblended, nulls=True),
        "discount_total_discount": pa.array(discount),
        "discount": discount_map_column(discount),
    }


def _manifest(delivery: Delivery, files: list[str], schema: pa.Schema) -> dict:
    exports = f"arn:aws:bcm-data-exports:us-east-1:{account_ids()['payer']}:export"
    return {
        "executionId": delivery.execution_id,
        "exportArn": f"{exports}/{EXPORT}-{uuid_id(EXPORT)}",
        "columns": [{"name": field.name, "type": _type_name(field.type)} for field in schema],
        "dataFiles": [f"s3://{BUCKET}/{file}" for file in files],
        "additionalOutputFiles": [],
    }


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_map(kind):
        return "map"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return "double" if pa.types.is_floating(kind) else "string"

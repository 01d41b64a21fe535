"""Write months as a legacy Cost and Usage Report: Parquet, daily, one column per tag."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from .charges import UNBLENDED, Charges
from .columns import (
    amount_column,
    constant_column,
    end_seconds,
    interval_column,
    invoice_ids,
    is_whole_month,
    moment_column,
    text_column,
)
from .company import (
    BUCKET,
    account_ids,
    money,
    month_end,
    month_hours,
    month_start,
    rng,
    table,
    uuid_id,
)
from .files import write_chunks, write_json, write_table
from .tags import ACTIVATED

PREFIX, REPORT = "cur", "delivery-daily"
# Columns that real reports have without this company ever filling them; they come and go.
EMPTY_PRODUCT_COLUMNS = [
    "availability",
    "clock_speed",
    "current_generation",
    "durability",
    "ebs_optimized",
    "edition",
    "endpoint_type",
    "group",
    "group_description",
    "logs_destination",
    "max_volume_size",
    "message_delivery_order",
    "network_performance",
    "origin",
    "physical_processor",
    "queue_type",
    "routing_type",
    "storage_media",
    "transfer_type",
    "version",
    "volume_type",
]
FIRST_SEEN = {"bill_invoicing_entity": "2026-01", "product_vcpu": "2025-12"}
NOT_SUMMED = ["line_item_normalization_factor", "savings_plan_savings_plan_rate"]


def write_legacy(month: str, replicas: Iterable[Charges], bill: Path, seed: int) -> int:
    """Write one month's files and manifest; return the number of rows."""
    tables = (legacy_table(_daily(charges), month, seed) for charges in replicas)
    year, number = month.split("-")
    folder = f"{PREFIX}/{REPORT}/{REPORT}/year={year}/month={int(number)}"
    files, schema, rows = write_chunks(tables, bill, folder, REPORT)
    _write_manifest(month, files, schema, bill)
    _write_status(bill)
    return rows


def _daily(charges: Charges) -> Charges:
    """Add the hours of a line up to days; the first and last hour used remain."""
    amounts = charges.amounts.drop(columns=[c for c in charges.amounts if "net_" in c])
    how = {c: "sum" for c in amounts if c not in ("line", "start", "end")}
    how |= {c: "max" for c in NOT_SUMMED if c in amounts} | {"start": "min", "end": "max"}
    days = amounts.assign(day=amounts["start"] // 24).groupby(["line", "day"], sort=True).agg(how)
    days = days.reset_index()
    numbers = [c for c in how if how[c] == "sum"]
    return Charges(charges.lines, days.assign(**{c: money(days[c]) for c in numbers}))


def legacy_table(charges: Charges, month: str, seed: int) -> pa.Table:
    """Return the month's rows with this month's columns, in this month's order."""
    columns = _static_columns(charges, month) | _dynamic_columns(charges, month, seed)
    fields = [pa.field(name, array.type, nullable=False) for name, array in columns.items()]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


def _static_columns(charges: Charges, month: str) -> dict[str, pa.Array]:
    special = _special_columns(charges, month)
    wanted = table("legacy_columns").itertuples()
    seen = [column for column in wanted if FIRST_SEEN.get(column.column, "") <= month]
    return {c.column: special.get(c.column, _column(charges, c)) for c in seen}


def _column(charges: Charges, column) -> pa.Array:
    """Take a column from the amounts or the lines; what nobody filled is 0 or ''."""
    length = len(charges.amounts)
    if column.type == "double":
        empty = pd.Series(np.zeros(length))
        return amount_column(charges.amounts.get(column.column, empty), nulls=False)
    if column.column in charges.lines:
        line = charges.amounts["line"].to_numpy()
        return text_column(charges.lines[column.column], line, nulls=False)
    return constant_column("", length)


def _special_columns(charges: Charges, month: str) -> dict[str, pa.Array]:
    amounts, line = charges.amounts, charges.amounts["line"].to_numpy()
    start, end = amounts["start"].to_numpy(), amounts["end"].to_numpy()
    day = amounts["day"].to_numpy() * 24
    zero = np.zeros(len(amounts), dtype=int)
    return {
        "identity_time_interval": interval_column(month, day, day + 24, is_whole_month(charges)),
        "bill_invoice_id": text_column(invoice_ids(charges.lines, month), line, nulls=False),
        "bill_billing_period_start_date": moment_column(month, zero),
        "bill_billing_period_end_date": moment_column(month, zero + month_hours(month)),
        "line_item_usage_start_date": moment_column(month, start),
        "line_item_usage_end_date": moment_column(month, end, end_seconds(charges)),
        "line_item_blended_cost": amount_column(_blended(charges), nulls=False),
    }


def _blended(charges: Charges) -> pd.Series:
    """Discount lines have no blended cost."""
    kinds = charges.lines["line_item_line_item_type"].to_numpy()[charges.amounts["line"]]
    return charges.amounts[UNBLENDED].where(kinds != "EdpDiscount", 0.0)


def _dynamic_columns(charges: Charges, month: str, seed: int) -> dict[str, pa.Array]:
    """Return product and tag columns: those in use, and some empty ones, in shifting order."""
    line, lines = charges.amounts["line"].to_numpy(), charges.lines
    products = {
        name.replace("product:", "product_"): text_column(lines[name], line, nulls=False)
        for name in lines
        if name.startswith("product:")
    }
    generator = rng(seed, "drift", month)
    for name in generator.choice(EMPTY_PRODUCT_COLUMNS, 9, replace=False):
        products[f"product_{name}"] = constant_column("", len(line))
    order = sorted(products, key=lambda name: (name != "product_product_name", name))
    if month >= "2026-03":
        order = list(generator.permutation(order))
    shown = [name for name in order if FIRST_SEEN.get(name, "") <= month]
    return {name: products[name] for name in shown} | _tag_columns(charges, month)


def _tag_columns(charges: Charges, month: str) -> dict[str, pa.Array]:
    line = charges.amounts["line"].to_numpy()
    active = sorted(key for key, since in ACTIVATED.items() if since <= month)
    return {
        f"resource_tags_{key}": text_column(
            pd.Series([tags.get(key, "") for tags in charges.lines["tags"]]), line, nulls=False
        )
        for key in active
    }


def _write_manifest(month: str, files: list[str], schema: pa.Schema, bill: Path) -> None:
    start, end = month_start(month), month_end(month)
    manifest = {
        "assemblyId": uuid_id("assembly", month),
        "account": account_ids()["payer"],
        "columns": [_manifest_column(field) for field in schema],
        "charset": "UTF-8",
        "compression": "Parquet",
        "contentType": "Parquet",
        "reportId": uuid_id("report", REPORT).replace("-", "") * 2,
        "reportName": REPORT,
        "billingPeriod": {
            "start": f"{start:%Y%m%d}T000000.000Z",
            "end": f"{end:%Y%m%d}T000000.000Z",
        },
        "bucket": BUCKET,
        "reportKeys": files,
        "additionalArtifactKeys": [],
    }
    period = f"{start:%Y%m%d}-{end:%Y%m%d}"
    write_json(bill / PREFIX / REPORT / period / f"{REPORT}-Manifest.json", manifest)


def _manifest_column(field: pa.Field) -> dict[str, str]:
    groups = ["line_item", "savings_plan", "resource_tags"]
    group = next((g for g in groups if field.name.startswith(g)), field.name.split("_")[0])
    kind = "OptionalBigDecimal" if pa.types.is_floating(field.type) else "OptionalString"
    if pa.types.is_timestamp(field.type):
        kind = "DateTime"
    return {"category": group, "name": field.name.removeprefix(f"{group}_"), "type": kind}


def _write_status(bill: Path) -> None:
    """The report's status file lies beside the data, where a careless glob picks it up."""
    status = pa.table({"status": pa.array(["READY"])})
    folder = bill / PREFIX / REPORT / REPORT / "cost_and_usage_data_status"
    write_table(status, folder / "cost_and_usage_data_status.parquet")

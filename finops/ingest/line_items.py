"""Read the files of one delivery as line items, in CUR 2.0 column names."""

from pathlib import Path

import duckdb

from finops.errors import BadSource, MissingColumns
from finops.sql import identifier, literal

# Every column that charges.sql reads, and its type. A bill may lack any but the required ones.
COLUMNS = {
    "identity_line_item_id": "varchar",
    "identity_time_interval": "varchar",
    "bill_invoice_id": "varchar",
    "bill_invoicing_entity": "varchar",
    "bill_billing_entity": "varchar",
    "bill_bill_type": "varchar",
    "bill_payer_account_id": "varchar",
    "bill_payer_account_name": "varchar",
    "line_item_usage_account_id": "varchar",
    "line_item_usage_account_name": "varchar",
    "line_item_line_item_type": "varchar",
    "line_item_usage_start_date": "timestamp",
    "line_item_usage_end_date": "timestamp",
    "line_item_product_code": "varchar",
    "line_item_usage_type": "varchar",
    "line_item_operation": "varchar",
    "line_item_availability_zone": "varchar",
    "line_item_resource_id": "varchar",
    "line_item_usage_amount": "double",
    "line_item_currency_code": "varchar",
    "line_item_unblended_cost": "decimal(18, 10)",
    "line_item_net_unblended_cost": "decimal(18, 10)",
    "line_item_line_item_description": "varchar",
    "line_item_legal_entity": "varchar",
    "product_product_name": "varchar",
    "product_product_family": "varchar",
    "product_instance_type": "varchar",
    "product_region_code": "varchar",
    "product_region": "varchar",
    "pricing_public_on_demand_cost": "decimal(18, 10)",
    "pricing_unit": "varchar",
    "reservation_reservation_a_r_n": "varchar",
    "reservation_effective_cost": "decimal(18, 10)",
    "reservation_net_effective_cost": "decimal(18, 10)",
    "reservation_amortized_upfront_fee_for_billing_period": "decimal(18, 10)",
    "reservation_net_amortized_upfront_fee_for_billing_period": "decimal(18, 10)",
    "reservation_unused_amortized_upfront_fee_for_billing_period": "decimal(18, 10)",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period": "decimal(18, 10)",
    "reservation_unused_recurring_fee": "decimal(18, 10)",
    "reservation_net_unused_recurring_fee": "decimal(18, 10)",
    "savings_plan_savings_plan_a_r_n": "varchar",
    "savings_plan_savings_plan_effective_cost": "decimal(18, 10)",
    "savings_plan_net_savings_plan_effective_cost": "decimal(18, 10)",
    "savings_plan_total_commitment_to_date": "decimal(18, 10)",
    "savings_plan_used_commitment": "decimal(18, 10)",
    "savings_plan_amortized_upfront_commitment_for_billing_period": "decimal(18, 10)",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period": "decimal(18, 10)",
    "savings_plan_recurring_commitment_for_billing_period": "decimal(18, 10)",
    "savings_plan_net_recurring_commitment_for_billing_period": "decimal(18, 10)",
    "split_line_item_parent_resource_id": "varchar",
    "split_line_item_split_cost": "decimal(18, 10)",
    "split_line_item_unused_cost": "decimal(18, 10)",
    "split_line_item_net_split_cost": "decimal(18, 10)",
    "split_line_item_net_unused_cost": "decimal(18, 10)",
}
REQUIRED = [
    "line_item_usage_start_date",
    "line_item_usage_account_id",
    "line_item_unblended_cost",
]
# CUR 2.0 keeps these only inside its product map.
PRODUCT_KEYS = {
    "product_product_name": "product_name",
    "product_region": "region",
    "product_instance_type": "instance_type",
}
# Our map, and the CUR 2.0 map or the prefix of the legacy columns that it comes from.
MAPS = {"tags": "resource_tags", "cost_categories": "cost_category"}


def create_line_items(con: duckdb.DuckDBPyConnection, files: list[Path]) -> list[str]:
    """Create the view `raw.line_items` over Parquet `files`; return the bill's own column names.

    One row per bill line: COLUMNS with their types, NULL where the bill lacks one, and the maps
    `tags` and `cost_categories`. Raises BadSource for an unreadable file, MissingColumns for a
    bill without usage start, account or cost.
    """
    source = parquet_scan(files)
    types = _column_types(con, files)
    missing = [name for name in REQUIRED if name not in types]
    if missing:
        raise MissingColumns(str(files[0]), missing, sorted(types))
    columns = [f"{_column(name, types)} as {name}" for name in COLUMNS]
    columns += [f"{_map(MAPS[name], types)} as {name}" for name in MAPS]
    con.execute("create schema if not exists raw")
    con.execute(
        f"create or replace view raw.line_items as select {', '.join(columns)} from {source}"
    )
    return sorted(types)


def parquet_scan(files: list[Path]) -> str:
    """Return SQL that reads all `files` as one table, matching their columns by name."""
    names = ", ".join(literal(str(file)) for file in files)
    # Months and chunks of one bill have different columns; by position, tags would be lost.
    return f"read_parquet([{names}], union_by_name = true, hive_partitioning = false)"


def _column_types(con: duckdb.DuckDBPyConnection, files: list[Path]) -> dict[str, str]:
    for file in files:
        try:
            con.execute(f"select 1 from {parquet_scan([file])} limit 0")
        except duckdb.Error as error:
            raise BadSource(
                f"{file} can't be read as Parquet; is it cut off? Fetch it again. ({error})"
            ) from error
    rows = con.execute(f"describe select * from {parquet_scan(files)}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _column(name: str, types: dict[str, str]) -> str:
    found = identifier(name) if name in types else "null"
    if name in PRODUCT_KEYS and types.get("product", "").startswith("MAP"):
        found = f"coalesce({found}, product[{literal(PRODUCT_KEYS[name])}])"
    if COLUMNS[name] == "varchar":
        # Legacy files write '' where there is no value, CUR 2.0 writes NULL.
        return f"nullif(cast({found} as varchar), '')"
    return f"cast({found} as {COLUMNS[name]})"


def _map(source: str, types: dict[str, str]) -> str:
    """Return SQL for a map without empty values, keyed without the `user_` of the exports."""
    if types.get(source, "").startswith("MAP"):
        entries = f"coalesce(map_entries({source}), [])"
    else:
        names = sorted(name for name in types if name.startswith(f"{source}_"))
        pairs = [
            f"{{'key': {literal(name.removeprefix(f'{source}_'))}, 'value': {identifier(name)}}}"
            for name in names
        ]
        entries = f"[{', '.join(pairs)}]"
    if entries == "[]":
        return "cast(map {} as map(varchar, varchar))"
    return (
        "map_from_entries([{'key': case when starts_with(entry.key, 'user_')"
        " then substr(entry.key, 6) else entry.key end, 'value': entry.value}"
        f" for entry in {entries} if entry.value <> ''])"
    )

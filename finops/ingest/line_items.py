"""Read the files of one delivery as line items, in CUR 2.0 column names."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from finops.ingest.amounts import NARROW
from finops.ingest.bill import Bill, Schema, create_view, fields_by_name, read_bill
from finops.ingest.casts import typed
from finops.ingest.columns import cost_category_of, tag_of
from finops.ingest.few_texts import few_texts
from finops.ingest.kept_columns import KEPT, kept_values, lacking
from finops.ingest.layouts import MAP, NOTHING, Field, Layout, without_empty
from finops.ingest.map_keys import written_keys
from finops.ingest.maps import merged, renamed_map
from finops.ingest.tag_sets import melt, melted_maps, read_sets
from finops.ingest.tags import (
    TagKeys,
    WrittenKeys,
    column_map,
    map_keys,
    repeated_keys,
    tag_columns,
    tags_column_maps,
)
from finops.sql import literal

# Every column that charges.sql reads, and its type. A bill may lack any but the required ones.
COLUMNS = {
    "identity_line_item_id": "varchar",
    "identity_time_interval": "varchar",
    "bill_invoice_id": "varchar",
    "bill_invoicing_entity": "varchar",
    "bill_billing_entity": "varchar",
    "bill_bill_type": "varchar",
    "bill_billing_period_start_date": "timestamp",
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
    "line_item_unblended_cost": NARROW,
    "line_item_net_unblended_cost": NARROW,
    "line_item_line_item_description": "varchar",
    "line_item_legal_entity": "varchar",
    "product_product_name": "varchar",
    "product_product_family": "varchar",
    "product_instance_type": "varchar",
    "product_region_code": "varchar",
    "product_region": "varchar",
    "pricing_public_on_demand_cost": NARROW,
    "pricing_unit": "varchar",
    "reservation_reservation_a_r_n": "varchar",
    "reservation_start_time": "varchar",
    "reservation_end_time": "varchar",
    "reservation_effective_cost": NARROW,
    "reservation_net_effective_cost": NARROW,
    "reservation_amortized_upfront_fee_for_billing_period": NARROW,
    "reservation_net_amortized_upfront_fee_for_billing_period": NARROW,
    "reservation_unused_amortized_upfront_fee_for_billing_period": NARROW,
    "reservation_net_unused_amortized_upfront_fee_for_billing_period": NARROW,
    "reservation_unused_recurring_fee": NARROW,
    "reservation_net_unused_recurring_fee": NARROW,
    "savings_plan_savings_plan_a_r_n": "varchar",
    "savings_plan_start_time": "varchar",
    "savings_plan_end_time": "varchar",
    "savings_plan_savings_plan_effective_cost": NARROW,
    "savings_plan_net_savings_plan_effective_cost": NARROW,
    "savings_plan_total_commitment_to_date": NARROW,
    "savings_plan_used_commitment": NARROW,
    "savings_plan_amortized_upfront_commitment_for_billing_period": NARROW,
    "savings_plan_net_amortized_upfront_commitment_for_billing_period": NARROW,
    "savings_plan_recurring_commitment_for_billing_period": NARROW,
    "savings_plan_net_recurring_commitment_for_billing_period": NARROW,
    "split_line_item_parent_resource_id": "varchar",
    "split_line_item_split_cost": NARROW,
    "split_line_item_unused_cost": NARROW,
    "split_line_item_net_split_cost": NARROW,
    "split_line_item_net_unused_cost": NARROW,
}
# Text until it is kept: what isn't of its type stops no load.
_KEPT_ALONE = frozenset(one.cur_column for one in KEPT) - COLUMNS.keys()
COLUMNS = dict.fromkeys(sorted(_KEPT_ALONE), "varchar") | COLUMNS
# Texts that charges.sql passes on as they are. Ids of lines are many, and compared by their hash.
_PASSED_ON = {one.cur_column for one in KEPT if one.type == "varchar"} | {
    "bill_invoice_id",
    "bill_bill_type",
    "bill_payer_account_name",
    "line_item_usage_account_id",
    "line_item_usage_account_name",
    "line_item_availability_zone",
    "line_item_resource_id",
    "product_product_family",
    "product_instance_type",
    "pricing_unit",
    "split_line_item_parent_resource_id",
}
_KEPT_COLUMNS = {one: one.cur_column for one in KEPT}
_KEPT_KEYS = {one: [one.product_key] for one in KEPT if one.product_key}
REQUIRED = [
    ("line_item_usage_start_date",),
    ("line_item_usage_account_id",),
    ("line_item_unblended_cost",),
]
_TAG_MAPS = ("resource_tags", "tags", "cost_category")
# CUR 2.0 keeps these only inside its product map.
PRODUCT_KEYS = {
    "product_product_name": "product_name",
    "product_region_code": "region",
    "product_instance_type": "instance_type",
}
SCHEMA = Schema(
    view="raw.line_items",
    charges_sql="charges.sql",
    totals_sql="source_totals.sql",
    line_totals_sql="line_totals.sql",
    invoice_column="bill_invoice_id",
    columns=COLUMNS,
    kept_columns=_KEPT_ALONE,
    period_columns=("bill_billing_period_start_date", "line_item_usage_start_date"),
    required=REQUIRED,
    maps=("product", *_TAG_MAPS),
    tag_maps=_TAG_MAPS,
    # The Redshift variant writes \N where there is no value.
    null_words=["", "\\N"],
    is_melted=lambda header: bool(tag_of(header) or cost_category_of(header)),
)


def create_line_items(
    con: duckdb.DuckDBPyConnection,
    files: list[Path],
    scratch: Path,
    *,
    allow_bad_values: bool = False,
    split: Sequence[Path] = (),
    billing_period: str = "",
    amounts: str = NARROW,
) -> Bill:
    """Create the view `raw.line_items` over the `files` of a legacy CUR or CUR 2.0 delivery.

    And the view `raw.line_items_without_tags` over the same.

    One row per bill line: COLUMNS with their types, NULL where the bill lacks one, and the maps
    `tags` and `cost_categories`. Raises BadSource for an unreadable file or value, MissingColumns
    for a bill without usage start, account or cost.
    """
    schema = SCHEMA.with_amounts(amounts)
    bill = read_bill(
        con,
        files,
        scratch,
        schema,
        allow_bad_values=allow_bad_values,
        split=split,
        billing_period=billing_period,
    )
    sets = read_sets(con, bill, _tag_fields)
    keys = _tag_keys(con, bill, sets)

    layouts = {one.files: few_texts(one, _is_passed_on) for one in bill.layouts}
    kept = {files: _kept_columns(without_empty(con, one)) for files, one in layouts.items()}
    nothing = _kept_columns(Layout((), (), "", ""))

    def maps_of(layout: Layout) -> dict[str, str]:
        return {"tags": _tags(layout, keys), "cost_categories": _cost_categories(layout, keys)}

    def more(layout: Layout, columns: dict[str, str]) -> dict[str, str]:
        own = _product_columns(layout, columns) | kept.get(layout.files, nothing)
        return own | melted_maps(layout, maps_of)

    notes = repeated_keys(con, bill, sets)
    melted = [
        replace(one, fields=layouts[one.files].fields)
        for one in melt(con, bill, sets, _tag_fields, maps_of)
    ]
    create_view(con, replace(bill, layouts=melted), more)
    # Sums need no tags, and the join to them is most of what a sum would cost.
    create_view(con, bill, lambda *_: {}, "raw.line_items_without_tags")
    return replace(bill, notes=notes, lacking=lacking(kept.values()))


def _is_passed_on(header: str) -> bool:
    return SCHEMA.name_of(header) in _PASSED_ON


def _tag_fields(layout: Layout) -> list[Field]:
    maps = [one for name, one in _maps(layout).items() if name in _TAG_MAPS]
    found = maps + [one for one in layout.fields if SCHEMA.is_melted(one.header)]
    return [one for one in found if one.type != NOTHING]


def _tag_keys(con: duckdb.DuckDBPyConnection, bill: Bill, sets: list[Layout]) -> TagKeys:
    return TagKeys(
        WrittenKeys(
            columns={key for one in bill.layouts for key, _ in tag_columns(one)},
            tags=map_keys(con, bill, sets, "tags"),
            resource_tags=map_keys(con, bill, sets, "resource_tags"),
            category_columns={key for one in bill.layouts for key, _ in _category_columns(one)},
            cost_category=map_keys(con, bill, sets, "cost_category"),
        )
    )


def _product_columns(layout: Layout, columns: dict[str, str]) -> dict[str, str]:
    product = _product(layout)
    if product is None:
        return {}
    return {
        # In this order the map is searched only where the column is empty.
        name: f"nullif(coalesce({columns[name]}, {product}[{literal(key)}]), '')"
        for name, key in PRODUCT_KEYS.items()
    }


def _kept_columns(layout: Layout) -> dict[str, str]:
    found = fields_by_name(layout, SCHEMA)
    product = _maps(layout).get("product")
    keys = written_keys(layout, product) if product else None
    return kept_values(found, _KEPT_COLUMNS, _KEPT_KEYS, _product(layout), keys)


def _product(layout: Layout) -> str | None:
    """Return SQL for the map of the product; None in a bill without it."""
    maps = _maps(layout)
    return typed(maps["product"], MAP) if "product" in maps else None


def _maps(layout: Layout) -> dict[str, Field]:
    found = fields_by_name(layout, SCHEMA)
    return {name: found[name][0] for name in SCHEMA.maps if name in found}


def _tags(layout: Layout, keys: TagKeys) -> str:
    """Return SQL for all tags of a row; a tag of the resource wins over one of its account."""
    maps = _maps(layout)
    found = tags_column_maps(maps["tags"], keys) if "tags" in maps else []
    if "resource_tags" in maps:
        found.append(renamed_map(maps["resource_tags"], keys.resource_tags))
    elif columns := tag_columns(layout):
        found.append(column_map([(keys.columns[key], one) for key, one in columns]))
    return merged(found)


def _cost_categories(layout: Layout, keys: TagKeys) -> str:
    maps = _maps(layout)
    found = [renamed_map(maps["tags"], keys.tags_categories)] if "tags" in maps else []
    if "cost_category" in maps:
        found.append(renamed_map(maps["cost_category"], keys.cost_category))
    elif columns := _category_columns(layout):
        found.append(column_map([(keys.category_columns[key], one) for key, one in columns]))
    return merged(found)


def _category_columns(layout: Layout) -> list[tuple[str, Field]]:
    return [(key, one) for one in layout.fields if (key := cost_category_of(one.header))]

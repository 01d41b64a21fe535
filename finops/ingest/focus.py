"""Read a FOCUS export, 1.0 or later, of AWS or of any other provider."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from finops.ingest.amounts import NARROW
from finops.ingest.bill import Bill, Schema, create_view, fields_by_name, read_bill
from finops.ingest.casts import typed
from finops.ingest.columns import key_names, own_texts
from finops.ingest.kept_columns import KEPT, kept_values, lacking
from finops.ingest.layouts import MAP, NOTHING, Field, Layout, without_empty
from finops.ingest.map_keys import written_keys
from finops.ingest.maps import no_map, renamed_map
from finops.ingest.tag_sets import melt, melted_maps, read_sets
from finops.ingest.tags import AWS_PREFIXES, map_keys, repeated_keys

# What stands before the key of a customer's tag, by whose charge it is. Elsewhere than at AWS
# `user_id` is a key like any other.
_PREFIXES: dict[str, tuple[str, ...]] = {"aws": AWS_PREFIXES, "unknown": ("user:",), "other": ()}
# Every column that focus_charges.sql reads, and its type. An export may lack any but the required.
COLUMNS = {
    "billed_cost": NARROW,
    "effective_cost": NARROW,
    "list_cost": NARROW,
    "contracted_cost": NARROW,
    "billing_account_id": "varchar",
    "billing_account_name": "varchar",
    "billing_currency": "varchar",
    "billing_period_start": "timestamp",
    "charge_period_start": "timestamp",
    "charge_period_end": "timestamp",
    "charge_category": "varchar",
    "charge_class": "varchar",
    "charge_description": "varchar",
    "charge_frequency": "varchar",
    "commitment_discount_category": "varchar",
    "commitment_discount_id": "varchar",
    "commitment_discount_status": "varchar",
    "commitment_discount_type": "varchar",
    "consumed_quantity": "double",
    "availability_zone": "varchar",
    "invoice_id": "varchar",
    "invoice_issuer_name": "varchar",
    "pricing_category": "varchar",
    "pricing_quantity": "double",
    "pricing_unit": "varchar",
    "provider_name": "varchar",
    # FOCUS 1.3 names the provider anew.
    "service_provider_name": "varchar",
    "publisher_name": "varchar",
    "region_id": "varchar",
    "resource_id": "varchar",
    "service_category": "varchar",
    "service_name": "varchar",
    "sku_meter": "varchar",
    "sub_account_id": "varchar",
    "sub_account_name": "varchar",
    "x_operation": "varchar",
    "x_service_code": "varchar",
    "x_usage_type": "varchar",
}
# Text until it is kept: what isn't of its type stops no load.
_KEPT_ALONE = frozenset(one.focus_column for one in KEPT if one.focus_column) - COLUMNS.keys()
COLUMNS = dict.fromkeys(sorted(_KEPT_ALONE), "varchar") | COLUMNS
_KEPT_COLUMNS = {one: one.focus_column for one in KEPT}
# A provider marks details of its own by a prefix.
_KEPT_KEYS = {one: [one.price_detail, f"x_{one.price_detail}"] for one in KEPT if one.price_detail}
SCHEMA = Schema(
    view="raw.focus_charges",
    charges_sql="focus_charges.sql",
    totals_sql="focus_totals.sql",
    line_totals_sql="focus_line_totals.sql",
    invoice_column="invoice_id",
    columns=COLUMNS,
    kept_columns=_KEPT_ALONE,
    period_columns=("billing_period_start", "charge_period_start"),
    required=[
        ("charge_period_start",),
        ("billed_cost",),
        ("sub_account_id", "billing_account_id"),
    ],
    maps=("tags", "x_cost_categories", "sku_price_details"),
    tag_maps=("tags",),
    # Exports write the word where there is no value.
    null_words=["", "NULL"],
)


def create_focus_charges(
    con: duckdb.DuckDBPyConnection,
    files: list[Path],
    scratch: Path,
    *,
    allow_bad_values: bool = False,
    split: Sequence[Path] = (),
    billing_period: str = "",
    amounts: str = NARROW,
) -> Bill:
    """Create the view `raw.focus_charges` over the `files` of a FOCUS delivery.

    One row per charge: COLUMNS with their types, NULL where the export lacks one, and the maps of
    the export. Raises BadSource for an unreadable file or value, MissingColumns
    for an export without charge period, billed cost or account.
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
    names = {told: _names(con, bill, sets, told) for told in _PREFIXES}

    kept = {one.files: _kept_columns(without_empty(con, one)) for one in bill.layouts}
    nothing = _kept_columns(Layout((), (), "", ""))

    def maps_of(layout: Layout) -> dict[str, str]:
        return {"tags": _tags(layout, names)}

    def more(layout: Layout, columns: dict[str, str]) -> dict[str, str]:
        own = columns | _other_maps(layout) | kept.get(layout.files, nothing)
        return own | melted_maps(layout, maps_of)

    notes = repeated_keys(con, bill, sets)
    melted = melt(con, bill, sets, _tag_fields, maps_of)
    create_view(con, replace(bill, layouts=melted), more)
    # Sums need no tags.
    create_view(con, bill, lambda *_: {}, f"{schema.view}_without_tags")
    return replace(bill, notes=notes, lacking=lacking(kept.values()))


def _tag_fields(layout: Layout) -> list[Field]:
    tags = [one for name, one in _maps(layout).items() if name == "tags"]
    tags = [one for one in tags if one.type != NOTHING]
    return [*tags, *_providers(layout)] if tags else []


def _names(
    con: duckdb.DuckDBPyConnection, bill: Bill, sets: list[Layout], provider: str
) -> dict[str, str]:
    """Return our names of the keys in the tags of one kind of provider."""
    theirs = [replace(one, join=f"where {_provider(one)} = '{provider}'") for one in sets]
    texts = own_texts(map_keys(con, bill, theirs, "tags"), _PREFIXES[provider])
    names = key_names(texts.values())
    return {key: names[text] for key, text in texts.items()}


def _tags(layout: Layout, names: dict[str, dict[str, str]]) -> str:
    fields = [one for name, one in _maps(layout).items() if name == "tags"]
    if not fields:
        return no_map()
    maps = " ".join(f"when '{one}' then {renamed_map(fields[0], names[one])}" for one in names)
    return f"case {_provider(layout)} {maps} end"


def _providers(layout: Layout) -> list[Field]:
    found = fields_by_name(layout, SCHEMA)
    fields = [*found.get("provider_name", []), *found.get("service_provider_name", [])]
    return [one for one in fields if one.type != NOTHING]


def _provider(layout: Layout) -> str:
    """Return SQL for whose charge it is, a key of _PREFIXES."""
    names = [typed(one, "varchar") for one in _providers(layout)]
    name = f"coalesce({', '.join(names)}, '')" if names else "''"
    return (
        f"case when {name} = '' then 'unknown' when {name} ilike 'aws%' or {name} ilike 'amazon%'"
        " then 'aws' else 'other' end"
    )


def _other_maps(layout: Layout) -> dict[str, str]:
    maps = _maps(layout)
    return {
        name: typed(maps[name], MAP) if name in maps else no_map()
        for name in ("x_cost_categories", "sku_price_details")
    }


def _kept_columns(layout: Layout) -> dict[str, str]:
    maps, found = _maps(layout), fields_by_name(layout, SCHEMA)
    details = maps.get("sku_price_details")
    keys = written_keys(layout, details) if details else None
    return kept_values(
        found, _KEPT_COLUMNS, _KEPT_KEYS, typed(details, MAP) if details else None, keys
    )


def _maps(layout: Layout) -> dict[str, Field]:
    found = fields_by_name(layout, SCHEMA)
    return {name: found[name][0] for name in SCHEMA.maps if name in found}

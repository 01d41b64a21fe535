"""Columns that charges keep for later, whatever format a bill has."""

from decimal import Decimal

import duckdb

from finops.ingest.deliveries import read_records
from finops.ingest.kept_columns import KEPT
from finops.warehouse.months import _ADDED, create_charges
from tests.conftest import line, write_bill
from tests.ingest.bill_files import charges as read_charges
from tests.ingest.bill_files import csv_text, load, write


def test_columns_of_commitments_and_prices_have_their_types(charges):
    kept = line(
        reservation_number_of_reservations="2",
        reservation_unused_quantity=1.5,
        savings_plan_savings_plan_rate=0.25,
        savings_plan_payment_option="No Upfront",
        pricing_public_on_demand_rate="0.0000166667",
        pricing_rate_code="SKU.TERM.RATE",
        line_item_iam_principal="arn:aws:iam::1:role/agent",
        capacity_reservation_capacity_reservation_arn="cr-1",
    )
    columns = (
        "x_reservation_count, x_reservation_unused_quantity, x_savings_plan_rate, "
        "x_savings_plan_payment_option, list_unit_price, sku_price_id, x_iam_principal, "
        "capacity_reservation_id"
    )
    assert charges(kept, columns=columns) == [
        (2.0, 1.5, Decimal("0.25"), "No Upfront", Decimal("0.0000166667"), "SKU.TERM.RATE",
         "arn:aws:iam::1:role/agent", "cr-1"),
    ]  # fmt: skip


def test_product_map_tells_models_and_systems(charges):
    bedrock = line(
        product={
            "model": "Claude", "provider": "Anthropic", "inference_type": "Input tokens",
            "feature": "On-demand Inference",
        }
    )  # fmt: skip
    usage = line(product={"tenancy": "Shared"}, product_operating_system="Linux")
    columns = "x_model_id, x_model_developer, x_inference_type, x_feature, x_tenancy"
    assert charges(bedrock, usage, columns=f"{columns}, x_operating_system") == [
        ("Claude", "Anthropic", "Input tokens", "On-demand Inference", None, None),
        (None, None, None, None, "Shared", "Linux"),
    ]


def test_value_that_is_no_number_is_empty_and_stops_no_load(charges):
    odd = line(line_item_normalization_factor="NA", reservation_units_per_reservation="n/a")
    assert charges(odd, columns="x_normalization_factor, x_reservation_units_each") == [
        (None, None)
    ]


def test_focus_has_them_in_columns_and_price_details(tmp_path):
    header = [
        "ChargePeriodStart", "BilledCost", "SubAccountId", "ListUnitPrice", "SkuPriceId",
        "CapacityReservationId", "SkuPriceDetails",
    ]  # fmt: skip
    details = '{"OperatingSystem": "Linux", "x_Tenancy": "Shared", "ModelId": "m-1"}'
    row = ["2026-10-01T00:00:00Z", "1", "a", "0.5", "P1", "cr-1", details]
    load(write(tmp_path / "focus.csv", csv_text(header, [row])), tmp_path / "w", format="focus")
    columns = "list_unit_price, sku_price_id, capacity_reservation_id, x_operating_system"
    assert read_charges(tmp_path / "w", f"{columns}, x_tenancy, x_model_id") == [
        (Decimal("0.5"), "P1", "cr-1", "Linux", "Shared", "m-1")
    ]


def test_columns_that_hold_nothing_are_written_in_no_file_and_read_as_empty(project):
    lines = [line(pricing_term="OnDemand", product_tenancy=""), line(pricing_rate_code=None)]
    load(write_bill(project / "bill.parquet", lines), project / "warehouse")
    [file] = project.glob("warehouse/charges/*/*/charges.parquet")
    written = {name for name, *_ in duckdb.sql(f"describe from '{file}'").fetchall()}
    assert {one.name for one in KEPT} & written == {"x_pricing_term"}
    with duckdb.connect() as con:
        con.execute("set variable finops_project = ?", [f"{project}/"])
        create_charges(con, read_records(project / "warehouse"))
        query = "select x_pricing_term, x_tenancy, sku_price_id from raw.charges order by all"
        assert con.execute(query).fetchall() == [("OnDemand", None, None), (None, None, None)]


def test_keys_of_the_product_that_no_line_has_are_no_columns(project):
    lines = [line(product={"tenancy": "Shared"}), line(product={"vcpu": "2"}), line(product=None)]
    load(write_bill(project / "bill.parquet", lines), project / "warehouse")
    [file] = project.glob("warehouse/charges/*/*/charges.parquet")
    written = {name for name, *_ in duckdb.sql(f"describe from '{file}'").fetchall()}
    assert {one.name for one in KEPT} & written == {"x_tenancy"}
    assert read_charges(project / "warehouse", "x_tenancy") == [("Shared",), (None,), (None,)]


def test_one_file_of_a_bill_has_what_another_lacks(tmp_path):
    for name, term in (("a", "OnDemand"), ("b", "")):
        bill = [line(identity_line_item_id=name, line_item_resource_id=name, pricing_term=term)]
        write_bill(tmp_path / "in" / f"{name}.parquet", bill)
    load(tmp_path / "in", tmp_path / "warehouse")
    assert read_charges(tmp_path / "warehouse", "resource_id, x_pricing_term") == [
        ("a", "OnDemand"),
        ("b", None),
    ]


def test_older_charges_get_every_kept_column():
    assert {one.name: one.type for one in KEPT}.items() <= _ADDED.items()

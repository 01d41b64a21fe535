"""One month gives the same rows and sums, to the last digit, in every format it can come in."""

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest

from finops import connect
from finops.ingest.columns import tag_of
from finops.ingest.deliveries import read_records
from finops.warehouse.months import create_charges
from tests.conftest import SAMPLE, line, usd, write_bill
from tests.ingest.bill_files import charges, csv_text, load, slash_header, write

LEGACY = SAMPLE / "bill/cur/delivery-daily/delivery-daily/year=2026/month=7"
CUR2 = next((SAMPLE / "bill/cur2/delivery-hourly/data/BILLING_PERIOD=2026-10").iterdir())
SUMS = "count(*), sum(x_unblended_cost), sum(billed_cost), sum(effective_cost), sum(list_cost)"
TAGS = "count(*) filter (tags <> map {}), count(distinct tags), count(distinct x_cost_categories)"
FOCUS_SUMS = "count(*), sum(billed_cost), sum(effective_cost), sum(list_cost)"
# Our column of each FOCUS column that AWS exports in 1.0; 1.2 has InvoiceId and SkuMeter too.
FOCUS = {
    "AvailabilityZone": "availability_zone",
    "BilledCost": "cast(billed_cost as double)",
    "BillingAccountId": "billing_account_id",
    "BillingAccountName": "billing_account_name",
    "BillingCurrency": "billing_currency",
    "BillingPeriodStart": "timestamp '2026-07-01'",
    "BillingPeriodEnd": "timestamp '2026-08-01'",
    "ChargeCategory": "charge_category",
    "ChargeClass": "charge_class",
    "ChargeDescription": "charge_description",
    "ChargeFrequency": "charge_frequency",
    "ChargePeriodStart": "charge_period_start",
    "ChargePeriodEnd": "charge_period_end",
    "CommitmentDiscountId": "commitment_discount_id",
    "CommitmentDiscountStatus": "commitment_discount_status",
    "ConsumedQuantity": "consumed_quantity",
    "ContractedCost": "cast(contracted_cost as double)",
    "EffectiveCost": "cast(effective_cost as double)",
    "InvoiceIssuerName": "invoice_issuer_name",
    "ListCost": "cast(list_cost as double)",
    "PricingCategory": "pricing_category",
    "PricingQuantity": "pricing_quantity",
    "PricingUnit": "pricing_unit",
    "ProviderName": "'AWS'",
    "PublisherName": "publisher_name",
    "RegionId": "region_id",
    "ResourceId": "resource_id",
    "ServiceCategory": "service_category",
    "ServiceName": "service_name",
    "SubAccountId": "sub_account_id",
    "SubAccountName": "sub_account_name",
    "Tags": "tags",
    "x_Operation": "x_operation",
    "x_ServiceCode": "x_service_code",
}


def rows_of(query):
    table = duckdb.sql(query).to_arrow_table()
    return table.column_names, list(zip(*(column.to_pylist() for column in table), strict=True))


@pytest.fixture(scope="module")
def legacy():
    """Names and rows of one legacy month of the sample company."""
    return rows_of(f"from read_parquet('{LEGACY}/*.parquet', hive_partitioning = false)")


@pytest.fixture(scope="module")
def cur2(tmp_path_factory):
    """One day of CUR 2.0 of the sample company, as a Parquet file."""
    file = tmp_path_factory.mktemp("cur2") / "day.parquet"
    duckdb.sql(
        f"copy (from '{CUR2}/*.parquet' where line_item_usage_start_date >= '2026-10-01'"
        f" and line_item_usage_start_date < '2026-10-02') to '{file}'"
    )
    return file


@pytest.fixture(scope="module")
def legacy_sums(tmp_path_factory):
    """The sums of the legacy month as Parquet, and the folder of its charges."""
    warehouse = tmp_path_factory.mktemp("legacy") / "warehouse"
    load(LEGACY, warehouse)
    return charges(warehouse, f"{SUMS}, {TAGS}"), warehouse


@pytest.fixture(scope="module")
def cur2_sums(cur2, tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("cur2")
    load(cur2, warehouse)
    return charges(warehouse, f"{SUMS}, {TAGS}")


def loaded(file, warehouse, columns=f"{SUMS}, {TAGS}"):
    (record,) = load(file, warehouse)
    sums = " ".join(str(one) for one in charges(warehouse, columns)[0])
    print(f"\n{record['format']:10} {file.name:18} {record['source_rows']} {sums}")
    return charges(warehouse, columns)


def slash(names):
    return [slash_header(name) for name in names]


LEGACY_FILES = {
    "csv gzip, slash headers": ("bill-00001.csv.gz", slash, {}),
    "csv zip, slash headers": ("bill-1.csv.zip", slash, {}),
    "csv, snake_case": ("bill.csv", list, {}),
    "csv gzip, dotless name": ("bill-1.gz", slash, {"delimiter": "\t"}),
    "redshift": (
        "bill-00001.csv.gz",
        lambda names: [one.lower().replace("/", "_") for one in slash(names)],
        {"null": "\\N"},
    ),
    "hive text": ("000000_0.gz", list, {"delimiter": "\x01", "null": "\\N"}),
}


@pytest.mark.parametrize("kind", LEGACY_FILES)
def test_legacy_month_is_the_same_as(kind, legacy, legacy_sums, tmp_path):
    name, headers, options = LEGACY_FILES[kind]
    names, rows = legacy
    if kind == "redshift":
        # Redshift lower-cases everything, so a tag key keeps its words only with underscores.
        header = [
            f"resourcetags_{tag_of(one)}" if tag_of(one) else headers([one])[0] for one in names
        ]
    else:
        header = headers(names)
    file = write(tmp_path / "in" / name, csv_text(header, rows, **options))
    assert loaded(file, tmp_path / "warehouse") == legacy_sums[0]


def test_legacy_month_in_parquet_has_literal_sums(legacy_sums):
    rows, unblended, billed, effective, *_ = legacy_sums[0][0]
    assert (rows, unblended, billed) == (24601, usd("2569114.9622207154"), unblended)
    assert effective == usd("2676890.9063807154")


def test_cur2_day_is_the_same_as_csv_with_json_maps(cur2, cur2_sums, tmp_path):
    names, rows = rows_of(f"from '{cur2}'")
    file = write(tmp_path / "in/exp-00001.csv.gz", csv_text(names, rows))
    assert loaded(file, tmp_path / "warehouse") == cur2_sums


def test_cur2_day_is_the_same_with_dot_extracted_columns(cur2, cur2_sums, tmp_path):
    file = tmp_path / "in/exp-00001.parquet"
    file.parent.mkdir()
    keys = [
        row[0]
        for row in duckdb.sql(
            f"select distinct unnest(map_keys(resource_tags)) as k from '{cur2}' order by k"
        ).fetchall()
    ]
    tags = ", ".join(f"resource_tags['{key}'] as \"resource_tags.{key}\"" for key in keys)
    duckdb.sql(
        f"copy (select * exclude (product, resource_tags), product['product_name'] as "
        f'"product.product_name", product[\'region\'] as "product.region", {tags} '
        f"from '{cur2}') to '{file}'"
    )
    sums = f"{SUMS}, count(*) filter (tags <> map {{}})"
    assert [row[:6] for row in cur2_sums] == loaded(file, tmp_path / "warehouse", sums)


def test_cur2_day_is_billed_the_same_from_a_subset_of_columns(cur2, cur2_sums, tmp_path):
    file = tmp_path / "in/exp-00001.parquet"
    file.parent.mkdir()
    duckdb.sql(
        "copy (select line_item_usage_account_id, line_item_usage_start_date, "
        f"line_item_line_item_type, line_item_unblended_cost from '{cur2}') to '{file}'"
    )
    (found,) = loaded(file, tmp_path / "warehouse", "sum(x_unblended_cost), count(*)")
    assert found[0] == cur2_sums[0][1]


@pytest.mark.parametrize("version", ["1.0", "1.2"])
@pytest.mark.parametrize("name", ["focus.parquet", "focus.csv.gz", "focus.csv.zip"])
def test_focus_month_is_the_same_as_the_charges_it_is_made_of(version, name, legacy_sums, tmp_path):
    source = f"{legacy_sums[1]}/charges/*/*/*.parquet"
    usage_type = {"1.0": "x_UsageType", "1.2": "SkuMeter"}[version]
    columns = FOCUS | {usage_type: "x_usage_type"}
    if version == "1.2":
        columns["InvoiceId"] = "invoice_id"
    select = ", ".join(f'{sql} as "{header}"' for header, sql in columns.items())
    query = f"select {select} from '{source}'"
    file = tmp_path / "in" / name
    file.parent.mkdir()
    if name.endswith("parquet"):
        duckdb.sql(f"copy ({query}) to '{file}'")
    else:
        write(file, csv_text(*rows_of(query), null="NULL"))
    expected = charges(legacy_sums[1], f"{FOCUS_SUMS}, {TAGS.rpartition(',')[0]}")
    assert (
        loaded(file, tmp_path / "warehouse", f"{FOCUS_SUMS}, {TAGS.rpartition(',')[0]}") == expected
    )


def test_format_word_overrules_the_header(cur2, tmp_path):
    shutil.copy(cur2, tmp_path / "day.parquet")
    (record,) = load(tmp_path / "day.parquet", tmp_path / "warehouse", format="legacy")
    assert record["format"] == "legacy CUR"


def test_focus_charges_have_the_columns_of_other_charges(tmp_path, legacy_sums):
    header = ["ChargePeriodStart", "BilledCost", "SubAccountId"]
    text = csv_text(header, [["2026-10-01T00:00:00Z", "1", "a"]])
    load(write(tmp_path / "focus.csv", text), tmp_path / "warehouse", format="focus")
    assert described(tmp_path) == described(legacy_sums[1].parent)


def described(project: Path):
    """What a reader of charges sees: a column that a bill lacks is written in no file of it."""
    with duckdb.connect() as con:
        con.execute("set variable finops_project = ?", [f"{project}/"])
        create_charges(con, read_records(project / "warehouse"))
        columns = con.execute("describe raw.charges").fetchall()
    return sorted(row[:2] for row in columns)


def test_focus_month_beside_a_legacy_month_builds(project, tmp_path):
    names = ["ChargePeriodStart", "BilledCost", "EffectiveCost", "SubAccountId", "BillingAccountId"]
    rows = [
        ["2026-10-01T00:00:00Z", "0", "4", "1", "9"],
        ["2026-10-01T00:00:00Z", "", "0", "1", "9"],
    ]
    focus = write(tmp_path / "focus.csv", csv_text(names, rows))
    warehouse = connect(project)
    warehouse.load(focus, format="focus")
    warehouse.load(
        write_bill(
            tmp_path / "a.parquet",
            [line(day=dt.datetime(2026, 9, 1), line_item_unblended_cost=3.0)],
        )
    )
    warehouse.build()
    months = warehouse.status()[["billing_period", "billed_cost", "effective_cost", "x_residual"]]
    assert months.values.tolist() == [["2026-09", 3, 3, 0], ["2026-10", 0, 4, 0]]


@pytest.mark.parametrize(
    "end", ["2026-10-01T01:00:00Z", "2026-10-02T00:00:00Z", "2026-11-01T00:00:00Z"]
)
def test_hourly_daily_and_monthly_lines_start_on_their_day(end, tmp_path):
    header = ["lineItem/UsageStartDate", "lineItem/UsageEndDate", "lineItem/UsageAccountId"]
    text = csv_text([*header, "lineItem/UnblendedCost"], [["2026-10-01T00:00:00Z", end, "1", "2"]])
    load(write(tmp_path / "bill.csv", text), tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "strftime(charge_period_start, '%d'), billed_cost")
    assert found == [("01", usd(2))]

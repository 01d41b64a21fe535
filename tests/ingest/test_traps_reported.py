"""What users of other tools reported as wrong (repository and issue), with the right number here."""

import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finops import connect
from finops.ingest.discover import find_deliveries
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import NEEDED, ROW, bill, charges, csv_text, load, load_csv, write

SAVINGS_PLAN = "arn:aws:savingsplans::000000000001:savingsplan/sp-1"


def test_blended_cost_is_never_read(tmp_path):
    """hystax/optscale#62: cost was 800 USD too high."""
    text = bill(["lineItem/BlendedCost", "lineItem/BlendedRate"], ["99", "99"])
    found = load_csv(tmp_path, text, columns="billed_cost, effective_cost, list_cost")
    assert found == [(usd("1.5"),) * 3]


def test_usage_beyond_a_savings_plan_is_a_line_of_its_own(tmp_path):
    """opencost/opencost#598: an exhausted plan covers a part, the rest is on demand."""
    covered = line(
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_unblended_cost=10.0,
        savings_plan_savings_plan_a_r_n=SAVINGS_PLAN,
        savings_plan_savings_plan_effective_cost=6.0,
    )
    negation = line(line_item_line_item_type="SavingsPlanNegation", line_item_unblended_cost=-10.0)
    beyond = line(line_item_unblended_cost=4.0)
    write_bill(tmp_path / "bill.parquet", [covered, negation, beyond])
    load(tmp_path / "bill.parquet", tmp_path / "warehouse")
    sums = charges(tmp_path / "warehouse", "sum(effective_cost), sum(consumed_quantity)")
    assert sums == [(usd(10), 2.0)]


def test_new_tags_column_in_some_chunks_loses_no_tag(tmp_path):
    """cloud-intelligence-dashboards-data-collection#415: `tags` came in the middle of a year."""
    write_bill(tmp_path / "in/1.parquet", [line(resource_tags=[("user_team", "a")])])
    write_bill(tmp_path / "in/2.parquet", [line(tags='{"resourceTags/user:Team":"b"}')])
    load(tmp_path / "in", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "tags") == [({"team": "a"},), ({"team": "b"},)]


def test_focus_parquet_without_a_manifest_is_found_beside_an_emptied_shard(tmp_path):
    """microsoft/finops-toolkit#2046: it was ignored, and emptied shards failed."""
    export = (
        "select timestamp '2026-10-01' as ChargePeriodStart, '1' as BillingAccountId, "
        "1.5 as BilledCost, 1.5 as EffectiveCost"
    )
    duckdb.sql(f"copy ({export}) to '{tmp_path}/focus-00001.snappy.parquet'")
    duckdb.sql(f"copy (from ({export}) limit 0) to '{tmp_path}/focus-00002.snappy.parquet'")
    (record,) = load(tmp_path, tmp_path / "warehouse")
    assert (record["format"], record["source_rows"]) == ("FOCUS", 1)
    assert charges(tmp_path / "warehouse", "billed_cost") == [(usd("1.5"),)]


def test_focus_tag_keys_that_differ_in_case_stay_two(tmp_path):
    """cloudquery/cloudquery#7639: engines that ignore case call them duplicates."""
    header = ["ChargePeriodStart", "SubAccountId", "BilledCost", "ListCost", "Tags"]
    tags = '{"Name":"A","name":"b"}'
    text = csv_text(header, [["2026-10-01T00:00:00Z", "1", "1", "1", tags]])
    assert load_csv(tmp_path, text, columns="tags") == [({"Name": "A", "name": "b"},)]


def test_focus_without_provider_and_publisher_loads(tmp_path):
    """FOCUS 1.4 removes both and names the service provider."""
    header = ["ChargePeriodStart", "SubAccountId", "BilledCost", "ListCost", "ServiceProviderName"]
    text = csv_text(header, [["2026-10-01T00:00:00Z", "1", "1", "1", "AWS"]])
    assert load_csv(tmp_path, text, columns="invoice_issuer_name") == [("AWS",)]


def test_parquet_fields_that_are_required_load(tmp_path):
    """duckdb/duckdb#937: AWS declares many fields NOT NULL and writes '' where nothing is."""
    one = line(line_item_resource_id="", line_item_unblended_cost=2.5)
    table = pa.Table.from_pylist([one])
    fields = [field.with_nullable(False) for field in table.schema]
    pq.write_table(table.cast(pa.schema(fields)), tmp_path / "bill.parquet")
    load(tmp_path / "bill.parquet", tmp_path / "warehouse")
    assert charges(tmp_path / "warehouse", "billed_cost, resource_id") == [(usd("2.5"), None)]


def test_manifests_of_three_formats_in_one_bucket_are_told_apart(tmp_path):
    """turbot/tailpipe-plugin-aws#211: one bucket with legacy CUR, CUR 2.0 and FOCUS crashed."""
    exports = {
        "cur2": [*NEEDED, "bill/PayerAccountName"],
        "focus": ["ChargePeriodStart", "BilledCost", "BillingAccountId"],
    }
    for name, columns in exports.items():
        data = f"{name}/data/BILLING_PERIOD=2026-10/{name}-00001.csv.gz"
        write(tmp_path / data, bill() if name == "cur2" else csv_text(columns, [ROW]))
        content = {
            "dataFiles": [f"s3://bucket/{data}"],
            "exportArn": f"arn:aws:x/{name}",
            "columns": [{"name": column} for column in columns],
        }
        folder = tmp_path / name / "metadata/BILLING_PERIOD=2026-10"
        write(folder / "Manifest.json", json.dumps(content))
    key = "rep/20261001-20261101/a/rep-1.csv.gz"
    write(tmp_path / key, bill())
    legacy = {"reportKeys": [key], "billingPeriod": {"start": "20261001T000000.000Z"}}
    write(tmp_path / "rep/20261001-20261101/rep-Manifest.json", json.dumps(legacy))
    found = {one.format: one.export_name for one in find_deliveries(tmp_path)}
    assert found == {"legacy CUR": "rep", "CUR 2.0": "cur2", "FOCUS": "focus"}


@pytest.fixture
def daily_cost(project, tmp_path):
    """Load and build lines; return a sum over the tables below ownership."""

    def run(*lines):
        mappings = {
            "teams.csv": "team\nfood\nride\n",
            "tag_keys.csv": "tag_key,dimension,priority\nteam,team,1\nsquad,team,2\n",
        }
        for name, text in mappings.items():
            write(project / "mappings" / name, text)
        with connect(project) as warehouse:
            warehouse.load(write_bill(tmp_path / "bill.parquet", list(lines)))
            warehouse.build()
            query = (
                "select x_team, sum(billed_cost) as billed_cost from facts.owned_cost group by 1"
            )
            return warehouse.sql(query).values.tolist()

    return run


def test_line_with_two_owner_tags_costs_once(daily_cost):
    """elastic/integrations#8942: grouping by several tags repeated the cost in each."""
    tags = [("user_team", "food"), ("user_squad", "ride")]
    assert daily_cost(line(line_item_unblended_cost=2.0, resource_tags=tags)) == [["food", usd(2)]]


def test_one_resource_of_two_product_families_costs_what_its_lines_cost(daily_cost):
    """project-koku/koku#5295: joining by resource id repeated the cost."""
    lines = [
        line(
            line_item_resource_id="i-1",
            line_item_unblended_cost=cost,
            product_product_family=family,
            resource_tags=[("user_team", "food")],
        )
        for family, cost in (("Compute Instance", 2.0), ("Data Transfer", 3.0))
    ]
    assert daily_cost(*lines) == [["food", usd(5)]]

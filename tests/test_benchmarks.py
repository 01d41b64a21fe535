"""The bills that benchmarks are run on have the rows asked for, and are bills."""

from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

import finops
from benchmarks.bills import MONTHS, create_project, write_bills, write_month
from benchmarks.spark_models import difference, spark_models
from benchmarks.versions_speed import write_bucket
from finops.ingest.file_accounts import read_accounts


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    return write_bills(tmp_path_factory.mktemp("bills"), 500_000)


def test_bill_has_the_rows_asked_for_in_13_months(bills):
    counts = [duckdb.sql(f"select count(*) from '{bill}'").fetchall()[0][0] for bill in bills]
    assert len(bills) == MONTHS
    assert len(set(counts)) == 1
    assert sum(counts) == pytest.approx(500_000, rel=0.02)


def test_month_of_it_keeps_every_promise_and_comes_again_at_another_cost(bills, tmp_path):
    project = tmp_path / "project"
    create_project(project)
    with finops.connect(project) as warehouse:
        for bill in (bills[0], write_month(bills[0], tmp_path / "changed", 0, cost="* 1.01")):
            warehouse.load(bill)
            warehouse.build()
        months = warehouse.status()
    assert months["billing_period"].tolist() == ["2026-10"]
    assert months["x_deliveries"].tolist() == [2]
    assert months["x_source_unblended_cost_change"].tolist()[0] > 0


def test_bucket_of_versions_loads_the_newest_and_registers_the_others(tmp_path):
    write_bucket(tmp_path / "bucket", months=2, versions=3)
    create_project(tmp_path / "project")
    with finops.connect(tmp_path / "project") as warehouse:
        loaded = warehouse.load(tmp_path / "bucket")
    # The versions cost 1, 2 and 3 a line.
    assert loaded["source_unblended_cost"].astype(float).tolist() == [6000, 6000]
    assert sum(len(one.versions) for one in read_accounts(tmp_path / "project/warehouse")) == 4


def test_models_have_the_same_rows_on_spark(real_project):
    pytest.importorskip("pyspark", reason="no Spark: install the extra `spark`")
    differing = {name for name, verdict in spark_models(real_project) if verdict != "same"}
    # Where a bill has no prices, DuckDB makes of the double 0.034 a decimal with noise at its end.
    assert differing <= {"staging.charges"}


def test_rows_are_the_same_in_any_order_and_with_more_zeros():
    found = pa.table({"team": ["b", "a"], "cost": [Decimal("2.10"), Decimal("1.00")]})
    expected = pa.table({"team": ["a", "b"], "cost": [Decimal("1.0"), Decimal("2.1")]})
    assert difference(found, expected) == "same"


def test_last_digit_and_a_row_twice_make_a_difference():
    one = pa.table({"team": ["a"], "cost": [Decimal("1.0000000001")]})
    other = pa.table({"team": ["a"], "cost": [Decimal("1.0")]})
    only = "differs: 1 of 1 rows are Spark's alone, 1 of 1 DuckDB's, first in cost"
    assert difference(one, other) == only
    twice = "differs: 1 of 2 rows are Spark's alone, 0 of 1 DuckDB's, first in team"
    assert difference(pa.concat_tables([one, one]), one) == twice
    assert difference(one.rename_columns(["team", "price"]), one).startswith("differs: columns")

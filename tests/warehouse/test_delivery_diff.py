"""A month's move between two deliveries is explained to the last digit."""

import os
from decimal import Decimal
from importlib.resources import files

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops import connect
from finops.errors import BadInput, SourceNotFound
from tests.conftest import line, usd, write_bill

QUERY = (files("finops.warehouse") / "delivery_change.sql").read_text(encoding="utf-8")
COLUMNS = (
    "service_name varchar, sub_account_id varchar, sub_account_name varchar, "
    "billing_currency varchar, billed_cost decimal(18, 10), effective_cost decimal(18, 10), "
    "x_unblended_cost decimal(18, 10)"
)


def changes(old, new):
    """The rows of delivery_change.sql over charges (service, account, billed = all costs)."""
    con = duckdb.connect()
    con.execute("create schema ledger")
    for name, charges in (("old", old), ("new", new)):
        con.execute(f"create table ledger.{name}_charges ({COLUMNS})")
        for service, account, cost in charges:
            row = [service, account, None, "USD", cost, cost, cost]
            con.execute(f"insert into ledger.{name}_charges values (?, ?, ?, ?, ?, ?, ?)", row)
    result = con.sql(QUERY)
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def moves(old, new):
    keys = ("service_name", "sub_account_id", "x_kind", "x_billed_cost_change")
    return [tuple(row[key] for key in keys) for row in changes(old, new)]


def load(project, tmp_path, days, name="bill.parquet"):
    """Load deliveries of one month, one after the other; each is a list of (day delivered, lines)."""
    warehouse = connect(project)
    for day, lines in days:
        bill = write_bill(tmp_path / day / name, lines)
        when = 86400 * (20000 + int(day))
        os.utime(bill, (when, when))
        warehouse.load(bill)
    return warehouse


def support(cost, **values):
    return line(line_item_product_code="AWSSupport", line_item_unblended_cost=cost, **values)


def ec2(cost, **values):
    return line(line_item_unblended_cost=cost, **values)


def test_each_service_and_account_is_new_gone_changed_or_the_same():
    old = [("EC2", "1", 5), ("S3", "1", 2), ("S3", "2", 1), ("Glue", "1", 3)]
    new = [("EC2", "1", 9), ("S3", "1", 2), ("S3", "2", 1), ("Support", "1", 7)]
    assert moves(old, new) == [
        ("Support", "1", "new", 7),
        ("EC2", "1", "changed", 4),
        ("Glue", "1", "gone", -3),
        ("S3", "1", "same", 0),
        ("S3", "2", "same", 0),
    ]


def test_more_charges_of_the_same_sum_are_a_change():
    assert moves([("S3", "1", 2)], [("S3", "1", 1), ("S3", "1", 1)]) == [("S3", "1", "changed", 0)]


def test_charges_without_account_are_one_row():
    assert moves([("Tax", None, 2)], [("Tax", None, 3)]) == [("Tax", None, "changed", 1)]


charges = st.lists(
    st.tuples(
        st.sampled_from(["EC2", "S3", "Tax"]),
        st.sampled_from(["1", "2", None]),
        st.decimals(-1000, 1000, places=10),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(charges, charges)
def test_changes_add_up_to_the_difference_of_the_totals(old, new):
    difference = sum((cost for *_, cost in new), Decimal(0)) - sum(
        (cost for *_, cost in old), Decimal(0)
    )
    rows = changes(old, new)
    for change in ("x_billed_cost_change", "x_effective_cost_change", "x_unblended_cost_change"):
        assert sum((row[change] for row in rows), Decimal(0)) == difference
    sizes = [abs(row["x_billed_cost_change"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)


def test_month_compares_its_last_two_deliveries(project, tmp_path):
    one = ec2(1.0)
    days = [("1", [one]), ("2", [one, ec2(2.0)]), ("3", [one, ec2(2.0), support(4.0)])]
    diff = load(project, tmp_path, days).diff("2026-10")
    assert diff["service_name"].tolist() == ["AWSSupport", "AmazonEC2"]
    assert diff["x_kind"].tolist() == ["new", "same"]
    assert diff["x_new_billed_cost"].tolist() == [usd(4), usd(3)]


def test_two_deliveries_are_named_by_their_ids_in_either_direction(project, tmp_path):
    days = [("1", [ec2(1.0)]), ("2", [ec2(2.0)]), ("3", [ec2(5.0)])]
    warehouse = load(project, tmp_path, days)
    warehouse.build()
    first, _, third = warehouse.sql("from ledger.deliveries order by delivered_at")["delivery_id"]
    assert warehouse.diff(first, third)["x_billed_cost_change"].tolist() == [usd(4)]
    assert warehouse.diff(third, first)["x_billed_cost_change"].tolist() == [usd(-4)]


def test_month_that_came_once_has_no_rows_and_all_columns(project, tmp_path):
    warehouse = load(project, tmp_path, [("1", [ec2(1.0)])])
    diff = warehouse.diff("2026-10")
    assert diff.empty
    assert "x_billed_cost_change" in diff


def test_payers_are_compared_each_with_itself(project, tmp_path):
    payer = {"bill_payer_account_id": "000000000002"}
    load(project, tmp_path, [("1", [ec2(1.0)]), ("3", [ec2(4.0)])])
    warehouse = load(project, tmp_path, [("2", [support(9.0, **payer)])], "other.parquet")
    assert warehouse.diff("2026-10")["service_name"].tolist() == ["AmazonEC2"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["2026-1"], "'2026-1' is no month"),
        (["2020-01"], "No delivery of 2020-01 is loaded"),
        (["abc", "def"], "There is no delivery 'abc'"),
    ],
)
def test_what_names_no_delivery_is_refused(project, tmp_path, names, message):
    warehouse = load(project, tmp_path, [("1", [ec2(1.0)])])
    with pytest.raises(BadInput, match=message):
        warehouse.diff(*names)


def test_deliveries_of_two_months_are_refused(project, tmp_path):
    load(project, tmp_path, [("1", [ec2(1.0)])])
    september = line(day=line()["bill_billing_period_start_date"].replace(month=9))
    warehouse = load(project, tmp_path, [("2", [september])])
    warehouse.build()
    ids = warehouse.sql("from ledger.deliveries order by billing_period")["delivery_id"]
    with pytest.raises(BadInput, match=r"of different bills: 2026-09 of payer 0.* and 2026-10"):
        warehouse.diff(*ids)


def test_deleted_charges_are_said(project, tmp_path):
    warehouse = load(project, tmp_path, [("1", [ec2(1.0)]), ("2", [ec2(2.0)])])
    for file in project.rglob("charges.parquet"):
        file.unlink()
    for file in project.rglob("unused_commitments.parquet"):
        file.unlink()
    with pytest.raises(SourceNotFound, match="is gone: those charges can't be compared"):
        warehouse.diff("2026-10")


def test_sample_month_that_came_twice_adds_up_to_its_deliveries(sample_project):
    with connect(sample_project) as warehouse:
        diff = warehouse.diff("2026-08")
        old, new = warehouse.sql(
            "select source_unblended_cost as cost from ledger.deliveries "
            "where billing_period = '2026-08' order by delivered_at"
        )["cost"]
    assert diff["x_old_unblended_cost"].sum() == old
    assert diff["x_new_unblended_cost"].sum() == new
    assert diff["x_unblended_cost_change"].sum() == new - old
    assert diff["service_name"].iloc[0] == "AWS Support (Enterprise)"
    assert diff["x_kind"].iloc[0] == "new"

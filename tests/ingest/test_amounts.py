"""Amounts keep every digit that the bill has, in every currency, or are refused."""

import datetime as dt
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finops import connect
from finops.errors import BadSource
from finops.ingest.amounts import proven
from finops.ingest.layouts import read_layouts
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import NEEDED, ROW, charges, csv_text, load, load_csv, write

FOCUS = ["ChargePeriodStart", "SubAccountId", "BilledCost", "ListCost"]
NARROW, WIDE = "DECIMAL(18,10)", "DECIMAL(38,18)"


def focus_csv(path, *amounts):
    """Write a FOCUS export of charges that cost these amounts and list at nothing."""
    rows = [["2026-10-01T00:00:00Z", "s", one, "0"] for one in amounts]
    return write(path, csv_text(FOCUS, rows))


def parquet(path, values, kind):
    """Write a bill whose unblended costs are of an Arrow type."""
    lines = [line(line_item_unblended_cost=None) for _ in values]
    table = pq.read_table(write_bill(path, lines))
    place = table.schema.get_field_index("line_item_unblended_cost")
    column = pa.array(values, kind)
    pq.write_table(table.set_column(place, "line_item_unblended_cost", column), path)
    return path


def billed(warehouse):
    """Return the amounts that were loaded, and their type."""
    found = charges(warehouse, "billed_cost")
    (kind,) = duckdb.sql(
        f"select distinct typeof(billed_cost) from '{warehouse}/charges/*/*/charges.parquet'"
    ).fetchall()[0]
    return [one for (one,) in found], kind


@pytest.mark.parametrize(
    ("text", "amount", "kind"),
    [
        ("0.0116", "0.0116", NARROW),
        ("99999999.9999999999", "99999999.9999999999", NARROW),
        ("0.000000010000000000000000", "0.00000001", NARROW),
        ("1.2E-5", "0.000012", NARROW),
        ("-12345678901e-10", "-1.2345678901", WIDE),
        ("0E-25", "0", NARROW),
        ("-3", "-3", NARROW),
        ("+5.", "5", NARROW),
        ("165000000", "165000000", WIDE),
        ("20.28022672899", "20.28022672899", WIDE),
        ("1.5e-12", "0.0000000000015", WIDE),
        ("1E+9", "1000000000", WIDE),
        ("900000000000000.1234567891", "900000000000000.1234567891", WIDE),
        ("99999999999999999999.999999999999999999",) * 2 + (WIDE,),
    ],
)
def test_text_keeps_every_digit(tmp_path, text, amount, kind):
    load(focus_csv(tmp_path / "focus.csv", text), tmp_path / "warehouse", format="focus")
    assert billed(tmp_path / "warehouse") == ([Decimal(amount)], kind)


@pytest.mark.parametrize(
    ("values", "of", "amounts", "kind"),
    [
        # A double is the shortest text that reads back as it.
        ([0.1, None, -0.0001], pa.float64(), ["-0.0001", "0.1", None], NARROW),
        ([250000.07, 90000000.1], pa.float64(), ["250000.07", "90000000.1"], NARROW),
        ([165000000.0, 1e15], pa.float64(), ["165000000", "1000000000000000"], WIDE),
        ([4e-11, 0.1 + 0.2], pa.float64(), ["0.00000000004", "0.30000000000000004"], WIDE),
        ([900000000000000.1], pa.float64(), ["900000000000000.1"], WIDE),
        # Its digits beyond the eighteenth decimal are not its source's.
        ([1.3888888888888889e-05], pa.float64(), ["0.000013888888888889"], WIDE),
        ([0.1], pa.float32(), ["0.1"], NARROW),
        ([7, 10**15], pa.int64(), ["7", "1000000000000000"], WIDE),
        ([usd("0.5")], pa.decimal128(38, 9), ["0.5"], NARROW),
        ([usd("0.50000000001")], pa.decimal128(20, 11), ["0.50000000001"], WIDE),
        (["0.5", "0.00000000001"], pa.string(), ["0.00000000001", "0.5"], WIDE),
    ],
)
def test_parquet_keeps_every_digit(tmp_path, values, of, amounts, kind):
    load(parquet(tmp_path / "bill.parquet", values, of), tmp_path / "warehouse")
    expected = [one and Decimal(one) for one in amounts]
    assert billed(tmp_path / "warehouse") == (expected, kind)


@pytest.mark.parametrize("allow_bad_values", [False, True])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1,234.56", "a number"),
        ("$5", "a number"),
        ("NaN", "a number"),
        ("Infinity", "a number"),
        ("five", "a number"),
        ("1e999999", "a number of at most 20 digits"),
        ("123456789012345678901", "a number of at most 20 digits"),
        ("0.1234567890123456789", "a number of at most 20 digits"),
        ("1e-19", "a number of at most 20 digits"),
    ],
)
def test_cost_that_no_type_holds_is_always_refused(tmp_path, text, kind, allow_bad_values):
    file = focus_csv(tmp_path / "focus.csv", "1", "2", text)
    with pytest.raises(BadSource) as error:
        load(file, tmp_path / "warehouse", format="focus", allow_bad_values=allow_bad_values)
    message = str(error.value)
    assert f"{file}: 1 value(s) of BilledCost are not {kind}" in message
    assert f"such as {text!r} in row 4" in message
    assert "allow-bad-values" not in message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e21])
def test_double_that_is_no_amount_is_refused_with_its_row(tmp_path, value):
    file = parquet(tmp_path / "bill.parquet", [1.0, value], pa.float64())
    with pytest.raises(BadSource, match=r"line_item_unblended_cost .* in row 2\. Correct it"):
        load(file, tmp_path / "warehouse", allow_bad_values=True)


def test_list_cost_may_be_left_empty_and_the_rest_keeps_its_digits(tmp_path):
    rows = [["2026-10-01T00:00:00Z", "s", "165000000", "$5"]]
    file = write(tmp_path / "focus.csv", csv_text(FOCUS, rows))
    with pytest.raises(BadSource, match=r"ListCost .* '\$5' in row 2\. .* --allow-bad-values"):
        load(file, tmp_path / "warehouse", format="focus")
    (record,) = load(file, tmp_path / "warehouse", format="focus", allow_bad_values=True)
    assert (record["bad_values"], record["billing_currencies"]) == (1, "USD")
    # FOCUS without a list cost lists at what it bills.
    assert charges(tmp_path / "warehouse", "billed_cost, list_cost") == [(165000000, 165000000)]


def test_months_of_both_types_add_up_in_one_warehouse_in_any_order(project, tmp_path):
    september = [line(day=dt.datetime(2026, 9, 1), line_item_unblended_cost=0.1)]
    narrow = write_bill(tmp_path / "narrow" / "a.parquet", september)
    wide = parquet(tmp_path / "wide" / "b.parquet", [usd("7.00000000000000001")], None)
    warehouse = connect(project)
    late = write_bill(tmp_path / "late" / "c.parquet", [line(day=dt.datetime(2026, 11, 1))])
    # Each later build adds a month to the tables of the one before.
    for bill in (narrow, wide, late):
        warehouse.load(bill)
        warehouse.build()
    for table in ("facts.daily_cost", "facts.allocated_cost", "marts.team_month"):
        rows = warehouse.sql(
            f"select billing_period, sum(billed_cost) as cost from {table} group by 1 order by 1"
        )
        assert rows["cost"].tolist() == [usd("0.1"), usd("7.00000000000000001"), 0], table
    assert warehouse.status()["x_residual"].tolist() == [0, 0, 0]


def test_text_of_a_double_counts_to_the_eighteenth_decimal(tmp_path):
    text = csv_text(NEEDED, [[*ROW[:2], "0.0010684211984159026"]])
    assert load_csv(tmp_path, text) == [(usd("0.001068421198415903"),)]


def test_amounts_of_an_older_writer_are_proven_once(real_bill, tmp_path):
    # Its file has the least and the most of a column in the deprecated fields alone.
    con = duckdb.connect()
    file = real_bill / "Nov2018-WorkshopCUR-00001.snappy.parquet"
    [layout] = read_layouts(con, [file], tmp_path, [""])
    cost = "line_item_unblended_cost"
    found = proven(con, layout, lambda header: header == cost)
    assert [one.type for one in found.fields if one.header == cost] == ["DECIMAL(18, 10)"]


def test_an_empty_price_is_none_beside_one_with_more_digits_than_a_cast_keeps(tmp_path):
    prices = ["", "0.0116000000", "1.23456789012345678901", "1e-3"]
    lines = [line(pricing_public_on_demand_rate=one) for one in prices]
    load(write_bill(tmp_path / "in" / "a.parquet", lines), tmp_path / "warehouse")
    found = charges(tmp_path / "warehouse", "list_unit_price")
    assert sorted(one for (one,) in found if one is not None) == [
        Decimal("0.001"),
        Decimal("0.0116"),
    ]
    assert len(found) == 4

"""A delivery is written once, whole, or not at all."""

import itertools
import os
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finops import connect
from finops.errors import BadSource, MissingColumns
from finops.ingest.deliveries import delivery_id, read_records, write_delivery
from finops.ingest.discover import find_deliveries
from finops.ingest.headers import parquet_columns
from finops.report.bill.trust import notes
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import bill, write


def test_loading_twice_changes_nothing(project, tmp_path):
    bill = write_bill(tmp_path / "bill.parquet", [line(line_item_unblended_cost=1.0)])
    warehouse = connect(project)
    assert warehouse.load(bill)["is_new"].tolist() == [True]
    before = sorted((file, file.stat().st_mtime_ns) for file in project.rglob("*.parquet"))
    assert warehouse.load(bill)["is_new"].tolist() == [False]
    assert sorted((file, file.stat().st_mtime_ns) for file in project.rglob("*.parquet")) == before


def test_both_files_of_a_delivery_have_the_same_columns(tmp_path):
    fee = line(line_item_line_item_type="RIFee", reservation_unused_recurring_fee=2.0)
    (delivery,) = find_deliveries(write_bill(tmp_path / "bill.parquet", [fee]))
    write_delivery(delivery, tmp_path / "warehouse")
    charges, unused = sorted(tmp_path.glob("warehouse/charges/*/*/*.parquet"))
    assert parquet_columns(unused) == parquet_columns(charges)


def test_refreshed_month_counts_once_and_the_old_one_is_kept(project, tmp_path):
    warehouse = connect(project)
    for cost in (1.0, 5.0):
        warehouse.load(write_bill(tmp_path / "b.parquet", [line(line_item_unblended_cost=cost)]))
    warehouse.build()
    ledger = warehouse.sql(
        "select status, source_unblended_cost from ledger.deliveries order by all"
    )
    assert ledger.values.tolist() == [["current", usd(5)], ["superseded", usd(1)]]
    assert warehouse.sql("select sum(billed_cost) as b from facts.daily_cost")["b"].tolist() == [5]


def test_other_payers_month_adds_up(project, tmp_path):
    warehouse = connect(project)
    for payer in ("000000000001", "000000000002"):
        bill = line(line_item_unblended_cost=1.0, bill_payer_account_id=payer)
        warehouse.load(write_bill(tmp_path / f"{payer}.parquet", [bill]))
    assert [one["status"] for one in read_records(project / "warehouse")] == ["current", "current"]


@pytest.fixture
def load_payers(project, tmp_path):
    """Load October of some payers, 1 USD each, delivered in the order of the calls."""
    numbers = itertools.count(1)

    def run(*payers):
        number = next(numbers)
        lines = [line(line_item_unblended_cost=1.0, bill_payer_account_id=one) for one in payers]
        file = write_bill(tmp_path / f"{number}.parquet", lines)
        os.utime(file, (number, number))
        connect(project).load(file)

    return run


def current(project):
    """The payers of the deliveries that count, after a build."""
    warehouse = connect(project)
    warehouse.build()
    query = "select billing_account_ids as payers from ledger.deliveries where status = 'current'"
    cost = "select cast(sum(billed_cost) as integer) as cost from facts.daily_cost"
    found = sorted(warehouse.sql(query)["payers"]), warehouse.sql(cost)["cost"].tolist()
    warehouse.close()
    return found


def test_delivery_of_more_payers_replaces_those_of_each(project, load_payers):
    for payers in ("1", "2", "12", "12", "3"):
        load_payers(*payers)
    assert current(project) == (["1+2", "3"], [3])
    records = {one["billing_account_ids"]: one for one in read_records(project / "warehouse")}
    assert records["3"]["previous_delivery_id"] is None


def test_deliveries_of_each_payer_replace_the_one_of_all(project, load_payers):
    for payers in ("12", "1", "2"):
        load_payers(*payers)
    assert current(project) == (["1", "2"], [2])


def test_newer_delivery_of_some_payers_is_refused_until_the_others_come(project, load_payers):
    load_payers("1", "2")
    current(project)
    load_payers("1")
    message = (
        r"Two deliveries of 2026-10 .*/1\.parquet \(legacy CUR of payer 1 and 2\), and the newer "
        r".*/2\.parquet \(legacy CUR of payer 1\), which doesn't replace all of it\. Load the newest"
    )
    with pytest.raises(BadSource, match=message):
        connect(project).build()
    assert connect(project).sql("select sum(billed_cost) as b from facts.daily_cost")["b"][0] == 2
    load_payers("2")
    assert current(project) == (["1", "2"], [2])


def test_bill_that_names_no_payer_is_known_by_its_lines(project, load_payers):
    load_payers("")
    load_payers("")
    assert current(project) == ([""], [1])
    load_payers("1")
    assert current(project) == (["1"], [1])


def test_month_of_a_payer_in_two_exports_counts_once_and_status_says_which(project, tmp_path):
    for number, (name, more) in enumerate([("cur", {}), ("cur2", {"product": [("region", "x")]})]):
        one = line(line_item_unblended_cost=1.0 + number, **more)
        file = write_bill(tmp_path / f"{name}.parquet", [one])
        os.utime(file, (1000 + number, 1000 + number))
        connect(project).load(file)
    assert current(project) == (["000000000001"], [2])
    assert (
        "2026-10 of payer 000000000001 came in 2 exports. The newest, CUR 2.0 cur2, counts; "
        "left out: legacy CUR cur."
    ) in notes(connect(project))


def test_same_content_has_the_same_id_wherever_it_lies(tmp_path):
    one, other = line(), line(line_item_unblended_cost=9.0)
    write_bill(tmp_path / "a" / "bill.parquet", [one])
    write_bill(tmp_path / "b" / "bill.parquet", [one])
    write_bill(tmp_path / "c" / "bill.parquet", [other])
    ids = [delivery_id(find_deliveries(tmp_path / name)[0]) for name in "abc"]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("name", ["BILL.CSV", "bill", "bill.txt", "bill.parquet"])
def test_one_digit_that_was_corrected_in_a_large_file_is_another_delivery(tmp_path, name):
    ids = []
    for first in (11, 12):
        costs = [first, 5, 99999, *range(1000, 12000)]
        path = tmp_path / name
        if name.endswith(".parquet"):
            table = pa.table({
                "line_item_usage_start_date": [datetime(2026, 10, 1)] * len(costs),
                "line_item_usage_account_id": ["1"] * len(costs),
                "line_item_unblended_cost": list(map(float, costs)),
            })  # fmt: skip
            pq.write_table(table, path, compression="none", use_dictionary=False)
        else:
            write(path, bill(["lineItem/BlendedCost"], *[[cost] for cost in costs]))
        ids.append(delivery_id(find_deliveries(path)[0]))
    assert ids[0] != ids[1]


def test_missing_cost_column_is_refused_and_nothing_is_left(tmp_path):
    bill = line()
    del bill["line_item_unblended_cost"]
    write_bill(tmp_path / "bill.parquet", [bill])
    (delivery,) = find_deliveries(tmp_path / "bill.parquet")
    with pytest.raises(MissingColumns, match="has no line_item_unblended_cost"):
        write_delivery(delivery, tmp_path / "warehouse")
    assert not list((tmp_path / "warehouse").rglob("*.parquet"))
    assert not list((tmp_path / "warehouse").rglob("delivery.json"))


def test_value_that_does_not_parse_is_refused(tmp_path):
    write_bill(tmp_path / "bill.parquet", [line(line_item_unblended_cost="twelve")])
    (delivery,) = find_deliveries(tmp_path / "bill.parquet")
    with pytest.raises(
        BadSource,
        match=r"bill\.parquet: 1 value\(s\) of line_item_unblended_cost are not a number, such as .twelve",
    ):
        write_delivery(delivery, tmp_path / "warehouse")


def test_same_line_twice_is_refused(tmp_path):
    one = line(line_item_unblended_cost=1.0)
    write_bill(tmp_path / "bill.parquet", [one, one])
    (delivery,) = find_deliveries(tmp_path / "bill.parquet")
    with pytest.raises(BadSource, match=r"1 line\(s\) stand in the bill twice"):
        write_delivery(delivery, tmp_path / "warehouse")


def test_record_says_what_the_bill_held(tmp_path):
    lines = [
        line(line_item_unblended_cost=1.5),
        line(bill_invoice_id="", line_item_unblended_cost=2),
    ]
    write_bill(tmp_path / "bill.parquet", lines)
    (delivery,) = find_deliveries(tmp_path / "bill.parquet")
    record = write_delivery(delivery, tmp_path / "warehouse")
    assert (record["source_rows"], record["final_rows"], record["source_unblended_cost"]) == (
        2,
        1,
        "3.5000000000",
    )

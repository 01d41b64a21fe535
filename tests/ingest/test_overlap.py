"""Two parts of a month are apart, or one counts in the place of the other, or nobody can tell."""

import os
from datetime import datetime

import duckdb
import pytest

from finops import connect
from finops.errors import BadSource
from finops.ingest.deliveries import read_records
from finops.ingest.overlap import Overlap, overlaps, verdict
from tests.conftest import write_bill
from tests.ingest.bill_files import csv_text, slash_header, write

_COLUMNS = "part, account, line, all_of_it, line_id, is_cost, is_invoiced"


def overlap(rows):
    """The overlap of the parts `a` and `b`; a row is (part, account, line, rest, cost, invoiced)."""
    con = duckdb.connect()
    con.execute(
        "create table part_lines (part varchar, account varchar, line ubigint, "
        "all_of_it ubigint, line_id ubigint, is_cost boolean, is_invoiced boolean, "
        "coarse_line ubigint default 0, has_resource boolean default true, "
        "payer varchar default '1', account_line ubigint default 0, usage ubigint, "
        "grain varchar, charge_start timestamp, charge_end timestamp)"
    )
    for part, account, line, rest, cost, invoiced, *line_id in rows:
        values = [part, account, line, line * 1000 + rest, *(line_id or [None]), cost, invoiced]
        con.execute(f"insert into part_lines ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)", values)
    found = overlaps(con)
    return found[0] if found else Overlap("a", "b")


def part(name, lines, rest=0, account="1", invoiced=False):
    return [(name, account, line, rest, True, invoiced) for line in lines]


@pytest.mark.parametrize(
    ("older", "newer", "word"),
    [
        (part("a", [1, 2]), part("b", [3]), "apart"),
        (part("a", [1, 2]), part("b", [1, 2, 3], rest=1), "replaced"),
        (part("a", [1, 2, 3]), part("b", [1, 2]), "within"),
        (part("a", [1, 2, 3]), part("b", [1, 2], rest=1), "unclear"),
        (part("a", [1, 2, 3, 4]), part("b", [4, 5, 6]), "unclear"),
        # A younger part with fewer rows of the same lines holds less.
        (part("a", [1, 1, 2]), part("b", [1, 2], rest=1), "unclear"),
        (part("a", [1], invoiced=True), part("b", [1], rest=1), "pro forma"),
        (part("a", [1]), part("b", [1], rest=1, invoiced=True), "replaced"),
        (part("a", [1]) + part("a", [2], account="2"), part("b", [1], rest=1), "accounts"),
    ],
)
def test_lines_tell_which_part_counts(older, newer, word):
    assert verdict(overlap(older + newer)) == word


def test_same_lines_at_other_costs_of_one_time_are_unclear():
    one = overlap(part("a", [1, 2]) + part("b", [1, 2], rest=1))
    assert verdict(one, same_age=True) == "unclear"
    assert verdict(overlap(part("a", [1]) + part("b", [1])), same_age=True) == "replaced"


def test_chunks_may_share_a_line_of_two_price_tiers_but_no_equal_one():
    tiers = overlap(part("a", [1, 2, 3]) + part("b", [3, 4, 5], rest=1))
    assert verdict(tiers, are_chunks=True) == "apart"
    assert verdict(tiers) == "unclear"
    equal = overlap(part("a", [1, 2, 3]) + part("b", [3, 4, 5]))
    assert verdict(equal, are_chunks=True) == "unclear"


def test_chunks_whose_lines_have_ids_of_their_own_are_apart():
    first, second = part("a", [1, 2]), part("b", [1, 2], rest=1)
    own = overlap([(*row, n) for n, row in enumerate(first + second)])
    assert verdict(own, same_age=True, are_chunks=True) == "apart"
    assert verdict(own, same_age=True) == "unclear"
    # One id for two lines: a version of the other, and nobody can tell which.
    same = overlap([(*row, row[2]) for row in first + second])
    assert verdict(same, same_age=True, are_chunks=True) == "unclear"


def test_hourly_and_daily_exports_of_the_same_days_are_unclear():
    assert verdict(Overlap("a", "b", is_other_grain=True)) == "unclear"


NAMES = [
    "bill_payer_account_id",
    "bill_invoice_id",
    "line_item_usage_account_id",
    "line_item_product_code",
    "line_item_usage_type",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_unblended_cost",
    # No rule reads these.
    "line_item_blended_cost",
    "bill_billing_period_end_date",
]
HEADER = [slash_header(name) for name in NAMES]


def row(start, end, cost, *, payer="1", invoice="", service="AmazonEC2"):
    days = (f"2026-10-{time}:00:00Z" for time in (start, end))
    return [payer, invoice, "2", service, "Box", *days, cost, 0.5, "2026-11-01T00:00:00Z"]


HOURS = [row("05T07", "05T08", 1), row("06T09", "06T10", 2)]
DAYS = [row("05T00", "06T00", 1), row("06T00", "07T00", 2)]
OCTOBER = [row("01T00", "31T00", 3)]


@pytest.fixture
def load(project, tmp_path):
    """Load two bills, together or one after the other; return what counts, or the error."""

    def run(first, second, *, together):
        for time, rows in enumerate((first, second)):
            file = write(tmp_path / "in" / str(time) / "bill.csv", csv_text(HEADER, rows))
            os.utime(file, (time * 9000, time * 9000))
        try:
            for source in ["."] if together else ["0", "1"]:
                connect(project).load(tmp_path / "in" / source)
        except BadSource as error:
            return str(error)
        records = read_records(project / "warehouse")
        counted = [one for one in records if one["status"] == "current"]
        return sum(float(one["source_unblended_cost"]) for one in counted)

    return run


def test_copies_in_another_order_and_format_are_equal_whatever_their_time(load, tmp_path):
    lines = [dict(zip(NAMES, one, strict=True)) for one in HOURS]
    for one in lines:
        for name in [name for name in NAMES if name.endswith("_date")]:
            one[name] = datetime.fromisoformat(one[name]).replace(tzinfo=None)
    file = write_bill(tmp_path / "in" / "2" / "bill.parquet", lines)
    os.utime(file, (9000, 9000))
    turned = [one[::-1] for one in HOURS]
    file = write(tmp_path / "in" / "3" / "bill.csv", csv_text(HEADER[::-1], turned))
    os.utime(file, (9000, 9000))
    assert load(HOURS, HOURS, together=True) == 3


TOGETHER = pytest.mark.parametrize("together", [True, False])


@TOGETHER
@pytest.mark.parametrize(("first", "second"), [(HOURS, DAYS), (DAYS, HOURS), (OCTOBER, DAYS)])
def test_one_usage_by_the_hour_and_by_the_day_is_asked_about(load, first, second, together):
    found = load(first, second, together=together)
    assert "hold some of the same lines" in found or "may bill the same usage" in found


@TOGETHER
def test_storage_by_the_day_beside_boxes_by_the_hour_adds_up(load, together):
    storage = [row("05T00", "06T00", 4, service="AmazonS3")]
    assert load(HOURS, storage, together=together) == 7


@TOGETHER
@pytest.mark.parametrize("is_bill_first", [True, False])
def test_pro_forma_bill_under_another_payer_counts_nothing(load, together, is_bill_first):
    bill = [[*one[:1], "INV", *one[2:]] for one in HOURS]
    pro_forma = [["2", *one[1:7], 9, *one[8:]] for one in HOURS]
    found = (bill, pro_forma) if is_bill_first else (pro_forma, bill)
    assert load(*found, together=together) == 3


@TOGETHER
def test_one_usage_under_two_payers_without_an_invoice_is_asked_about(load, together):
    other_payer = [["2", *one[1:7], 9, *one[8:]] for one in HOURS]
    found = load(HOURS, other_payer, together=together)
    assert "hold some of the same lines" in found or "may bill the same usage" in found


@TOGETHER
def test_account_that_moved_is_billed_by_both_payers(load, together):
    tax = row("01T00", "31T00", 5)
    moved = [row("20T00", "21T00", 1, payer="2"), ["2", *tax[1:]]]
    assert load([*DAYS, tax], moved, together=together) == 14


@TOGETHER
@pytest.mark.parametrize("column", ["lineItem/ProductCode", "lineItem/UsageType"])
def test_copy_with_fewer_columns_is_never_added(project, tmp_path, column, together):
    place = HEADER.index(column)
    fewer = [[*one[:place], *one[place + 1 :]] for one in (HEADER, *HOURS)]
    write(tmp_path / "in" / "0" / "bill.csv", csv_text(HEADER, HOURS))
    copy = write(tmp_path / "in" / "1" / "copy.csv", csv_text(fewer[0], fewer[1:]))
    os.utime(copy, (9000, 9000))
    for source in ["."] if together else ["0", "1"]:
        connect(project).load(tmp_path / "in" / source)
    records = read_records(project / "warehouse")
    counted = [one for one in records if one["status"] == "current"]
    assert sum(float(one["source_unblended_cost"]) for one in counted) == 3

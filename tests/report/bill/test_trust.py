import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from finops.report.bill.trust import sentences

NOW = dt.datetime(2026, 11, 22, 12)
CHANGES = pa.schema(
    [
        (name, pa.string())
        for name in ("billing_period", "x_compared_with", "x_kind", "x_name", "x_change")
    ]
)


def arrow(rows, schema=None):
    return pa.Table.from_pylist(rows, schema).to_pandas(types_mapper=pd.ArrowDtype)


def month(**values):
    return {
        "billing_period": "2026-10",
        "billing_currency": "USD",
        "x_deliveries": 1,
        "x_delivered_at": dt.datetime(2026, 11, 15, 4, 22),
        "x_last_charge_date": dt.date(2026, 10, 31),
        "x_incomplete_from": None,
        "x_incomplete_until": None,
        "x_source_rows": Decimal(200),
        "x_final_share": 1.0,
        "x_source_rows_change": None,
        "x_source_unblended_cost_change": None,
        "x_shrank": False,
    } | values


def delivery(**values):
    return {
        "billing_period": "2026-10",
        "billing_account_ids": "1",
        "status": "current",
        "format": "CUR 2.0",
        "export_name": "exp",
        "delivered_at": dt.datetime(2026, 11, 15),
        "assumptions": [],
    } | values


def change(kind, name, word, *, period="2026-10", against="month before"):
    values = (period, against, kind, name, word)
    return dict(zip(CHANGES.names, values, strict=True))


@pytest.fixture
def said():
    def run(months=None, deliveries=None, changes=()):
        frames = arrow(months or [month()]), arrow(deliveries or [delivery()])
        return sentences(*frames, arrow(list(changes), CHANGES), now=NOW)

    return run


def test_good_month_is_fresh_and_final(said):
    assert said() == (
        "The newest month, 2026-10, was delivered 7 days ago (2026-11-15 04:22 UTC); "
        "its last charge is of 2026-10-31.",
        "Every loaded month is final: all its lines have an invoice id.",
    )


@pytest.mark.parametrize(
    ("delivered_at", "age"),
    [
        (dt.datetime(2026, 11, 22, 11), "1 hour ago"),
        (dt.datetime(2026, 11, 20, 13), "47 hours ago"),
        (dt.datetime(2026, 11, 20, 12), "2 days ago"),
        (dt.datetime(2026, 11, 23), "0 hours ago"),
    ],
)
def test_age_is_in_hours_then_in_days(said, delivered_at, age):
    assert age in said([month(x_delivered_at=delivered_at)])[0]


def test_estimated_month_counts_its_open_lines(said):
    months = [month(billing_period="2026-09"), month(x_final_share=0.995)]
    assert "Estimated, because lines have no invoice id yet: 2026-10 (1 of 200 lines)." in said(
        months
    )


def test_bill_without_invoice_ids_is_neither_final_nor_estimated(said):
    notes = said([month(x_final_share=None)])
    assert "Final or not isn't known, as their bill has no invoice ids: 2026-10." in notes
    assert not any("Every loaded month is final" in note for note in notes)


def test_month_of_unknown_finality_is_not_among_the_final_ones(said):
    notes = said([month(billing_period="2026-09"), month(x_final_share=None)])
    assert "Final or not isn't known, as their bill has no invoice ids: 2026-10." in notes
    assert "Every other month is final: all its lines have an invoice id." in notes
    assert not any("Every loaded month is final" in note for note in notes)


def test_month_without_a_line_lacks_no_invoice_ids(said):
    notes = said([month(x_source_rows=Decimal(0), x_final_share=None)])
    assert "Delivered without a line: 2026-10." in notes
    assert not any("invoice id" in note for note in notes)


def test_what_went_from_two_bills_is_named_once(said):
    notes = said([month(x_shrank=True)], changes=[change("column", "a", "went")] * 2)
    assert "2026-10 against the month before: column went: a." in notes


def test_open_days_are_named(said):
    days = {"x_incomplete_from": dt.date(2026, 10, 29), "x_incomplete_until": dt.date(2026, 10, 31)}
    assert any(
        note.startswith("Incomplete days: 2026-10-29 to 2026-10-31.")
        for note in said([month(**days)])
    )


def test_last_delivery_is_explained(said):
    moved = {"x_source_rows_change": Decimal(4), "x_source_unblended_cost_change": Decimal("12.5")}
    assert (
        "2026-10 came 2 times; the last time with +4 rows and +12.50 USD unblended cost. "
        "Why: finops status --diff 2026-10"
    ) in said([month(x_deliveries=2, **moved)])


def test_delivery_that_changed_nothing_is_not_news(said):
    same = {"x_source_rows_change": Decimal(0), "x_source_unblended_cost_change": Decimal(0)}
    assert len(said([month(x_deliveries=2, **same)])) == 2


def test_only_the_newest_months_that_moved_are_told_apart(said):
    moved = {"x_source_rows_change": Decimal(1), "x_source_unblended_cost_change": Decimal(0)}
    months = [month(billing_period=f"2026-{number:02}", **moved) for number in range(1, 9)]
    notes = said(months)
    assert sum("--diff" in note for note in notes) == 3
    assert "Earlier months that moved with their last delivery: 2026-01 to 2026-05." in notes


def test_what_shrank_is_listed(said):
    less = {"x_source_rows_change": Decimal(-3), "x_source_unblended_cost_change": Decimal(-7)}
    gone = [
        change("service", "AWS Glue", "went", against="previous delivery"),
        change("account", "012345678901", "went", against="previous delivery"),
        change("service", "Amazon S3", "came", against="previous delivery"),
    ]
    assert (
        "2026-10 shrank with its last delivery: 3 rows fewer; 7.00 USD less; "
        "account gone: 012345678901; service gone: AWS Glue."
    ) in said([month(x_shrank=True, **less)], changes=gone)


def test_new_format_is_said(said):
    deliveries = [delivery(billing_period="2026-09", format="legacy CUR"), delivery()]
    assert any(
        note.startswith("From 2026-10 the bill is CUR 2.0 and no longer legacy CUR")
        for note in said(deliveries=deliveries)
    )


def test_tags_and_columns_that_came_and_went_are_named(said):
    changes = [
        change("tag key", "team", "went"),
        change("column", "a", "came"),
        *(change("column", name, "went") for name in "bcdefghi"),
    ]
    notes = said(changes=changes)
    assert "2026-10 against the month before: tag key went: team." in notes
    assert (
        "2026-10 against the month before: column came: a; "
        "column went: b, c, d, e, f, g and 2 more."
    ) in notes


def test_assumptions_are_repeated(said):
    deliveries = [
        delivery(assumptions=["no manifest: 1 file(s) in x taken as all of 2026-10"]),
        delivery(status="superseded", assumptions=["old"]),
    ]
    notes = said(deliveries=deliveries)
    assert "Assumed for 2026-10: no manifest: 1 file(s) in x taken as all of 2026-10." in notes
    assert not any("old" in note for note in notes)

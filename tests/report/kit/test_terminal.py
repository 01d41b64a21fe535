import datetime as dt
import io
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from rich.console import Console

from finops.report.bill import deliveries as delivery_tables
from finops.report.kit import terminal as tables


def arrow(rows):
    return pa.Table.from_pylist(rows).to_pandas(types_mapper=pd.ArrowDtype)


def printed(renderable):
    """What a terminal of 80 columns shows."""
    stream = io.StringIO()
    Console(file=stream, width=80).print(renderable)
    assert all(len(line) <= 80 for line in stream.getvalue().splitlines())
    return stream.getvalue()


def month(**values):
    return {
        "billing_period": "2026-10",
        "billing_currency": "USD",
        "x_deliveries": 2,
        "x_source_rows": Decimal(50_400_000),
        "x_last_charge_date": dt.date(2026, 10, 31),
        "x_final_share": 1.0,
        "billed_cost": Decimal("12345678.905"),
        "x_billed_tax": Decimal(0),
        "effective_cost": Decimal("12345678.905"),
        "x_residual": Decimal("0.0000000000"),
        "x_unowned_share": 0.25,
    } | values


def move(kind="changed", old="1000000.00", new="1000001.50", service="Amazon S3"):
    old, new = Decimal(old), Decimal(new)
    return {
        "service_name": service,
        "sub_account_id": "012345678901",
        "billing_currency": "USD",
        "x_kind": kind,
        "x_old_billed_cost": old,
        "x_new_billed_cost": new,
        "x_billed_cost_change": new - old,
        "x_effective_cost_change": new - old,
        "x_unblended_cost_change": new - old,
    }


def test_trust_header_shows_whole_numbers_in_80_columns():
    (row,) = [
        line
        for line in printed(delivery_tables.trust_header(arrow([month()]))).splitlines()
        if "2026" in line
    ]
    assert row.split() == [
        *("2026-10", "2", "50,400,000", "10-31", "100", "%"),
        *("12,345,678.91", "12,345,679", "0.00", "75", "%", "USD"),
    ]


def test_very_large_numbers_are_folded_never_cut():
    huge = Decimal("123456789012345.67")
    shown = printed(
        delivery_tables.trust_header(arrow([month(billed_cost=huge, effective_cost=huge)]))
    )
    assert "…" not in shown


@pytest.mark.parametrize(("share", "shown"), [(0.9999, "99 %"), (0.0, "0 %"), (None, "–")])
def test_nearly_final_is_not_shown_as_final(share, shown):
    frame = arrow([month(x_final_share=share), month(x_final_share=1.0)])
    row = next(
        line for line in printed(delivery_tables.trust_header(frame)).splitlines() if "2026" in line
    )
    assert f"10-31 {shown:>5} " in row


def test_delivery_change_shows_before_now_and_the_sum():
    rows = [
        move("new", "0", "7.25", "AWS Support (Enterprise) with a name that is far too long"),
        move(),
        move("gone", "2", "0"),
        move("same", "5", "5"),
    ]
    shown = printed(delivery_tables.delivery_change(arrow(rows)))
    assert "…" not in shown
    words = [" ".join(line.split()) for line in shown.splitlines()]
    assert "Amazon S3 012345678901 1,000,000.00 1,000,001.50 +1.50 USD" in words
    assert "Amazon S3 012345678901 2.00 – −2.00 USD" in words
    assert "all 4 1,000,007.00 1,000,013.75 +6.75 USD" in words
    assert "3 of 4 services of an account changed. –: not in that delivery." in words


def test_smaller_changes_are_counted_and_stay_in_the_sum():
    shown = printed(delivery_tables.delivery_change(arrow([move(), move(), move()]), rows=1))
    assert "2 smaller changes are in the sum and not shown." in shown
    assert "+4.50" in shown


def test_month_that_came_once_says_so():
    assert "came once" in printed(delivery_tables.delivery_change(arrow([move()]).head(0)))


def test_notes_are_text_and_no_markup():
    assert "[bold]x" in printed(tables.notes(["[bold]x"]))


def hit(**values):
    return {
        "x_rule_id": "r1",
        "x_line": 2,
        "x_team": "restaurant",
        "x_service": None,
        "x_state": "used",
        "x_decided_keys": 1234,
        "effective_cost": Decimal("1234567.5"),
        "billing_currency": "USD",
        "x_last_charge_date": dt.date(2026, 10, 31),
        "x_conflicting_keys": 0,
        "x_conflicts_with": None,
        "x_shadowed_by": None,
    } | values


def test_rule_hits_fit_in_80_columns_and_name_what_to_mend():
    conflict = {"x_rule_id": "r2", "x_conflicting_keys": 7, "x_conflicts_with": "r1"}
    out = " ".join(printed(tables.rule_hits(arrow([hit(), hit(**conflict)]))).split())
    assert "2 r1 restaurant used 1,234 1,234,568 USD 2026-10-31" in out
    assert (
        "r2 (line 2) is in conflict with r1, of the same priority: the upper line decides." in out
    )
    assert "r1 (line 2)" not in out

"""A charge for several days is the cost of each of them, to the last digit."""

import datetime as dt
from decimal import Decimal

import pytest

FIRST, SECOND = dt.datetime(2026, 10, 1), dt.datetime(2026, 10, 2)
NOVEMBER = dt.datetime(2026, 11, 1)


def charge(start=FIRST, end=NOVEMBER, **values):
    usual = {"billing_period": "2026-10", "billing_currency": "USD", "charge_category": "Tax"}
    dates = {"charge_period_start": start, "charge_period_end": end}
    return {**usual, **dates, "effective_cost": Decimal(100), **values}


@pytest.fixture
def covered(run_model):
    """Return a function that says which days a charge is the cost of: the first and the last."""

    def run(one):
        (row,) = run_model("staging.charges", {"raw.charges": [one]})
        return row["x_covered_from"].isoformat()[5:], row["x_covered_until"].isoformat()[5:]

    return run


WHOLE = "10-01", "10-31"
TAX = {"charge_category": "Tax", "x_line_item_type": "Tax"}
FEE = {"charge_category": "Purchase", "charge_frequency": "One-Time", "x_line_item_type": "Fee"}
PLAN = FEE | {"charge_frequency": "Recurring", "x_line_item_type": "SavingsPlanRecurringFee"}
SUPPORT = FEE | {"x_service_code": "AWSSupportEnterprise"}
RESERVATION = {"charge_category": "Purchase", "x_line_item_type": "RIFee"}
USAGE = {"charge_category": "Usage", "consumed_quantity": 1.0, "x_line_item_type": "Usage"}


@pytest.mark.parametrize(
    ("start", "end", "kind", "days"),
    [
        # As long as the bill says, to the last second or the end of it.
        (FIRST, NOVEMBER, TAX, WHOLE),
        (FIRST, NOVEMBER - dt.timedelta(seconds=1), RESERVATION, WHOLE),
        (FIRST, NOVEMBER, USAGE, WHOLE),
        (FIRST, dt.datetime(2026, 10, 8), FEE, ("10-01", "10-07")),
        (dt.datetime(2026, 10, 13, 5), NOVEMBER, RESERVATION, ("10-13", "10-31")),
        # An instant, an hour or a day of the first, of what is for the month.
        (FIRST, FIRST, TAX, WHOLE),
        (FIRST, FIRST + dt.timedelta(hours=1), SUPPORT, WHOLE),
        (FIRST, SECOND, RESERVATION, WHOLE),
        (FIRST, FIRST, FEE, WHOLE),
        # What is of its own time.
        (FIRST, FIRST + dt.timedelta(hours=1), PLAN, ("10-01", "10-01")),
        (FIRST, FIRST + dt.timedelta(hours=1), USAGE, ("10-01", "10-01")),
        (FIRST + dt.timedelta(hours=9), FIRST + dt.timedelta(hours=9), FEE, ("10-01", "10-01")),
        (dt.datetime(2026, 10, 15), dt.datetime(2026, 10, 15), TAX, ("10-15", "10-15")),
        # A day at which clocks change, and one from noon to noon.
        (FIRST, FIRST + dt.timedelta(hours=25), USAGE, ("10-01", "10-01")),
        (FIRST + dt.timedelta(hours=12), SECOND + dt.timedelta(hours=12), USAGE, ("10-01", "10-01")),
        # The month bills what begins before it or ends after it.
        (dt.datetime(2026, 9, 15), dt.datetime(2026, 10, 15), FEE, ("10-01", "10-14")),
        (dt.datetime(2026, 10, 15), dt.datetime(2027, 10, 15), FEE, ("10-15", "10-31")),
        # A late charge is of its own month.
        (dt.datetime(2026, 9, 1), FIRST, SUPPORT, ("09-01", "09-30")),
        (dt.datetime(2026, 9, 1), dt.datetime(2026, 9, 1), TAX, ("09-01", "09-30")),
    ],
)  # fmt: skip
def test_charge_covers_the_days_that_it_is_for(covered, start, end, kind, days):
    assert covered(charge(start, end, **kind)) == days


def test_reservation_costs_nothing_outside_its_term(covered):
    term = {"x_commitment_start": SECOND, "x_commitment_end": dt.datetime(2026, 10, 20)}
    assert covered(charge(**RESERVATION, **term)) == ("10-02", "10-19")


def test_open_month_covers_the_days_that_have_elapsed(covered):
    elapsed = {"x_elapsed_until": dt.datetime(2026, 10, 12, 15)}
    assert covered(charge(**TAX, **elapsed)) == ("10-01", "10-12")
    # A fee of a day to come stays on it, and a late charge of last month in that.
    coming = charge(dt.datetime(2026, 10, 20), dt.datetime(2026, 10, 21), **PLAN, **elapsed)
    assert covered(coming) == ("10-20", "10-20")
    late = charge(dt.datetime(2026, 9, 1), FIRST, **SUPPORT, **elapsed)
    assert covered(late) == ("09-01", "09-30")


@pytest.mark.parametrize("cost", ["100", "-100.0000000001", "0.0000000003", "9999999.9999999999"])
def test_days_add_up_to_the_charge(run_model, cost):
    measures = dict.fromkeys(["list_cost", "billed_cost", "effective_cost"], Decimal(cost))
    charges = run_model("staging.charges", {"raw.charges": [charge(**measures)]})
    days = run_model("facts.daily_cost", {"staging.charges": charges})
    assert [row["charge_date"].day for row in sorted(days, key=lambda row: row["charge_date"])] == [
        *range(1, 32)
    ]
    assert {row["x_bill_date"] for row in days} == {FIRST.date()}
    assert sum(row["x_charges"] for row in days) == 1
    for name in measures:
        parts = [row[name] for row in days]
        assert sum(parts) == Decimal(cost)
        assert max(parts) - min(parts) <= Decimal("1e-10")


def test_charges_of_a_day_stay_as_they_are(run_model):
    rows = [charge(SECOND, SECOND + dt.timedelta(hours=1), **USAGE) for _ in range(2)]
    charges = run_model("staging.charges", {"raw.charges": rows})
    (day,) = run_model("facts.daily_cost", {"staging.charges": charges})
    assert (day["charge_date"], day["effective_cost"]) == (SECOND.date(), 200)
    assert (day["x_charges"], day["consumed_quantity"]) == (2, 2.0)

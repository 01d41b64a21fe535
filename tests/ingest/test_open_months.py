"""What a commitment costs on each day of a month that is not over, however AWS posts its fee."""

import datetime as dt
import os

import duckdb
import pytest

from finops import connect
from finops.ingest.deliveries import write_delivery
from finops.ingest.discover import find_deliveries
from finops.report.bill.trust import notes
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import csv_text, write

PLAN = "arn:aws:savingsplans::000000000001:savingsplan/sp-1"
RI = "arn:aws:ec2:ap-northeast-2:000000000001:reserved-instances/ri-1"
FIRST, NEXT = dt.datetime(2026, 10, 1), dt.datetime(2026, 11, 1)
DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
# A commitment of a dollar an hour, of which the first week uses five sixths.
DOLLARS_A_DAY = 24


def used(day):
    return 20 if day < FIRST + 7 * DAY else DOLLARS_A_DAY


@pytest.fixture
def delivered(tmp_path):
    """Return a function from lines and the time of their delivery to sums, and the record."""

    def run(lines, at, *, invoice=None):
        file = tmp_path / "bill.parquet"
        write_bill(file, [one | {"bill_invoice_id": invoice} for one in lines])
        return _load(file, at, tmp_path / f"warehouse-{at:%d%H}")

    return run


def _load(file, at, warehouse):
    seconds = at.replace(tzinfo=dt.UTC).timestamp()
    os.utime(file, (seconds, seconds))
    (delivery,) = find_deliveries(file)
    record = write_delivery(delivery, warehouse)
    sums = duckdb.sql(
        "select sum(billed_cost), sum(effective_cost), sum(x_commitment_trueup), "
        "sum(x_upfront_cost), "
        "coalesce(sum(effective_cost) filter (commitment_discount_status = 'Unused'), 0) "
        f"from '{warehouse}/charges/*/*/*.parquet'"
    ).fetchall()[0]
    return sums, record


def days(start, end):
    return [start + DAY * number for number in range((end - start).days)]


def reservation(at, start, end, *, recurring, upfront, unused):
    """Return fee and use of a reservation; `unused` says what AWS counts as that on the day."""
    share = {"recurring": recurring, "upfront": upfront}
    period = [max(start, FIRST), min(end, NEXT)]
    past = days(period[0], min(at, period[1]))
    whole = (period[1] - period[0]).days
    idle = sum(1 - used(one) / DOLLARS_A_DAY for one in past)
    idle += whole - len(past) if unused == "to the end" else 0
    fee = line(
        day=period[0],
        line_item_line_item_type="RIFee",
        line_item_usage_end_date=period[1] - SECOND,
        line_item_unblended_cost=float(share["recurring"] * whole),
        reservation_reservation_a_r_n=RI,
        reservation_amortized_upfront_fee_for_billing_period=float(share["upfront"] * whole),
        reservation_unused_amortized_upfront_fee_for_billing_period=share["upfront"] * idle,
        reservation_unused_recurring_fee=share["recurring"] * idle,
    )
    return [fee] + [
        line(
            day=one,
            line_item_line_item_type="DiscountedUsage",
            line_item_usage_end_date=one + DAY - SECOND,
            reservation_reservation_a_r_n=RI,
            reservation_effective_cost=float(used(one)),
        )
        for one in past
    ]


def savings_plan(at, start, end, *, upfront=0, step=DAY):
    """Return the fee rows of the whole month and the use until a time, by day or hour."""
    rows, share = [], step / DAY
    time = max(start, FIRST)
    while time < min(end, NEXT):
        use = used(time) * share if time < at else 0.0
        plan = {"day": time, "line_item_usage_end_date": time + step - SECOND}
        plan |= {"savings_plan_savings_plan_a_r_n": PLAN}
        rows.append(
            line(
                line_item_line_item_type="SavingsPlanRecurringFee",
                line_item_unblended_cost=(DOLLARS_A_DAY - upfront) * share,
                savings_plan_total_commitment_to_date=DOLLARS_A_DAY * share,
                savings_plan_used_commitment=use,
                savings_plan_amortized_upfront_commitment_for_billing_period=upfront * share,
                savings_plan_recurring_commitment_for_billing_period=(DOLLARS_A_DAY - upfront)
                * share,
                **plan,
            )
        )
        if use:
            rows.append(
                line(
                    line_item_line_item_type="SavingsPlanCoveredUsage",
                    savings_plan_savings_plan_effective_cost=use,
                    **plan,
                )
            )
        time += step
    return rows


STYLES = {
    "fee on day 1, unused so far": lambda at, *term: reservation(
        at, *term, recurring=24, upfront=0, unused="so far"
    ),
    "fee on day 1, unused to the end": lambda at, *term: reservation(
        at, *term, recurring=24, upfront=0, unused="to the end"
    ),
    "all upfront, unused so far": lambda at, *term: reservation(
        at, *term, recurring=0, upfront=24, unused="so far"
    ),
    "all upfront, unused to the end": lambda at, *term: reservation(
        at, *term, recurring=0, upfront=24, unused="to the end"
    ),
    "partly upfront, unused to the end": lambda at, *term: reservation(
        at, *term, recurring=10, upfront=14, unused="to the end"
    ),
    "plan by day": savings_plan,
    "plan by day, all upfront": lambda at, *term: savings_plan(at, *term, upfront=24),
}
TERMS = {
    "all month": (FIRST - 90 * DAY, FIRST + 275 * DAY),
    "bought on the 5th": (FIRST + 4 * DAY, FIRST + 369 * DAY),
    "ended on the 9th": (FIRST - 356 * DAY, FIRST + 9 * DAY),
}


def other_usage(at):
    return [
        line(day=one, line_item_usage_end_date=one + DAY - SECOND, line_item_unblended_cost=5.0)
        for one in days(FIRST, at)
    ]


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("style", STYLES)
def test_commitment_costs_what_has_elapsed_on_each_day_of_the_month(delivered, style, term):
    start, end = TERMS[term]
    for past in (6, 10, 16, 30):
        at = FIRST + past * DAY
        lines = STYLES[style](at, start, end) + other_usage(at)
        (billed, effective, trueup, upfront, unused), record = delivered(lines, at)
        run = days(max(start, FIRST), min(end, at))
        assert round(effective, 6) == DOLLARS_A_DAY * len(run) + 5 * past
        assert round(unused, 6) == sum(DOLLARS_A_DAY - used(one) for one in run)
        assert round(billed - effective - trueup - upfront, 6) == 0
        assert record["last_charge_date"] == f"2026-10-{past:02}"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("at", "invoice"), [(NEXT, None), (FIRST + 20 * DAY, "INV-1")])
def test_month_that_is_over_keeps_what_its_bill_says(delivered, style, at, invoice):
    lines = STYLES[style](FIRST + 20 * DAY, *TERMS["all month"])
    (_, _, trueup, _, unused), record = delivered(lines, at, invoice=invoice)
    fees = [one for one in lines if "Fee" in one["line_item_line_item_type"]]
    assert record["elapsed_until"] is None
    assert round(unused, 6) == round(sum(usd(str(idle(one))) for one in fees), 6)
    assert round(trueup, 6) == -sum(usd(str(amortised(one))) for one in fees)


def idle(fee):
    if fee["line_item_line_item_type"] == "RIFee":
        return (
            fee["reservation_unused_recurring_fee"]
            + fee["reservation_unused_amortized_upfront_fee_for_billing_period"]
        )
    return fee["savings_plan_total_commitment_to_date"] - fee["savings_plan_used_commitment"]


def amortised(fee):
    return fee.get("reservation_amortized_upfront_fee_for_billing_period", 0) + fee.get(
        "savings_plan_amortized_upfront_commitment_for_billing_period", 0
    )


def test_hourly_bill_has_elapsed_with_its_last_hour_of_usage(delivered):
    until = FIRST + 2 * DAY + 4 * HOUR
    lines = savings_plan(until, *TERMS["all month"], step=HOUR)
    (billed, effective, trueup, _, unused), record = delivered(lines, until + 3 * HOUR)
    assert record["elapsed_until"] == "2026-10-03 04:00:00"
    assert (billed, round(effective, 6)) == (744, 52)
    assert round(unused, 6) == usd("8.666667")
    assert round(billed - effective - trueup, 6) == 0


def test_day_that_is_running_costs_the_hours_that_have_passed(delivered):
    """The plan has a row of the whole day, as a daily bill has."""
    at = FIRST + 10 * DAY + 6 * HOUR
    lines = savings_plan(FIRST + 10 * DAY, *TERMS["all month"])
    running = next(one for one in lines if one["line_item_usage_start_date"] == FIRST + 10 * DAY)
    running["savings_plan_used_commitment"] = 5.0
    use = line(
        day=FIRST + 10 * DAY,
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_usage_end_date=FIRST + 11 * DAY - SECOND,
        savings_plan_savings_plan_a_r_n=PLAN,
        savings_plan_savings_plan_effective_cost=5.0,
    )
    (billed, effective, trueup, _, unused), _ = delivered([*lines, use], at)
    assert (round(effective, 6), round(unused, 6)) == (246, 29)
    assert round(billed - effective - trueup, 6) == 0


def test_commitment_that_nobody_uses_costs_what_has_elapsed(delivered):
    """The bill has nothing else: until when it goes only the time of the delivery tells."""
    plan = [
        one
        for one in savings_plan(FIRST, *TERMS["all month"])
        if one["line_item_line_item_type"] == "SavingsPlanRecurringFee"
    ]
    (_, effective, trueup, _, unused), record = delivered(plan, FIRST + 10 * DAY)
    assert (effective, unused, trueup) == (240, 240, 504)
    assert record["elapsed_until"] == "2026-10-11 00:00:00"


def test_delivery_older_than_its_usage_does_not_tell_the_time(delivered):
    at = FIRST + 5 * DAY
    lines = [*STYLES["fee on day 1, unused so far"](at, *TERMS["all month"]), *other_usage(NEXT)]
    assert delivered(lines, at)[1]["elapsed_until"] is None


HEADER = (
    "ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart", "SubAccountId", "ChargeCategory",
    "CommitmentDiscountId", "CommitmentDiscountStatus", "BilledCost", "EffectiveCost",
)  # fmt: skip


@pytest.mark.parametrize(("waste", "expected"), [(2, 242), (0, 240)])
def test_unused_row_of_a_focus_export_ends_today(tmp_path, waste, expected):
    """By day: the rows of days to come are all unused; that of the whole month holds them too."""

    def row(kind, status, billed, effective, first, last):
        period = [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (first, last, FIRST)]
        return [*period, "a", kind, "ri-1", status, str(billed), str(effective)]

    at = FIRST + 10 * DAY
    rows = [row("Usage", "Used", 0, 24, one, one + DAY) for one in days(FIRST, at)]
    by_day = [row("Usage", "Unused", 0, 24, one, one + DAY) for one in days(at, NEXT)]
    by_month = [row("Usage", "Unused", 0, 21 * 24, FIRST, NEXT)]
    extra = [row("Usage", "Unused", 0, waste, FIRST, FIRST + DAY)]
    fee = [row("Purchase", None, 744, 0, FIRST, NEXT)]
    for number, unused in enumerate((by_day, by_month)):
        text = csv_text(HEADER, [*fee, *rows, *unused, *extra])
        file = write(tmp_path / f"focus{number}.csv", text)
        sums, _ = _load(file, at, tmp_path / f"warehouse{number}")
        assert (sums[0], round(sums[1], 6)) == (744, expected)


def test_status_says_what_is_paid_for_hours_to_come(project, tmp_path):
    at = FIRST + 10 * DAY
    lines = reservation(at, FIRST, NEXT, recurring=24, upfront=0, unused="to the end")
    file = write_bill(tmp_path / "bill.parquet", [one | {"bill_invoice_id": None} for one in lines])
    seconds = at.replace(tzinfo=dt.UTC).timestamp()
    os.utime(file, (seconds, seconds))
    with connect(project) as warehouse:
        warehouse.load(file)
        warehouse.build()
        said = notes(warehouse)
    assert (
        "2026-10 is open: of its billed cost, 504.00 USD pays for commitments in hours to come, "
        "and becomes effective cost as they pass."
    ) in said

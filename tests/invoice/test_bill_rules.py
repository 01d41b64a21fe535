"""Each rule finds what is wrong in a bill by itself, with the right amount, and nothing else."""

import datetime as dt
from decimal import Decimal

import pytest

from finops.invoice.bill_rules import RULES
from tests.conftest import ROOT
from tests.invoice.rule_charges import PLAN, charge, found_rows, moment


def test_a_line_that_is_there_twice_is_over_billed_once(find):
    twice = charge(x_line_item_id="a", unblended=3)
    next_hour = charge(x_line_item_id="a", unblended=3, start=moment("05T01:00"))

    found = find("duplicate_lines", [twice, twice, next_hour])

    assert found_rows(found) == [("1", "AmazonEC2", 3)]
    assert found.rows["x_values"][0] == ["a", "2026-10-05 00:00:00", "2"]


def test_what_a_fee_left_unused_is_no_second_line(find):
    fee = charge(x_line_item_id="f", x_line_item_type="RIFee", unblended=3)
    unused = charge(
        x_line_item_id="f",
        x_line_item_type="RIFee",
        commitment_discount_status="Unused",
        unblended=0,
        effective_cost=1,
    )
    assert found_rows(find("duplicate_lines", [fee, unused])) == []


def test_usage_above_its_list_price_is_over_billed(find):
    dear = charge(unblended=Decimal("1.50"), list_cost=1)
    cheap = charge(unblended=Decimal("0.50"), list_cost=1)

    assert found_rows(find("above_list_price", [dear, cheap])) == [
        ("1", "AmazonEC2", Decimal("0.5"))
    ]


def test_an_instance_has_no_more_hours_than_the_day(find):
    def instance(number, hours=24):
        return charge(
            resource_id=f"i-{number}",
            pricing_unit="Hrs",
            charge_period_end=moment("06T00:00"),
            consumed_quantity=hours,
            unblended=hours,
            effective_cost=hours,
        )

    found = find("resource_hours", [instance(1), instance(2, 36)])

    assert found_rows(found) == [("1", "AmazonEC2", 12)]
    assert found.rows["resource_id"][0] == "i-2"


def test_usage_after_the_end_of_an_account_or_resource_is_over_billed(find):
    lines = [charge(resource_id="i-1", unblended=7)]
    later = "2026-10-05T01:00"

    assert found_rows(find("closed_account", lines, "account,1,,,,,2026-10-05,")) == [
        ("1", "AmazonEC2", 7)
    ]
    assert found_rows(find("closed_account", lines, f"account,1,,,,,{later},")) == []
    assert found_rows(find("ended_resource", lines, "resource,i-1,,,,,2026-10-05,")) == [
        ("1", "AmazonEC2", 7)
    ]
    assert found_rows(find("ended_resource", lines, f"resource,i-1,,,,,{later},")) == []


def test_a_region_that_nobody_used_before_is_named(find):
    before = charge(billing_period="2026-09")
    lines = [charge(), charge(region_id="sa-east-1", unblended=9)]

    assert found_rows(find("unused_region", lines, earlier=[before])) == [("1", "AmazonEC2", 9)]
    listed = ("region,ap-northeast-2,,,,,,", "region,sa-east-1,,,,,,")
    assert found_rows(find("unused_region", lines, *listed)) == []
    assert find("unused_region", lines).lacks == "x_has_known_regions"


CREDIT = "credit,Migration credit,AmazonEC2,,100,{},{},"


def credit(value):
    return charge(
        charge_category="Credit",
        x_line_item_type="Credit",
        charge_description="AWS migration credit 2026",
        unblended=-value,
    )


def test_a_credit_after_its_end_is_under_billed(find):
    ended = CREDIT.format("2026-08-01", "2026-10-01")
    running = CREDIT.format("2026-08-01", "2026-11-01")

    assert found_rows(find("expired_credit", [credit(30)], ended)) == [("1", "AmazonEC2", -30)]
    assert found_rows(find("expired_credit", [credit(30)], running)) == []


def test_a_credit_that_is_left_and_eligible_must_be_used(find):
    running = CREDIT.format("2026-09-01", "2027-11-01")
    september = credit(60) | {"billing_period": "2026-09"}

    # 40 of 100 are left, and 25 of usage are eligible.
    lines = [charge(unblended=25), charge(x_service_code="AmazonS3", unblended=500)]

    assert found_rows(find("unused_credit", lines, running, earlier=[september])) == [
        (None, None, 25)
    ]
    used = [*lines, credit(25)]
    assert found_rows(find("unused_credit", used, running, earlier=[september])) == []


def test_a_seller_that_no_contract_names_is_listed(find):
    lines = [charge(), charge(invoice_issuer_name="AMCS Korea LLC", unblended=5)]
    assert found_rows(find("wrong_seller", lines, "tax,AWS,,,0.1,,,")) == [(None, "AmazonEC2", 5)]


@pytest.mark.parametrize(("tax", "wrong"), [(10, 0), (9, 0), (12, 2), (5, -4)])
def test_tax_is_its_share_of_charges_before_or_after_credits(find, tax, wrong):
    lines = [
        charge(unblended=100),
        credit(10),
        charge(charge_category="Tax", x_line_item_type="Tax", unblended=tax),
    ]
    found = find("tax_rate", lines, "tax,AWS,,,0.1,,,")
    assert found_rows(found) == ([(None, None, wrong)] if wrong else [])


def test_a_day_without_an_account_that_is_there_every_day_is_missing(find):
    days = [charge(start=moment(f"{day:02d}T00:00"), unblended=8) for day in range(1, 26)]
    other = [charge(sub_account_id="2", start=one["charge_period_start"]) for one in days]

    found = find("missing_account_days", [*days[:9], *days[10:], *other])

    assert found_rows(found) == [("1", None, -8)]
    assert found.rows["x_values"][0] == ["2026-10-10", "8.00"]
    assert found_rows(find("missing_account_days", [*days, *other])) == []


def test_an_hour_without_any_usage_is_missing(find):
    hours = [
        charge(start=moment("01T00:00") + dt.timedelta(hours=hour), unblended=4)
        for hour in range(48)
    ]
    gap = find("missing_hours", [*hours[:20], *hours[21:]], is_final=False)
    assert found_rows(gap) == [(None, None, -4)]
    assert gap.rows["x_values"][0] == ["2026-10-01 20:00:00"]
    assert found_rows(find("missing_hours", hours, is_final=False)) == []
    # A month that is final has all its hours.
    assert len(find("missing_hours", hours).rows) == 31 * 24 - 48
    daily = charge(charge_period_end=moment("06T00:00"))
    assert find("missing_hours", [daily]).lacks == "x_is_hourly"


def test_usage_of_an_earlier_month_is_late(find):
    late = charge(start=dt.datetime(2026, 9, 30, 23), unblended=6)
    assert found_rows(find("late_usage", [charge(), late])) == [("1", "AmazonEC2", 6)]


def test_usage_below_zero_is_named(find):
    below = charge(consumed_quantity=-2, unblended=-2)
    assert found_rows(find("negative_usage", [charge(), below])) == [("1", "AmazonEC2", -2)]


def test_a_commitment_that_covers_more_than_it_has_is_named(find):
    def unused(value):
        return charge(
            x_line_item_type="RIFee",
            commitment_discount_id=PLAN,
            commitment_discount_status="Unused",
            unblended=0,
            effective_cost=value,
        )

    assert found_rows(find("covered_above_commitment", [unused(-3), unused(2)])) == [
        ("1", "AmazonEC2", -3)
    ]


def test_every_query_of_a_rule_is_asked():
    names = {path.stem for path in (ROOT / "finops" / "invoice" / "rules").glob("*.sql")}
    asked = {rule.name for rule in RULES} - {"unused_credit"}
    assert names == asked | {"bill_facts", "credit_use"}

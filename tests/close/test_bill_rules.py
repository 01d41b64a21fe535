"""Each rule finds what it is for, with the right amount, and nothing in a bill that is right."""

import datetime as dt
import shutil
from decimal import Decimal

import duckdb
import pytest

from finops.close.bill_rules import RULES, findings
from finops.close.contracts import create_contracts, create_support_tiers, read_contracts
from finops.forecast.support import read_tiers
from tests.conftest import ROOT, insert_rows

HEADER = "kind,name,service,above,value,valid_from,valid_to,note\n"
EC2 = "APN2-BoxUsage:m5.large"
PLAN = "arn:aws:savingsplans::1:savingsplan/p"


def moment(text):
    return dt.datetime.fromisoformat(f"2026-10-{text}")


def charge(**values):
    """Return an hour of on-demand usage on 5 October that costs what the list says."""
    start = values.pop("start", moment("05T00:00"))
    unblended = Decimal(values.pop("unblended", 1))
    defaults = {
        "billing_period": "2026-10",
        "billing_account_id": "1",
        "sub_account_id": "1",
        "invoice_id": "A",
        "invoice_issuer_name": "AWS",
        "charge_category": "Usage",
        "x_line_item_type": "Usage",
        "x_service_code": "AmazonEC2",
        "x_usage_type": EC2,
        "charge_date": start.date(),
        "charge_period_start": start,
        "charge_period_end": start + dt.timedelta(hours=1),
        "region_id": "ap-northeast-2",
        "pricing_category": "Standard",
        "pricing_quantity": 1,
        "consumed_quantity": 1,
        "billing_currency": "USD",
        "x_unblended_cost": unblended,
        "billed_cost": unblended,
        "effective_cost": unblended,
        "list_cost": unblended,
    }
    return defaults | values


@pytest.fixture
def find(empty_tables, tmp_path):
    """Return what one rule finds in literal charges, under literal contracts."""

    def run(rule, charges, *contracts, earlier=(), is_final=True):
        (tmp_path / "business").mkdir(exist_ok=True)
        text = HEADER + "".join(f"{one}\n" for one in contracts)
        (tmp_path / "business" / "contracts.csv").write_text(text)
        con = duckdb.connect()
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"set file_search_path = '{empty_tables.parents[1]}'")
        con.execute(f"attach '{empty_tables}' as built (read_only)")
        for table in ("staging.charges", "facts.daily_cost"):
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            con.execute(f"create table {table} as from built.{table} limit 0")
        insert_rows(con, "staging.charges", [*charges, *earlier])
        con.execute(
            "insert into facts.daily_cost by name select distinct billing_period, region_id, "
            "billing_account_id from staging.charges"
        )
        con.execute(
            "create view month_charges as from staging.charges where billing_period = '2026-10'"
        )
        con.execute(
            "create table invoice_month as select '2026-10' as billing_period, "
            "'1' as billing_account_id, 'USD' as billing_currency, "
            "timestamp '2026-10-01' as starts_at, timestamp '2026-11-01' as ends_at, "
            f"{is_final} as is_final"
        )
        rows = read_contracts(tmp_path)
        create_contracts(con, rows)
        create_support_tiers(con, read_tiers(tmp_path))
        (found,) = [one for one in findings(con, rows) if one.rule == rule]
        return found

    yield run
    shutil.rmtree(tmp_path / "business", ignore_errors=True)


def found_rows(finding):
    """Return account, service and difference of each row, as plain values."""
    rows = finding.rows.to_dict("records")
    return [(one["sub_account_id"], one["x_service_code"], one["x_difference"]) for one in rows]


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


TRAFFIC = "DataTransfer-Out-Bytes"
TRAFFIC_TIERS = (
    f"rate,{TRAFFIC},AmazonEC2,,0.17,,,",
    f"rate,{TRAFFIC},AmazonEC2,{10 * 1024},0.13,,,",
)


def traffic(account, terabytes, cost):
    return charge(
        sub_account_id=account,
        x_usage_type=TRAFFIC,
        pricing_quantity=terabytes * 1024,
        unblended=Decimal(cost),
        list_cost=Decimal(cost),
    )


def test_traffic_of_8_and_4_tb_is_one_tier_of_the_organisation(find):
    """AWS Billing user guide, volume discounts: 2,007.04 together, 2,088.96 apart."""
    together = [traffic("1", 8, "1392.64"), traffic("2", 4, "614.40")]
    apart = [traffic("1", 8, "1392.64"), traffic("2", 4, "696.32")]

    assert found_rows(find("contract_rate", together, *TRAFFIC_TIERS)) == []
    wrong = find("contract_rate", apart, *TRAFFIC_TIERS)
    assert wrong.rows["x_billed_cost"][0] == Decimal("2088.96")
    assert wrong.rows["x_expected_cost"][0] == Decimal("2007.04")
    assert found_rows(wrong) == [(None, "AmazonEC2", Decimal("81.92"))]


def test_storage_of_95_tb_is_6_720_together_and_7_660_apart(find):
    """The same guide: tiers of 1, 49 and 450 TB; the blended rate is 0.0707368 a GB."""
    tiers = [
        "rate,TimedStorage-ByteHrs,AmazonS3,,0.10,,,",
        "rate,TimedStorage-ByteHrs,AmazonS3,1000,0.08,,,",
        "rate,TimedStorage-ByteHrs,AmazonS3,50000,0.06,,,",
    ]
    stored = {"x_service_code": "AmazonS3", "x_usage_type": "TimedStorage-ByteHrs"}
    apart = [
        charge(pricing_quantity=gigabytes, unblended=Decimal(cost), **stored)
        for gigabytes, cost in ((14_000, 1140), (20_000, 1620), (61_000, 4900))
    ]
    assert sum(one["x_unblended_cost"] for one in apart) == 7660

    found = find("contract_rate", apart, *tiers)

    assert found.rows["x_expected_cost"][0] == 6720
    assert found_rows(found) == [(None, "AmazonS3", 940)]
    assert found.rows["x_values"][0] == ["95000.000000", "0.0806315789", "0.0707368421"]
    # The guide prints 990.318 for the 14,000 GB, because it multiplies the rounded rate.
    blended = found.rows["x_expected_cost"][0] / 95_000
    assert 14_000 * blended == pytest.approx(Decimal("990.3158"), abs=Decimal("0.0001"))


def test_instance_hours_have_a_blended_rate_too(find):
    """The same guide: 2,880 hours for 16.56 are 0.00575 an hour."""
    hours = charge(pricing_quantity=2880, unblended=Decimal("16.56"))
    assert found_rows(find("contract_rate", [hours], f"rate,{EC2},AmazonEC2,,0.00575,,,")) == []
    wrong = find("contract_rate", [hours], f"rate,{EC2},AmazonEC2,,0.005,,,")
    assert wrong.rows["x_values"][0] == ["2880.000000", "0.00575", "0.005"]


def test_a_commitment_is_billed_at_its_agreed_rate_for_its_hours(find):
    fee = {
        "x_line_item_type": "SavingsPlanRecurringFee",
        "charge_category": "Purchase",
        "x_service_code": "ComputeSavingsPlans",
        "commitment_discount_id": PLAN,
    }
    contract = f"commitment,{PLAN},,,2,2026-10-31T14:00,2027-10-31T14:00,"
    right = [charge(start=moment(f"31T{hour}:00"), unblended=2, **fee) for hour in range(14, 24)]
    wrong = [charge(start=moment(f"31T{hour}:00"), unblended=3, **fee) for hour in range(14, 24)]

    assert found_rows(find("commitment_fee", right, contract)) == []
    assert found_rows(find("commitment_fee", wrong, contract)) == [("1", "ComputeSavingsPlans", 10)]
    # A fee that never came is under-billed, once the month is final.
    assert found_rows(find("commitment_fee", [charge()], contract)) == [(None, None, -20)]
    assert found_rows(find("commitment_fee", [charge()], contract, is_final=False)) == []


def test_a_commitment_billed_after_its_end_is_over_billed(find):
    fee = charge(
        x_line_item_type="SavingsPlanRecurringFee", commitment_discount_id=PLAN, unblended=2
    )
    ended = f"commitment,{PLAN},,,2,2025-10-05,2026-10-05,"
    running = f"commitment,{PLAN},,,2,2025-10-06,2026-10-06,"

    assert found_rows(find("expired_commitment", [fee], ended)) == [("1", "AmazonEC2", 2)]
    assert found_rows(find("expired_commitment", [fee], running)) == []
    # Without a contract, the end that the bill itself names counts.
    named = fee | {"x_commitment_end": moment("04T23:59")}
    assert found_rows(find("expired_commitment", [named])) == [("1", "AmazonEC2", 2)]


def test_the_enterprise_discount_is_a_share_of_what_is_eligible(find):
    share = ("enterprise_discount,,*,,0.04,,,", "enterprise_discount,,AWSSupport,,0,,,")
    support = charge(x_service_code="AWSSupport", x_line_item_type="Usage", unblended=50)

    def lines(discount):
        line = charge(x_line_item_type="EdpDiscount", unblended=-discount)
        return [charge(unblended=100), line, support]

    in_net_columns = charge(unblended=100, billed_cost=96)

    assert found_rows(find("enterprise_discount", lines(4), *share)) == []
    assert found_rows(find("enterprise_discount", [in_net_columns], *share)) == []
    assert found_rows(find("enterprise_discount", lines(3), *share)) == [(None, "AmazonEC2", 1)]
    # More than agreed may be claimed back.
    assert found_rows(find("enterprise_discount", lines(6), *share)) == [(None, "AmazonEC2", -2)]


@pytest.mark.parametrize(
    ("charged", "fee"), [(1_000_000, 64_500), (2_000_000, 94_500), (1_000, 15_000)]
)
def test_support_is_computed_again_by_its_tiers(find, charged, fee):
    """Legacy Enterprise Support: 10, 7, 5 and 3 %, 15,000 or more."""

    def month(billed):
        support = charge(
            x_service_code="AWSSupportEnterprise",
            x_line_item_type="Fee",
            charge_category="Purchase",
            unblended=billed,
        )
        tax = charge(charge_category="Tax", x_line_item_type="Tax", unblended=77)
        return [charge(unblended=charged), support, tax]

    assert found_rows(find("support_fee", month(fee))) == []
    assert found_rows(find("support_fee", month(fee + 100))) == [("1", "AWSSupportEnterprise", 100)]


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
    names = {path.stem for path in (ROOT / "finops" / "close" / "rules").glob("*.sql")}
    asked = {rule.name for rule in RULES} - {"unused_credit"}
    assert names == asked | {"bill_facts", "credit_use"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.contract])
def test_a_rule_without_its_contract_says_so_instead_of_passing(find, rule):
    assert find(rule.name, [charge()]).lacks == rule.contract

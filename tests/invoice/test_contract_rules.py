"""Each rule that a contract is held against finds what is billed otherwise, and nothing else."""

from decimal import Decimal

import pytest

from finops.invoice.bill_rules import RULES
from tests.invoice.rule_charges import EC2, PLAN, charge, found_rows, moment

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
        kind = {"x_line_item_type": "EdpDiscount", "x_charge_kind": "enterprise_discount"}
        line = charge(**kind, unblended=-discount)
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


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.contract])
def test_a_rule_without_its_contract_says_so_instead_of_passing(find, rule):
    assert find(rule.name, [charge()]).lacks == rule.contract

"""What each kind of bill line costs: facts of AWS billing as rows in and rows out."""

from decimal import Decimal

import duckdb
import pytest

from finops.ingest.deliveries import write_delivery
from finops.ingest.discover import find_deliveries
from tests.conftest import line, usd, write_bill

SP = "arn:aws:savingsplans::000000000001:savingsplan/sp-1"
RI = "arn:aws:ec2:ap-northeast-2:000000000001:reserved-instances/ri-1"


def test_usage_costs_what_it_is_billed(charges):
    usage = line(line_item_unblended_cost=2.5, pricing_public_on_demand_cost=3.0)
    assert charges(usage) == [("Usage", None, usd("2.5"), usd("2.5"), usd(3))]


def test_covered_usage_is_billed_by_its_savings_plan_and_not_twice(charges):
    covered = line(
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_unblended_cost=10.0,
        pricing_public_on_demand_cost=10.0,
        savings_plan_savings_plan_a_r_n=SP,
        savings_plan_savings_plan_effective_cost=6.0,
    )
    negation = line(line_item_line_item_type="SavingsPlanNegation", line_item_unblended_cost=-10.0)
    fee = line(
        line_item_line_item_type="SavingsPlanRecurringFee",
        line_item_unblended_cost=7.0,
        savings_plan_savings_plan_a_r_n=SP,
        savings_plan_total_commitment_to_date=9.0,
        savings_plan_used_commitment=6.0,
        savings_plan_amortized_upfront_commitment_for_billing_period=2.0,
    )
    assert charges(covered, negation, fee) == [
        ("SavingsPlanCoveredUsage", "Used", usd(0), usd(6), usd(10)),
        ("SavingsPlanNegation", None, usd(0), usd(0), usd(0)),
        ("SavingsPlanRecurringFee", "Unused", usd(0), usd(3), usd(0)),
        ("SavingsPlanRecurringFee", None, usd(7), usd(0), usd(0)),
    ]


def test_commitment_identity_holds_for_a_savings_plan_with_upfront(charges):
    covered = line(
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_unblended_cost=10.0,
        savings_plan_savings_plan_a_r_n=SP,
        savings_plan_savings_plan_effective_cost=6.0,
    )
    negation = line(line_item_line_item_type="SavingsPlanNegation", line_item_unblended_cost=-10.0)
    fee = line(
        line_item_line_item_type="SavingsPlanRecurringFee",
        line_item_unblended_cost=7.0,
        savings_plan_savings_plan_a_r_n=SP,
        savings_plan_total_commitment_to_date=9.0,
        savings_plan_used_commitment=6.0,
        savings_plan_amortized_upfront_commitment_for_billing_period=2.0,
    )
    upfront = line(
        line_item_line_item_type="SavingsPlanUpfrontFee",
        line_item_unblended_cost=24.0,
        savings_plan_savings_plan_a_r_n=SP,
    )
    rows = charges(
        covered, negation, fee, upfront,
        columns="billed_cost, effective_cost, x_commitment_trueup, x_upfront_cost",
    )  # fmt: skip
    billed, effective, trueup, upfront_cost = (sum(column) for column in zip(*rows, strict=True))
    assert (billed, effective, trueup, upfront_cost) == (31, 9, -2, 24)
    assert billed == effective + trueup + upfront_cost


def test_reserved_usage_costs_its_share_and_the_fee_line_what_is_unused(charges):
    covered = line(
        line_item_line_item_type="DiscountedUsage",
        pricing_public_on_demand_cost=5.0,
        reservation_reservation_a_r_n=RI,
        reservation_effective_cost=3.0,
    )
    fee = line(
        line_item_line_item_type="RIFee",
        line_item_unblended_cost=4.0,
        reservation_reservation_a_r_n=RI,
        reservation_amortized_upfront_fee_for_billing_period=1.5,
        reservation_unused_amortized_upfront_fee_for_billing_period=0.5,
        reservation_unused_recurring_fee=2.0,
    )
    assert charges(covered, fee) == [
        ("DiscountedUsage", "Used", usd(0), usd(3), usd(5)),
        ("RIFee", "Unused", usd(0), usd("2.5"), usd(0)),
        ("RIFee", None, usd(4), usd(0), usd(0)),
    ]


def test_fully_used_commitment_has_no_unused_charge(charges):
    fee = line(
        line_item_line_item_type="RIFee",
        line_item_unblended_cost=4.0,
        reservation_reservation_a_r_n=RI,
        reservation_unused_recurring_fee=0.0,
    )
    assert charges(fee) == [("RIFee", None, usd(4), usd(0), usd(0))]


def test_upfront_fee_of_a_reservation_is_billed_and_never_effective(charges):
    upfront = line(
        line_item_line_item_type="Fee",
        line_item_unblended_cost=100.0,
        reservation_reservation_a_r_n=RI,
    )
    support = line(line_item_line_item_type="Fee", line_item_unblended_cost=8.0)
    assert charges(upfront, support, columns="charge_category, billed_cost, effective_cost") == [
        ("Purchase", usd(100), usd(0)),
        ("Purchase", usd(8), usd(8)),
    ]


def test_refund_of_a_savings_plan_is_an_upfront_fee_given_back(charges):
    refund = line(
        line_item_line_item_type="Refund",
        line_item_product_code="ComputeSavingsPlans",
        line_item_line_item_description="Refund for one-time fee for Savings Plan ID: sp-1",
        line_item_unblended_cost=-24.0,
    )
    other = line(line_item_line_item_type="Refund", line_item_unblended_cost=-5.0)
    rows = charges(refund, other, columns="billed_cost, effective_cost, x_upfront_cost")
    assert rows == [(usd(-24), usd(0), usd(-24)), (usd(-5), usd(-5), usd(0))]


def test_reserved_usage_without_a_list_price_lists_at_what_it_costs(charges):
    covered = line(
        line_item_line_item_type="DiscountedUsage",
        pricing_public_on_demand_cost=0.0,
        reservation_reservation_a_r_n=RI,
        reservation_effective_cost=3.0,
    )
    assert charges(covered) == [("DiscountedUsage", "Used", usd(0), usd(3), usd(3))]


def test_discount_lines_count_and_net_columns_beside_them_do_not(charges):
    usage = line(line_item_unblended_cost=10.0, line_item_net_unblended_cost=9.0)
    discount = line(
        line_item_line_item_type="EdpDiscount",
        line_item_unblended_cost=-1.0,
        line_item_net_unblended_cost=0.0,
    )
    assert charges(usage, discount) == [
        ("EdpDiscount", None, usd(-1), usd(-1), usd(0)),
        ("Usage", None, usd(10), usd(10), usd(10)),
    ]


def test_net_columns_count_where_there_are_no_discount_lines(charges):
    usage = line(line_item_unblended_cost=10.0, line_item_net_unblended_cost=9.0)
    covered = line(
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_unblended_cost=10.0,
        line_item_net_unblended_cost=9.0,
        savings_plan_savings_plan_a_r_n=SP,
        savings_plan_savings_plan_effective_cost=6.0,
        savings_plan_net_savings_plan_effective_cost=5.0,
    )
    assert charges(usage, covered, columns="billed_cost, effective_cost, x_unblended_cost") == [
        (usd(0), usd(5), usd(10)),
        (usd(9), usd(9), usd(10)),
    ]


def test_net_zeros_of_a_legacy_bill_without_discount_are_not_prices(charges):
    usage = line(line_item_unblended_cost=10.0, line_item_net_unblended_cost=0.0)
    assert charges(usage) == [("Usage", None, usd(10), usd(10), usd(10))]


def test_discount_line_beside_net_columns_that_hold_another_discount_counts_by_its_net(charges):
    usage = line(line_item_unblended_cost=100.0, line_item_net_unblended_cost=90.0)
    free_tier = line(
        line_item_line_item_type="BundledDiscount",
        line_item_unblended_cost=-1.0,
        line_item_net_unblended_cost=-1.0,
    )
    inside = line(line_item_line_item_type="EdpDiscount", line_item_unblended_cost=-4.0)
    rows = charges(usage, free_tier, inside, columns="x_line_item_type, billed_cost")
    assert rows == [
        ("BundledDiscount", usd(-1)),
        ("EdpDiscount", usd(0)),
        ("Usage", usd(90)),
    ]


@pytest.mark.parametrize("net", [0.0, None, -1.0])
def test_payer_is_billed_the_sum_of_its_net_columns(charges, net):
    """A private rate in the net columns, and a line of a free tier whose net cost is there or not."""
    usage = line(line_item_unblended_cost=100.0, line_item_net_unblended_cost=90.0)
    discount = line(
        line_item_line_item_type="PrivateRateDiscount",
        line_item_unblended_cost=-1.0,
        line_item_net_unblended_cost=net,
    )
    tax = line(line_item_line_item_type="Tax", line_item_unblended_cost=9.0)
    rows = charges(usage, discount, tax, columns="billed_cost")
    assert sum(row[0] for row in rows) == 90 + int(net or 0) + 9


def test_net_cost_of_zero_that_stands_beside_a_gross_one_is_no_cost_of_a_plan(charges):
    usage = line(line_item_unblended_cost=10.0, line_item_net_unblended_cost=9.0)
    covered = line(
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_unblended_cost=10.0,
        line_item_net_unblended_cost=9.0,
        savings_plan_savings_plan_a_r_n=SP,
        savings_plan_savings_plan_effective_cost=6.0,
        savings_plan_net_savings_plan_effective_cost=0.0,
    )
    assert charges(usage, covered, columns="effective_cost") == [(usd(6),), (usd(9),)]


def test_each_payer_has_its_own_kind_of_discount(charges):
    net = line(line_item_unblended_cost=10.0, line_item_net_unblended_cost=9.0)
    gross = line(
        bill_payer_account_id="000000000002",
        line_item_unblended_cost=10.0,
        line_item_net_unblended_cost=8.0,
    )
    discount = line(
        bill_payer_account_id="000000000002",
        line_item_line_item_type="EdpDiscount",
        line_item_unblended_cost=-2.0,
    )
    rows = charges(net, gross, discount, columns="billing_account_id, billed_cost")
    assert rows == [
        ("000000000001", usd(9)),
        ("000000000002", usd(-2)),
        ("000000000002", usd(10)),
    ]


def test_spot_lists_at_what_it_costs(charges):
    spot = line(
        line_item_usage_type="APN2-SpotUsage:c5.large",
        line_item_unblended_cost=0.4,
        pricing_public_on_demand_cost=0.0,
    )
    assert charges(spot, columns="pricing_category, list_cost") == [("Dynamic", usd("0.4"))]


def test_tax_and_credit_keep_their_category(charges):
    tax = line(line_item_line_item_type="Tax", line_item_unblended_cost=1.0)
    credit = line(line_item_line_item_type="Credit", line_item_unblended_cost=-2.0)
    assert charges(tax, credit, columns="charge_category, billed_cost") == [
        ("Credit", usd(-2)),
        ("Tax", usd(1)),
    ]


def test_unknown_line_type_counts_as_billed_and_is_named(tmp_path):
    write_bill(
        tmp_path / "bill.parquet",
        [line(line_item_line_item_type="NewThing", line_item_unblended_cost=3.0)],
    )
    (delivery,) = find_deliveries(tmp_path / "bill.parquet")
    record = write_delivery(delivery, tmp_path / "warehouse")
    assert record["unknown_line_item_types"] == ["NewThing"]
    query = f"select effective_cost from '{tmp_path}/warehouse/charges/*/*/*.parquet'"
    assert duckdb.sql(query).fetchall() == [(usd(3),)]


def test_split_rows_cost_and_use_nothing_twice(charges):
    node = line(line_item_unblended_cost=2.0)
    pod = line(
        line_item_operation="EKSPod-EC2",
        line_item_usage_amount=0.5,
        split_line_item_split_cost=1.2,
        split_line_item_unused_cost=0.1,
    )
    rows = charges(node, pod, columns="effective_cost, consumed_quantity, x_split_cost")
    assert rows == [(usd(0), None, usd("1.2")), (usd(2), 1.0, None)]


def test_net_split_cost_of_zero_is_no_split_cost(charges):
    pod = line(
        line_item_operation="EKSPod-EC2",
        split_line_item_split_cost=1.2,
        split_line_item_unused_cost=0.1,
        split_line_item_net_split_cost=0.0,
        split_line_item_net_unused_cost=0.0,
    )
    assert charges(pod, columns="x_split_cost, x_split_unused_cost") == [(usd("1.2"), usd("0.1"))]


def test_negation_does_not_double_usage(charges):
    negation = line(line_item_line_item_type="SavingsPlanNegation", line_item_unblended_cost=-1.0)
    assert charges(negation, columns="pricing_quantity, consumed_quantity") == [(None, None)]


def test_bill_without_commitment_columns_loads(charges):
    assert charges(line(line_item_unblended_cost=1.0), columns="commitment_discount_id") == [
        (None,)
    ]


def test_legacy_tag_columns_become_a_map_of_set_values(charges):
    tagged = line(resource_tags_user_cost_center="A1", resource_tags_user_name="")
    created = line(resource_tags_aws_created_by="root", resource_tags_user_name="x")
    assert charges(tagged, created, columns="tags") == [
        ({"aws_created_by": "root", "name": "x"},),
        ({"cost_center": "A1"},),
    ]


def test_cur2_tags_have_the_keys_of_the_legacy_ones(charges):
    tagged = line(resource_tags={"user_cost_center": "A1", "aws_created_by": "root", "user_x": ""})
    assert charges(tagged, line(), columns="tags") == [
        ({"cost_center": "A1", "aws_created_by": "root"},),
        ({},),
    ]


def test_cur2_product_map_gives_name_region_and_instance_type(charges):
    mapped = line(
        product={"product_name": "Amazon EC2", "region": "eu-west-1", "instance_type": "m5.large"}
    )
    columns = "service_name, region_id, x_instance_type"
    assert charges(mapped, columns=columns) == [("Amazon EC2", "eu-west-1", "m5.large")]


def test_ids_stay_text_and_empty_text_is_no_value(charges):
    one = line(line_item_usage_account_id="000000000042", line_item_resource_id="")
    assert charges(one, columns="sub_account_id, resource_id") == [("000000000042", None)]


def test_ten_decimals_are_exact(charges):
    tiny = [line(line_item_unblended_cost=0.0000000001) for _ in range(3)]
    assert sum(row[0] for row in charges(*tiny, columns="billed_cost")) == Decimal("0.0000000003")

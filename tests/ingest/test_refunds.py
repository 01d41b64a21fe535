"""What a refund of a commitment gives back: billed, effective, list and contracted cost."""

import pytest

from finops.invoice.support import SUPPORT, is_support
from tests.conftest import ROOT, line, usd
from tests.ingest.bill_files import charges as read_charges
from tests.ingest.bill_files import csv_text, load, write

PLAN = "arn:aws:savingsplans::000000000001:savingsplan/sp-1"
RI = "arn:aws:ec2:ap-northeast-2:000000000001:reserved-instances/ri-1"
COSTS = "billed_cost, effective_cost, list_cost, contracted_cost, x_upfront_cost"
UPFRONT = [(usd(-24), usd(0), usd(0), usd(0), usd(-24))]
RECURRING = [(usd(-24), usd(-24), usd(0), usd(0), usd(0))]
USAGE = [(usd(-24), usd(-24), usd(-24), usd(-24), usd(0))]


def refund(code="AmazonEC2", text=None, **values):
    """Return a line that gives 24 dollars back."""
    return line(
        line_item_line_item_type="Refund",
        line_item_product_code=code,
        line_item_line_item_description=text,
        line_item_unblended_cost=-24.0,
        **values,
    )


@pytest.mark.parametrize(
    "line_of",
    [
        refund("ComputeSavingsPlans", "Refund for one-time fee for Savings Plan ID: sp-1"),
        refund("DatabaseSavingsPlans", "Refund for one-time fee for Savings Plan ID: sp-1"),
        refund("MachineLearningSavingsPlans", "Returned plan"),
        refund("EC2InstanceSavingsPlans"),
        refund(text="Refund of the upfront fee of a Reserved Instance"),
        refund(text="Sign up charge for subscription: 123, planId: 456"),
        refund("AmazonRDS", "RI refund"),
        refund(reservation_reservation_a_r_n=RI),
        refund(savings_plan_savings_plan_a_r_n=PLAN),
    ],
)
def test_refund_of_any_commitment_is_an_upfront_fee_given_back(charges, line_of):
    assert charges(line_of, columns=COSTS) == UPFRONT


@pytest.mark.parametrize(
    "line_of",
    [
        refund("ComputeSavingsPlans", "Refund for recurring fee for Savings Plan ID: sp-1"),
        refund("DatabaseSavingsPlans", line_item_usage_type="DatabaseSP:1yrNoUpfront"),
        refund(text="Refund of the monthly fee", reservation_reservation_a_r_n=RI),
    ],
)
def test_refund_of_a_recurring_fee_lowers_what_its_use_costs(charges, line_of):
    assert charges(line_of, columns=COSTS) == RECURRING


@pytest.mark.parametrize(
    "line_of",
    [
        refund(),
        refund("AmazonEC2", "Refund for unused On-Demand Capacity Reservation hours"),
        refund("ComputeSavingsPlans", "EDP discount refund"),
        refund(text="PPA refund for Reserved Instances"),
        refund("abc", "Reserved capacity of a product", bill_billing_entity="AWS Marketplace"),
    ],
)
def test_refund_of_usage_or_of_a_discount_is_a_cost_given_back(charges, line_of):
    assert charges(line_of, columns=COSTS) == USAGE


def test_returned_plan_without_upfront_fee_costs_nothing(charges):
    fee = line(
        line_item_line_item_type="SavingsPlanRecurringFee",
        line_item_unblended_cost=24.0,
        savings_plan_savings_plan_a_r_n=PLAN,
        savings_plan_total_commitment_to_date=24.0,
        savings_plan_used_commitment=0.0,
    )
    back = refund("ComputeSavingsPlans", "Refund for recurring fee for Savings Plan ID: sp-1")
    rows = charges(fee, back, columns="billed_cost, effective_cost, list_cost")
    assert [sum(column) for column in zip(*rows, strict=True)] == [0, 0, 0]


HEADER = (
    "ChargePeriodStart", "SubAccountId", "ChargeCategory", "ChargeClass", "ChargeFrequency",
    "CommitmentDiscountId", "CommitmentDiscountStatus", "BilledCost", "EffectiveCost", "ListCost",
    "ContractedCost",
)  # fmt: skip
FOCUS_COSTS = "charge_category, billed_cost, effective_cost, list_cost, contracted_cost"


def focus(tmp_path, *rows):
    lines = [["2026-10-01T00:00:00Z", "a", *row] for row in rows]
    load(write(tmp_path / "focus.csv", csv_text(HEADER, lines)), tmp_path / "w", format="focus")
    return sorted(read_charges(tmp_path / "w", FOCUS_COSTS), key=str)


@pytest.mark.parametrize("effective", ["-365", "0", None])
def test_corrected_focus_purchase_costs_nothing_at_all(tmp_path, effective):
    bought = ["Purchase", None, "One-Time", "ri-1", None, "365", "0", "365", "365"]
    back = ["Purchase", "Correction", "One-Time", "ri-1", None, "-365", effective, "-365", "-365"]
    assert focus(tmp_path, bought, back) == [
        ("Purchase", usd(-365), usd(0), usd(0), usd(0)),
        ("Purchase", usd(365), usd(0), usd(0), usd(0)),
    ]


def test_corrected_focus_purchase_of_an_export_that_spreads_nothing_costs_what_it_did(tmp_path):
    bought = ["Purchase", None, "One-Time", "ri-1", None, "365", "365", "365", "365"]
    back = ["Purchase", "Correction", "One-Time", "ri-1", None, "-365", "-365", "-365", "-365"]
    assert [row[2] for row in focus(tmp_path, bought, back)] == [usd(-365), usd(365)]


def test_focus_list_cost_of_zero_is_none_where_something_is_paid(tmp_path):
    usage = ["Usage", None, "Usage-Based", None, None, "3", "3", "0", "0"]
    used = ["Usage", None, "Usage-Based", "ri-1", "Used", "0", "1", "0", "2"]
    idle = ["Usage", None, "Usage-Based", "ri-1", "Unused", "0", "4", "0", "0"]
    free = ["Usage", None, "Usage-Based", None, None, "0", "0", "0", "0"]
    credit = ["Credit", None, "One-Time", None, None, "-1", "-1", "0", "0"]
    fee = ["Purchase", None, "One-Time", None, None, "9", "9", "9", "9"]
    assert focus(tmp_path, usage, used, idle, free, credit, fee) == [
        ("Credit", usd(-1), usd(-1), usd(0), usd(0)),
        ("Purchase", usd(9), usd(9), usd(9), usd(9)),
        ("Usage", usd(0), usd(0), usd(0), usd(0)),
        ("Usage", usd(0), usd(1), usd(2), usd(2)),
        ("Usage", usd(0), usd(4), usd(0), usd(0)),
        ("Usage", usd(3), usd(3), usd(3), usd(3)),
    ]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *((name, True) for name in (
            "AWSSupportBusiness", "AWSSupportEnterprise", "AWSDeveloperSupport", "AWSSupport",
            "AWSPremiumSupport", "OCBPremiumSupport", "AWSEnterpriseOnRamp", "AWSEnterpriseSupport",
            "AWSBusinessSupportPlus", "AWS Support (Enterprise)", "AWS Support [Developer]",
            "AWS Business Support+", "AWS Enterprise On-Ramp Support", "AWS Premium Support",
            "AWSUnifiedOperations",
        )),
        *((name, False) for name in (
            "AmazonEC2", "AWSEndUserMessaging", "Red Hat Enterprise Linux Support", "AWSSupply",
            "OCBElasticComputeCloud", "AWS Elemental Support", "", None,
        )),
    ],
)  # fmt: skip
def test_support_has_many_names(name, answer):
    assert is_support(name) is answer


def test_charges_know_support_by_the_same_expression_as_invoices():
    model = ROOT / "finops" / "models" / "staging" / "charges.sql"
    assert f"'{SUPPORT}'" in model.read_text()

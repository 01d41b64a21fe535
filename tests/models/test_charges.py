"""What kind a charge is, and whether a meter says that something was used."""

import pytest

PLAN = {"commitment_discount_id": "plan"}
PURCHASE = {"charge_category": "Purchase", "x_line_item_type": "Fee"}
SUPPORT = {"x_service_code": "AWSSupportEnterprise"}
REFUND = {"charge_category": "Adjustment", "charge_class": "Correction"}


@pytest.fixture
def staged(run_model):
    """Return a function that stages one charge, usage unless told else."""

    def run(values):
        usual = {
            "billing_period": "2026-10",
            "charge_category": "Usage",
            "x_line_item_type": "Usage",
        }
        (row,) = run_model("staging.charges", {"raw.charges": [usual | values]})
        return row

    return run


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("usage", {}),
        ("usage", {"x_line_item_type": "SavingsPlanNegation"}),
        ("usage", REFUND),
        ("tax", {"charge_category": "Tax"} | SUPPORT),
        ("credit", {"charge_category": "Credit"} | SUPPORT),
        ("unused_commitment", {"commitment_discount_status": "Unused"} | PLAN),
        ("unused_commitment", {"commitment_discount_status": "Unused"} | REFUND),
        ("enterprise_discount", {"x_line_item_type": "EdpDiscount"} | SUPPORT),
        ("enterprise_discount", {"x_line_item_type": "PrivateRateDiscount"}),
        ("other_discount", {"x_line_item_type": "BundledDiscount"}),
        ("support", SUPPORT),
        ("support", PURCHASE | SUPPORT),
        ("upfront_fee", PURCHASE | PLAN | {"x_upfront_cost": 800}),
        ("commitment_fee", PURCHASE | PLAN),
        ("fee", PURCHASE),
    ],
)
def test_a_charge_is_of_one_kind(kind, values, staged):
    assert staged(values)["x_charge_kind"] == kind


@pytest.mark.parametrize(
    ("used", "values"),
    [
        (True, {}),
        (True, {"x_line_item_type": "DiscountedUsage", "commitment_discount_status": "Used"}),
        (True, {"x_line_item_type": "SavingsPlanCoveredUsage"}),
        (False, {"x_line_item_type": "SavingsPlanNegation"}),
        (False, {"x_line_item_type": "EdpDiscount"}),
        (False, {"commitment_discount_status": "Unused"}),
        (False, {"x_line_item_type": "RIFee"} | PLAN),
    ],
)
def test_what_a_meter_says_is_usage(used, values, staged):
    assert staged(values)["x_is_usage"] is used

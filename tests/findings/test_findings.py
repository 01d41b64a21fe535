"""What is odd in a bill is told with month, amount, cause and advice, and never stops a build."""

import datetime as dt

import pytest

from finops import connect
from finops.findings import words
from finops.languages import texts
from finops.warehouse.models import findings
from tests.conftest import line, usd, write_bill

PLAN = "arn:aws:savingsplans::999999999999:savingsplan/1111-2222"
DAY = dt.date(2026, 10, 5)
MONTH = {"billing_period": "2026-10", "billing_currency": "USD", "charge_date": DAY}
OPEN = {"delivered_at": dt.datetime(2026, 10, 11), "final_rows": 0}
CLOSED = {"delivered_at": dt.datetime(2026, 11, 4), "final_rows": 9}


def delivery(**values):
    place = {"billing_period": "2026-10", "delivery_id": "a", "status": "current"}
    return place | {"source_rows": 9, "unknown_line_item_types": []} | CLOSED | values


def cost(kind, billed=0, effective=0, **values):
    """A row of daily cost."""
    usual = {"x_line_item_type": kind, "x_charges": 1, "billed_cost": billed}
    return MONTH | usual | {"effective_cost": effective} | values


def charge(kind="Usage", billed=0, **values):
    place = {"x_delivery_id": "a", "x_line_item_type": kind, "charge_category": "Usage"}
    cost = {"billed_cost": billed, "sub_account_id": "1", "x_is_usage": kind == "Usage"}
    return MONTH | place | cost | values


@pytest.fixture
def found(run_model):
    """(kind, amount, line item type, commitment, account, lines) of each finding."""

    def run(costs=(), charges=(), deliveries=None):
        rests = run_model("facts.commitment_rests", {"facts.daily_cost": list(costs)})
        ledger = {"ledger.deliveries": deliveries or [delivery()]}
        inputs = {
            "facts.open_deliveries": run_model("facts.open_deliveries", ledger),
            "facts.daily_cost": list(costs),
            "facts.commitment_rests": rests,
            "staging.charges": list(charges),
            **ledger,
        }
        names = "x_found_cost", "x_line_item_type", "commitment_discount_id", "sub_account_id"
        return sorted(
            (row["x_kind"], *(row[name] for name in names), row["x_lines"])
            for row in run_model("ledger.findings", inputs)
        )

    return run


def covered(effective, **values):
    return cost("SavingsPlanCoveredUsage", 0, effective, commitment_discount_id=PLAN, **values)


def fee(billed, **values):
    return cost("SavingsPlanRecurringFee", billed, 0, commitment_discount_id=PLAN, **values)


def test_whole_closed_bill_has_no_finding(found):
    costs = [
        covered(6, x_unblended_cost=10),
        cost("SavingsPlanNegation", x_unblended_cost=-10, commitment_discount_id=PLAN),
        fee(8),
        fee(0, effective_cost=2, commitment_discount_status="Unused"),
        cost("Usage", 5, 5),
        cost("Tax", 1, 1),
    ]
    assert found(costs) == []


def test_covered_usage_without_its_fee_is_of_another_bill(found):
    assert found([covered("6.05"), covered("24.20"), cost("Usage", 2, 2)]) == [
        ("fee_in_another_bill", usd("30.25"), None, PLAN, None, 2)
    ]


def test_covered_usage_that_names_no_commitment_is_told_too(found):
    costs = [cost("DiscountedUsage", 0, 3), cost("Usage", 2, 2)]
    assert found(costs) == [("fee_in_another_bill", usd(3), None, None, None, 2)]


def test_upfront_share_is_no_rest(found):
    fees = [fee(0, x_commitment_trueup=-6), covered(6)]
    assert found(fees) == []


def test_fee_of_an_open_month_pays_for_days_to_come(found):
    costs = [fee("37.20"), covered("12.00")]
    assert found(costs, deliveries=[delivery(**OPEN)]) == [
        ("fee_of_days_to_come", usd("25.20"), None, PLAN, None, 2)
    ]


def test_fee_of_a_closed_month_was_used_elsewhere(found):
    assert found([fee("37.20"), covered("12.00")]) == [
        ("fee_used_elsewhere", usd("25.20"), None, PLAN, None, 2)
    ]


def test_usage_above_the_fees_of_the_bill(found):
    assert found([fee(5), covered(6)]) == [("more_used_than_paid", usd(1), None, PLAN, None, 2)]


def test_small_rests_of_many_commitments_are_told_together(found):
    rests = [cost("RIFee", "0.004", commitment_discount_id=f"arn:{number}") for number in range(3)]
    assert found(rests) == [("amortisation_rests", usd("0.012"), None, None, None, 3)]
    assert found(rests[:2]) == []


def test_focus_has_no_true_up_and_so_no_rest(found):
    assert found([covered(6, x_commitment_trueup=None)]) == []


def test_covered_usage_that_nothing_cancels(found):
    costs = [covered(6, x_unblended_cost="10.25"), fee(6)]
    kind = "SavingsPlanNegation"
    assert found(costs) == [("negations_differ", usd("10.25"), kind, PLAN, None, 1)]


def test_covered_usage_without_effective_cost_counts_as_free(found):
    costs = [covered(0, list_cost=7, consumed_quantity=1), covered(0, list_cost=0)]
    kind = "SavingsPlanCoveredUsage"
    assert found(costs) == [("covered_without_cost", usd(7), kind, PLAN, None, 1)]


def test_unknown_line_item_type_is_named_with_its_money(found):
    deliveries = [
        delivery(unknown_line_item_types=["Gift"]),
        delivery(delivery_id="b", status="superseded", unknown_line_item_types=["Usage"]),
    ]
    costs = [cost("Gift", -4, -4), cost("Usage", 9, 9)]
    assert found(costs, deliveries=deliveries) == [
        ("unknown_line_item_types", usd(-4), "Gift", None, None, 1)
    ]


def test_payer_in_two_currencies(found):
    other = {"billing_account_id": "2"}
    costs = [
        cost("Usage", 5, 5, billing_account_id="1"),
        cost("Usage", 7, 7, billing_account_id="1", billing_currency="CNY"),
        cost("Usage", 1, 1, **other),
    ]
    assert found(costs) == [
        ("several_currencies", usd(5), None, None, "1", 1),
        ("several_currencies", usd(7), None, None, "1", 1),
    ]


def test_charges_dated_in_another_month(found):
    costs = [
        cost("Usage", 3, 3, x_bill_date=dt.date(2026, 9, 30)),
        cost("Refund", -2, -2, x_bill_date=dt.date(2026, 8, 2)),
        cost("Usage", 9, 9, x_bill_date=dt.date(2026, 10, 31)),
        cost("DiscountedUsage", 0, 0, x_bill_date=dt.date(2026, 9, 30)),
    ]
    assert found(costs) == [
        ("charges_of_other_months", usd(-2), "Refund", None, None, 1),
        ("charges_of_other_months", usd(3), "Usage", None, None, 1),
    ]


def test_usage_below_zero(found):
    charges = [
        charge(billed=-3, consumed_quantity=-2, x_line_item_id="1"),
        charge(billed=-3, consumed_quantity=-2, charge_class="Correction", x_line_item_id="2"),
        charge(billed=9, consumed_quantity=2, x_line_item_id="3"),
    ]
    assert found(charges=charges) == [("negative_usage", usd(-3), "Usage", None, "1", 1)]


def test_lines_without_an_id_that_are_the_same(found):
    copy = charge(billed=4, resource_id="i-1")
    charges = [copy, copy, copy, charge(billed=4, resource_id="i-2")]
    assert found(charges=charges) == [("duplicate_lines", usd(8), None, None, "1", 2)]
    known = [one | {"x_line_item_id": "same"} for one in charges]
    assert found(charges=known) == []


def test_line_without_invoice_weeks_after_the_month(found):
    charges = [
        charge(billed=4, x_line_item_id="1"),
        charge(billed=5, x_line_item_id="2", invoice_id="INV"),
    ]
    open_lines = {"final_rows": 8}
    late = delivery(delivered_at=dt.datetime(2026, 11, 15), **open_lines)
    early = delivery(delivered_at=dt.datetime(2026, 11, 14), **open_lines)
    assert found(charges=charges, deliveries=[late]) == [
        ("lines_without_invoice", usd(4), None, None, None, 1)
    ]
    assert found(charges=charges, deliveries=[early]) == []


def test_every_kind_has_words_in_every_language():
    kinds = {one.removeprefix("select '").partition("'")[0] for one in findings().sql.split("\n")
             if one.startswith("select '")}  # fmt: skip
    titles = [key for key in texts("finding", "en") if key.endswith("_title")]
    assert kinds == {key.removesuffix("_title") for key in titles}
    row = {
        "commitment_discount_id": PLAN,
        "sub_account_id": "1",
        "x_line_item_type": "Usage",
        "x_lines": 2,
        "x_first_charge_date": DAY,
        "x_last_charge_date": DAY,
    }
    for kind in kinds:
        for text in (words.what, words.likely_cause, words.what_to_do):
            assert all(text(row | {"x_kind": kind}, language) for language in ("en", "ko"))


@pytest.mark.parametrize(
    ("arn", "name", "owner"),
    [
        (PLAN, "Savings Plan 1111-2222", "account 999999999999"),
        (
            "arn:aws:ec2:us-east-1:836060457634:reserved-instances/28b7",
            "reservation 28b7",
            "account 836060457634",
        ),
        ("arn:aws:rds:eu-west-1:12:ri:mine", "reservation mine", "account 12"),
        ("plan-of-another-cloud", "commitment plan-of-another-cloud", "another account"),
        (None, "a commitment without a name", "another account"),
    ],
)
def test_commitment_is_named_with_the_account_that_bought_it(arn, name, owner):
    row = dict.fromkeys(("sub_account_id", "x_line_item_type", "x_first_charge_date"))
    row |= {"x_kind": "fee_in_another_bill", "commitment_discount_id": arn}
    row |= {"x_lines": 1, "x_last_charge_date": None}
    assert words.what(row) == f"usage under {name}, whose fee is not in this bill"
    assert words.likely_cause(row) == f"{owner} bought it and pays its fee"


def test_no_finding_stops_a_build(project, tmp_path):
    """A bill with a finding of nearly every kind is built, and each promise holds."""
    plan = {"savings_plan_savings_plan_a_r_n": PLAN, "line_item_unblended_cost": 10.25}
    plan |= {"line_item_line_item_type": "SavingsPlanCoveredUsage"}
    bill = [
        line(**plan, savings_plan_savings_plan_effective_cost=6.0),
        line(**plan, pricing_public_on_demand_cost=10.25, line_item_resource_id="i-2"),
        line(line_item_line_item_type="Gift", line_item_unblended_cost=2.5),
        line(line_item_currency_code="CNY", line_item_unblended_cost=7.5),
        line(line_item_usage_amount=-1.0, line_item_unblended_cost=-0.5),
        line(
            line_item_usage_start_date=dt.datetime(2026, 9, 30),
            line_item_usage_end_date=dt.datetime(2026, 9, 30, 1),
            line_item_unblended_cost=1.5,
            bill_invoice_id=None,
        ),
    ]
    with connect(project) as warehouse:
        warehouse.load(write_bill(tmp_path / "bill.parquet", bill))
        warehouse.build()
        found = warehouse.findings()
        assert warehouse.check()["rows"].sum() == 0
    assert sorted(set(found["x_kind"])) == [
        "charges_of_other_months",
        "covered_without_cost",
        "fee_in_another_bill",
        "lines_without_invoice",
        "negations_differ",
        "negative_usage",
        "several_currencies",
        "unknown_line_item_types",
    ]
    (row,) = found[found["x_kind"] == "negations_differ"].to_dict("records")
    assert (row["billing_period"], row["x_found_cost"]) == ("2026-10", usd("20.50"))
    assert row["x_what"] == (
        "unblended cost of usage under Savings Plan 1111-2222 that no negation line cancels"
    )


def test_finding_of_one_month_is_made_again_only_with_that_month(project, tmp_path):
    september = dt.datetime(2026, 9, 5)
    odd = {"line_item_line_item_type": "Gift", "line_item_unblended_cost": 2.5}
    with connect(project) as warehouse:
        for number, day in enumerate((dt.datetime(2026, 10, 5), september)):
            warehouse.load(write_bill(tmp_path / f"{number}.parquet", [line(day=day, **odd)]))
        warehouse.build()
        odd["line_item_unblended_cost"] = 9
        warehouse.load(write_bill(tmp_path / "new.parquet", [line(day=september, **odd)]))
        built = []
        warehouse.build(progress=lambda name, *_: built.append(name))
        assert "ledger.findings, 1 month(s)" in built
        rows = warehouse.findings()
    assert rows[["billing_period", "x_found_cost"]].values.tolist() == [
        ["2026-10", usd("2.5")],
        ["2026-09", usd(9)],
    ]

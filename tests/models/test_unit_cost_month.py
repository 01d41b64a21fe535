"""The three measures of a month, with and without one-offs, and why one is missing."""

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAYS = [dt.date(2026, 10, 5), dt.date(2026, 10, 6)]
BASE = {"billing_period": "2026-10", "billing_currency": "USD"}
RATE = BASE | {"x_reporting_currency": "KRW", "x_exchange_rate": 1400}
COMPANY = {"x_scope": "company", "x_key": "*"}
INPUTS = {
    "orders": "business.daily_orders",
    "monthly_orders": "business.monthly_orders",
    "revenue": "business.revenue",
    "budgets": "facts.budgets",
}


def owned(**values):
    base = BASE | {"charge_date": DAYS[0], "x_service": "find", "x_team": "search"}
    return base | {"service_name": "EC2", "charge_category": "Usage"} | values


def one_offs(run_model, rows, **inputs):
    """Return billed and effective one-offs of the company."""
    found = run_model("facts.measured_cost", {"facts.owned_cost": rows, **inputs})
    (row,) = [row for row in found if row["x_scope"] == "company"]
    return row["x_one_off_billed_cost"], row["x_one_off_effective_cost"]


def orders(*counts, service="*"):
    return [
        {"date": day, "service": service, "orders": count}
        for day, count in zip(DAYS, counts, strict=False)
    ]


def revenue(*values, currency="KRW"):
    return [
        {"date": day, "service": "*", "revenue": value, "currency": currency}
        for day, value in zip(DAYS, values, strict=False)
    ]


def month(run_model, *, rates=(RATE,), scopes=(COMPANY,), **inputs):
    """Return the month of the first scope; it costs 20 + 20 effective, 12 + 12 billed."""
    costs = [
        BASE
        | scope
        | {"charge_date": day, "effective_cost": 20, "billed_cost": 12}
        | {"x_one_off_effective_cost": 5, "x_one_off_billed_cost": 2}
        for day in DAYS
        for scope in scopes
    ]
    tables = {"facts.measured_cost": costs, "facts.exchange_rates": list(rates)}
    tables |= {INPUTS[name]: rows for name, rows in inputs.items()}
    found = run_model("marts.unit_cost_month", tables)
    return next(row for row in found if scopes[0].items() <= row.items())


def test_tax_credits_and_refunds_are_one_off(run_model):
    rows = [
        owned(charge_category="Tax", billed_cost=3, effective_cost=3),
        owned(charge_category="Credit", billed_cost=-2, effective_cost=-2),
        owned(charge_category="Adjustment", charge_class="Correction", billed_cost=-4),
        owned(billed_cost=100, effective_cost=90),
    ]
    assert one_offs(run_model, rows) == (-3, 1)


def test_upfront_fee_is_one_off_on_the_bill_and_spread_in_effective_cost(run_model):
    fee = owned(charge_category="Purchase", billed_cost=800, x_upfront_cost=800)
    monthly_fee = owned(charge_category="Purchase", billed_cost=50, x_upfront_cost=0)
    usage = owned(effective_cost=70)
    assert one_offs(run_model, [fee, monthly_fee, usage]) == (800, 0)


def test_planned_one_off_takes_what_its_service_costs_on_its_days(run_model):
    test = {"start": DAYS[0], "end": DAYS[0], "key": "find", "kind": "one_off", "name": "load test"}
    rows = [
        owned(billed_cost=7, effective_cost=6),
        owned(x_service="cart", x_team="order", billed_cost=10, effective_cost=10),
    ]
    assert one_offs(run_model, rows, **{"business.events": [test]}) == (7, 6)
    promotion = test | {"kind": "promotion"}
    assert one_offs(run_model, rows, **{"business.events": [promotion]}) == (0, 0)


MONEY = st.decimals(-1000, 1000, places=10)
LINE = st.tuples(
    st.sampled_from(["Usage", "Tax", "Credit", "Purchase"]),
    st.sampled_from(["find", "cart"]),
    st.sampled_from(["search", "order"]),
    MONEY,
    MONEY,
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(LINE, min_size=1, max_size=5))
def test_every_scope_has_all_the_money(run_model, lines):
    rows = [
        owned(
            charge_category=category,
            x_service=service,
            x_team=team,
            billed_cost=billed,
            effective_cost=effective,
        )
        for category, service, team, billed, effective in lines
    ]
    found = run_model("facts.measured_cost", {"facts.owned_cost": rows})
    for scope in ("company", "team", "service", "product", "cost_centre", "aws_service"):
        measured = [row for row in found if row["x_scope"] == scope]
        assert sum(row["billed_cost"] for row in measured) == sum(line[3] for line in lines)
        assert sum(row["effective_cost"] for row in measured) == sum(line[4] for line in lines)


def test_a_product_costs_what_its_services_cost(run_model):
    services = [
        {"service": "cart", "team": "order", "product": "delivery"},
        {"service": "find", "team": "search", "product": "delivery"},
        {"service": "pay", "team": "payment", "product": ""},
    ]
    always = {"valid_from": dt.date(1, 1, 1), "valid_to": dt.date(9999, 12, 31)}
    services = [always | one for one in services]
    costs = [("cart", 3), ("find", 4), ("pay", 5), ("unowned", 6)]
    rows = [owned(x_service=name, effective_cost=cost) for name, cost in costs]
    found = run_model(
        "facts.measured_cost", {"facts.owned_cost": rows, "mappings.service_days": services}
    )
    products = {r["x_key"]: r["effective_cost"] for r in found if r["x_scope"] == "product"}
    assert products == {"delivery": 7, "unowned": 11}


def test_three_measures_with_and_without_one_offs(run_model):
    budget = BASE | {"x_scope": "team", "x_key": "search", "x_budget": 50}
    row = month(run_model, orders=orders(4, 4), revenue=revenue(14000, 14000), budgets=[budget])
    assert (row["x_billed_cost_per_order"], row["x_effective_cost_per_order"]) == (3, 5)
    assert row["x_recurring_billed_cost_per_order"] == 2.5
    assert row["x_recurring_effective_cost_per_order"] == 3.75
    assert row["x_reporting_effective_cost_per_order"] == 7000
    assert row["x_effective_cost_to_revenue"] == 2
    assert row["x_recurring_effective_cost_to_revenue"] == 1.5
    assert (row["x_billed_variance"], row["x_effective_variance"]) == (26, 10)
    assert row["x_recurring_effective_variance"] == 20
    assert row["x_reporting_effective_variance"] == 14000


def test_missing_day_of_orders_gives_no_number_for_the_month(run_model):
    row = month(run_model, orders=orders(4))
    assert row["x_effective_cost_per_order"] is None
    assert row["x_per_order_reason"] == "orders of 1 of 2 days are missing"


def test_orders_of_days_that_the_bill_lacks_do_not_count(run_model):
    tomorrow = {"date": dt.date(2026, 10, 7), "service": "*", "orders": 99}
    row = month(run_model, orders=[*orders(4, 4), tomorrow])
    assert (row["x_orders"], row["x_effective_cost_per_order"]) == (8, 5)


def test_zero_orders_and_unknown_orders_say_so(run_model):
    assert month(run_model, orders=orders(0, 0))["x_per_order_reason"] == "there were no orders"
    reason = "no orders of * in business/orders.csv"
    assert month(run_model)["x_per_order_reason"] == reason


def test_teams_divide_by_the_orders_of_the_company_and_services_by_their_own(run_model):
    both = [*orders(4, 4), *orders(2, 2, service="find")]
    team = month(run_model, scopes=[{"x_scope": "team", "x_key": "search"}], orders=both)
    service = month(run_model, scopes=[{"x_scope": "service", "x_key": "find"}], orders=both)
    assert (team["x_orders_of"], team["x_effective_cost_per_order"]) == ("*", 5)
    assert (service["x_orders_of"], service["x_effective_cost_per_order"]) == ("find", 10)


def test_missing_rate_leaves_the_measures_of_the_bills_currency(run_model):
    no_rate = RATE | {"x_exchange_rate": None}
    row = month(run_model, rates=[no_rate], orders=orders(4, 4), revenue=revenue(1, 1))
    assert row["x_effective_cost_per_order"] == 5
    assert row["x_reporting_effective_cost_per_order"] is None
    assert row["x_reporting_reason"] == "no exchange rate from USD to KRW for 2026-10"
    assert row["x_effective_cost_to_revenue"] is None
    assert row["x_to_revenue_reason"] == "no exchange rate from USD to KRW for 2026-10"


def test_revenue_in_two_currencies_has_no_sum(run_model):
    mixed = [*revenue(1), revenue(1, 1, currency="USD")[1]]
    row = month(run_model, revenue=mixed)
    assert (row["x_revenue"], row["x_effective_cost_to_revenue"]) == (None, None)
    assert row["x_to_revenue_reason"] == "revenue is in several currencies"


def test_budget_of_the_company_is_unknown_if_one_teams_has_no_rate(run_model):
    teams = [
        BASE | {"x_scope": "team", "x_key": "search", "x_budget": 50},
        BASE | {"x_scope": "team", "x_key": "order", "x_budget": None},
    ]
    row = month(run_model, budgets=teams)
    assert row["x_effective_variance"] is None
    assert row["x_variance_reason"] == "a budget is in a currency without an exchange rate"


def test_service_and_cost_centre_have_budgets_of_their_own(run_model):
    budgets = [
        BASE | {"x_scope": "service", "x_key": "find", "x_budget": 30},
        BASE | {"x_scope": "cost_centre", "x_key": "CC-1", "x_budget": 70},
    ]
    for budget, left in zip(budgets, (-10, 30), strict=True):
        scope = {name: budget[name] for name in ("x_scope", "x_key")}
        row = month(run_model, scopes=[scope], budgets=budgets)
        assert (row["x_effective_variance"], row["x_variance_reason"]) == (left, None)
    company = month(run_model, budgets=budgets)
    assert company["x_effective_variance"] is None
    assert company["x_variance_reason"] == "no budget in business/budgets.csv"


def test_budget_without_any_cost_is_left_whole(run_model):
    budget = BASE | {"x_scope": "cost_centre", "x_key": "CC-9", "x_budget": 70}
    tables = {"facts.exchange_rates": [RATE], "facts.budgets": [budget]}
    (row,) = run_model("marts.unit_cost_month", tables)
    assert (row["x_scope"], row["x_key"], row["effective_cost"]) == ("cost_centre", "CC-9", 0)
    assert (row["x_effective_variance"], row["x_effective_cost_per_order"]) == (70, None)


def test_orders_by_month_divide_the_cost_of_a_whole_month_only(run_model):
    known = {"billing_period": "2026-02", "service": "*", "orders": 56}
    days = [dt.date(2026, 2, day) for day in range(1, 29)]
    assert of_february(run_model, days, known)["x_effective_cost_per_order"] == 0.5
    row = of_february(run_model, days[:14], known)
    assert row["x_effective_cost_per_order"] is None
    assert row["x_per_order_reason"] == (
        "orders are known for the whole month, and the bill has 14 of 28 days"
    )


def of_february(run_model, days, orders):
    """Return the company's month that costs 1 on each of the days."""
    base = {"billing_period": "2026-02", "billing_currency": "USD"}
    costs = [base | COMPANY | {"charge_date": day, "effective_cost": 1} for day in days]
    tables = {
        "facts.measured_cost": costs,
        "facts.exchange_rates": [RATE | base],
        "business.monthly_orders": [orders],
    }
    return run_model("marts.unit_cost_month", tables)[0]


def test_month_with_a_day_that_is_not_whole_names_its_hours(run_model):
    gap = "23 of 24 hours, without 2026-10-06 05:00 UTC"
    part = {"date": DAYS[1], "service": "*", "x_known_orders": 9, "x_gap": gap}
    row = month(run_model, orders=[*orders(8), part])
    assert (row["x_order_days"], row["x_effective_cost_per_order"]) == (1, None)
    assert row["x_per_order_reason"] == f"orders of 1 of 2 days are missing: known of {gap}"
    row = month(run_model, orders=[part])
    assert row["x_per_order_reason"] == f"orders of 2 of 2 days are missing: known of {gap}"
    part = {"date": DAYS[1], "service": "*", "x_known_revenue": 9, "currency": "KRW", "x_gap": gap}
    row = month(run_model, revenue=[part])
    assert row["x_to_revenue_reason"] == f"revenue of 2 of 2 days is missing: known of {gap}"

"""Cost per order and cost to revenue, of a day and of a month."""

import datetime as dt

DAY = dt.date(2026, 10, 5)
RATE = {
    "billing_period": "2026-10",
    "billing_currency": "USD",
    "x_reporting_currency": "KRW",
    "x_exchange_rate": 1400,
}


def unit_cost(run_model, **inputs):
    day = {"billing_period": "2026-10", "charge_date": DAY, "billing_currency": "USD"}
    costs = [
        day | scope("company", "*") | {"effective_cost": 40, "billed_cost": 30},
        day | scope("service", "find") | {"effective_cost": 30, "billed_cost": 20},
        day | scope("team", "search") | {"effective_cost": 40, "billed_cost": 30},
    ]
    rows = run_model(
        "marts.unit_cost", {"facts.measured_cost": costs, "facts.exchange_rates": [RATE], **inputs}
    )
    return {row["x_service"]: row for row in rows}


def scope(name, key):
    return {"x_scope": name, "x_key": key}


def test_days_have_the_company_and_its_services(run_model):
    rows = unit_cost(run_model)
    assert {name: row["effective_cost"] for name, row in rows.items()} == {"*": 40, "find": 30}


def test_cost_per_order_divides_by_the_orders_of_the_day(run_model):
    days = {DAY: 8, dt.date(2026, 10, 6): 4}
    orders = [{"date": day, "service": "*", "orders": count} for day, count in days.items()]
    company = unit_cost(run_model, **{"business.daily_orders": orders})["*"]
    assert (company["x_orders"], company["x_effective_cost_per_order"]) == (8, 5.0)
    assert company["x_reporting_effective_cost_per_order"] == 7000.0


def test_cost_to_revenue_is_in_one_currency(run_model):
    revenue = [{"date": DAY, "service": "*", "revenue": 560000, "currency": "KRW"}]
    company = unit_cost(run_model, **{"business.revenue": revenue})["*"]
    assert company["x_effective_cost_to_revenue"] == 0.1
    assert company["x_billed_cost_to_revenue"] == 0.075


def test_revenue_in_a_third_currency_gives_no_number(run_model):
    revenue = [{"date": DAY, "service": "*", "revenue": 560000, "currency": "JPY"}]
    company = unit_cost(run_model, **{"business.revenue": revenue})["*"]
    assert company["x_effective_cost_to_revenue"] is None
    assert company["x_to_revenue_reason"] == "revenue is in JPY, which has no exchange rate here"


def test_no_orders_give_no_cost_per_order(run_model):
    orders = [{"date": DAY, "service": "*", "orders": 0}]
    rows = unit_cost(run_model, **{"business.daily_orders": orders})
    assert rows["*"]["x_effective_cost_per_order"] is None
    assert rows["*"]["x_per_order_reason"] == "there were no orders"
    assert rows["find"]["x_orders"] is None
    assert rows["find"]["x_per_order_reason"] == "no orders in business/orders.csv"


def test_day_of_which_hours_are_missing_has_no_measure_and_says_which(run_model):
    gap = "15 of 24 hours, without 2026-10-05 15:00 UTC and 8 more"
    known = {"date": DAY, "service": "*", "x_gap": gap, "x_day_zone": "UTC"}
    company = unit_cost(
        run_model,
        **{
            "business.daily_orders": [known | {"x_known_orders": 150}],
            "business.revenue": [known | {"x_known_revenue": 5, "currency": "KRW"}],
        },
    )["*"]
    assert (company["x_orders"], company["x_effective_cost_per_order"]) == (None, None)
    assert company["x_per_order_reason"] == f"orders are known of {gap}"
    assert company["x_to_revenue_reason"] == f"revenue is known of {gap}"


def test_days_say_whose_they_are(run_model):
    orders = {"date": DAY, "service": "*", "orders": 8, "x_day_zone": "Asia/Seoul"}
    company = unit_cost(run_model, **{"business.daily_orders": [orders]})["*"]
    assert (company["x_day_zone"], company["x_orders_day_zone"]) == ("UTC", "Asia/Seoul")


def test_late_charge_for_an_earlier_month_does_not_count_its_orders_again(run_model):
    late = {"billing_period": "2026-11", "charge_date": DAY, "billing_currency": "USD"}
    costs = [late | scope("service", "find") | {"effective_cost": -5}]
    orders = [{"date": DAY, "service": "*", "orders": 4}]
    rows = run_model(
        "marts.unit_cost",
        {
            "facts.measured_cost": costs,
            "facts.exchange_rates": [RATE | {"billing_period": "2026-11"}],
            "business.daily_orders": orders,
        },
    )
    assert {row["x_service"]: row["x_orders"] for row in rows} == {"find": None}
    assert rows[0]["x_per_order_reason"].startswith("a late charge")


def test_orders_by_month_are_never_spread_over_days(run_model):
    orders = [{"billing_period": "2026-10", "service": "*", "orders": 310}]
    rows = unit_cost(run_model, **{"business.monthly_orders": orders})
    assert (rows["*"]["x_orders"], rows["*"]["x_effective_cost_per_order"]) == (None, None)
    assert rows["*"]["x_per_order_reason"] == (
        "orders are known by month only: see marts.unit_cost_month"
    )
    assert rows["find"]["x_per_order_reason"] == "no orders in business/orders.csv"

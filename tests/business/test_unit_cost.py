"""Cost per order and cost to revenue, of a day."""

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
        day | {"x_service": "find", "effective_cost": 30, "billed_cost": 20},
        day | {"x_service": "unowned", "effective_cost": 10, "billed_cost": 10},
    ]
    rows = run_model(
        "marts.unit_cost", {"facts.owned_cost": costs, "facts.exchange_rates": [RATE], **inputs}
    )
    return {row["x_service"]: row for row in rows}


def test_company_is_the_sum_of_its_services(run_model):
    assert unit_cost(run_model)["*"]["effective_cost"] == 40


def test_cost_per_order_divides_by_the_orders_of_the_utc_day(run_model):
    hours = [dt.datetime(2026, 10, 5, 0), dt.datetime(2026, 10, 5, 23), dt.datetime(2026, 10, 6, 0)]
    orders = [{"hour": hour, "service": "*", "orders": 4} for hour in hours]
    company = unit_cost(run_model, **{"business.orders": orders})["*"]
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


def test_no_orders_give_no_cost_per_order(run_model):
    orders = [{"hour": dt.datetime(2026, 10, 5), "service": "*", "orders": 0}]
    rows = unit_cost(run_model, **{"business.orders": orders})
    assert rows["*"]["x_effective_cost_per_order"] is None
    assert rows["find"]["x_orders"] is None


def test_late_charge_for_an_earlier_month_does_not_count_its_orders_again(run_model):
    late = {"billing_period": "2026-11", "charge_date": DAY, "billing_currency": "USD"}
    costs = [{**late, "x_service": "find", "effective_cost": -5}]
    orders = [{"hour": dt.datetime(2026, 10, 5), "service": "*", "orders": 4}]
    rows = run_model(
        "marts.unit_cost",
        {
            "facts.owned_cost": costs,
            "facts.exchange_rates": [RATE | {"billing_period": "2026-11"}],
            "business.orders": orders,
        },
    )
    assert {row["x_service"]: row["x_orders"] for row in rows} == {"find": None, "*": None}

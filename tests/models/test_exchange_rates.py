"""A month has its rate to the reporting currency, or none."""

from decimal import Decimal

COST = {"billing_period": "2026-10", "billing_currency": "USD"}
RATE = {"from_currency": "USD", "to_currency": "KRW", "rate": 1441}


def rate(run_model, period, reporting="KRW"):
    (row,) = run_model(
        "facts.exchange_rates",
        {
            "facts.daily_cost": [COST],
            "mappings.settings": [{"reporting_currency": reporting}],
            "business.monthly_rates": [RATE | {"billing_period": period}],
        },
    )
    return row["x_exchange_rate"]


def test_rate_is_that_of_its_month(run_model):
    assert rate(run_model, "2026-10") == 1441


def test_month_or_currency_without_a_rate_has_none(run_model):
    assert rate(run_model, "2026-09") is None
    assert rate(run_model, "2026-10", reporting="JPY") is None


def test_own_currency_needs_no_rate(run_model):
    assert rate(run_model, "2026-09", reporting="USD") == 1


def test_money_is_converted_with_every_digit_of_a_rate(run_model):
    month = {"billing_period": "2026-10", "billing_currency": "KRW"}
    rate = {"x_reporting_currency": "USD", "x_exchange_rate": Decimal("0.0007231445")}
    cost = {"x_service": "web", "x_team": "a", "effective_cost": 1_000_000_000}
    (row,) = run_model(
        "marts.service_month",
        {"facts.owned_cost": [month | cost], "facts.exchange_rates": [month | rate]},
    )
    assert row["x_reporting_effective_cost"] == Decimal("723144.5")

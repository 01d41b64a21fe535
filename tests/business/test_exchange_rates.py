"""A month has its rate to the reporting currency, or none."""

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

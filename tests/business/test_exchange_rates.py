"""A month's rate is that of the month, or the exact mean of its days."""

from decimal import Decimal

COST = {"billing_period": "2026-10", "billing_currency": "USD"}
KRW = {"reporting_currency": "KRW"}
PAIR = {"from_currency": "USD", "to_currency": "KRW", "source": "bank"}


def rate(run_model, *rates, reporting=KRW):
    (row,) = run_model(
        "facts.exchange_rates",
        {
            "facts.daily_cost": [COST],
            "mappings.settings": [reporting],
            "business.exchange_rates": [PAIR | one for one in rates],
        },
    )
    return row["x_exchange_rate"]


def test_month_has_its_own_rate(run_model):
    assert rate(run_model, {"billing_period": "2026-10", "rate": "1441.25"}) == Decimal("1441.25")


def test_days_make_the_mean_of_those_that_have_a_rate(run_model):
    days = {"2026-10-01": "1400", "2026-10-02": "1401", "2026-10-05": "1401", "2026-09-30": "1"}
    found = rate(run_model, *[{"date": day, "rate": one} for day, one in days.items()])
    assert found == Decimal("1400.666667")


def test_a_half_of_the_last_digit_is_rounded_up(run_model):
    days = {"2026-10-01": "1.000000", "2026-10-02": "1.000001"}
    found = rate(run_model, *[{"date": day, "rate": one} for day, one in days.items()])
    assert found == Decimal("1.000001")


def test_month_without_any_rate_has_none(run_model):
    assert rate(run_model, {"billing_period": "2026-09", "rate": "1400"}) is None
    assert rate(run_model) is None


def test_own_currency_needs_no_rate(run_model):
    assert rate(run_model, reporting={"reporting_currency": "USD"}) == 1

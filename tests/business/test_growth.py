"""Growth of cost, orders and revenue, one month being 100."""

import pandas as pd
import pytest

from finops.business.growth import growth
from finops.errors import BadInput
from finops.report import charts


def month(period, days, cost, orders, revenue=None, **values):
    """Return one month of the company as in marts.unit_cost_month."""
    row = {
        "billing_period": period,
        "x_scope": "company",
        "x_key": "*",
        "billing_currency": "USD",
        "effective_cost": cost,
        "x_recurring_effective_cost": cost / 2,
        "x_bill_days": days,
        "x_orders": orders,
        "x_order_days": days,
        "x_revenue": revenue,
        "x_revenue_days": days if revenue else 0,
        "x_revenue_currency": "KRW" if revenue else None,
        "x_exchange_rate": 1000,
        "x_per_order_reason": None,
        "x_to_revenue_reason": None if revenue else "no revenue of * in business/revenue.csv",
        "x_reporting_reason": None,
    }
    return row | values


def test_growth_is_per_day_so_that_february_is_no_dip():
    months = pd.DataFrame([month("2026-01", 31, 310, 3100), month("2026-02", 28, 560, 2800)])
    rows = growth(months)
    assert rows["x_effective_cost_index"].tolist() == [100, 200]
    assert rows["x_orders_index"].tolist() == [100, 100]


def test_any_month_can_be_100_and_a_weaker_won_is_growth_in_won():
    months = [month("2026-01", 31, 310, 1), month("2026-02", 28, 280, 1, x_exchange_rate=1500)]
    rows = growth(pd.DataFrame(months), base="2026-02")
    assert rows["x_effective_cost_index"].tolist() == [100, 100]
    assert rows["x_reporting_effective_cost_index"].tolist() == pytest.approx(
        [66.667, 100], abs=0.01
    )


def test_missing_revenue_has_no_index_and_says_why():
    rows = growth(pd.DataFrame([month("2026-01", 31, 310, 1)]))
    assert rows["x_revenue_index"].isna().all()
    assert rows["x_growth_reason"].tolist() == ["revenue: no revenue of * in business/revenue.csv"]


def test_revenue_that_changes_its_currency_has_no_index():
    months = [
        month("2026-01", 31, 310, 1, 5),
        month("2026-02", 28, 280, 1, 5, x_revenue_currency="USD"),
    ]
    rows = growth(pd.DataFrame(months))
    assert rows["x_revenue_index"].isna().all()
    assert set(rows["x_growth_reason"]) == {"revenue: its currency changes"}


def test_open_month_is_marked_and_not_drawn():
    months = pd.DataFrame(
        [month("2026-01", 31, 310, 1), month("2026-02", 28, 1, 1), month("2026-03", 4, 9, 1)]
    )
    assert growth(months)["x_is_whole"].tolist() == [True, True, False]
    assert charts.growth_lines(months).data[0].y == (100.0, pytest.approx(0.357, abs=0.001))


def test_unknown_base_and_mixed_currencies_are_refused():
    months = pd.DataFrame([month("2026-01", 31, 310, 1)])
    with pytest.raises(BadInput, match="no cost in 2025-01"):
        growth(months, base="2025-01")
    euros = months.assign(billing_currency="EUR")
    with pytest.raises(BadInput, match="Cost is in EUR, USD"):
        growth(pd.concat([months, euros]))

"""Say in words why a measure of unit cost is empty; the models name the reason."""

from string import Formatter

import pyarrow as pa

WORDS = {
    "no_orders": "no orders in business/orders.csv",
    "no_orders_of": "no orders of {x_orders_of} in business/orders.csv",
    "zero_orders": "there were no orders",
    "late_orders": "a late charge: its orders count in the month of its day",
    "orders_by_month": "orders are known by month only: see marts.unit_cost_month",
    "orders_gap": "orders are known of {x_orders_gap}",
    "orders_of_whole_month": "orders are known for the whole month, and the bill has {x_bill_days} "
    "of {x_order_days} days",
    "order_days_missing": "orders of {x_missing_order_days} of {x_bill_days} days are missing",
    "order_hours_missing": "orders of {x_missing_order_days} of {x_bill_days} days are missing: "
    "known of {x_orders_gap}",
    "no_hours": "the bill has no hours of the UTC day {x_missing_date}",
    "no_revenue": "no revenue in business/revenue.csv",
    "no_revenue_of": "no revenue of {x_orders_of} in business/revenue.csv",
    "zero_revenue": "there was no revenue",
    "late_revenue": "a late charge: its revenue counts in the month of its day",
    "revenue_gap": "revenue is known of {x_revenue_gap}",
    "revenue_days_missing": "revenue of {x_missing_revenue_days} of {x_bill_days} days is missing",
    "revenue_hours_missing": "revenue of {x_missing_revenue_days} of {x_bill_days} days is missing"
    ": known of {x_revenue_gap}",
    "several_currencies": "revenue is in several currencies",
    "revenue_currency": "revenue is in {x_revenue_currency}, which has no exchange rate here",
    "no_rate": "no exchange rate in business/exchange_rates.csv",
    "no_rate_to_revenue": "no exchange rate from {billing_currency} to {x_revenue_currency} "
    "for {billing_period}",
    "no_rate_to_reporting": "no exchange rate from {billing_currency} to {x_reporting_currency} "
    "for {billing_period}",
    "no_budget": "no budget in business/budgets.csv",
    "budget_without_rate": "a budget is in a currency without an exchange rate",
    "budgets_of_others": "budgets are set by team, service or cost centre",
}
# What only the words need is no column of the table.
_ASIDE = (
    *("x_orders_gap", "x_revenue_gap", "x_missing_date"),
    *("x_missing_order_days", "x_missing_revenue_days"),
)
_NAMES = {name for text in WORDS.values() for _, name, _, _ in Formatter().parse(text) if name}


def in_words(rows: pa.Table) -> pa.Table:
    """Return the rows of a model with the words for the reasons that it names."""
    values = rows.select([name for name in rows.column_names if name in _NAMES]).to_pylist()
    for place, column in enumerate(rows.column_names):
        if column.endswith("_reason"):
            found = zip(rows[column].to_pylist(), values, strict=True)
            texts = [None if name is None else WORDS[name].format(**row) for name, row in found]
            rows = rows.set_column(place, column, pa.array(texts, pa.string()))
    return rows.drop_columns([name for name in rows.column_names if name in _ASIDE])

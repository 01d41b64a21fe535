"""Say what the planned orders of a service would cost at its recent cost per order."""

from decimal import Decimal

import pandas as pd

from finops.forecast.by_orders import COMPANY, RECENT_DAYS, usage
from finops.forecast.known import Known
from finops.forecast.month_orders import orders_by_month
from finops.forecast.rows import last_day
from finops.languages import say

__all__ = ["BY_SERVICE", "by_service", "sentences"]

BY_SERVICE = [
    *("x_service", "billing_period", "x_orders", "x_usage_per_order", "x_by_orders"),
    *("x_forecast_usage", "billing_currency"),
]


def by_service(known: Known, lines: pd.DataFrame) -> pd.DataFrame:
    """Return what the planned orders of services use, and what their usage is forecast to be.

    One row per x_service and billing_period of business/order_plan.csv that `lines` have and that
    isn't over; none with cost in several currencies. x_orders is the plan, x_usage_per_order the
    service's own effective cost of usage in the last 28 days over its orders then (of its last
    whole month, where they are known by month only), x_by_orders its usage so far and the orders to
    come x that, x_forecast_usage what `lines` have of it. Floats in
    billing_currency; the middle two are NaN where orders of a day are not known.
    """
    currencies = set(known.daily["billing_currency"])
    coming = {month for month in set(lines["billing_period"]) if last_day(month) > known.last}
    plan = known.order_plan[known.order_plan["billing_period"].isin(coming)]
    if len(currencies) > 1:
        return pd.DataFrame(columns=BY_SERVICE)
    rows = [
        [service, month, *_by_orders(known, lines, service, month, float(orders)), *currencies]
        for month, service, orders in plan.itertuples(index=False)
        if service != COMPANY
    ]
    frame = pd.DataFrame(rows, columns=BY_SERVICE)
    return frame.sort_values(["x_service", "billing_period"], ignore_index=True)


def sentences(found: pd.DataFrame, language: str) -> list[str]:
    """Return a sentence on each service of `by_service`, of all its planned months together."""
    return [_sentence(str(name), rows, language) for name, rows in found.groupby("x_service")]


def _sentence(service: str, rows: pd.DataFrame, language: str) -> str:
    if rows["x_by_orders"].isna().any():
        return say("forecast", "service_orders_unknown", language, service=service)
    return say(
        "forecast",
        "service_orders",
        language,
        service=service,
        months=", ".join(rows["billing_period"]),
        orders=f"{rows['x_orders'].sum():,.0f}",
        usage=f"{rows['x_by_orders'].sum():,.0f}",
        per_order=f"{rows['x_usage_per_order'].iloc[0]:.5f}",
        forecast=f"{rows['x_forecast_usage'].sum():,.0f}",
        currency=rows["billing_currency"].iloc[0],
    )


def _by_orders(
    known: Known, lines: pd.DataFrame, service: str, month: str, planned: float
) -> tuple[float, float, float, float]:
    posted, forecast = usage(lines[lines["x_service"] == service], month)
    used = known.daily[(known.daily["x_kind"] == "usage") & (known.daily["x_service"] == service)]
    orders = _orders(known, service)
    recent = orders_by_month(known, service, used) if orders.empty else None
    if recent:
        left = planned * recent.share_to_come(month, known.last)
        return planned, recent.usage_per_order, posted + left * recent.usage_per_order, forecast
    per_order = _per_order(known, orders, service)
    so_far = float(orders[pd.DatetimeIndex(orders.index).strftime("%Y-%m") == month].sum())
    by_orders = posted + max(planned - so_far, 0.0) * per_order
    return max(planned, so_far), per_order, by_orders, forecast


def _orders(known: Known, service: str) -> "pd.Series[float]":
    """Return the orders of a service by complete day."""
    mine = known.service_orders[known.service_orders["x_service"] == service]
    orders = mine.set_index("date")["orders"].astype(float)
    return orders[orders.index <= known.last]


def _per_order(known: Known, orders: "pd.Series[float]", service: str) -> float:
    """Return the cost of usage per order of the last 28 days; NaN without orders of each."""
    days = pd.date_range(end=known.last, periods=RECENT_DAYS)
    recent = orders.reindex(days)
    if recent.isna().any() or not recent.sum():
        return float("nan")
    daily = known.daily
    mine = (daily["x_service"] == service) & (daily["x_kind"] == "usage")
    used = daily.loc[mine & daily["charge_date"].isin(days), "effective_cost"]
    return float(sum(used, Decimal(0))) / float(recent.sum())

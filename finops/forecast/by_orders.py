"""Say what planned or forecast orders would cost at the recent cost per order."""

from decimal import Decimal

import numpy as np
import pandas as pd

from finops.daily.grid import Floats
from finops.forecast.known import Known
from finops.forecast.month_orders import orders_by_month
from finops.forecast.past_forecasts import Origins
from finops.forecast.rows import last_day
from finops.forecast.series import Series
from finops.languages import say

__all__ = ["BY_ORDERS", "COMPANY", "RECENT_DAYS", "by_orders", "sentences", "usage"]

RECENT_DAYS = 28
COMPANY = "*"
BY_ORDERS = [
    *("billing_period", "x_orders_from", "x_orders", "x_usage_per_order", "x_by_orders"),
    *("x_forecast_usage", "billing_currency"),
]


def by_orders(known: Known, series: Series, lines: pd.DataFrame) -> pd.DataFrame:
    """Return what each month of `lines` uses by orders, and as it is forecast by item.

    One row per billing_period, none without orders by day or month, for a month that is over, or
    with cost in several currencies: x_orders_from (`plan`: business/order_plan.csv has the month
    of `*`; `forecast`: it doesn't), x_orders, x_usage_per_order (effective cost of usage of the
    last 28 days over their orders; where those are known by month only, of the last whole month),
    x_by_orders (usage so far and orders to come x that), x_forecast_usage (the lines of kind
    usage), billing_currency. Floats, in that currency.
    """
    months = sorted(set(lines["billing_period"]))
    currencies = {key[5] for key in series.keys}
    orders = series.origins.forecaster.orders
    coming = [one for one in months if last_day(one) > known.last]
    if not coming or len(currencies) > 1:
        return pd.DataFrame(columns=BY_ORDERS)
    if orders is None:
        rows = _by_month(known, lines, coming)
        return pd.DataFrame([[*row, *currencies] for row in rows], columns=BY_ORDERS)
    per_order = _per_order(series, orders.cost[:, 0])
    forecast = _forecast(series, known, coming[-1])
    plan = _plan(known)
    rows = []
    for month in coming:
        posted, whole = usage(lines, month)
        so_far = _so_far(known, month)
        left = plan[month] - so_far if month in plan else forecast[month]
        origin = "plan" if month in plan else "forecast"
        money = posted + max(left, 0.0) * per_order
        rows.append([month, origin, so_far + max(left, 0.0), per_order, money, whole])
    return pd.DataFrame([[*row, *currencies] for row in rows], columns=BY_ORDERS)


def _by_month(known: Known, lines: pd.DataFrame, coming: list[str]) -> list[list[object]]:
    """Return the rows of months whose orders are known by month only, all at one cost per order."""
    used = known.daily[known.daily["x_kind"] == "usage"]
    recent = orders_by_month(known, COMPANY, used)
    plan, rows = _plan(known), list[list[object]]()
    for month in coming if recent else ():
        assert recent is not None  # noqa: S101
        posted, whole = usage(lines, month)
        orders = plan.get(month, recent.of_month(month))
        left = orders * recent.share_to_come(month, known.last)
        money = posted + left * recent.usage_per_order
        origin = "plan" if month in plan else "forecast"
        rows.append([month, origin, orders, recent.usage_per_order, money, whole])
    return rows


def sentences(found: pd.DataFrame, period: str, language: str) -> list[str]:
    """Return a sentence on the month `period` and one on those after it, from `by_orders`."""
    now, later = found[found["billing_period"] == period], found[found["billing_period"] > period]
    months_after = say("forecast", "orders_later", language, number=str(len(later)))
    pairs = ((period, now), (months_after, later))
    return [_sentence(name, rows, language) for name, rows in pairs if len(rows)]


def _sentence(months: str, rows: pd.DataFrame, language: str) -> str:
    first = rows.iloc[0]
    return say(
        "forecast",
        "orders",
        language,
        months=months,
        origins=_origins(rows, language),
        orders=f"{rows['x_orders'].sum():,.0f}",
        usage=f"{rows['x_by_orders'].sum():,.0f}",
        per_order=f"{first['x_usage_per_order']:.5f}",
        forecast=f"{rows['x_forecast_usage'].sum():,.0f}",
        currency=first["billing_currency"],
    )


def _origins(rows: pd.DataFrame, language: str) -> str:
    planned = int((rows["x_orders_from"] == "plan").sum())
    key = "forecast" if not planned else "planned" if planned == len(rows) else "partly"
    return say("forecast", f"orders_{key}", language, number=str(planned))


def _per_order(series: Series, orders: Floats) -> float:
    mine = [key[0] == "effective_cost" and key[4] == "usage" for key in series.keys]
    recent = slice(series.last + 1 - RECENT_DAYS, series.last + 1)
    return float(series.cost[recent, mine].sum() / np.sum(orders[recent]))


def _forecast(series: Series, known: Known, until: str) -> dict[str, float]:
    """Return the orders of the days to come, as they are forecast, by month."""
    orders = series.origins.forecaster.orders
    assert orders is not None  # noqa: S101
    days = pd.date_range(known.last + pd.Timedelta(days=1), last_day(until))
    path = Origins(orders).paths(series.last + 1, len(days))[1, 0]
    sums = pd.Series(path, index=days.strftime("%Y-%m")).groupby(level=0).sum()
    return {str(month): float(value) for month, value in sums.items()}


def _plan(known: Known) -> dict[str, float]:
    mine = known.order_plan[known.order_plan["x_service"] == COMPANY]
    return {
        str(month): float(value)
        for month, value in zip(mine["billing_period"], mine["orders"], strict=True)
    }


def _so_far(known: Known, month: str) -> float:
    days = pd.DatetimeIndex(known.orders.index)
    mine = (days.strftime("%Y-%m") == month) & (days <= known.last)
    return float(known.orders[mine].sum())


def usage(lines: pd.DataFrame, month: str) -> tuple[float, float]:
    """Return the usage of a month that is known, and all that it is forecast to be."""
    mine = lines[(lines["billing_period"] == month) & (lines["x_kind"] == "usage")]
    mine = mine[mine["x_measure"] == "effective_cost"]
    parts = [float(sum(mine[name], Decimal(0))) for name in ("x_posted", "x_late", "x_forecast")]
    return parts[0], sum(parts)

"""Know the orders of a month and what one cost where they are known by month only."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from finops.forecast.known import Known
from finops.forecast.rows import last_day, of_month

__all__ = ["MonthOrders", "orders_by_month"]


@dataclass(frozen=True)
class MonthOrders:
    """The orders of the newest month that has them and whose days are all known."""

    billing_period: str
    orders: float
    usage_per_order: float

    def of_month(self, billing_period: str) -> float:
        """Return the orders of another month at as many a day."""
        return self.orders * _days(billing_period) / _days(self.billing_period)

    def share_to_come(self, billing_period: str, last: pd.Timestamp) -> float:
        """Return which part of a month lies after the day `last`."""
        left = (last_day(billing_period) - last).days
        return min(max(left / _days(billing_period), 0.0), 1.0)


def orders_by_month(known: Known, service: str, usage: pd.DataFrame) -> MonthOrders | None:
    """Return the newest orders of a service by month; None if no month has them and its usage.

    `usage` are the rows of `known.daily` whose cost the orders bear.
    """
    first = known.daily["charge_date"].min()
    mine = known.month_orders[known.month_orders["x_service"] == service]
    for period, orders in reversed(
        list(zip(mine["billing_period"], mine["orders"].astype(float), strict=True))
    ):
        is_whole = first <= pd.Timestamp(f"{period}-01") and last_day(period) <= known.last
        used = sum(of_month(usage, period)["effective_cost"], Decimal(0))
        if is_whole and orders > 0 and used:
            return MonthOrders(period, orders, float(used) / orders)
    return None


def _days(billing_period: str) -> int:
    return pd.Period(billing_period).days_in_month

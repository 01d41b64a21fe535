"""Say what the days left would cost at the recent cost per order, beside the forecast by item."""

import pandas as pd

from finops.forecast.month_end import forecast_days
from finops.forecast.rows import last_day
from finops.forecast.series import Series
from finops.forecast.sources import Known

__all__ = ["by_orders"]

_RECENT_DAYS = 28


def by_orders(known: Known, series: Series) -> str | None:
    """Return a sentence: orders expected for the days left, times usage per order of 28 days.

    None without orders, for a month that is over, or with cost in several currencies.
    """
    orders = series.origins.forecaster.orders
    days = (last_day(known.period) - known.last).days
    currencies = {key[5] for key in series.keys}
    if orders is None or days <= 0 or len(currencies) > 1:
        return None
    mine = [key[0] == "effective_cost" and key[4] == "usage" for key in series.keys]
    recent = slice(series.last + 1 - _RECENT_DAYS, series.last + 1)
    per_order = float(series.cost[recent, mine].sum() / orders.cost[recent, 0].sum())
    expected = float(orders.paths(series.last + 1, days)[1, 0].sum())
    forecast = float(forecast_days(series, days)[0][pd.Series(mine)].sum())
    currency = currencies.pop()
    return (
        f"{expected:,.0f} orders are expected in the {days} days left; at {per_order:.5f} "
        f"{currency} of usage an order they cost {expected * per_order:,.0f} {currency}. "
        f"Forecast by item: {forecast:,.0f} {currency}."
    )

"""Put growth of cost, orders and revenue side by side: one month is 100."""

import pandas as pd

from finops.errors import BadInput
from finops.frames import floats

__all__ = ["growth"]

# What is indexed, and the column of `marts.unit_cost_month` it comes from.
INDEXED = {
    "x_effective_cost_index": "effective_cost",
    "x_recurring_effective_cost_index": "x_recurring_effective_cost",
    "x_reporting_effective_cost_index": "x_reporting_effective_cost",
    "x_orders_index": "x_orders",
    "x_revenue_index": "x_revenue",
}


def growth(
    unit_cost_month: pd.DataFrame,
    *,
    base: str | None = None,
    scope: str = "company",
    key: str = "*",
    billing_currency: str | None = None,
) -> pd.DataFrame:
    """Return cost, orders and revenue per day of each month, `base` (default: the first) being 100.

    Takes `marts.unit_cost_month`. One row per month of `scope` and `key`: billing_period,
    x_bill_days, x_is_whole (the bill has every day), the indexes of effective cost with and
    without one-offs, of effective cost in the reporting currency, of orders and of revenue, and
    x_growth_reason: which of them are NaN, and why. Per day, because February is short. Raises
    BadInput for a key or base month that the table lacks, and for cost in several currencies.
    """
    months = _of_one_key(unit_cost_month, scope, key, billing_currency)
    base = base or str(months["billing_period"].min())
    if base not in set(months["billing_period"]):
        raise BadInput(f"{scope} {key} has no cost in {base}. {_span(months)}")
    measured = _measured(months)
    per_day = measured.div(months["x_bill_days"].astype(float), axis=0)
    first = per_day.loc[months["billing_period"] == base].iloc[0]
    indexes = per_day / first.where(first > 0) * 100
    kept = months[["billing_period", "billing_currency", "x_bill_days"]]
    whole = (
        months["x_bill_days"] == pd.PeriodIndex(months["billing_period"], freq="M").days_in_month
    )
    result = kept.assign(x_is_whole=whole).join(indexes)
    return result.assign(x_growth_reason=_reasons(months, indexes, base)).reset_index(drop=True)


def _of_one_key(
    frame: pd.DataFrame, scope: str, key: str, billing_currency: str | None
) -> pd.DataFrame:
    rows = frame[(frame["x_scope"] == scope) & (frame["x_key"] == key)]
    if rows.empty:
        raise BadInput(f"No cost of {scope} {key!r}. Look at x_scope and x_key of the table.")
    currencies = sorted(set(rows["billing_currency"]))
    if billing_currency is None and len(currencies) > 1:
        raise BadInput(f"Cost is in {', '.join(currencies)}: say one billing_currency.")
    chosen = rows[rows["billing_currency"] == (billing_currency or currencies[0])]
    if chosen.empty:
        raise BadInput(f"No cost in {billing_currency}. There is cost in {', '.join(currencies)}.")
    return chosen.sort_values("billing_period").reset_index(drop=True)


def _measured(months: pd.DataFrame) -> pd.DataFrame:
    """Return what is indexed; orders and revenue only of months in which each day has them."""
    named = ["effective_cost", "x_recurring_effective_cost", "x_orders", "x_revenue"]
    values = floats(months, [*named, "x_exchange_rate"])
    values["x_reporting_effective_cost"] = values["effective_cost"] * values["x_exchange_rate"]
    for name, days in {"x_orders": "x_order_days", "x_revenue": "x_revenue_days"}.items():
        values[name] = values[name].where(months[days] == months["x_bill_days"])
    if months["x_revenue_currency"].nunique() > 1:
        values["x_revenue"] = float("nan")
    return values[list(INDEXED.values())].set_axis(list(INDEXED), axis=1)


def _reasons(months: pd.DataFrame, indexes: pd.DataFrame, base: str) -> pd.Series:
    """Say per month which indexes it lacks; a gap of the base month is in all of them."""
    several = months["x_revenue_currency"].nunique() > 1
    whys = {
        "x_reporting_effective_cost_index": months["x_reporting_reason"],
        "x_orders_index": months["x_per_order_reason"],
        "x_revenue_index": months["x_to_revenue_reason"],
    }
    texts = pd.Series("", index=months.index)
    for column, why in whys.items():
        name = column.removeprefix("x_").removesuffix("_index").replace("_", " ")
        reason = why.astype(object).where(why.notna(), f"{base} has none to compare with")
        if several and column == "x_revenue_index":
            reason = pd.Series("its currency changes", index=months.index)
        texts += (f"; {name}: " + reason.astype(str)).where(indexes[column].isna(), "")
    texts = texts.str.removeprefix("; ")
    return texts.astype(object).where(texts != "", None)


def _span(months: pd.DataFrame) -> str:
    return f"It has {months['billing_period'].min()} to {months['billing_period'].max()}."

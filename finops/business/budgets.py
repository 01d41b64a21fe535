"""Say who breaks the budget of a month, on which day, and what would bring them back."""

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from finops.errors import BadInput
from finops.report.frames import floats
from finops.warehouse import Warehouse

__all__ = ["budget_outlook", "last_complete_day", "movable_usage", "outlook"]

# Days up to the last known one that say what a weekday and a weekend day cost.
WINDOW = 28

# Whose budget it is, and the column of facts.owned_cost that names them.
SCOPES = {"team": "x_team", "service": "x_service", "cost_centre": "x_cost_centre"}
COST = """
select charge_date, {column}, billing_currency, sum(effective_cost) as effective_cost,
    coalesce(sum(effective_cost) filter (where consumed_quantity is not null), 0)
        as x_usage_effective_cost
from facts.owned_cost
where billing_period in ($period, $before) and strftime(charge_date, '%Y-%m') = billing_period
group by charge_date, {column}, billing_currency
"""
BUDGETS = """
select x_key as {column}, billing_currency, x_budget from facts.budgets
where billing_period = $period and x_scope = $scope and x_budget is not null
"""
# What a commitment covers is paid for whether it is used or not, so using less of it saves nothing.
MOVABLE = """
select billing_currency, x_service, service_name, x_usage_type,
    cast(sum(effective_cost) as double) / $days as effective_cost_per_day
from facts.owned_cost
where x_team = $team and consumed_quantity is not null and commitment_discount_id is null
    and charge_date between cast($first as date) and cast($through as date)
group by billing_currency, x_service, service_name, x_usage_type
having sum(effective_cost) > 0
order by effective_cost_per_day desc, x_service, service_name, x_usage_type
limit $items
"""


def budget_outlook(
    warehouse: Warehouse,
    billing_period: str,
    *,
    scope: str = "team",
    through: str | None = None,
) -> pd.DataFrame:
    """Return `outlook` of each budget of a month, as known at the end of `through`.

    `scope` is whose: `team`, `service` or `cost_centre`. `through` is an ISO day of that month
    (default: the last complete day of the bill). Own effective cost, as budgets are. Raises
    BadInput for a month without cost, a day outside it, or another scope. A budget in a
    currency without a rate is left out: marts.unit_cost_month says so.
    """
    if scope not in SCOPES:
        raise BadInput(f"{scope!r} has no budgets. There are those of {', '.join(SCOPES)}.")
    month = pd.Period(billing_period, freq="M")
    column = SCOPES[scope]
    cost = warehouse.sql(COST.format(column=column), period=billing_period, before=str(month - 1))
    budgets = warehouse.sql(BUDGETS.format(column=column), period=billing_period, scope=scope)
    last = through or last_complete_day(warehouse, billing_period)
    return outlook(cost, budgets, billing_period=billing_period, through=last, key=column)


def movable_usage(
    warehouse: Warehouse, team: str, *, through: str, days: int = 7, items: int = 5
) -> pd.DataFrame:
    """Return the largest usage of a team that it pays less for if it uses less.

    One row per service, AWS service and usage type: billing_currency, x_service, service_name,
    x_usage_type and effective_cost_per_day of the `days` up to `through`. Without what commitments
    cover, taxes and fees.
    """
    first = str((pd.Timestamp(through) - pd.Timedelta(days=days - 1)).date())
    asked = {"team": team, "first": first, "through": through, "days": days, "items": items}
    return warehouse.sql(MOVABLE, **asked)


def last_complete_day(warehouse: Warehouse, billing_period: str) -> str:
    """Return the last day of a month that the bill has in full; BadInput if it has none."""
    rows = warehouse.sql(
        "select max(x_last_charge_date) as last, min(x_incomplete_from) as open "
        "from marts.trust_header where billing_period = $period",
        period=billing_period,
    )
    if rows["last"].isna().all():
        raise BadInput(f"There is no cost in {billing_period}.")
    last = pd.Timestamp(rows["last"].iloc[0])
    if rows["open"].notna().all():
        last = min(last, pd.Timestamp(rows["open"].iloc[0]) - pd.Timedelta(days=1))
    return str(min(last, _days_of(billing_period)[-1]).date())


def outlook(
    daily_cost: pd.DataFrame,
    budgets: pd.DataFrame,
    *,
    billing_period: str,
    through: str,
    key: str = "x_team",
) -> pd.DataFrame:
    """Return where each budget stands at the end of the day `through` and where it will end.

    Takes charge_date, `key`, billing_currency, effective_cost and x_usage_effective_cost of this
    month and the one before, as in marts.team_day, and `key`, billing_currency, x_budget. One row
    per key and currency, the largest overrun first, money to the cent: x_budget, effective_cost so
    far, x_burn (its part of the budget), x_run_rate (so far, per day, times the days of the month),
    x_expected (so far; for each day left the mean of weekdays or weekend days in the last 28 days;
    and what the month before had in fees after this day), x_variance (budget less expected),
    x_status (`over`, `breaks`, `within`), x_breaks_on (the day on which cost passes the budget),
    x_cut_per_day (what each day left must cost less) and x_cut_share (of the usage of the days
    left; above 1 it can't be done). Raises BadInput for a day outside of the month or the bill.
    """
    days = _days_of(billing_period)
    last = pd.Timestamp(through)
    if last not in days:
        raise BadInput(f"{through} is no day of {billing_period}.")
    cost = floats(daily_cost, ["effective_cost", "x_usage_effective_cost"])
    cost = cost.assign(charge_date=pd.to_datetime(cost["charge_date"]))
    if cost.empty or last > cost["charge_date"].max():
        raise BadInput(f"The bill of {billing_period} does not reach {through}.")
    asked = floats(budgets, ["x_budget"]).to_dict("records")
    rows = [
        {name: one[name] for name in (key, "billing_currency")}
        | _stand(_of_key(cost, one, key, last), float(one["x_budget"]), days, last)
        for one in asked
    ]
    frame = pd.DataFrame(rows, columns=[key, *COLUMNS])
    return frame.sort_values(["x_variance", key], kind="stable").reset_index(drop=True)


COLUMNS = [
    "billing_currency",
    "x_budget",
    "effective_cost",
    "x_burn",
    "x_run_rate",
    "x_expected",
    "x_variance",
    "x_status",
    "x_breaks_on",
    "x_cut_per_day",
    "x_cut_share",
]


def _stand(
    cost: pd.DataFrame, budget: float, days: pd.DatetimeIndex, last: pd.Timestamp
) -> dict[str, object]:
    """Return one budget's row; `cost` has a total and a usage column, a row per day."""
    left = days[days > last]
    so_far = cost.loc[days[0] :, "total"]
    usage, fees = _usage_of(cost["usage"], left), _fees_of(cost, left)
    path = pd.concat([so_far, usage + fees]).cumsum()
    actual, expected = float(so_far.sum()), float(path.iloc[-1])
    broken = path.index[path > budget + 0.005]
    over = max(expected - budget, 0.0)
    status = "over" if actual > budget else "breaks" if expected > budget + 0.005 else "within"
    return {
        "x_budget": _money(budget),
        "effective_cost": _money(actual),
        "x_burn": actual / budget if budget else np.nan,
        "x_run_rate": _money(actual / len(so_far) * len(days)),
        "x_expected": _money(expected),
        "x_variance": _money(budget) - _money(expected),
        "x_status": status,
        "x_breaks_on": broken[0].date() if status != "within" else None,
        "x_cut_per_day": _money(over / len(left)) if len(left) else None,
        "x_cut_share": over / float(usage.sum()) if len(left) and usage.sum() > 0 else np.nan,
    }


def _of_key(cost: pd.DataFrame, one: dict[Any, Any], key: str, last: pd.Timestamp) -> pd.DataFrame:
    """Return total and usage cost of each day up to `last`; a day without a row cost nothing."""
    mine = cost[cost[key] == one[key]]
    mine = mine[mine["billing_currency"] == one["billing_currency"]]
    of_day = mine.groupby("charge_date")
    times = pd.date_range(cost["charge_date"].min(), last)
    total = of_day["effective_cost"].sum().reindex(times, fill_value=0.0)
    usage = of_day["x_usage_effective_cost"].sum().reindex(times, fill_value=0.0)
    return pd.DataFrame({"total": total, "usage": usage})


def _usage_of(usage: "pd.Series[float]", left: pd.DatetimeIndex) -> "pd.Series[float]":
    """Return what each day left uses: the mean of days of its kind, or of all if there is none."""
    recent = usage.iloc[-WINDOW:]
    weekend = _is_weekend(pd.DatetimeIndex(recent.index))
    means = {kind: recent[weekend == kind].mean() for kind in (False, True)}
    known = [recent.mean() if np.isnan(means[kind]) else means[kind] for kind in _is_weekend(left)]
    return pd.Series(known, index=left, dtype=float)


def _fees_of(cost: pd.DataFrame, left: pd.DatetimeIndex) -> "pd.Series[float]":
    """Return what is no usage on the same days of the month before: fees, taxes, credits."""
    fees = cost["total"] - cost["usage"]
    before = [day - pd.DateOffset(months=1) for day in left]
    # The 31st has none after a month of 30 days.
    known = [
        float(fees.get(day, 0.0)) if day.day == now.day else 0.0
        for day, now in zip(before, left, strict=True)
    ]
    return pd.Series(known, index=left, dtype=float)


def _is_weekend(days: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
    return np.asarray(days.day_of_week >= 5)


def _days_of(billing_period: str) -> pd.DatetimeIndex:
    month = pd.Period(billing_period, freq="M")
    return pd.date_range(month.start_time, periods=month.days_in_month)


def _money(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")

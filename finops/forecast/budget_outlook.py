"""Say who breaks the budget of a month, on which day, and what would bring them back."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from finops.errors import BadInput
from finops.forecast.daily_path import month_path
from finops.forecast.known import read_known
from finops.frames import floats
from finops.warehouse.connect import Warehouse

__all__ = ["budget_outlook", "last_complete_day", "movable_usage", "outlook"]

# Whose budget it is, and the column of facts.owned_cost that names them.
SCOPES = {"team": "x_team", "service": "x_service", "cost_centre": "x_cost_centre"}
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
    (default: the last complete day of the bill). Own effective cost before recoverable
    tax, as budgets are. Raises
    BadInput for a month without cost, a day outside it, or another scope. A budget in a
    currency without a rate is left out: marts.unit_cost_month says so.
    """
    if scope not in SCOPES:
        raise BadInput(f"{scope!r} has no budgets. There are those of {', '.join(SCOPES)}.")
    column = SCOPES[scope]
    budgets = warehouse.sql(BUDGETS.format(column=column), period=billing_period, scope=scope)
    last = through or last_complete_day(warehouse, billing_period)
    if pd.Timestamp(last) not in _days_of(billing_period):
        raise BadInput(f"{last} is no day of {billing_period}.")
    known = read_known(warehouse, last)
    if known.last < pd.Timestamp(last):
        raise BadInput(f"The bill of {billing_period} does not reach {last}.")
    path = month_path(known)
    # Tax that comes back is no cost, and no part of a budget.
    path = path if known.tax_is_cost else path[path["x_kind"] != "tax"]
    return outlook(path, budgets, billing_period=billing_period, through=last, key=column)


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

    Takes charge_date, `key`, billing_currency, effective_cost and x_usage_effective_cost of all
    days of the month, known up to `through` and then as expected (`month_path`), and `key`,
    billing_currency, x_budget. One row per key and currency, the largest overrun first, money to
    the cent: x_budget, effective_cost so far, x_burn (its part of the budget), x_run_rate (so far,
    per day, times the days of the month), x_expected (the estimate of `finops estimate`, without
    recoverable tax),
    x_variance (budget less expected), x_status (`over`, `breaks`, `within`), x_breaks_on (the day
    on which cost passes the budget), x_cut_per_day (what each day left must cost less) and
    x_cut_share (of the usage of the days left; above 1 it can't be done). Raises BadInput for a day
    outside of the month.
    """
    days = _days_of(billing_period)
    last = pd.Timestamp(through)
    if last not in days:
        raise BadInput(f"{through} is no day of {billing_period}.")
    cost = floats(daily_cost, ["effective_cost", "x_usage_effective_cost"])
    cost = cost.assign(charge_date=pd.to_datetime(cost["charge_date"]))
    asked = floats(budgets, ["x_budget"]).to_dict("records")
    rows = [
        {name: one[name] for name in (key, "billing_currency")}
        | _stand(_of_key(cost, one, key, days), float(one["x_budget"]), days, last)
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
    so_far, usage = cost.loc[:last, "total"], cost.loc[left, "usage"]
    path = cost["total"].cumsum()
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


def _of_key(
    cost: pd.DataFrame, one: dict[Any, Any], key: str, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return total and usage cost of each of `days`; a day without a row cost nothing."""
    mine = cost[cost[key] == one[key]]
    mine = mine[mine["billing_currency"] == one["billing_currency"]]
    of_day = mine.groupby("charge_date")
    total = of_day["effective_cost"].sum().reindex(days, fill_value=0.0)
    usage = of_day["x_usage_effective_cost"].sum().reindex(days, fill_value=0.0)
    return pd.DataFrame({"total": total, "usage": usage})


def _days_of(billing_period: str) -> pd.DatetimeIndex:
    month = pd.Period(billing_period, freq="M")
    return pd.date_range(month.start_time, periods=month.days_in_month)


def _money(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")

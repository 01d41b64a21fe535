"""Split cost into what is there without orders and what one more order adds."""

from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from finops.business.response import Estimate, Response, ratio_of_hours, respond
from finops.errors import BadInput
from finops.frames import floats
from finops.warehouse.connect import Warehouse

__all__ = ["daily_usage", "follow_orders", "hourly_usage"]

Step = Literal["hour", "day"]
LAGS: dict[Step, int] = {"hour": 6, "day": 3}
LEAST_DAYS: dict[Step, int] = {"hour": 14, "day": 56}
# Orders that vary less than this part of their mean say nothing about what cost follows.
LEAST_VARIATION = 0.02
MOST_MISSING = 0.1
# Zero orders can be judged only if orders were once below this part of their mean.
NEAR_ZERO = 0.5
QUIET_HOURS = 4
# Cost that moves less than this with orders does not follow them.
LEAST_ELASTICITY = 0.01

# What commitments cover is priced as if they didn't: they hide what usage does.
HOURLY = """
with owners as (
    select distinct billing_period, charge_date, x_owner_key, x_service
    from facts.owned_cost
    where charge_date >= cast($since as date)
),
hours as (
    select billing_period, charge_date, charge_period_start, x_owner_key, billing_currency,
        x_service_code, x_usage_type, x_operation, sum(list_cost) as list_cost
    from staging.charges
    where charge_date >= cast($since as date) and consumed_quantity is not null
        and charge_period_end - charge_period_start = interval 1 hour
    group by billing_period, charge_date, charge_period_start, x_owner_key, billing_currency,
        x_service_code, x_usage_type, x_operation
),
-- AWS reports some usage of a day in one of its hours: that hour says nothing about the day.
hourly_meters as (
    select x_service_code, x_usage_type, x_operation
    from hours
    group by x_service_code, x_usage_type, x_operation
    having count(distinct extract(hour from charge_period_start)) > 1
)
select hours.charge_period_start as time, owners.x_service as key, hours.billing_currency,
    cast(sum(hours.list_cost) as double) as cost
from hours
inner join owners using (billing_period, charge_date, x_owner_key)
inner join hourly_meters using (x_service_code, x_usage_type, x_operation)
group by hours.charge_period_start, owners.x_service, hours.billing_currency
"""
DAILY = """
select charge_date as time, x_service as key, billing_currency,
    cast(sum(list_cost) as double) as cost
from facts.owned_cost
where consumed_quantity is not null
group by charge_date, x_service, billing_currency
"""
ORDERS = """
select {time} as time, service as orders_of, orders from business.{table}
"""
# An hour has no part of a day's orders, and a day none of a month's.
ORDER_TABLES = {
    "hour": {"time": "hour", "table": "orders"},
    "day": {"time": "date", "table": "daily_orders"},
}


def hourly_usage(warehouse: Warehouse, *, days: int = 56) -> pd.DataFrame:
    """Return the usage cost of each service and of the company (`*`) in the last `days`, by hour.

    One row per hour, key and billing currency: time (UTC), key, billing_currency, cost at list
    prices, orders_of (the service itself or `*`) and its orders; only usage that the bill reports
    by the hour.
    """
    newest = warehouse.sql(
        "select max(charge_date) as day from facts.daily_cost where consumed_quantity is not null"
    )["day"].iloc[0]
    since = str((pd.Timestamp(newest) - pd.Timedelta(days=days - 1)).date())
    return _with_orders(warehouse, warehouse.sql(HOURLY, since=since), "hour")


def daily_usage(warehouse: Warehouse) -> pd.DataFrame:
    """Return the same as `hourly_usage` by UTC day, of all days and usage of the bill."""
    return _with_orders(warehouse, warehouse.sql(DAILY), "day")


def _with_orders(warehouse: Warehouse, cost: pd.DataFrame, step: Step) -> pd.DataFrame:
    """Add the company to the services, and orders to both."""
    cost = floats(cost, ["cost"]).assign(time=pd.to_datetime(cost["time"]).dt.tz_localize(None))
    cost = cost.astype({"key": object, "billing_currency": object})
    company = cost.groupby(["time", "billing_currency"], as_index=False)["cost"].sum()
    every = _every_time(pd.concat([cost, company.assign(key="*")], ignore_index=True))
    orders = floats(warehouse.sql(ORDERS.format(**ORDER_TABLES[step])), ["orders"])
    orders["time"] = pd.to_datetime(orders["time"], utc=True).dt.tz_localize(None)
    orders["orders_of"] = orders["orders_of"].astype(object)
    own = set(orders["orders_of"])
    every["orders_of"] = [key if key in own else "*" for key in every["key"]]
    joined = every.merge(orders, on=["time", "orders_of"], how="left")
    return joined.sort_values(["billing_currency", "key", "time"]).reset_index(drop=True)


def _every_time(cost: pd.DataFrame) -> pd.DataFrame:
    """Add the times at which a key costs nothing, after its first cost."""
    keys = ["billing_currency", "key"]
    since = cost.groupby(keys)["time"].transform("min")
    known = cost.assign(since=since)[[*keys, "since"]].drop_duplicates()
    grid = known.merge(pd.DataFrame({"time": cost["time"].unique()}), how="cross")
    grid = grid[grid["time"] >= grid["since"]].drop(columns="since")
    every = pd.merge(grid, cost, on=[*keys, "time"], how="left")
    return every.assign(cost=every["cost"].fillna(0.0))


def follow_orders(usage: pd.DataFrame, *, step: Step, timezone: str = "UTC") -> pd.DataFrame:
    """Return how the cost of each key follows orders, over the day (`hour`) or the year (`day`).

    `usage` has time (UTC, without a zone), key, cost, orders, and perhaps billing_currency; a time
    without a row costs nothing, orders that are missing are unknown. One row per key and currency:
    elasticity (per cent of cost per per cent of orders), marginal_cost of one more order,
    fixed_cost (at zero orders) and mean_cost per step, fixed_share, lag in steps, and by hour
    night_to_peak (the 4 hours of the day in `timezone` with fewest orders over the 4 with most)
    beside orders_night_to_peak. Each has _low_95, _low_80, _high_80 and _high_95. What can't be
    said is NaN, and `reason` says why. An hour is compared with the same hour of other days, so a
    nightly batch is no effect of few orders; a day with days of its month, so a step is none. Zero
    orders lie outside of what was seen: fixed_cost continues a straight line. Raises BadInput for
    a missing column or a repeated time.
    """
    frame = usage if "billing_currency" in usage else usage.assign(billing_currency="USD")
    _check(frame)
    grouped = frame.groupby(["billing_currency", "key"], sort=True)
    last = frame["time"].max()
    rows = [
        {"key": key, "billing_currency": currency, "step": step, **_row(rows, step, timezone, last)}
        for (currency, key), rows in grouped
    ]
    columns = ["key", "billing_currency", "step", "points", "reason", *_nothing(step)]
    return pd.DataFrame(rows, columns=columns)


def _check(frame: pd.DataFrame) -> None:
    missing = {"time", "key", "cost", "orders"} - set(frame.columns)
    if missing:
        raise BadInput(f"Usage lacks {', '.join(sorted(missing))}.")
    twice = frame[frame.duplicated(["billing_currency", "key", "time"])]
    if len(twice):
        raise BadInput(f"{twice['key'].iloc[0]} has two rows at {twice['time'].iloc[0]}.")


def _row(rows: pd.DataFrame, step: Step, timezone: str, last: pd.Timestamp) -> dict[str, Any]:
    grid = _grid(rows, step, last)
    groups = _groups(grid, step)
    refusal = _refusal(grid, groups, step)
    size = {"points": len(grid), "reason": refusal}
    if refusal:
        return size | _nothing(step)
    cost, orders = grid["cost"].to_numpy(), grid["orders"].to_numpy()
    # Drawn together: the hours of a day, the days of a week.
    block = np.arange(len(grid), dtype=np.int64) // (24 if step == "hour" else 7)
    found = respond(cost, orders, lags=LAGS[step], blocks=block, groups=groups)
    values = _values(found, float(cost.mean()))
    if step == "hour":
        values |= _night(grid, timezone, block)
    return size | values | _withheld(grid, found, values, step)


def _groups(grid: pd.DataFrame, step: Step) -> npt.NDArray[np.int64]:
    """Number the times that are compared with each other: one hour of the day, or one month."""
    times = pd.DatetimeIndex(grid.index)
    return pd.factorize(times.strftime("%H" if step == "hour" else "%Y-%m"))[0].astype(np.int64)


def _grid(rows: pd.DataFrame, step: Step, last: pd.Timestamp) -> pd.DataFrame:
    """Return cost and orders at every time from the key's first to the `last` of all keys."""
    series = rows.set_index("time")[["cost", "orders"]].astype(float)
    times = pd.date_range(series.index.min(), last, freq="h" if step == "hour" else "D")
    return series.reindex(times).fillna({"cost": 0.0})


def _refusal(grid: pd.DataFrame, groups: npt.NDArray[np.int64], step: Step) -> str | None:
    """Say why nothing can be said of a key; None if it can."""
    days = len(grid) / (24 if step == "hour" else 1)
    orders = grid["orders"]
    if orders.notna().sum() == 0:
        return f"no orders are known by the {step}"
    if days < LEAST_DAYS[step]:
        return f"only {days:.0f} days by the {step}; {LEAST_DAYS[step]} are needed"
    if orders.isna().mean() > MOST_MISSING:
        return f"orders are unknown at {orders.isna().mean():.0%} of the times"
    if grid["cost"].mean() <= 0:
        return "no cost"
    within = orders - orders.groupby(groups).transform("mean")
    variation = float(within.std(ddof=0) / orders.mean()) if orders.mean() > 0 else 0.0
    if variation < LEAST_VARIATION:
        same = "hour of the day" if step == "hour" else "month"
        return f"orders of the same {same} vary by {variation:.1%}; {LEAST_VARIATION:.0%} is needed"
    return None


def _values(found: Response, mean: float) -> dict[str, float]:
    share = Estimate(*(value / mean for value in asdict(found.fixed).values()))
    named = {
        "elasticity": found.elasticity,
        "marginal_cost": found.marginal,
        "fixed_cost": found.fixed,
        "fixed_share": share,
        "lag": found.lag,
    }
    values = {name: value for one, each in named.items() for name, value in _flat(one, each)}
    return values | {"mean_cost": mean}


def _night(grid: pd.DataFrame, timezone: str, block: Any) -> dict[str, float]:
    local = pd.DatetimeIndex(grid.index).tz_localize("UTC").tz_convert(timezone)
    hour = np.asarray(local.hour)
    by_orders = grid["orders"].groupby(hour).mean().sort_values(kind="stable").index
    night, peak = (
        np.isin(hour, part) for part in (by_orders[:QUIET_HOURS], by_orders[-QUIET_HOURS:])
    )
    ratio = ratio_of_hours(grid["cost"].to_numpy(), night, peak, block)
    orders = ratio_of_hours(grid["orders"].to_numpy(), night, peak, block)
    return dict(_flat("night_to_peak", ratio)) | {"orders_night_to_peak": orders.value}


def _withheld(
    grid: pd.DataFrame, found: Response, values: dict[str, float], step: Step
) -> dict[str, Any]:
    """Return as NaN, with the reason, what these data can't say though the rest can be said."""
    gone: dict[tuple[str, ...], str] = {}
    least = float(grid["orders"].min() / grid["orders"].mean())
    if found.elasticity.high_95 < -LEAST_ELASTICITY:
        gone["fixed", "lag"] = "cost runs when there are few orders"
    elif found.elasticity.low_95 < LEAST_ELASTICITY:
        gone["lag",] = "cost does not follow orders"
    elif found.lag.value == LAGS[step]:
        gone["lag",] = f"not within {LAGS[step] - 1} {step}s"
    if least > NEAR_ZERO:
        gone["fixed",] = f"orders never fell below {least:.0%} of their mean"
    names = tuple({name for each in gone for name in each})
    hidden: dict[str, Any] = {name: np.nan for name in values if name.startswith(names)}
    reasons = [f"{' and '.join(each)}: {why}" for each, why in gone.items()]
    return hidden | {"reason": "; ".join(reasons) or None}


def _nothing(step: Step) -> dict[str, float]:
    nan = Estimate(*[float("nan")] * 5)
    values = _values(Response(nan, nan, nan, nan), float("nan"))
    if step == "hour":
        values |= dict(_flat("night_to_peak", nan)) | {"orders_night_to_peak": float("nan")}
    return values


def _flat(name: str, estimate: Estimate) -> list[tuple[str, float]]:
    parts = asdict(estimate).items()
    return [(name if part == "value" else f"{name}_{part}", value) for part, value in parts]

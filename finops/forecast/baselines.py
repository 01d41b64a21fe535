"""Say what would be expected without any model: the month before again, or the days so far."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from finops.forecast.known import ITEM, MEASURES, Known
from finops.forecast.outlook import SCOPES, scope_keys
from finops.forecast.rows import last_day, of_month

__all__ = ["add_baselines", "baselines", "by_scope"]

_NOTHING = Decimal(0)
_BY = ["x_measure", "billing_currency", "x_scope", "x_key"]


def baselines(known: Known) -> pd.DataFrame:
    """Return x_last_month, x_run_rate and x_whole_month by measure, currency, scope and key.

    `x_last_month` is what the month before cost, `x_whole_month` what the last month did that is
    over; None if the bill begins after it. `x_run_rate` is usage so far per day, times the
    days of the month, and all else as in the month before: the plain run-rate would count what is
    posted on the first days once for every day.
    """
    before = str(pd.Period(known.period) - 1)
    of_last, of_now = (of_month(known.daily, one) for one in (before, known.period))
    is_over = known.last >= last_day(known.period)
    parts = {
        "x_last_month": of_last,
        "fixed": of_last[of_last["x_kind"] != "usage"],
        "used": of_now[(of_now["x_kind"] == "usage") & (of_now["charge_date"] <= known.last)],
        "x_whole_month": of_now if is_over else of_last,
    }
    daily = pd.concat([part.assign(part=name) for name, part in parts.items()])
    sums = by_scope(daily, ["part"]).set_index([*_BY, "part"])["value"].unstack("part")
    frame = sums.reindex(columns=list(parts)).astype(object)
    frame = frame.where(frame.notna(), _NOTHING).reset_index()  # type: ignore[arg-type]
    days = pd.Period(known.period).days_in_month
    so_far = min(known.last.day, days) if f"{known.last:%Y-%m}" == known.period else 0
    rate = Decimal(days) / so_far if so_far else Decimal(0)
    frame["x_run_rate"] = [
        fixed + (used * rate).quantize(Decimal("0.01"))
        for fixed, used in zip(frame["fixed"], frame["used"], strict=True)
    ]
    if known.daily["charge_date"].min() > last_day(before):
        unknown = ["x_last_month"] if is_over else ["x_last_month", "x_whole_month"]
        frame[unknown] = None
    return frame[[*_BY, "x_last_month", "x_run_rate", "x_whole_month"]]


def add_baselines(summary: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Return the summary of an `Outlook` with x_last_month and x_run_rate.

    A month ahead is naively the last whole one again, both ways.
    """
    found = summary.merge(baselines(known), on=_BY, how="left")
    later, whole = found["billing_period"] > known.period, found.pop("x_whole_month")
    for name in ("x_last_month", "x_run_rate"):
        found[name] = found[name].mask(later, whole)
    return found


def by_scope(daily: pd.DataFrame, apart: Sequence[str] = ()) -> pd.DataFrame:
    """Return x_measure, billing_currency, x_scope, x_key and value: exact sums of daily cost.

    The columns `apart` keep their own sums.
    """
    items = daily.groupby([*ITEM, *apart], as_index=False)[list(MEASURES)].sum()
    parts = []
    for scope, columns in SCOPES.items():
        keyed = items.assign(x_scope=scope, x_key=scope_keys(items, columns))
        by = ["billing_currency", "x_scope", "x_key", *apart]
        sums = keyed.groupby(by, as_index=False)[list(MEASURES)].sum()
        parts.append(sums.melt(by, var_name="x_measure", value_name="value"))
    return pd.concat(parts, ignore_index=True)

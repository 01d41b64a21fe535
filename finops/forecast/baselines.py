"""Say what would be expected without any model: the month before again, or the days so far."""

from decimal import Decimal

import pandas as pd

from finops.forecast.outlook import SCOPES, scope_keys
from finops.forecast.rows import last_day, of_month
from finops.forecast.sources import ITEM, MEASURES, Known

__all__ = ["add_baselines", "baselines", "by_scope"]

_NOTHING = Decimal(0)
_BY = ["x_measure", "billing_currency", "x_scope", "x_key"]


def baselines(known: Known) -> pd.DataFrame:
    """Return x_last_month, x_run_rate and x_whole_month by measure, currency, scope and key.

    `x_last_month` is what the month before cost, `x_whole_month` what the last month did that is
    over. `x_run_rate` is usage so far per day, times the
    days of the month, and all else as in the month before: the plain run-rate would count what is
    posted on the first days once for every day.
    """
    before = str(pd.Period(known.period) - 1)
    of_last, of_now = (of_month(known.daily, one) for one in (before, known.period))
    last = _sums(of_last, "x_last_month")
    fixed = _sums(_others(of_last), "fixed")
    used = _sums(_usage(of_now, known), "used")
    is_over = known.last >= last_day(known.period)
    whole = _sums(of_now if is_over else of_last, "x_whole_month")
    frame = pd.concat([last, fixed, used, whole], axis=1).astype(object).reset_index()
    amounts = frame[["x_last_month", "fixed", "used", "x_whole_month"]]
    frame[amounts.columns] = amounts.where(amounts.notna(), _NOTHING)  # type: ignore[arg-type]
    days = pd.Period(known.period).days_in_month
    so_far = min(known.last.day, days) if f"{known.last:%Y-%m}" == known.period else 0
    rate = Decimal(days) / so_far if so_far else Decimal(0)
    frame["x_run_rate"] = [
        fixed + (used * rate).quantize(Decimal("0.01"))
        for fixed, used in zip(frame["fixed"], frame["used"], strict=True)
    ]
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


def _usage(daily: pd.DataFrame, known: Known) -> pd.DataFrame:
    return daily[(daily["x_kind"] == "usage") & (daily["charge_date"] <= known.last)]


def _others(daily: pd.DataFrame) -> pd.DataFrame:
    return daily[daily["x_kind"] != "usage"]


def _sums(daily: pd.DataFrame, name: str) -> pd.Series:
    return by_scope(daily).set_index(_BY)["value"].rename(name)


def by_scope(daily: pd.DataFrame) -> pd.DataFrame:
    """Return x_measure, billing_currency, x_scope, x_key and value: exact sums of daily cost."""
    items = daily.groupby(ITEM, as_index=False)[list(MEASURES)].sum()
    parts = []
    for scope, columns in SCOPES.items():
        keyed = items.assign(x_scope=scope, x_key=scope_keys(items, columns))
        for measure in MEASURES:
            sums = keyed.groupby(["billing_currency", "x_scope", "x_key"])[measure].sum()
            parts.append(sums.reset_index(name="value").assign(x_measure=measure))
    return pd.concat(parts, ignore_index=True)

"""Say what would be expected without any model: the month before again, or the days so far."""

from decimal import Decimal

import pandas as pd

from finops.forecast.outlook import SCOPES, scope_keys
from finops.forecast.rows import last_day
from finops.forecast.sources import MEASURES, Known

__all__ = ["baselines"]

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
    months = known.daily["charge_date"].dt.strftime("%Y-%m")
    last = _sums(known.daily[months == before], "x_last_month")
    fixed = _sums(_others(known.daily[months == before]), "fixed")
    used = _sums(_usage(known.daily[months == known.period], known), "used")
    is_over = known.last >= last_day(known.period)
    whole = _sums(known.daily[months == (known.period if is_over else before)], "x_whole_month")
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


def _usage(daily: pd.DataFrame, known: Known) -> pd.DataFrame:
    return daily[(daily["x_kind"] == "usage") & (daily["charge_date"] <= known.last)]


def _others(daily: pd.DataFrame) -> pd.DataFrame:
    return daily[daily["x_kind"] != "usage"]


def _sums(daily: pd.DataFrame, name: str) -> pd.Series:
    parts = []
    for scope, columns in SCOPES.items():
        keyed = daily.assign(x_scope=scope, x_key=scope_keys(daily, columns))
        for measure in MEASURES:
            sums = keyed.groupby(["billing_currency", "x_scope", "x_key"])[measure].sum()
            parts.append(sums.reset_index(name=name).assign(x_measure=measure))
    return pd.concat(parts).set_index(_BY)[name]

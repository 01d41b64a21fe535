"""Say how far off estimates were: what was kept, and what would have been said on earlier days."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pandas as pd

from finops.forecast.baselines import add_baselines, by_scope
from finops.forecast.known import Known, last_delivered_day, read_known
from finops.forecast.month_end import month_end
from finops.forecast.rows import last_day, of_month
from finops.forecast.series import Series, series_of
from finops.forecast.twelve_months import MONTHS, twelve_months
from finops.forecast.vintages import read_vintages
from finops.warehouse.connect import Warehouse

__all__ = ["DAYS", "errors", "in_time", "kept_errors", "replay", "replayed", "track_record"]

# Days of a month on which an estimate is replayed.
DAYS = (3, 10, 15, 20)
_BY = ["x_measure", "billing_currency", "x_scope", "x_key"]
_ESTIMATES = ("x_estimate", "x_last_month", "x_run_rate")
_WARM_UP_MONTHS = 3


def kept_errors(warehouse: Warehouse) -> pd.DataFrame:
    """Return `errors` of the estimates that the project keeps, for months that are over.

    Only of months that were not over when the estimate was made: of a past day, it may have known
    the final bill.
    """
    known = read_known(warehouse, last_delivered_day(warehouse))
    return errors([in_time(one) for one in read_vintages(warehouse.settings.project)], known)


def in_time(vintage: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of a kept estimate whose month was not over when it was made, with as_of.

    None of one that doesn't say when it was made.
    """
    summary: pd.DataFrame = vintage["summary"].assign(as_of=vintage["as_of"])
    made_in = str(vintage.get("made_on") or "9999")[:7]
    return summary[summary["billing_period"].astype(str) >= made_in]


def replayed(warehouse: Warehouse, days: tuple[int, ...] = DAYS) -> pd.DataFrame:
    """Return `errors` of estimates as they would have been made on some days of each month.

    On its last day, of the months after it. From the newest deliveries, cut at each day: what AWS
    changed later is in them already. The first three months of the bill are only learned from; a
    bill that has no more has no rows. It takes long, so what was replayed last is kept in memory.
    """
    known = read_known(warehouse, last_delivered_day(warehouse))
    return _replayed(_Asked(known.digest(), days, known)).copy()


@dataclass(frozen=True)
class _Asked:
    """What is replayed; the `digest` tells one `known` from another."""

    digest: str
    days: tuple[int, ...]
    known: Known = field(compare=False)


@lru_cache(maxsize=1)
def _replayed(asked: _Asked) -> pd.DataFrame:
    known, days = asked.known, asked.days
    first = known.daily["charge_date"].min().to_period("M") + _WARM_UP_MONTHS
    last = known.last.to_period("M") - int(not known.last.is_month_end)
    months = pd.period_range(first, last)
    moments = [f"{month}-{day:02}" for month in months for day in days]
    moments += [f"{month.end_time:%Y-%m-%d}" for month in months[:-1]]
    return errors(replay(known, moments), known)


def replay(known: Known, moments: list[str]) -> list[pd.DataFrame]:
    """Return the summary of each day's month from what lies before; later days change none.

    Of the last day of a month, it is the summary of the months after it that are over by now.
    """
    if not moments:
        return []
    series = series_of(known)
    return [_replay(known, series, pd.Timestamp(one)) for one in moments]


def _replay(known: Known, series: Series, day: pd.Timestamp) -> pd.DataFrame:
    then = _cut(known, day)
    row = int(series.dates.get_indexer(pd.DatetimeIndex([day]))[0])
    seen = replace(series, last=row)
    if day.is_month_end:
        over = (known.last + pd.Timedelta(days=1)).to_period("M") - day.to_period("M")
        outlooks = twelve_months(then, seen, min(over.n - 1, MONTHS))
    else:
        outlooks = [month_end(then, seen)]
    summary = pd.concat([one.summary() for one in outlooks], ignore_index=True)
    return add_baselines(summary, then).assign(as_of=f"{day:%Y-%m-%d}")


def _cut(known: Known, day: pd.Timestamp) -> Known:
    daily = known.daily[known.daily["charge_date"] <= day]
    month_end_only = daily["x_kind"].isin(["tax", "support"])
    now = daily["charge_date"] >= pd.Timestamp(f"{day:%Y-%m}-01")
    return replace(
        known,
        as_of=day,
        last=day,
        delivered_on=None,
        daily=daily[~(month_end_only & now)],
        orders=known.orders[known.orders.index <= day],
        # Nobody can tell whether it was planned by then.
        planned=known.planned.head(0),
    )


def errors(summaries: list[pd.DataFrame], known: Known) -> pd.DataFrame:
    """Return how far off the estimates of months were that are over in `known`.

    Each summary is one of `Estimate`, with its as_of. One row per as_of, billing_period, measure,
    currency, scope and key: x_days_left (from as_of to the end of the month), x_estimate, x_actual,
    x_missed (estimate less actual), x_inside (whether its 80 % interval held it, NaN without one),
    x_drift (against the estimate before of the same month), x_last_month_missed and
    x_run_rate_missed. Money in the billing currency, as floats.
    """
    columns = ["as_of", "billing_period", *_BY, "x_low", "x_high", *_ESTIMATES]
    made = pd.concat([one[columns] for one in summaries]) if summaries else pd.DataFrame()
    if made.empty:
        return pd.DataFrame(columns=ERRORS)
    ends = pd.PeriodIndex(made["billing_period"].astype(str), freq="M").end_time.normalize()
    asked = pd.to_datetime(made["as_of"])
    made = made.assign(x_days_left=(ends - pd.DatetimeIndex(asked)).days)
    made = made[(ends <= known.last) & (made["x_days_left"] > 0)]
    frame = made.merge(_actual(known), on=["billing_period", *_BY], how="left")
    money = [*_ESTIMATES, "x_low", "x_high", "x_actual"]
    frame = frame.assign(**{name: frame[name].astype(float) for name in money})
    frame["x_actual"] = frame["x_actual"].fillna(0.0)
    for name in _ESTIMATES:
        frame[_missed(name)] = frame[name] - frame["x_actual"]
    inside = frame["x_actual"].between(frame["x_low"] - 0.005, frame["x_high"] + 0.005)
    frame["x_inside"] = inside.astype(float).mask(frame["x_low"].isna())
    frame = frame.sort_values(["billing_period", *_BY, "as_of"], kind="stable")
    frame["x_drift"] = frame.groupby(["billing_period", *_BY])["x_estimate"].diff()
    return frame[ERRORS].reset_index(drop=True)


ERRORS = [
    *("as_of", "billing_period", *_BY, "x_days_left", "x_estimate", "x_actual", "x_missed"),
    *("x_inside", "x_drift", "x_last_month_missed", "x_run_rate_missed"),
]


def _missed(name: str) -> str:
    return "x_missed" if name == "x_estimate" else f"{name}_missed"


def _actual(known: Known) -> pd.DataFrame:
    """Return x_actual by month, measure, currency, scope and key, for months that are over."""
    first = known.daily["charge_date"].min().to_period("M")
    months = [f"{one}" for one in pd.period_range(first, known.last, freq="M")]
    parts = [pd.DataFrame(columns=["billing_period", *_BY, "value"])]
    parts += [
        by_scope(of_month(known.daily, one)).assign(billing_period=one)
        for one in months
        if last_day(one) <= known.last
    ]
    return pd.concat(parts).rename(columns={"value": "x_actual"})


def track_record(found: pd.DataFrame) -> pd.DataFrame:
    """Return the record of `errors` by measure, scope, months ahead and day of the month.

    One row per x_measure, x_scope, x_ahead (0 is the month of the estimate) and x_day (0 for a
    month ahead): x_months, x_error (sum of what was missed over sum of
    actual cost, without signs), x_bias (with signs), x_inside_share (part of those with an 80 %
    interval that ended inside it, should be 0.8; NaN if none has one), x_drift (mean move since
    the estimate before, of actual cost),
    x_last_month_error and x_run_rate_error. All are ratios.
    """
    made = pd.to_datetime(found["as_of"])
    months = pd.PeriodIndex(found["billing_period"].astype(str), freq="M")
    ahead = (months.year - made.dt.year) * 12 + months.month - made.dt.month
    days = made.dt.day.where(ahead == 0, 0)
    names = ["x_measure", "x_scope", "x_ahead", "x_day"]
    groups = found.assign(x_ahead=ahead, x_day=days).groupby(names, sort=True)
    rows = [dict(zip(names, key, strict=True)) | _of_group(group) for key, group in groups]
    return pd.DataFrame(rows)


def _of_group(group: pd.DataFrame) -> dict[str, Any]:
    size = float(group["x_actual"].abs().sum()) or float("nan")
    return {
        "x_months": int(group["billing_period"].nunique()),
        "x_error": float(group["x_missed"].abs().sum()) / size,
        "x_bias": float(group["x_missed"].sum()) / size,
        "x_inside_share": float(group["x_inside"].mean()),
        "x_drift": float(group["x_drift"].abs().sum()) / size,
        "x_last_month_error": float(group["x_last_month_missed"].abs().sum()) / size,
        "x_run_rate_error": float(group["x_run_rate_missed"].abs().sum()) / size,
    }

"""Say of each day what is known beforehand: weekday, holiday, month start, orders, plans."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats, Mask, as_days, check_columns, money
from finops.daily.plans import changes, events_of, holidays_of, promotions
from finops.daily.stats import median
from finops.errors import BadInput

__all__ = ["Calendar", "calendar_of"]

_EARLY_DAYS = (2, 3, 4, 5)


@dataclass(frozen=True)
class Calendar:
    """What is known of the days before their cost. Rows are days; the last three have key columns.

    `features` are 7 weekdays, days 2 to 5 of the month, then demand: whether all keys have a
    promotion, or are one day before it, and log of each driver. `variants` has them three times: as
    they are, and with holidays as Saturdays and as Sundays. `priors` says how far each may move log
    cost (a standard deviation). `surge` has the demand of a day against its last four same
    weekdays. `stretch` is the log of what a price a month costs a day. `odd` days (the 1st,
    holidays on weekdays) teach no level. `rest` days are weekends and holidays. `same_day` has the
    rows of the same day of the last three months, -1 for none. `promotion` is when a key may have
    one. `planned` is the first day of an announced change, `muted` are 8 days from it.
    """

    dates: pd.DatetimeIndex
    features: Floats
    variants: Floats
    priors: Floats
    surge: Floats
    stretch: Floats
    first: Mask
    odd: Mask
    rest: Mask
    same_day: NDArray[np.int_]
    has_drivers: Mask
    promotion: Mask
    muted: Mask
    planned: Mask

    def of_keys(self, keys: NDArray[np.int_]) -> "Calendar":
        """Return the calendar of some of its keys, by their columns."""
        return replace(
            self,
            promotion=self.promotion[:, keys],
            muted=self.muted[:, keys],
            planned=self.planned[:, keys],
        )


def calendar_of(
    dates: pd.DatetimeIndex,
    keys: list[str],
    drivers: pd.DataFrame | None,
    events: pd.DataFrame | None,
) -> Calendar:
    """Return the calendar of `dates` for `keys`; raises BadInput for a wrong driver or event."""
    logs, known = _drivers(dates, drivers)
    plans = events_of(events)
    holiday = holidays_of(dates, plans)
    weekend = np.asarray(dates.day_of_week >= 5)
    promotion, eve = promotions(dates, keys, plans)
    demand = np.hstack([_of_all(promotion), _of_all(eve), logs])
    features = _features(dates, demand)
    muted, planned = changes(dates, keys, plans)
    return Calendar(
        dates=dates,
        features=features,
        variants=_variants(features, holiday & ~weekend),
        priors=np.array([2.0] * 7 + [0.2] * 4 + [0.25] * 2 + [0.7] * logs.shape[1]),
        surge=np.hstack([demand[:, :2], _surge(logs)]),
        stretch=-np.log(np.asarray(dates.days_in_month, dtype=float)),
        first=np.asarray(dates.day == 1),
        odd=np.asarray(dates.day == 1) | (holiday & ~weekend),
        rest=holiday | weekend,
        same_day=_same_day(dates),
        has_drivers=known,
        promotion=promotion | eve,
        muted=muted,
        planned=planned,
    )


def _of_all(promotion: Mask) -> Floats:
    """Return as one column whether all keys have a promotion."""
    return promotion.all(axis=1, keepdims=True).astype(float)


def _features(dates: pd.DatetimeIndex, demand: Floats) -> Floats:
    weekdays = np.stack([dates.day_of_week == day for day in range(7)], axis=1)
    month_days = np.stack([dates.day == day for day in _EARLY_DAYS], axis=1)
    return np.hstack([weekdays, month_days, demand]).astype(float)


def _variants(features: Floats, holiday: Mask) -> Floats:
    """Return the features, and again with holidays taken for Saturdays and for Sundays."""
    variants = np.repeat(features[None], 3, axis=0)
    for variant, weekday in ((1, 5), (2, 6)):
        variants[variant][holiday, :7] = 0.0
        variants[variant][holiday, weekday] = 1.0
    return variants


def _drivers(dates: pd.DatetimeIndex, drivers: pd.DataFrame | None) -> tuple[Floats, Mask]:
    """Return log of each driver by day, centred, and on which days all of them are known.

    A day whose driver is not known, or not above zero, is taken for an ordinary one: the median of
    the week before it.
    """
    if drivers is None or drivers.empty:
        return np.zeros((len(dates), 0)), np.zeros(len(dates), dtype=bool)
    check_columns(drivers, "drivers", ["date"])
    days = as_days(drivers, "drivers", "date")
    if days.duplicated().any():
        raise BadInput(f"drivers has {days[days.duplicated()].iloc[0]:%Y-%m-%d} twice; keep one.")
    names = [name for name in drivers.columns if name != "date"]
    wide = pd.DataFrame({name: money(drivers, "drivers", name).to_numpy() for name in names})
    wide = wide.set_axis(pd.DatetimeIndex(days)).reindex(dates)
    logs = wide.where(wide > 0).map(np.log, na_action="ignore")
    known = logs.notna().all(axis=1).to_numpy(dtype=bool)
    filled = logs.fillna(logs.rolling(7, min_periods=1).median()).ffill()
    # Measured from the first day known, so that a later day never changes an earlier one.
    first = filled.bfill().iloc[0]
    return (filled - first).fillna(0.0).to_numpy(dtype=float), known


def _surge(logs: Floats) -> Floats:
    """Return how far each driver is from the median of its last four same weekdays, as log."""
    before = np.stack([_shifted(logs, 7 * week) for week in range(1, 5)])
    usual = median(before.reshape(4, logs.size)).reshape(logs.shape)
    surge: Floats = np.nan_to_num(logs - usual)
    return surge


def _shifted(values: Floats, days: int) -> Floats:
    shifted = np.full_like(values, np.nan)
    if days < len(values):
        shifted[days:] = values[:-days]
    return shifted


def _same_day(dates: pd.DatetimeIndex) -> NDArray[np.int_]:
    """Return the rows of the same day of the last three months, -1 where there is none."""
    months, days = dates.to_numpy().astype("datetime64[M]"), dates.day.to_numpy() - 1
    rows = []
    for back in (1, 2, 3):
        others = (months - back).astype("datetime64[D]") + days
        found = dates.get_indexer(pd.DatetimeIndex(others))
        # A 31st has no partner in a month of 30 days.
        is_there = others.astype("datetime64[M]") == months - back
        rows.append(np.where(is_there, found, -1))
    return np.stack(rows, axis=1)

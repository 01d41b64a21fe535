"""Lay out what is used day by day as series, and know what has no daily course."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.daily.grid import Floats
from finops.forecast.known import ITEM, MEASURES, Known
from finops.forecast.past_forecasts import LONG_DAYS, Origins
from finops.forecast.usage import forecaster_of

__all__ = ["Series", "series_of"]

_RECENT_DAYS, _DAILY_SHARE = 28, 0.7


@dataclass(frozen=True)
class Series:
    """Daily cost of what is used, with what earlier forecasts of it missed.

    `keys` has the measure and the columns of `ITEM` of each series, `column` where its cost stands
    in the forecaster. `last` is the row of the last complete day.
    """

    keys: list[tuple[str, ...]]
    column: NDArray[np.int_]
    dates: pd.DatetimeIndex
    origins: Origins
    last: int

    @property
    def cost(self) -> Floats:
        """Cost by day and key, up to the last complete day."""
        return self.origins.forecaster.cost[:, self.column]


def series_of(known: Known) -> Series:
    """Return the daily series of `known`: usage, and commitments that bill by the hour."""
    daily = known.daily[known.daily["charge_date"] <= known.last]
    used = daily[daily["x_kind"].isin(["usage", "commitment"])]
    long = pd.concat(
        [
            used[["charge_date", *ITEM]].assign(x_measure=name, value=used[name].astype(float))
            for name in MEASURES
        ]
    )
    keys = ["x_measure", *ITEM]
    dates = pd.date_range(daily["charge_date"].min(), known.last)
    wide = long.pivot_table(index="charge_date", columns=keys, values="value", aggfunc="sum")
    wide = wide.reindex(dates)
    without = wide.isna().all(axis=1)
    wide = wide.fillna(0.0)
    wide = wide[[one for one in wide.columns if _is_daily(wide[one], one[4])]]
    # Most of what is used costs the same billed and effective: it is forecast once.
    unlike, column = np.unique(wide.to_numpy(), axis=1, return_inverse=True)
    unlike[without] = np.nan
    until = known.last + pd.Timedelta(days=LONG_DAYS + 40)
    series = pd.DataFrame(unlike, index=dates)
    forecaster = forecaster_of(series, known.orders, known.events, until=until)
    names = [tuple(map(str, one)) for one in wide.columns]
    return Series(names, column.ravel(), dates, Origins(forecaster), len(dates) - 1)


def _is_daily(cost: "pd.Series[float]", kind: str) -> bool:
    """Return whether an item has a daily course: all usage has, a commitment if it bills so."""
    recent = cost.iloc[-_RECENT_DAYS:]
    is_daily = kind == "usage" or float((recent != 0).mean()) >= _DAILY_SHARE
    return bool((cost != 0).any()) and is_daily

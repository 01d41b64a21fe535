"""Find days whose cost a key's own recent weeks don't explain.

A first, simple detector: it knows weekdays, and nothing of orders, holidays or late data yet, so a
promotion looks like a spike to it. Read its findings as questions.
"""

import numpy as np
import pandas as pd

from finops.warehouse import Warehouse

__all__ = ["by_team_and_service", "detect"]

_WEEKS = 6
_MIN_DAYS = 28
_COLUMNS = [
    "key",
    "start",
    "end",
    "detected_on",
    "kind",
    "expected",
    "actual",
    "excess",
    "score",
    "incomplete",
]


def by_team_and_service(warehouse: Warehouse) -> pd.DataFrame:
    """Return what `detect` reads: date, key ("team / AWS service") and effective cost of usage.

    A bill in several currencies has the currency in its keys.
    """
    return warehouse.sql(
        "with currencies as (select count(distinct billing_currency) as n from marts.team_day) "
        "select charge_date as date, x_team || ' / ' || service_name "
        "|| case when n > 1 then ' / ' || billing_currency else '' end as key, "
        "sum(x_usage_effective_cost) as cost "
        "from marts.team_day cross join currencies group by all order by all"
    )


def detect(
    daily: pd.DataFrame,
    *,
    as_of: object = None,
    threshold: float = 3.5,
    floor: float = 100.0,
    share: float = 0.25,
) -> pd.DataFrame:
    """Return the runs of days on which a key's cost left what its last six weeks lead to expect.

    `daily` has one row per `date` and `key`, and `cost` in one currency; days without a row cost 0.
    The expected cost of a day is the median of the same weekday before it. A day counts when it is
    more than `threshold` robust standard deviations (3.5: Iglewicz and Hoaglin, 1993), `floor` of
    money and `share` of the expected cost away. Days after `as_of` are not looked at, and a day is
    judged with days before it only. `incomplete` marks the last two days, which may still grow.

    Columns: key, start, end, detected_on, kind (spike or drop), expected, actual, excess (signed,
    all days of the run), score, incomplete; the most money first.
    """
    grid = _grid(daily, as_of)
    cost = grid.to_numpy(dtype=float)
    expected, spread = _expectation(cost)
    excess = cost - expected
    score = excess / spread
    found = np.abs(score) > threshold
    found &= np.abs(excess) > np.maximum(floor, share * np.abs(expected))
    found[:_MIN_DAYS] = False
    runs = _runs(grid, found, np.sign(excess), expected, cost, score)
    return runs.sort_values(
        ["excess", "key", "start"], key=_by_size, ascending=[False, True, True], ignore_index=True
    )


def _by_size(column: pd.Series) -> pd.Series:
    return column.abs() if column.name == "excess" else column


def _grid(daily: pd.DataFrame, as_of: object) -> pd.DataFrame:
    """Return cost by day (rows, without gaps) and key (columns)."""
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(daily["date"]).astype("datetime64[ns]"),
            "key": daily["key"].astype(str),
            "cost": daily["cost"].astype(float),
        }
    )
    if as_of is not None:
        frame = frame[frame["date"] <= pd.Timestamp(str(as_of))]
    grid = frame.pivot_table(index="date", columns="key", values="cost", aggfunc="sum")
    if grid.empty:
        return grid
    return grid.reindex(pd.date_range(grid.index.min(), grid.index.max())).fillna(0.0)


def _expectation(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the median of the same weekday before, and the robust spread around it."""
    weeks = [_shifted(cost, 7 * week) for week in range(1, _WEEKS + 1)]
    expected = _median(np.stack(weeks))
    residuals = cost - expected
    recent = [_shifted(residuals, day) for day in range(1, 7 * _WEEKS)]
    # 1.4826 scales the median absolute deviation to a standard deviation.
    spread = 1.4826 * _median(np.abs(np.stack(recent)))
    return expected, np.fmax(spread, 0.02 * np.abs(expected) + 0.01)


def _shifted(values: np.ndarray, days: int) -> np.ndarray:
    shifted = np.full_like(values, np.nan)
    shifted[days:] = values[: len(values) - days] if days < len(values) else values[:0]
    return shifted


def _median(stack: np.ndarray) -> np.ndarray:
    known = ~np.isnan(stack).all(axis=0)
    median = np.full(stack.shape[1:], np.nan)
    median[known] = np.nanmedian(stack[:, known], axis=0)
    return median


def _runs(
    grid: pd.DataFrame,
    found: np.ndarray,
    sign: np.ndarray,
    expected: np.ndarray,
    cost: np.ndarray,
    score: np.ndarray,
) -> pd.DataFrame:
    """Return one row per run of found days of one key and direction."""
    day, key = np.nonzero(found)
    days = pd.DataFrame(
        {
            "key": grid.columns.to_numpy(dtype=object)[key],
            "date": grid.index.to_numpy()[day],
            "day": day,
            "sign": sign[day, key],
            "expected": expected[day, key],
            "actual": cost[day, key],
            "score": score[day, key],
        }
    ).sort_values(["key", "day"])
    starts = (days["key"] != days["key"].shift()) | (days["sign"] != days["sign"].shift())
    starts |= days["day"] != days["day"].shift() + 1
    runs = days.groupby(starts.cumsum(), as_index=False).agg(
        key=("key", "first"),
        start=("date", "min"),
        end=("date", "max"),
        detected_on=("date", "min"),
        sign=("sign", "first"),
        expected=("expected", "sum"),
        actual=("actual", "sum"),
        score=("score", lambda scores: scores.iloc[scores.abs().argmax()]),
        last_day=("day", "max"),
    )
    runs["kind"] = np.where(runs["sign"] > 0, "spike", "drop")
    runs["excess"] = runs["actual"] - runs["expected"]
    runs["incomplete"] = runs["last_day"] >= len(grid) - 2
    return runs[_COLUMNS]

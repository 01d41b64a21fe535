"""Estimate what the month of a day will end at, line by line."""

from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from finops.anomalies.series import Floats
from finops.forecast.fixed import (
    BASE,
    Totals,
    expected_fee,
    expected_support,
    month_totals,
)
from finops.forecast.maturity import LEAST_SHARE, completion, share_of
from finops.forecast.origins import combined
from finops.forecast.outlook import LINE, PARTS, Outlook, cents, line_frame
from finops.forecast.series import Series
from finops.forecast.sources import MEASURES, Known

__all__ = ["derived", "month_end", "simulated"]

_DERIVED = ("support", "tax")


def month_end(known: Known, series: Series) -> Outlook:
    """Return the lines of the month of `known.as_of`: posted, late and forecast.

    Days to come and incomplete days are forecast by the weighted mean of the models; an incomplete
    day of which at least half has arrived is completed by how earlier deliveries matured. Fees
    follow their rule, support its tiers, tax the cost that it is on.
    """
    days = pd.date_range(known.last + pd.Timedelta(days=1), _end(known.period))
    path, missed = _forecast(series, len(days))
    of_month = known.daily[known.daily["charge_date"].dt.strftime("%Y-%m") == known.period]
    rows = _posted(of_month, known.period)
    if len(days):
        inside = np.asarray(days.strftime("%Y-%m") == known.period)
        late = inside & np.asarray(days <= known.as_of)
        _add_used(rows, known, series, path[:, inside & ~late])
        _add_late(rows, known, series, path, days, np.flatnonzero(late))
        _add_fees(rows, known)
    draws = {(known.period, *key): missed[:, place] for place, key in enumerate(series.keys)}
    derived(rows, draws, known, known.period)
    lines = line_frame([{**dict(zip(LINE, key, strict=True)), **row} for key, row in rows.items()])
    return Outlook(lines, simulated(list(rows), draws, len(missed)))


Rows = dict[tuple[str, ...], dict[str, Decimal]]
Draws = dict[tuple[str, ...], Floats]


def _end(period: str) -> pd.Timestamp:
    return pd.Period(period).end_time.normalize()


def _forecast(series: Series, days: int) -> tuple[Floats, Floats]:
    """Return key x day, and what past forecasts of so many days missed, by origin and key.

    What was missed is scaled from the size that a key had then to the one it is forecast at.
    """
    if not days:
        return np.zeros((len(series.keys), 0)), np.zeros((0, len(series.keys)))
    found, actual = series.origins.missed(series.last, days)
    weights = combined(found, actual)
    paths = series.origins.forecaster.paths(series.last + 1, days)
    path = (paths * weights[:, :, None]).sum(axis=0)
    said = (found * weights[None]).sum(axis=1)
    size = np.abs(path.sum(axis=1))[None] / np.maximum(np.abs(said), 1.0)
    missed = (actual - said) * np.clip(size, 0.0, 2.0)
    return path[series.column], missed[:, series.column]


def _posted(of_month: pd.DataFrame, period: str) -> Rows:
    rows: Rows = {}
    for measure in MEASURES:
        for item, months in month_totals(of_month, measure).items():
            rows[period, measure, *item] = _row(x_posted=months[period])
    return rows


def _row(**parts: Decimal) -> dict[str, Decimal]:
    return dict.fromkeys(PARTS, Decimal(0)) | parts


def _add_used(rows: Rows, known: Known, series: Series, path: Floats) -> None:
    for key, value in zip(series.keys, path.sum(axis=1), strict=True):
        rows.setdefault((known.period, *key), _row())["x_forecast"] += cents(value)


def _add_late(
    rows: Rows,
    known: Known,
    series: Series,
    path: Floats,
    days: pd.DatetimeIndex,
    late: NDArray[np.int_],
) -> None:
    """Add what incomplete days still get: never less than nothing, as cost only grows."""
    shares = completion(known.observed)
    for place in late:
        day = days[place]
        age = (known.delivered_on - day).days if known.delivered_on is not None else 0
        arrived = known.daily[known.daily["charge_date"] == day]
        totals = {measure: month_totals(arrived, measure) for measure in MEASURES}
        for number, key in enumerate(series.keys):
            so_far = float(sum(totals[key[0]].get(key[1:], {}).values()))
            whole = _completed(so_far, share_of(shares, key[3], age), path[number, place])
            rows.setdefault((known.period, *key), _row())["x_late"] += cents(whole - so_far)


def _completed(so_far: float, share: float | None, forecast: float) -> float:
    if share is not None and share >= LEAST_SHARE:
        return so_far / share
    return max(so_far, forecast) if forecast >= 0 else min(so_far, forecast)


def _add_fees(rows: Rows, known: Known) -> None:
    """Add the fees that the month still gets by their rule."""
    daily_keys = {key for key in rows if rows[key]["x_forecast"]}
    before = known.daily[known.daily["charge_date"].dt.strftime("%Y-%m") < known.period]
    last = str(pd.Period(known.period) - 1)
    for measure in MEASURES:
        for item, months in month_totals(before, measure).items():
            key = (known.period, measure, *item)
            if item[3] not in ("fee", "annual_fee", "commitment") or key in daily_keys:
                continue
            expected = expected_fee(item[3], months, known.period, last)
            posted = rows.get(key, _row())["x_posted"]
            # A fee is posted once; another amount than before is the amount of now.
            if expected and not posted:
                rows.setdefault(key, _row())["x_forecast"] += cents(float(expected))


def derived(rows: Rows, draws: Draws, known: Known, period: str) -> None:
    """Add support and tax of a month that is not over, from the billed cost that it will have."""
    over = period < known.period or known.last >= _end(period)
    if over:
        return
    whole = known.daily[known.daily["charge_date"].dt.strftime("%Y-%m") < known.period]
    for currency in sorted(set(known.daily["billing_currency"])):
        mine = whole[whole["billing_currency"] == currency]
        _derive(rows, draws, known, mine, period, currency)


def _derive(
    rows: Rows, draws: Draws, known: Known, whole: pd.DataFrame, period: str, currency: str
) -> None:
    totals = month_totals(whole, "billed_cost")
    bases, service_bases = _bases(totals)
    now, missed = _base_now(rows, draws, period, currency)
    base = sum(now.values(), Decimal(0))
    spread = missed / float(base) if base > 0 else missed * 0
    last = str(pd.Period(known.period) - 1)
    for item, months in totals.items():
        if item[3] == "support":
            value = expected_support(known.tiers, months, base, bases)
        elif item[3] == "tax":
            before = service_bases.get((item[2], last))
            ratio = _ratio(now.get(item[2]), before, base, bases.get(last, Decimal(0)))
            value = months.get(last, Decimal(0)) * ratio
        else:
            continue
        for measure in MEASURES:
            key = (period, measure, *item)
            row = rows.setdefault(key, _row())
            row["x_forecast"] = max(cents(float(value)) - row["x_posted"], Decimal(0))
            draws[key] = spread * float(value)


def _bases(totals: Totals) -> tuple[dict[str, Decimal], dict[tuple[str, str], Decimal]]:
    """Return what support and tax were on, by month, and by AWS service and month."""
    bases: dict[str, Decimal] = {}
    services: dict[tuple[str, str], Decimal] = {}
    for item, months in totals.items():
        for month, value in months.items() if item[3] in BASE else ():
            bases[month] = bases.get(month, Decimal(0)) + value
            place = (item[2], month)
            services[place] = services.get(place, Decimal(0)) + value
    return bases, services


def _base_now(
    rows: Rows, draws: Draws, period: str, currency: str
) -> tuple[dict[str, Decimal], Floats]:
    """Return the billed base that the month will have by AWS service, and what it may miss by."""
    now: dict[str, Decimal] = {}
    missed = np.zeros(max((len(one) for one in draws.values()), default=0))
    for key, row in rows.items():
        if key[:2] == (period, "billed_cost") and key[5] in BASE and key[6] == currency:
            now[key[4]] = now.get(key[4], Decimal(0)) + sum(row.values(), Decimal(0))
            missed = missed + draws.get(key, 0.0)
    return now, missed


def _ratio(
    now: Decimal | None, before: Decimal | None, base: Decimal, base_before: Decimal
) -> Decimal:
    """Return how the base of a tax has grown; where it is no cost of its own, as the whole has."""
    if now is not None and before is not None and now > 0 and before > 0:
        return now / before
    return base / base_before if base > 0 and base_before > 0 else Decimal(1)


def simulated(keys: list[tuple[str, ...]], draws: Draws, count: int) -> Floats:
    """Return past day x line: what each line may miss by; 0 for what is certain or by rule."""
    none = np.zeros(count)
    return np.array([draws.get(key, none) for key in keys]).reshape(len(keys), count).T

"""Add to a month what comes by a rule: fees, then support and tax on all that is billed."""

from decimal import Decimal

import numpy as np
import pandas as pd

from finops.daily.grid import Floats
from finops.forecast.fixed import BASE, Totals, expected_fee, expected_support, month_totals
from finops.forecast.known import MEASURES, Known
from finops.forecast.outlook import cents
from finops.forecast.rows import Draws, Rows, last_day, new_row

__all__ = ["add_derived", "add_fees"]

_FEES = ("fee", "annual_fee", "commitment")


def add_fees(rows: Rows, known: Known, period: str) -> None:
    """Add the fees that the month `period` still gets, if it has no forecast of them by day.

    A fee is posted once: what is there already is the fee of now, whatever it was before.
    """
    whole = known.period if known.last >= last_day(known.period) else _before(known.period)
    fees = known.daily[known.daily["x_kind"].isin(_FEES)]
    for measure in MEASURES:
        for item, months in month_totals(fees, measure).items():
            key = (period, measure, *item)
            if any(rows.get(key, {}).values()):
                continue
            posted_now = item[3] == "commitment" and months.get(known.period)
            last = known.period if posted_now and period > known.period else whole
            expected = expected_fee(item[3], months, period, last)
            if expected:
                rows.setdefault(key, new_row())["x_forecast"] += cents(float(expected))


def _before(period: str) -> str:
    return str(pd.Period(period) - 1)


def add_derived(rows: Rows, draws: Draws, known: Known, period: str) -> None:
    """Add support and tax of a month that is not over, from the billed cost that it will have."""
    over = period < known.period or known.last >= last_day(period)
    if over:
        return
    whole = known.daily[known.daily["charge_date"] < pd.Timestamp(f"{known.period}-01")]
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
    last = _before(known.period)
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
            row = rows.setdefault(key, new_row())
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
            missed = missed + np.nan_to_num(draws[key]) if key in draws else missed
    return now, missed


def _ratio(
    now: Decimal | None, before: Decimal | None, base: Decimal, base_before: Decimal
) -> Decimal:
    """Return how the base of a tax has grown; where it is no cost of its own, as the whole has."""
    if now is not None and before is not None and now > 0 and before > 0:
        return now / before
    return base / base_before if base > 0 and base_before > 0 else Decimal(1)

"""Expect what comes by a rule and not by use: fees, commitments, support and tax."""

from decimal import Decimal

import pandas as pd

from finops.forecast.known import ITEM
from finops.inputs.support_tiers import Tier, support_fee

__all__ = ["BASE", "expected_fee", "expected_support", "month_totals"]

# What support and tax are worked out from, as billed.
BASE = (
    *("usage", "commitment", "fee", "annual_fee", "upfront"),
    *("commitment_end", "growth", "planned"),
)
_RECENT = 3
Totals = dict[tuple[str, ...], dict[str, Decimal]]


def month_totals(daily: pd.DataFrame, measure: str) -> Totals:
    """Return the sum of each item (the columns of `ITEM`) by month of its charge dates."""
    if daily.empty:
        return {}
    # As periods: text of each row would take longer than all that follows.
    months = daily["charge_date"].dt.to_period("M")
    sums = daily.assign(month=months).groupby([*ITEM, "month"])[measure].sum().reset_index()
    found: Totals = {}
    for *item, month, value in sums.itertuples(index=False):
        found.setdefault(tuple(map(str, item)), {})[str(month)] = value
    return found


def expected_fee(kind: str, months: dict[str, Decimal], period: str, last: str) -> Decimal:
    """Return what a fee costs in the month `period`, from whole months up to `last`.

    A commitment's monthly fee costs what it did, by the days of the month; a fee that came in two
    of the last three months comes again, as their median; an annual one a year after it came.
    Credits, refunds and upfront fees are expected only once they are there.
    """
    recent = [str(pd.Period(last) - back) for back in range(_RECENT)]
    paid = sorted(months[one] for one in recent if months.get(one))
    if kind == "annual_fee":
        return months.get(str(pd.Period(period) - 12), Decimal(0))
    if kind == "fee" and len(paid) >= 2:
        return paid[len(paid) // 2]
    if kind == "commitment" and months.get(last):
        return months[last] * _days(period) / _days(last)
    return Decimal(0)


def expected_support(
    tiers: list[Tier], months: dict[str, Decimal], base: Decimal, bases: dict[str, Decimal]
) -> Decimal:
    """Return the support fee for a month that is billed `base` before support and tax.

    The tiers of all plans with this bill's size, times what the last month paid of them: that
    holds contracts and plans whose price is another. Without tiers it is the last month's share.
    """
    paid = [month for month in sorted(months) if months[month] > 0 and bases.get(month, 0) > 0]
    if not paid or base <= 0:
        return Decimal(0)
    last = paid[-1]
    codes = sorted({one.service_code for one in tiers})
    fees = [_by_tiers(tiers, code, bases[last]) for code in codes]
    if not fees:
        return months[last] * base / bases[last]
    # The plan is the one whose tiers come closest to what was paid.
    code, fee = min(zip(codes, fees, strict=True), key=lambda one: abs(one[1] - months[last]))
    return months[last] * _by_tiers(tiers, code, base) / fee


def _by_tiers(tiers: list[Tier], code: str, base: Decimal) -> Decimal:
    fee = support_fee(tiers, code, base)
    assert fee is not None  # noqa: S101
    return fee


def _days(period: str) -> int:
    return pd.Period(period).days_in_month

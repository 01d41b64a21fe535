"""Spread upfront fees over the hours of their term, and say what is still to come of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pandas as pd

__all__ = ["Upfront", "month_end", "month_hours", "next_month", "remaining", "roll_forward"]

_COLUMNS = [
    "commitment_discount_id",
    "commitment_discount_type",
    "billing_currency",
    "x_start",
    "x_end",
    "x_term_hours",
    "x_remaining_hours",
    "x_upfront_coins",
    "x_rate",
    "x_open",
    "x_bought",
    "x_amortised",
    "x_refunded",
    "x_close",
    "x_current",
    "x_non_current",
]


@dataclass(frozen=True)
class Upfront:
    """One upfront fee: the term that uses it, and what was paid and given back, per month.

    `paid` and `refunded` hold, per month (YYYY-MM), coins of the billing currency and coins of the
    books. A fee that was paid before the first month of the bill is in the month of its start.
    `rate` is that of the payment; later rates don't change a prepayment (IFRIC 22).
    """

    commitment: str
    kind: str
    seller: str
    currency: str
    start: datetime
    end: datetime
    rate: Decimal
    paid: dict[str, tuple[int, int]]
    refunded: dict[str, tuple[int, int]]

    @property
    def seconds(self) -> int:
        """Seconds of the whole term; fees are used by the hour, terms start at any second."""
        return round((self.end - self.start).total_seconds())

    def seconds_left(self, moment: datetime) -> int:
        """Seconds of the term after `moment`."""
        return max(0, round((self.end - max(moment, self.start)).total_seconds()))


def month_end(period: str) -> datetime:
    """Return the first moment after a month (YYYY-MM) in UTC."""
    return pd.Period(next_month(period), freq="M").start_time.to_pydatetime()


def next_month(period: str, months: int = 1) -> str:
    """Return the month `months` after `period`."""
    return str(pd.Period(period, freq="M") + months)


def month_hours(upfront: Upfront, period: str) -> Decimal:
    """Return the hours of a month that are in the term."""
    begin = month_end(next_month(period, -1))
    seconds = upfront.seconds_left(begin) - upfront.seconds_left(month_end(period))
    return Decimal(seconds) / 3600


def remaining(upfront: Upfront, period: str, *, books: bool, after_months: int = 0) -> int:
    """Return the coins of a fee that a month end leaves: hours left / term hours x what was paid.

    In the billing currency or in that of the `books`. With `after_months`, only what is used later
    than so many months after the month end.
    """
    place = 1 if books else 0
    net = _upto(upfront.paid, period, place) - _upto(upfront.refunded, period, place)
    left = upfront.seconds_left(month_end(next_month(period, after_months)))
    return _whole(Fraction(net * left, upfront.seconds))


def roll_forward(upfronts: Iterable[Upfront], period: str, *, books: bool) -> pd.DataFrame:
    """Return how each prepaid fee moved in a month, in coins.

    One row per commitment with something open, bought, amortised or refunded: x_open + x_bought -
    x_amortised - x_refunded = x_close = x_current + x_non_current. x_close is x_remaining_hours /
    x_term_hours of what was paid, so amortisation is by hours; of a returned plan, what was
    amortised before comes back. x_non_current is used more than twelve months after the month.
    """
    rows = [_roll(one, period, books=books) for one in upfronts]
    used = [row for row in rows if any(row[name] for name in ("x_open", "x_bought", "x_close"))]
    return pd.DataFrame(used, columns=_COLUMNS)


def _roll(upfront: Upfront, period: str, *, books: bool) -> dict[str, object]:
    place = 1 if books else 0
    opened = remaining(upfront, next_month(period, -1), books=books)
    bought = upfront.paid.get(period, (0, 0))[place]
    refunded = upfront.refunded.get(period, (0, 0))[place]
    close = remaining(upfront, period, books=books)
    later = remaining(upfront, period, books=books, after_months=12)
    return {
        "commitment_discount_id": upfront.commitment,
        "commitment_discount_type": upfront.kind,
        "billing_currency": upfront.currency,
        "x_start": upfront.start,
        "x_end": upfront.end,
        "x_term_hours": Decimal(upfront.seconds) / 3600,
        "x_remaining_hours": Decimal(upfront.seconds_left(month_end(period))) / 3600,
        "x_upfront_coins": _upto(upfront.paid, period, place)
        - _upto(upfront.refunded, period, place),
        "x_rate": upfront.rate,
        "x_open": opened,
        "x_bought": bought,
        "x_amortised": opened + bought - refunded - close,
        "x_refunded": refunded,
        "x_close": close,
        "x_current": close - later,
        "x_non_current": later,
    }


def _whole(value: Fraction) -> int:
    """Return a fraction as a whole number, half a unit rounded away from zero."""
    return (-1 if value < 0 else 1) * int(abs(value) + Fraction(1, 2))


def _upto(sums: dict[str, tuple[int, int]], period: str, place: int) -> int:
    return sum(pair[place] for month, pair in sums.items() if month <= period)

"""Spread upfront fees over the hours of their term, and say what is still to come of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pandas as pd

__all__ = [
    "Coins",
    "Restart",
    "Upfront",
    "has_gone",
    "left_at",
    "month_end",
    "month_hours",
    "next_month",
    "paid_upto",
    "remaining",
    "roll_forward",
    "whole_coins",
]

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
    "x_moved",
    "x_amortised",
    "x_refunded",
    "x_close",
    "x_current",
    "x_non_current",
]


Coins = tuple[int, int]


@dataclass(frozen=True)
class Restart:
    """From `moment` on `coins` are prepaid, of the billing currency and of the books.

    `is_told` says that business/prepaid.csv has it.
    """

    moment: datetime
    coins: Coins
    is_told: bool = False

    @property
    def month(self) -> str:
        """The month (YYYY-MM) that it happens in."""
        return f"{self.moment:%Y-%m}"


@dataclass(frozen=True)
class Upfront:
    """One upfront fee: the term that uses it, and what was paid and given back, per month.

    `paid` and `refunded` hold, per month (YYYY-MM), coins of the billing currency and coins of the
    books; so does `carried`, what came from fees of other commitments. A fee that was paid before
    the first month of the bill is in the month of its start. At each of `restarts`, by time, what
    is left becomes what the restart says; the rest has gone, to other commitments or for good.
    `rate` is that of the payment; later rates don't change a prepayment (IFRIC 22).
    """

    commitment: str
    kind: str
    seller: str
    currency: str
    start: datetime
    end: datetime
    rate: Decimal
    paid: dict[str, Coins]
    refunded: dict[str, Coins]
    carried: dict[str, Coins] = field(default_factory=dict)
    restarts: tuple[Restart, ...] = ()

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
    later = month_end(next_month(period, after_months))
    return whole_coins(left_at(upfront, period, later, books=books))


def left_at(upfront: Upfront, period: str, moment: datetime, *, books: bool) -> Fraction:
    """Return what is left of a fee at a moment, as it is known at the end of the month `period`."""
    place = 1 if books else 0
    known = [one for one in upfront.restarts if one.month <= period]
    start = upfront.start
    net = paid_upto(upfront, period, place) - _upto(upfront.refunded, period, place)
    if known:
        start, net = max(start, known[-1].moment), known[-1].coins[place]
    seconds = round((upfront.end - start).total_seconds())
    return Fraction(net * upfront.seconds_left(max(moment, start)), seconds) if net else Fraction(0)


def has_gone(upfront: Upfront, period: str) -> bool:
    """Whether a month end leaves nothing because of a restart, before the end of the term."""
    known = [one for one in upfront.restarts if one.month <= period]
    return bool(known) and known[-1].coins == (0, 0)


def paid_upto(upfront: Upfront, period: str, place: int) -> int:
    """Return the coins, of the bill (`place` 0) or the books (1), that a fee had got by a month."""
    return _upto(upfront.paid, period, place) + _upto(upfront.carried, period, place)


def roll_forward(upfronts: Iterable[Upfront], period: str, *, books: bool) -> pd.DataFrame:
    """Return how each prepaid fee moved in a month, in coins.

    One row per commitment with something open, bought, moved, amortised or refunded: x_open +
    x_bought + x_moved - x_amortised - x_refunded = x_close = x_current + x_non_current. x_close is
    x_remaining_hours / x_term_hours of what was paid, so amortisation is by hours; of a returned
    plan, what was amortised before comes back. x_moved came from other commitments, or went to
    them (below 0) or for good. x_non_current is used more than twelve months after the month.
    """
    names = ("x_open", "x_bought", "x_moved", "x_amortised", "x_close")
    rows = [_roll(one, period, books=books) for one in upfronts]
    used = [row for row in rows if any(row[name] for name in names)]
    return pd.DataFrame(used, columns=_COLUMNS)


def _roll(upfront: Upfront, period: str, *, books: bool) -> dict[str, object]:
    place = 1 if books else 0
    opened = remaining(upfront, next_month(period, -1), books=books)
    bought = upfront.paid.get(period, (0, 0))[place]
    refunded = upfront.refunded.get(period, (0, 0))[place]
    moved = upfront.carried.get(period, (0, 0))[place]
    moved += sum(_restarted(upfront, one, place) for one in upfront.restarts if one.month == period)
    close = remaining(upfront, period, books=books)
    later = remaining(upfront, period, books=books, after_months=12)
    left = 0 if has_gone(upfront, period) else upfront.seconds_left(month_end(period))
    return {
        "commitment_discount_id": upfront.commitment,
        "commitment_discount_type": upfront.kind,
        "billing_currency": upfront.currency,
        "x_start": upfront.start,
        "x_end": upfront.end,
        "x_term_hours": Decimal(upfront.seconds) / 3600,
        "x_remaining_hours": Decimal(left) / 3600,
        "x_upfront_coins": paid_upto(upfront, period, place)
        - _upto(upfront.refunded, period, place),
        "x_rate": upfront.rate,
        "x_open": opened,
        "x_bought": bought,
        "x_moved": moved,
        "x_amortised": opened + bought + moved - refunded - close,
        "x_refunded": refunded,
        "x_close": close,
        "x_current": close - later,
        "x_non_current": later,
    }


def _restarted(upfront: Upfront, restart: Restart, place: int) -> int:
    """Return the coins that came (gone: below 0) when what is left became what a restart says."""
    before = tuple(one for one in upfront.restarts if one.moment < restart.moment)
    fee = replace(upfront, restarts=before)
    left = left_at(fee, restart.month, restart.moment, books=bool(place))
    return restart.coins[place] - whole_coins(left)


def whole_coins(value: Fraction) -> int:
    """Return a fraction as a whole number, half a unit rounded away from zero."""
    return (-1 if value < 0 else 1) * int(abs(value) + Fraction(1, 2))


def _upto(sums: dict[str, Coins], period: str, place: int) -> int:
    return sum(pair[place] for month, pair in sums.items() if month <= period)

"""Carry on what is left of an upfront fee when a reservation becomes others.

A modification, split, merge or exchange ends reservations and starts others in the same moment.
The bill names the new ones without a fee, or with one for what they cost more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from finops.close.amortised import NOTHING, Billed, hour
from finops.close.prepaid import (
    Restart,
    Upfront,
    has_gone,
    left_at,
    month_end,
    month_hours,
    next_month,
    whole_coins,
)
from finops.coins import apportion
from finops.text import cents

__all__ = ["carry_on"]

# Coins by which what ends and what starts may differ: a bill's amounts of one month are rounded.
_ROUNDED = 5
_Key = tuple[str, str]
_Months = Mapping[str, list[Decimal] | None]


def carry_on(upfronts: list[Upfront], billed: Billed) -> list[Upfront]:
    """Return `upfronts` in which reservations have what was left of those that became them.

    Only where it is certain: of one service, region, account and currency, some end in the hour in
    which others start, and what is left of the ones is what the bill will amortise of the others
    beyond their own fees. Those of one end of term are looked at first, then all of the hour.
    Anything else stays as it is, for `check_amortisation` to refuse.
    """
    known = {(one.commitment, one.currency): one for one in upfronts}
    values = {key: _values(one, billed.get(key, {})) for key, one in known.items()}
    started = [one for key, one in known.items() if _is_new(one, values[key])]
    for _, group in groupby(sorted(started, key=_hour_of), key=_hour_of):
        new = [(one.commitment, one.currency) for one in group]
        for part in [*_by_end(new, known), new]:
            left = [key for key in part if not known[key].carried]
            if left:
                known |= _joined(left, known, values, billed)
    return list(known.values())


def _joined(
    new: list[_Key], known: dict[_Key, Upfront], values: dict[_Key, list[Fraction]], billed: Billed
) -> dict[_Key, Upfront]:
    """Return the fees that ended and started in one hour as they are then, if the money agrees."""
    moment = min(known[key].start for key in new)
    old = [
        key
        for key, one in known.items()
        if key not in new
        and _family(one) == _family(known[new[0]])
        and one.start < moment < one.end
        and not has_gone(one, _month(moment))
        and _ends_at(one, moment, billed.get(key, {}))
    ]
    # A modification keeps the end of the term, an exchange may make it later.
    ends = {known[key].end for key in new}
    same_end = [key for key in old if known[key].end in ends]
    for sources in (same_end, old):
        left = sum((_left(known[key], moment) for key in sources), Fraction(0))
        allowed = _ROUNDED + sum(hour(known[key]) for key in sources)
        for place in range(min(len(values[key]) for key in new)):
            needs = [values[key][place] - _paid(known[key]) for key in new]
            if sources and abs(left - sum(needs)) <= allowed:
                return _moved(sources, new, needs, known)
    return {}


def _moved(
    old: list[_Key], new: list[_Key], needs: list[Fraction], known: dict[_Key, Upfront]
) -> dict[_Key, Upfront]:
    """Return the fees after what is left of the `old` ones went to the `new` ones."""
    moment = min(known[key].start for key in new)
    coins, books = (
        _shares(needs, sum(whole_coins(_left(known[key], moment, books=at)) for key in old))
        for at in (False, True)
    )
    end = Restart(moment, (0, 0))
    ended = {key: replace(known[key], restarts=(*known[key].restarts, end)) for key in old}
    origin = [(_left(known[key], moment), known[key].rate) for key in old]
    started = {}
    for key, *carried in zip(new, coins, books, strict=True):
        one = known[key]
        parts = [*origin, (Fraction(_paid(one)), one.rate)]
        started[key] = replace(
            one, carried={_month(moment): (carried[0], carried[1])}, rate=_mean_rate(parts)
        )
    return ended | started


def _values(one: Upfront, billed: _Months) -> list[Fraction]:
    """Return the coins that the bill would amortise of a whole term, for each of its amounts."""
    used = {month: amounts for month, amounts in billed.items() if amounts and any(amounts)}
    hours = month_hours(one, min(used)) if used else None
    if not hours:
        return []
    scale = Fraction(10 ** cents(one.currency)) * one.seconds / (Fraction(hours) * 3600)
    return [Fraction(amount) * scale for amount in used[min(used)] or ()]


def _is_new(one: Upfront, values: list[Fraction]) -> bool:
    """Whether the bill amortises more of a term than what was paid for it."""
    if one.carried or one.restarts:
        return False
    return any(value - _paid(one) > _ROUNDED + value / 100 for value in values)


def _ends_at(one: Upfront, moment: datetime, billed: _Months) -> bool:
    """Whether the bill amortises a fee up to a moment, to the hour, and not after."""
    month = _month(moment)
    if any(amounts and any(amounts) for later, amounts in billed.items() if later > month):
        return False
    begin = month_end(next_month(month, -1))
    used = left_at(one, month, begin, books=False) - _left(one, moment)
    amounts = billed.get(month, NOTHING) or ()
    coins = [Fraction(amount) * 10 ** cents(one.currency) for amount in amounts]
    return any(abs(used - value) <= _ROUNDED + hour(one) for value in coins)


def _by_end(new: list[_Key], known: dict[_Key, Upfront]) -> Iterable[list[_Key]]:
    """Return the reservations by the end of their term, where they have several."""
    ends = sorted({known[key].end for key in new})
    return [[key for key in new if known[key].end == end] for end in ends] if len(ends) > 1 else []


def _hour_of(one: Upfront) -> tuple[datetime, str, str, str]:
    # By time first: what starts may end again later.
    return one.start.replace(minute=0, second=0, microsecond=0), *_family(one)


def _family(one: Upfront) -> tuple[str, str, str]:
    """Return currency, kind and, of an ARN, all but its id: service, region and account."""
    return one.currency, one.kind, re.sub(r"[^:/]*$", "", one.commitment)


def _left(one: Upfront, moment: datetime, *, books: bool = False) -> Fraction:
    return left_at(one, _month(moment), moment, books=books)


def _paid(one: Upfront) -> int:
    return sum(coins for coins, _ in one.paid.values())


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def _shares(needs: list[Fraction], total: int) -> list[int]:
    """Return `total` in whole coins, in proportion to `needs`."""
    return apportion([need * total / sum(needs) for need in needs], total)


def _mean_rate(parts: list[tuple[Fraction, Decimal]]) -> Decimal:
    """Return the rate at which all parts together were paid."""
    rates = {rate for coins, rate in parts if coins}
    if len(rates) == 1:
        return rates.pop()
    total = sum((coins for coins, _ in parts), Fraction(0))
    mean = sum((coins * Fraction(rate) for coins, rate in parts), Fraction(0)) / total
    return round(Decimal(mean.numerator) / Decimal(mean.denominator), 4)

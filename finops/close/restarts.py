"""Restart upfront fees at what a company says is prepaid of them."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from finops.close.prepaid import Restart, Upfront
from finops.close.recognition import RateOf, converted
from finops.coins import whole
from finops.errors import BadInput
from finops.inputs.told_prepaid import FILE, ToldPrepaid
from finops.text import cents

__all__ = ["restarted"]


def restarted(
    upfronts: list[Upfront],
    told: Iterable[ToldPrepaid],
    period: str,
    rate_of: RateOf,
    places: int,
) -> list[Upfront]:
    """Return `upfronts` with what is `told` of them up to the month `period`.

    A fee keeps its rate; one that no bill has gets that of the month from which it is told. Raises
    BadInput for a commitment without an upfront fee, or with fees in several currencies, and for a
    day after its term.
    """
    found = list(upfronts)
    for row in sorted(told, key=lambda row: row.valid_from):
        if f"{row.valid_from:%Y-%m}" > period:
            continue
        named = [one for one in found if one.commitment == row.commitment_discount_id]
        if not named:
            raise BadInput(
                f"{FILE} line {row.line}: the bill pays and amortises no upfront fee of "
                f"{row.commitment_discount_id!r}. Write its id as in commitment_discount_id."
            )
        if len(named) > 1:
            currencies = ", ".join(one.currency for one in named)
            raise BadInput(
                f"{FILE} line {row.line}: upfront fees of {row.commitment_discount_id} are paid in "
                f"{currencies}, so its prepaid amount has no one currency."
            )
        (one,) = named
        if row.moment >= one.end:
            raise BadInput(
                f"{FILE} line {row.line}: the term of {one.commitment} ends on {one.end:%Y-%m-%d}, "
                f"before {row.valid_from}."
            )
        found[found.index(one)] = _restarted(one, row, rate_of, places)
    return found


def _restarted(one: Upfront, row: ToldPrepaid, rate_of: RateOf, places: int) -> Upfront:
    moment = max(row.moment, one.start)
    coins = whole(Decimal(row.prepaid).scaleb(cents(one.currency)))
    rate = one.rate
    if not one.paid and not one.restarts:
        rate = rate_of(f"{moment:%Y-%m}", "", one.currency)
    books = converted(coins, one.currency, rate, places)
    restart = Restart(moment, (coins, books), is_told=True)
    return replace(one, rate=rate, restarts=(*one.restarts, restart))

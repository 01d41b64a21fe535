"""Hold what the books use of each upfront fee against what the bill amortises of it."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from finops.close.prepaid import Upfront, next_month, paid_upto, remaining, roll_forward
from finops.close.recognition import exact
from finops.coins import whole
from finops.errors import BadInput
from finops.text import cents, is_missing, money

__all__ = ["NOTHING", "Billed", "billed_amortisation", "check_amortisation", "compare", "hour"]

# What a month's end and its beginning round, and the bill.
_ROUNDED = 2
# What one refusal names.
_NAMED = 3
# By commitment and currency, and by month: the amounts that the bill has, None if it doesn't say.
Billed = dict[tuple[str, str], dict[str, list[Decimal] | None]]
# What a bill amortises in a month in which it has nothing of a commitment.
NOTHING: list[Decimal] | None = [Decimal(0)]

_KEY = ["commitment_discount_id", "billing_currency"]
_COLUMNS = [
    "billing_period",
    "commitment_discount_id",
    "billing_currency",
    "x_start",
    "x_own_coins",
    "x_billed_coins",
    "x_difference_coins",
    "x_basis",
    "x_agrees",
]


def billed_amortisation(commitments: pd.DataFrame) -> Billed:
    """Return what the bill amortises of each commitment in each month that has fees of it.

    Before discounts and after those in net columns, where these differ: a fee is used at what was
    paid, and that was before discounts if they were lines of their own then. A fee that was paid
    net is used so too once the net columns are gone.
    """
    found: Billed = {}
    for (name, currency), months in commitments.groupby(_KEY):
        paid = sum(months["x_upfront_cost"], Decimal(0))
        listed = sum(months["x_upfront_unblended_cost"].dropna(), Decimal(0))
        share = paid / listed if paid and listed else Decimal(1)
        found[str(name), str(currency)] = {
            row["billing_period"]: _amounts(row, share) for row in months.to_dict("records")
        }
    return found


def compare(upfronts: Iterable[Upfront], billed: Billed, months: Iterable[str]) -> pd.DataFrame:
    """Return the own amortisation of each commitment beside the bill's, in the bill's coins.

    One row per month and commitment that either amortises: x_difference_coins is x_own_coins less
    x_billed_coins, and x_agrees says that it is rounding: 2 coins, and in a month in which the term
    starts, ends or changes hands an hour more, because the bill counts whole hours. What a refund
    gives back is taken off the bill's. x_basis is `bill`; `told` where business/prepaid.csv says
    that nothing is prepaid, and `absent` where the bill has no such column: there is nothing to
    compare with, and x_billed_coins is None.
    """
    fees = list(upfronts)
    rows = []
    for month in months:
        rolled = roll_forward(fees, month, books=False)
        names = zip(rolled["commitment_discount_id"], rolled["billing_currency"], strict=True)
        own = dict(zip(names, rolled["x_amortised"], strict=True))
        for one in fees:
            key = one.commitment, one.currency
            row = _compared(one, month, int(own.get(key, 0)), billed.get(key, {}))
            if row["x_own_coins"] or row["x_billed_coins"]:
                rows.append(row)
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"x_billed_coins": object})


def check_amortisation(compared: pd.DataFrame, period: str) -> None:
    """Raise BadInput, which names commitments, both sums and what to do, if the two differ."""
    wrong = compared[~compared["x_agrees"].astype(bool)].to_dict("records")
    if not wrong:
        return
    more = f" And {len(wrong) - _NAMED} more." if len(wrong) > _NAMED else ""
    raise BadInput(
        f"{period} can't be closed: what is used of upfront fees is not what the bill amortises. "
        + " ".join(_sentence(row) for row in wrong[:_NAMED])
        + more
        + " Load what is missing, or say in business/prepaid.csv how much of each is prepaid from "
        "which day on: 0 if it was sold, went to another payer or isn't yours."
    )


def hour(upfront: Upfront) -> Fraction:
    """Return the coins of a fee that an hour uses, at most."""
    pairs = [*upfront.paid.values(), *upfront.carried.values()]
    rates = [Fraction(sum(coins for coins, _ in pairs), upfront.seconds)]
    for one in upfront.restarts:
        seconds = round((upfront.end - one.moment).total_seconds())
        rates.append(Fraction(one.coins[0], max(seconds, 1)))
    return 3600 * max(rates)


def _amounts(row: dict[Any, Any], share: Decimal) -> list[Decimal] | None:
    if not row["x_has_monthly_fee"]:
        return NOTHING
    net, listed = row["x_amortised_cost"], row["x_amortised_unblended_cost"]
    if is_missing(listed):
        return [net] if net else None
    return list(dict.fromkeys([listed, net, listed * share]))


def _compared(
    one: Upfront, month: str, own: int, billed: dict[str, list[Decimal] | None]
) -> dict[str, Any]:
    row = {
        "billing_period": month,
        "commitment_discount_id": one.commitment,
        "billing_currency": one.currency,
        "x_start": one.start,
        "x_own_coins": own,
        "x_billed_coins": None,
        "x_difference_coins": 0,
        "x_agrees": True,
    }
    amounts = billed.get(month, NOTHING)
    told = [fee for fee in one.restarts if fee.is_told and fee.month <= month]
    if told and told[-1].coins == (0, 0):
        return row | {"x_basis": "told"}
    if amounts is None:
        return row | {"x_basis": "absent"}
    coins = [whole(_kept(one, month, amount.scaleb(cents(one.currency)))) for amount in amounts]
    nearest = min(coins, key=lambda value: abs(own - value))
    return row | {
        "x_billed_coins": nearest,
        "x_difference_coins": own - nearest,
        "x_basis": "bill",
        "x_agrees": abs(own - nearest) <= _ROUNDED + _edge(one, month),
    }


def _kept(one: Upfront, month: str, billed: Decimal) -> Decimal:
    """Return what a bill amortised in a month, less what refunds of the month gave back of all."""
    if not one.refunded:
        return billed
    before = next_month(month, -1)
    shares = [_share(one, period) for period in (before, month)]
    used = paid_upto(one, before, 0) * shares[0] - remaining(one, before, books=False)
    was = used / shares[0] if shares[0] else Fraction(0)
    value = Fraction(billed) * shares[1] + was * (shares[1] - shares[0])
    return Decimal(value.numerator) / Decimal(value.denominator)


def _share(one: Upfront, period: str) -> Fraction:
    """Return the share of a fee that has not been given back up to a month."""
    paid = paid_upto(one, period, 0)
    back = sum(coins for month, (coins, _) in one.refunded.items() if month <= period)
    return Fraction(paid - back, paid) if paid else Fraction(1)


def _edge(one: Upfront, month: str) -> Fraction:
    """Return the coins that whole hours, or a whole day of business/prepaid.csv, may differ by."""
    hours = 1 if month in (f"{one.start:%Y-%m}", f"{one.end:%Y-%m}") else 0
    for fee in one.restarts:
        if fee.month == month:
            hours = max(hours, 24 if fee.is_told else 1)
    return hours * hour(one)


def _sentence(row: dict[Any, Any]) -> str:
    own, billed = (
        money(exact(row[name], row["billing_currency"]), row["billing_currency"])
        for name in ("x_own_coins", "x_billed_coins")
    )
    found = (
        f"{row['commitment_discount_id']} in {row['billing_period']}: {own} by what was paid and "
        f"its hours, {billed} in the bill"
    )
    if not row["x_own_coins"]:
        found += f"; no fee for its term, which starts on {row['x_start']:%Y-%m-%d}, is in the bill"
    elif not row["x_billed_coins"]:
        found += ", which names it no more"
    return f"{found}."

"""List the commitments of the bill: what was paid upfront, and what is still to be paid."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.close.prepaid import Coins, Upfront, has_gone, month_end, month_hours, next_month
from finops.close.recognition import RateOf, converted
from finops.coins import whole
from finops.errors import BadInput
from finops.sql import read_query
from finops.text import cents, is_missing
from finops.warehouse.connect import Warehouse

__all__ = ["disclosure", "read_commitments", "returned_plans", "upfronts"]


def read_commitments(warehouse: Warehouse, period: str) -> pd.DataFrame:
    """Return the fees of each commitment in each month up to `period`.

    One row per month and commitment: its type, seller and term (UTC, x_commitment_end is the first
    moment after it), x_first_period of the bills that it is in, x_recurring_cost as billed, what
    the bill took of an upfront fee, x_amortised_cost after discounts that are in net columns and
    x_amortised_unblended_cost before them (None where the bill doesn't say), and x_upfront_cost,
    paid in the month; all in billing_currency. A term that only other months tell counts for all.
    """
    query = read_query("finops.close", "commitments")
    rows = warehouse.sql(query, period=period).astype(object)
    for name in ("x_commitment_start", "x_commitment_end"):
        known = rows.dropna(subset=[name]).groupby("commitment_discount_id")[name].max()
        rows[name] = [known.get(one) for one in rows["commitment_discount_id"]]
    terms = zip(rows["x_commitment_start"], rows["x_commitment_end"], strict=True)
    rows["x_commitment_end"] = [
        end if is_missing(start) or is_missing(end) else _after(start, end) for start, end in terms
    ]
    return rows


def returned_plans(rows: pd.DataFrame, commitments: pd.DataFrame) -> pd.DataFrame:
    """Return recognition `rows` whose returned plans have the id of the commitment.

    Only the text of such a refund names the plan, by the end of its id. One that names none of
    `commitments` is of the only one, of its AWS service and seller, whose whole fee it gives back.
    What is of none can't have been prepaid here: it lowers the expense.
    """
    known = sorted(set(commitments["commitment_discount_id"]))
    names = [_full_id(name, known) for name in rows["commitment_discount_id"]]
    fees = rows[(rows["x_entry"] == "prepaid_current") & (rows["billed_cost"] > 0)]
    returned = {
        name
        for name, cost in zip(names, rows["billed_cost"], strict=True)
        if name is not None and cost < 0
    }
    fees = fees[~fees["commitment_discount_id"].isin(returned)]
    for place, row in enumerate(rows.to_dict("records")):
        is_refund = row["x_entry"] == "prepaid_current" and row["billed_cost"] < 0
        if is_refund and names[place] is None:
            names[place] = _whole_fee(row, fees)
    lost = [
        entry == "prepaid_current" and name is None
        for entry, name in zip(rows["x_entry"], names, strict=True)
    ]
    entries = [
        "cloud_expense" if gone else one for gone, one in zip(lost, rows["x_entry"], strict=True)
    ]
    return rows.assign(commitment_discount_id=[name or "" for name in names], x_entry=entries)


def upfronts(
    prepaid: pd.DataFrame, commitments: pd.DataFrame, rate_of: RateOf, places: int
) -> list[Upfront]:
    """Return the upfront fees of commitments.

    `prepaid` are the valued recognition rows of entry prepaid_current. A fee that was paid before
    the first month of the bill is what the bill amortises of it in an hour x the hours of its
    term, at the rate of the month in which the term starts; `rate_of` gives it. A term that starts
    later and is amortised without a fee has nothing paid: where it came from is for others to say.
    Raises BadInput for a fee whose term the bill doesn't tell.
    """
    found = []
    for key, months in commitments.groupby(["commitment_discount_id", "billing_currency"]):
        row = months.iloc[-1].to_dict()
        own = prepaid[prepaid["commitment_discount_id"] == key[0]]
        if own.empty and not (months["x_amortised_cost"] != 0).any():
            continue
        paid = own[own["x_coins"] > 0]
        given_back = own[own["x_coins"] < 0].assign(
            x_coins=lambda rows: -rows["x_coins"], x_book_coins=lambda rows: -rows["x_book_coins"]
        )
        refunded = _sums(given_back)
        if len(paid):
            found.append(_upfront(row, paid["x_rate"].iloc[0], _sums(paid), refunded))
        elif _is_older_than_bill(row, months):
            found.append(_earlier(row, months, refunded, rate_of, places))
        else:
            found.append(_upfront(row, Decimal(1), {}, refunded))
    return found


def _is_older_than_bill(row: dict[Any, Any], months: pd.DataFrame) -> bool:
    start = row["x_commitment_start"]
    opened = month_end(next_month(str(min(months["x_first_period"])), -1))
    # Without a start the term is unknown, which is told with the fee.
    return (is_missing(start) or start <= opened) and bool((months["x_amortised_cost"] != 0).any())


def disclosure(commitments: pd.DataFrame, upfronts: list[Upfront], period: str) -> pd.DataFrame:
    """Return what is still to be paid for commitments after a month, by when it is due.

    What has become another one, or was sold, as `upfronts` tell, is due no more.

    One row per commitment that runs on: x_hours left, x_recurring_cost of an hour, and that times
    the hours left, exact in billing_currency: within_1_year, in_1_to_3_years, after_3_years.
    Upfront fees are paid already. EDP shortfalls are in the contract and not in the bill.
    """
    rows = []
    gone = {one.commitment for one in upfronts if has_gone(one, period)}
    month = commitments[commitments["billing_period"] == period]
    month = month[~month["commitment_discount_id"].isin(gone)]
    for row in month.to_dict("records"):
        if is_missing(row["x_commitment_end"]) or is_missing(row["x_commitment_start"]):
            continue
        one = _upfront(row, Decimal(1), {}, {})
        hours = month_hours(one, period)
        if hours and one.seconds_left(month_end(period)):
            rows.append(_due(one, period, Decimal(row["x_recurring_cost"]) / hours))
    columns = ["commitment_discount_id", "commitment_discount_type", "billing_currency", "x_end"]
    columns += ["x_hours", "x_recurring_cost", *_DUE]
    return pd.DataFrame(rows, columns=columns)


_DUE = {"within_1_year": (0, 12), "in_1_to_3_years": (12, 36), "after_3_years": (36, 1200)}


def _due(one: Upfront, period: str, rate: Decimal) -> dict[str, object]:
    left = {
        months: Decimal(one.seconds_left(month_end(next_month(period, months)))) / 3600
        for months in (0, 12, 36, 1200)
    }
    places = Decimal(1).scaleb(-cents(one.currency))
    return {
        "commitment_discount_id": one.commitment,
        "commitment_discount_type": one.kind,
        "billing_currency": one.currency,
        "x_end": one.end,
        "x_hours": left[0],
        "x_recurring_cost": rate,
        **{
            name: ((left[start] - left[end]) * rate).quantize(places)
            for name, (start, end) in _DUE.items()
        },
    }


def _upfront(
    row: dict[Any, Any],
    rate: Decimal,
    paid: dict[str, Coins],
    refunded: dict[str, Coins],
) -> Upfront:
    start, end = row["x_commitment_start"], row["x_commitment_end"]
    if is_missing(start) or is_missing(end) or end <= start:
        raise BadInput(
            f"The bill doesn't say when {row['commitment_discount_id']} starts and ends, so its "
            "upfront fee can't be spread. Export the columns savings_plan_start_time, "
            "savings_plan_end_time, reservation_start_time, reservation_end_time and load again."
        )
    return Upfront(
        commitment=row["commitment_discount_id"],
        kind=row["commitment_discount_type"],
        seller=row["invoice_issuer_name"],
        currency=row["billing_currency"],
        start=start,
        end=end,
        rate=rate,
        paid=paid,
        refunded=refunded,
    )


def _earlier(
    row: dict[Any, Any],
    months: pd.DataFrame,
    refunded: dict[str, Coins],
    rate_of: RateOf,
    places: int,
) -> Upfront:
    """Return a fee paid before the first month of the bill, from what the bill amortises of it."""
    first = months[months["x_amortised_cost"] != 0].iloc[0]
    whole_term = _upfront(row, Decimal(1), {}, {})
    period, currency = f"{row['x_commitment_start']:%Y-%m}", row["billing_currency"]
    hours = month_hours(whole_term, first["billing_period"])
    share = Decimal(whole_term.seconds) / 3600 / hours
    coins = whole((first["x_amortised_cost"] * share).scaleb(cents(currency)))
    rate = rate_of(period, "", currency)
    paid = {period: (coins, converted(coins, currency, rate, places))}
    return _upfront(row, rate, paid, refunded)


def _sums(rows: pd.DataFrame) -> dict[str, Coins]:
    grouped = rows.groupby("billing_period")[["x_coins", "x_book_coins"]].sum()
    return {str(month): (int(coins), int(books)) for month, coins, books in grouped.itertuples()}


def _full_id(name: str, known: list[str]) -> str | None:
    return next((one for one in known if name and one.endswith(name)), None)


def _whole_fee(refund: dict[Any, Any], fees: pd.DataFrame) -> str | None:
    """Return the only commitment whose whole fee a refund gives back."""
    is_like = fees["billing_period"] <= refund["billing_period"]
    for name in ("billing_currency", "invoice_issuer_name", "service_name"):
        is_like &= fees[name] == refund[name]
    costs = fees[is_like].groupby("commitment_discount_id")["billed_cost"].sum()
    found = [str(name) for name, cost in costs.items() if cost == -refund["billed_cost"]]
    return found[0] if len(found) == 1 else None


def _after(start: datetime, end: datetime) -> datetime:
    """Return the first moment after a term; the bill writes its last second."""
    seconds = (end - start).total_seconds()
    return end + timedelta(seconds=1) if (seconds + 1) % 3600 == 0 else end

"""Close a month: check that it can be closed, and put together what finance signs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.close import frozen, ledger, registers
from finops.close.accounts import read_accounts
from finops.close.commitments import disclosure, read_commitments, returned_plans, upfronts
from finops.close.journal import journal, kinds
from finops.close.payments import Payment, read_payments
from finops.close.prepaid import month_end, next_month, roll_forward
from finops.close.recognition import RateOf, read_recognition, valued
from finops.close.variance import variance
from finops.errors import BadInput
from finops.ledger.diff import diff_deliveries
from finops.report.text import cents, is_missing, number
from finops.settings import Settings
from finops.warehouse import Warehouse

__all__ = ["Close", "prepare"]


@dataclass(frozen=True)
class Close:
    """A month as finance signs it. Coins are whole coins: of the bill, or of the books (`x_book_`).

    `rows` are the valued recognition rows of the month, `history` those of all months since
    `first`, the first month that was closed here. `prepaid` and `prepaid_books` roll the upfront
    fees forward, in the bill's coins and in those of the books, beside `bill_amortised`, what the
    bill itself took of them, by billing currency; `due` is the commitment disclosure;
    `moved` the transfers that this close posts, and `journal` the same as lines. `accruals` and
    `corrections` say what it makes of earlier months, and `restated` which AWS services and
    accounts of theirs changed. `variance` compares with `previous`, by billing currency. `rates`
    are what one unit of each billing currency was in `currency`, that of the books.
    """

    company: str
    period: str
    previous: str | None
    first: str
    currency: str
    rates: dict[str, Decimal]
    is_final: bool
    deliveries: dict[str, str]
    rows: pd.DataFrame
    history: pd.DataFrame
    credits: pd.DataFrame
    prepaid: pd.DataFrame
    prepaid_books: pd.DataFrame
    bill_amortised: dict[str, Decimal]
    due: pd.DataFrame
    variance: dict[str, pd.DataFrame]
    moved: pd.DataFrame
    journal: pd.DataFrame
    accruals: pd.DataFrame
    corrections: pd.DataFrame
    restated: dict[str, pd.DataFrame]

    @property
    def places(self) -> int:
        """Decimals of the books' currency."""
        return cents(self.currency)


def prepare(warehouse: Warehouse, period: str, *, accrue: bool = False) -> Close:
    """Return the close of a month (YYYY-MM), and write nothing.

    Charges without an invoice are refused, or accrued with `accrue`. Raises BadInput, which says
    what to do, for a month that isn't loaded, over or final, is closed already or not the next to
    close; for a build older than the loaded bills; for a missing exchange rate or account.
    """
    settings = warehouse.settings
    trust = _check_month(warehouse, period, accrue)
    accounts = read_accounts(settings.project / "mappings" / "accounts.csv")
    payments = _payments(warehouse)
    rate_of = _rates(warehouse, payments)
    first = (frozen.closed_months(settings) or [period])[0]
    commitments = read_commitments(warehouse, period)
    rows = returned_plans(read_recognition(warehouse, period), commitments)
    places = cents(settings.reporting_currency)
    is_needed = (rows["billing_period"] >= first) | (rows["x_entry"] == "prepaid_current")
    history = valued(rows[is_needed], rate_of, places)
    fees = upfronts(history[history["x_entry"] == "prepaid_current"], commitments, rate_of, places)
    history = history[history["billing_period"] >= first]
    months = [str(one) for one in pd.period_range(first, period, freq="M")]
    target = ledger.transfers(
        [
            *ledger.charges(history),
            *ledger.unused(history, rate_of, places),
            *ledger.amortisations(fees, months),
            *ledger.settlements(history, payments, period, rate_of, places),
        ]
    )
    booked = frozen.read_booked(settings)
    moved = ledger.less(target, booked)
    named = kinds(moved, booked, period)
    now = history[history["billing_period"] == period]
    restated = _restated(settings, frozen.closed_months(settings))
    previous = _previous(warehouse, period)
    return Close(
        company=settings.company,
        period=period,
        previous=previous,
        first=first,
        currency=settings.reporting_currency,
        rates={one: rate_of(period, "", one) for one in sorted(set(now["billing_currency"]))},
        is_final=all(row["x_final_share"] == 1 for row in trust),
        deliveries=_deliveries(warehouse),
        rows=now.reset_index(drop=True),
        history=history,
        credits=registers.credits(rows, period),
        prepaid=roll_forward(fees, period, books=False),
        prepaid_books=roll_forward(fees, period, books=True),
        bill_amortised=_amortised(commitments[commitments["billing_period"] == period]),
        due=disclosure(commitments, period),
        variance={} if previous is None else _variance(warehouse, previous, period, now),
        moved=moved,
        journal=journal(named, accounts, period, settings.reporting_currency),
        accruals=registers.accruals(booked, moved),
        corrections=named[named["x_kind"] == "correction"].reset_index(drop=True),
        restated=restated,
    )


def _check_month(warehouse: Warehouse, period: str, accrue: bool) -> list[dict[Any, Any]]:
    """Return the month's rows of the trust header. Raises BadInput if it can't be closed."""
    settings, closed = warehouse.settings, frozen.closed_months(warehouse.settings)
    if settings.as_of:
        raise BadInput("A month is closed as it is now: leave out as_of.")
    if period in closed:
        raise BadInput(
            f"{period} is closed already, in {frozen.folder_of(settings, period)}. What changed "
            f"since is a correction in the close of {next_month(closed[-1])}."
        )
    if closed and period != next_month(closed[-1]):
        raise BadInput(
            f"{closed[-1]} is the last closed month, so the next to close is "
            f"{next_month(closed[-1])}, not {period}."
        )
    if pending := warehouse.pending():
        raise BadInput(f"{len(pending)} loaded deliveries are not built yet. Run: finops build")
    status = warehouse.status()
    found: list[dict[Any, Any]] = status[status["billing_period"] == period].to_dict("records")
    if not found:
        months = sorted(set(status["billing_period"]))
        span = f"there are {months[0]} to {months[-1]}" if months else "run finops load SOURCE"
        raise BadInput(f"No bill of {period} is loaded: {span}.")
    for row in found:
        _check_final(row, period, accrue)
    return found


def _check_final(row: dict[Any, Any], period: str, accrue: bool) -> None:
    delivered = row["x_delivered_at"]
    if not is_missing(delivered) and delivered < month_end(period):
        raise BadInput(
            f"{period} isn't over in the bill, which AWS delivered on {delivered:%Y-%m-%d}. Load "
            "one from after the month, then run finops build."
        )
    share = row["x_final_share"]
    if accrue or share == 1:
        return
    if is_missing(share):
        what = "the bill has no invoice ids, so nobody can tell whether it is final"
    else:
        rows = int(row["x_source_rows"])
        what = f"{number(rows - round(share * rows))} of {number(rows)} lines have no invoice yet"
    raise BadInput(
        f"{period} is open: {what}. Load the final bill, or accrue what has no invoice: "
        f"finops close {period} --accrue"
    )


def _payments(warehouse: Warehouse) -> dict[str, Payment]:
    """Return the payments. Raises BadInput for an invoice that no bill has."""
    path = warehouse.settings.project / "business" / "payments.csv"
    found = read_payments(path)
    known = (
        set(warehouse.sql("select distinct invoice_id from staging.charges")["invoice_id"])
        if found
        else set()
    )
    for row in found.values():
        if row.invoice_id not in known:
            raise BadInput(f"{path} line {row.line}: no bill has an invoice {row.invoice_id!r}.")
    return found


def _rates(warehouse: Warehouse, payments: dict[str, Payment]) -> RateOf:
    """Return a function that gives the rate of an invoice, or else of the month."""
    settings = warehouse.settings
    books = settings.reporting_currency
    rows = warehouse.sql(
        "select billing_period, from_currency, rate from business.exchange_rates "
        "where to_currency = $books",
        books=books,
    )
    rates = {
        (row["billing_period"], row["from_currency"]): Decimal(row["rate"])
        for row in rows.to_dict("records")
    }

    def rate_of(period: str, invoice: str, currency: str) -> Decimal:
        payment = payments.get(invoice)
        if currency == books:
            return Decimal(1)
        if payment and payment.invoice_rate:
            return payment.invoice_rate
        if (period, currency) not in rates:
            raise BadInput(
                f"{settings.project / 'business' / 'exchange_rates.csv'} has no rate from "
                f"{currency} to {books} for {period}; add it and run finops build."
            )
        return rates[period, currency]

    return rate_of


def _amortised(commitments: pd.DataFrame) -> dict[str, Decimal]:
    groups = commitments.groupby("billing_currency")["x_amortised_cost"]
    return {str(currency): sum(part, Decimal(0)) for currency, part in groups}


def _previous(warehouse: Warehouse, period: str) -> str | None:
    before = next_month(period, -1)
    return before if before in set(warehouse.status()["billing_period"]) else None


def _variance(
    warehouse: Warehouse, base: str, period: str, now: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    currencies = sorted(set(now["billing_currency"]))
    return {one: variance(warehouse, base, period, one) for one in currencies}


def _deliveries(warehouse: Warehouse) -> dict[str, str]:
    """Return the month of each delivery that counts, by id."""
    rows = warehouse.sql(
        "select delivery_id, billing_period from ledger.deliveries where status = 'current' "
        "order by billing_period, delivery_id"
    )
    return dict(zip(rows["delivery_id"], rows["billing_period"], strict=True))


def _restated(settings: Settings, closed: list[str]) -> dict[str, pd.DataFrame]:
    """Return what changed in each closed month since the last close, by AWS service and account."""
    if not closed:
        return {}
    signed = frozen.read_record(settings, closed[-1])["deliveries"]
    records = frozen.current_records(settings)
    found = {}
    for period in closed:
        old = [one for one, month in signed.items() if month == period]
        new = [one["delivery_id"] for one in records if one["billing_period"] == period]
        gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        if len(gone) == len(come) == 1:
            change = diff_deliveries(settings, gone[0], come[0])
            found[period] = change[change["x_kind"] != "same"].reset_index(drop=True)
    return found

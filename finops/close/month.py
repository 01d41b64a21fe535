"""Close a month: check that it can be closed, and put together what finance signs."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from finops.close import frozen, ledger, registers
from finops.close.amortised import billed_amortisation, check_amortisation, compare
from finops.close.carried import carry_on
from finops.close.closable import check_closable, is_final, trust_of
from finops.close.commitments import disclosure, read_commitments, returned_plans, upfronts
from finops.close.expense import Expense, expenses
from finops.close.journal import journal, kinds
from finops.close.prepaid import Upfront, month_end, next_month, roll_forward
from finops.close.rates import known_payments, rates
from finops.close.recognition import RateOf, read_recognition, valued
from finops.close.restarts import restarted
from finops.close.variance import variance
from finops.inputs.accounts import read_accounts
from finops.inputs.payments import Payment
from finops.inputs.support_tiers import read_tiers
from finops.inputs.told_prepaid import read_told_prepaid
from finops.settings import Settings
from finops.text import cents
from finops.warehouse.connect import Warehouse
from finops.warehouse.delivery_diff import diff_deliveries

__all__ = ["Close", "prepare", "read_expenses"]


@dataclass(frozen=True)
class Close:
    """A month as finance signs it. Coins are whole coins: of the bill, or of the books (`x_book_`).

    `rows` are the valued recognition rows of the month, `expenses` what they lead to, by billing
    currency, and `expenses_before` those of `previous`. `budget` is what the teams may spend, in
    the books' currency, None if unknown. `credits` is the register. `prepaid` and `prepaid_books`
    roll `upfronts` forward, in the bill's coins and in those of the books; `amortised` holds what
    they use against the bill, by commitment (see `compare`), and only a draft may disagree. `due`
    is the commitment disclosure. `moved` are the transfers that this close posts, and `journal` the
    same as lines. `accruals` and `corrections` say what it makes of earlier months, `restated`
    which AWS services and accounts of theirs changed. `variance` compares with `previous`, by
    billing currency. `rates` are what one unit of each billing currency was in `currency`, of the
    books.
    `jumps` are those of `last_week_jumps`, if they were asked for.
    """

    company: str
    period: str
    previous: str | None
    currency: str
    rates: dict[str, Decimal]
    is_final: bool
    deliveries: dict[str, str]
    rows: pd.DataFrame
    expenses: dict[str, Expense]
    expenses_before: dict[str, Expense]
    budget: Decimal | None
    credits: pd.DataFrame
    upfronts: list[Upfront]
    prepaid: pd.DataFrame
    prepaid_books: pd.DataFrame
    amortised: pd.DataFrame
    due: pd.DataFrame
    variance: dict[str, pd.DataFrame]
    moved: pd.DataFrame
    journal: pd.DataFrame
    accruals: pd.DataFrame
    corrections: pd.DataFrame
    restated: dict[str, pd.DataFrame]
    jumps: pd.DataFrame | None = None

    @property
    def accrued(self) -> pd.DataFrame:
        """The transfers that accrue what the month has no invoice for."""
        is_accrual = self.moved["x_credit"] == "accrued_liability"
        return self.moved[is_accrual & (self.moved["billing_period"] == self.period)]


def prepare(
    warehouse: Warehouse, period: str, *, accrue: bool = False, draft: bool = False
) -> Close:
    """Return the close of a month (YYYY-MM), and write nothing.

    Charges without an invoice are refused, or accrued with `accrue`. A `draft` is for reading: of
    any month, open or closed, as it would be closed after the months before it, and accounts may be
    missing. Raises BadInput, which says what to do, for a month that isn't loaded, over or final,
    is closed already or not the next to close; for a build older than the loaded bills; for a
    missing exchange rate or account.
    """
    settings = warehouse.settings
    trust = trust_of(warehouse, period)
    if not draft:
        check_closable(warehouse, period, accrue=accrue)
    accounts = read_accounts(settings.project / "mappings" / "accounts.csv", with_gaps=draft)
    closed = _closed_before(settings, period)
    recognised = read_recognition(warehouse, period)
    books = _books(warehouse, period, closed[0] if closed else period, recognised)
    if not draft:
        check_amortisation(books.amortised, period)
    booked = frozen.read_booked(settings, closed)
    moved = ledger.less(books.target, booked)
    named = kinds(moved, booked, period)
    now = _month_of(books.history, period)
    previous = _previous(warehouse, period)
    return Close(
        company=settings.company,
        period=period,
        previous=previous,
        currency=settings.reporting_currency,
        rates=_month_rates(books.rate_of, period, now),
        is_final=is_final(trust),
        deliveries=_deliveries(warehouse),
        rows=now,
        expenses=expenses(warehouse, moved, period),
        expenses_before={} if previous is None else _expenses(warehouse, previous, recognised),
        budget=_budget(warehouse, period),
        credits=registers.credits(books.rows, period),
        upfronts=books.upfronts,
        prepaid=roll_forward(books.upfronts, period, books=False),
        prepaid_books=roll_forward(books.upfronts, period, books=True),
        amortised=_month_of(books.amortised, period),
        due=disclosure(books.commitments, books.upfronts, period),
        variance={} if previous is None else _variance(warehouse, previous, period, now),
        moved=moved,
        journal=journal(named, accounts, period, settings.reporting_currency),
        accruals=registers.accruals(booked, moved),
        corrections=named[named["x_kind"] == "correction"].reset_index(drop=True),
        restated=_restated(settings, closed),
    )


def read_expenses(
    warehouse: Warehouse, period: str, recognised: pd.DataFrame | None = None
) -> dict[str, Expense]:
    """Return the expense of a month (YYYY-MM) as its close books it, by billing currency.

    Of a closed month it is what was signed. `recognised` is what `read_recognition` returns of the
    month or a later one, where it is known. Raises what `prepare` raises of a draft, and BadInput
    if all invoices have come and what is used of upfront fees is not what the bill amortises: that
    can't be closed.
    """
    is_whole = is_final(trust_of(warehouse, period))
    return _expenses(warehouse, period, recognised, check=is_whole)


def _expenses(
    warehouse: Warehouse, period: str, recognised: pd.DataFrame | None, *, check: bool = False
) -> dict[str, Expense]:
    settings = warehouse.settings
    if period in frozen.closed_months(settings):
        return expenses(warehouse, frozen.read_booked(settings, [period]), period)
    if recognised is None:
        recognised = read_recognition(warehouse, period)
    closed = _closed_before(settings, period)
    books = _books(warehouse, period, closed[0] if closed else period, recognised)
    if check:
        check_amortisation(books.amortised, period)
    moved = ledger.less(books.target, frozen.read_booked(settings, closed))
    return expenses(warehouse, moved, period)


def _budget(warehouse: Warehouse, period: str) -> Decimal | None:
    """Return the sum of the teams' budgets of a month in the currency of the books."""
    rows = warehouse.sql(
        "select x_budget * x_exchange_rate as x_budget from marts.unit_cost_month "
        "where billing_period = $period and x_scope = 'company' and x_budget is not null "
        "order by billing_currency limit 1",
        period=period,
    )
    places = cents(warehouse.settings.reporting_currency)
    return None if rows.empty else round(Decimal(rows["x_budget"].iloc[0]), places)


def _closed_before(settings: Settings, period: str) -> list[str]:
    return [month for month in frozen.closed_months(settings) if month < period]


@dataclass(frozen=True)
class _Books:
    """What the bill says of all months up to one, and what the books should say since `first`.

    Invoices of months before `first` count too if they were listed and not paid when it began.
    """

    rows: pd.DataFrame
    history: pd.DataFrame
    commitments: pd.DataFrame
    upfronts: list[Upfront]
    amortised: pd.DataFrame
    rate_of: RateOf
    target: pd.DataFrame


def _books(warehouse: Warehouse, period: str, first: str, recognised: pd.DataFrame) -> _Books:
    payments = known_payments(warehouse)
    rate_of, places = rates(warehouse, payments), cents(warehouse.settings.reporting_currency)
    tiers = read_tiers(warehouse.settings.project)
    commitments = read_commitments(warehouse, period)
    rows = recognised[recognised["billing_period"] <= period].reset_index(drop=True)
    rows = returned_plans(rows, commitments)
    taken_over = _unpaid(payments, first)
    # Older months are not ours to book, but fees they paid are still prepaid, and debts are owed.
    is_needed = (rows["billing_period"] >= first) | (rows["x_entry"] == "prepaid_current")
    is_needed |= rows["invoice_id"].isin(taken_over)
    needed = valued(rows[is_needed], rate_of, places)
    fees = upfronts(needed[needed["x_entry"] == "prepaid_current"], commitments, rate_of, places)
    billed = billed_amortisation(commitments)
    told = read_told_prepaid(warehouse.settings.project)
    fees = carry_on(restarted(fees, told, period, rate_of, places), billed)
    history = needed[needed["billing_period"] >= first]
    owed = needed[(needed["billing_period"] >= first) | needed["invoice_id"].isin(taken_over)]
    older = owed[owed["billing_period"] < first]
    months = [str(one) for one in pd.period_range(first, period, freq="M")]
    target = ledger.transfers(
        [
            *ledger.charges(history),
            *ledger.missing_support(rows, tiers, months, rate_of, places),
            *ledger.unused(history, rate_of, places),
            *ledger.amortisations(fees, months),
            *ledger.settlements(owed, payments, period, rate_of, places),
        ]
    )
    opening = ledger.settlements(older, payments, next_month(first, -1), rate_of, places)
    target = ledger.less(target, ledger.transfers(opening))
    amortised = compare(fees, billed, months)
    return _Books(rows, history, commitments, fees, amortised, rate_of, target)


def _unpaid(payments: dict[str, Payment], first: str) -> list[str]:
    """Return the listed invoices that were not paid when the books of `first` were opened."""
    opened = month_end(next_month(first, -1)).date()
    return [name for name, one in payments.items() if not one.is_paid(opened)]


def _month_rates(rate_of: RateOf, period: str, rows: pd.DataFrame) -> dict[str, Decimal]:
    return {one: rate_of(period, "", one) for one in sorted(set(rows["billing_currency"]))}


def _month_of(rows: pd.DataFrame, period: str) -> pd.DataFrame:
    return rows[rows["billing_period"] == period].reset_index(drop=True)


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

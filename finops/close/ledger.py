"""Work out what the books should say of the bill, as transfers between two accounts each."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from finops.close.prepaid import Upfront, month_end, next_month, roll_forward
from finops.close.recognition import RateOf, converted
from finops.coins import whole
from finops.forecast.fixed import expected_support
from finops.inputs.payments import Payment
from finops.inputs.support_tiers import Tier
from finops.text import cents

Row = dict[Any, Any]

__all__ = [
    "COLUMNS",
    "KEY",
    "amortisations",
    "charges",
    "less",
    "missing_support",
    "settlements",
    "transfers",
    "unused",
]

# What one transfer is about. Its coins leave x_credit and arrive at x_debit.
KEY = [
    "billing_period",
    "x_kind",
    "x_debit",
    "x_credit",
    "invoice_issuer_name",
    "invoice_id",
    "billing_currency",
]
COLUMNS = [*KEY, "x_coins", "x_book_coins"]


def transfers(rows: Iterable[Row]) -> pd.DataFrame:
    """Return `rows` as a frame with one row per KEY: coins of the bill and coins of the books."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    sums: pd.DataFrame = frame.groupby(KEY, as_index=False, sort=True)[COLUMNS[-2:]].sum()
    moved = (sums["x_coins"] != 0) | (sums["x_book_coins"] != 0)
    return sums[moved].astype(dict.fromkeys(COLUMNS[-2:], "int64")).reset_index(drop=True)


def less(target: pd.DataFrame, booked: pd.DataFrame) -> pd.DataFrame:
    """Return the transfers that lead from what is booked to the target."""
    back = booked.assign(x_coins=-booked["x_coins"], x_book_coins=-booked["x_book_coins"])
    return transfers([*target.to_dict("records"), *back.to_dict("records")])


def charges(rows: pd.DataFrame) -> list[Row]:
    """Return the transfers of valued recognition rows: what was billed, and what went unused.

    What has no invoice yet is accrued; its tax waits for the invoice, because only that can be
    deducted. A refund invoice is a claim. What commitments left unused is set apart from the
    expense, at the rate of the month.
    """
    found = []
    for row in rows.to_dict("records"):
        if row["x_entry"] == "vat_receivable" and not row["invoice_id"]:
            continue
        found.append(_key(row, "charges", row["x_entry"], _counterpart(row)) | _coins(row))
    return found


def missing_support(
    rows: pd.DataFrame, tiers: list[Tier], months: Iterable[str], rate_of: RateOf, places: int
) -> list[Row]:
    """Return the accrual of support that a month with open charges doesn't have yet.

    AWS bills support days after the month. Its fee is worked out from what is billed before
    support, tax, credits and refunds, by the tiers of the plan that earlier months paid.
    `rows` are the recognition rows of all months up to the last of `months`.
    """
    found = []
    is_tax = rows["x_line_item_type"] == "Tax"
    is_support = (rows["x_entry"] == "support_expense") & ~is_tax
    is_base = (rows["x_entry"] != "support_expense") & ~is_tax
    is_base &= ~rows["x_line_item_type"].isin(["Credit", "Refund"])
    for month in months:
        now = rows[(rows["billing_period"] == month) & (rows["invoice_id"] == "")]
        paid = rows[is_support & (rows["billing_period"] <= month)]
        if now.empty or paid.empty or month in set(paid["billing_period"]):
            continue
        row = paid.iloc[-1].to_dict() | {"billing_period": month, "invoice_id": ""}
        currency = row["billing_currency"]
        base = _by_month(rows[is_base & (rows["billing_currency"] == currency)])
        fee = expected_support(tiers, _by_month(paid), base.get(month, Decimal(0)), base)
        coins = whole(fee.scaleb(cents(currency)))
        book = converted(coins, currency, rate_of(month, "", currency), places)
        moved = _key(row, "charges", "support_expense", "accrued_liability")
        found.append(moved | {"x_coins": coins, "x_book_coins": book})
    return found


def unused(rows: pd.DataFrame, rate_of: RateOf, places: int) -> list[Row]:
    """Return the transfers that set unused commitment apart from the expense, by seller."""
    keys = ["billing_period", "billing_currency", "invoice_issuer_name"]
    found = []
    for key, part in rows.groupby(keys):
        row = _named(keys, key) | {"invoice_id": ""}
        exact_cost = sum(part["x_unused_cost"], Decimal(0))
        coins = whole(exact_cost.scaleb(cents(row["billing_currency"])))
        rate = rate_of(row["billing_period"], "", row["billing_currency"])
        book = converted(coins, row["billing_currency"], rate, places)
        moved = _key(row, "unused", "unused_commitment_expense", "cloud_expense")
        found.append(moved | {"x_coins": coins, "x_book_coins": book})
    return found


def amortisations(upfronts: list[Upfront], months: Iterable[str]) -> list[Row]:
    """Return what each month used of upfront fees, and how much moved to or from non-current.

    What moved between commitments stays prepaid; what went for good is expense too.
    """
    found = []
    for month in months:
        now, before = (
            [roll_forward(upfronts, period, books=books) for books in (False, True)]
            for period in (month, next_month(month, -1))
        )
        sellers = {one.commitment: one.seller for one in upfronts}
        for place, name in enumerate(("x_coins", "x_book_coins")):
            later = before[place].set_index("commitment_discount_id")["x_non_current"]
            for row in now[place].to_dict("records"):
                commitment = row["commitment_discount_id"]
                own = row | {
                    "billing_period": month,
                    "invoice_issuer_name": sellers[commitment],
                    "invoice_id": "",
                }
                zero = {"x_coins": 0, "x_book_coins": 0}
                used = _key(own, "amortisation", "cloud_expense", "prepaid_current")
                moved = _key(own, "non_current", "prepaid_non_current", "prepaid_current")
                change = row["x_non_current"] - later.get(commitment, 0)
                found.append(used | zero | {name: row["x_amortised"] - row["x_moved"]})
                found.append(moved | zero | {name: change})
    return found


def settlements(
    rows: pd.DataFrame,
    payments: Mapping[str, Payment],
    period: str,
    rate_of: RateOf,
    places: int,
) -> list[Row]:
    """Return what paying invoices moved, and what unpaid debt of earlier months is worth now.

    Accrued charges and unpaid invoices are owed in foreign money, so they are worth the rate of the
    month `period`, and the difference is exchange gain or loss (IAS 21). An invoice that
    `payments` doesn't list stays at the rate it was booked with. What paying moved is realised, and
    has other accounts than what is owed still.
    """
    found = []
    keys = ["billing_period", "billing_currency", "invoice_issuer_name", "invoice_id"]
    owed = pd.DataFrame(rows[(rows["invoice_id"] != "") | (rows["x_entry"] != "vat_receivable")])
    for key, part in owed.groupby(keys):
        row = _named(keys, key)
        coins, book = int(part["x_coins"].sum()), int(part["x_book_coins"].sum())
        payment = payments.get(row["invoice_id"])
        debt = _counterpart(row | {"x_bill_type": part["x_bill_type"].iloc[0]})
        if payment and payment.is_paid(month_end(period).date()) and payment.payment_rate:
            worth = converted(coins, row["billing_currency"], payment.payment_rate, places)
            paid = _key(row, "payment", debt, "bank")
            found.append(paid | {"x_coins": coins, "x_book_coins": book})
            found.append(_exchange(row, "exchange", worth - book, "bank"))
        elif row["billing_period"] < period and (payment or not row["invoice_id"]):
            rate = rate_of(period, "", row["billing_currency"])
            worth = converted(coins, row["billing_currency"], rate, places)
            found.append(_exchange(row, "revaluation", worth - book, debt))
    return found


def _exchange(row: Row, kind: str, dearer: int, account: str) -> Row:
    """Return the gain or loss of a debt that is worth `dearer` coins of the books more."""
    prefix = "unrealised_" if kind == "revaluation" else ""
    moved = _key(row, kind, f"{prefix}fx_loss", account)
    if dearer < 0:
        moved = _key(row, kind, account, f"{prefix}fx_gain")
    return moved | {"x_coins": 0, "x_book_coins": abs(dearer)}


def _counterpart(row: Row) -> str:
    if not row["invoice_id"]:
        return "accrued_liability"
    return "credit_receivable" if row["x_bill_type"] == "Refund" else "accounts_payable"


def _by_month(rows: pd.DataFrame) -> dict[str, Decimal]:
    months = rows.groupby("billing_period")["billed_cost"]
    return {str(month): sum(values, Decimal(0)) for month, values in months}


def _named(names: list[str], values: Any) -> Row:
    return dict(zip(names, values, strict=True))


def _key(row: Row, kind: str, debit: str, credit: str) -> Row:
    fixed = {"x_kind": kind, "x_debit": debit, "x_credit": credit}
    return {name: fixed.get(name, row.get(name)) for name in KEY}


def _coins(row: Row) -> Row:
    return {"x_coins": row["x_coins"], "x_book_coins": row["x_book_coins"]}

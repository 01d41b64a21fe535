"""Tell at which exchange rate a charge goes into the books: its invoice's, else the month's."""

from decimal import Decimal

from finops.close.recognition import RateOf
from finops.errors import BadInput
from finops.inputs.payments import Payment, read_payments
from finops.warehouse.connect import Warehouse

__all__ = ["known_payments", "rates"]


def known_payments(warehouse: Warehouse) -> dict[str, Payment]:
    """Return the payments of business/payments.csv, by invoice.

    Raises BadInput, with file and line, for a wrong line and for an invoice that no bill has.
    """
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


def rates(warehouse: Warehouse, payments: dict[str, Payment]) -> RateOf:
    """Return the function that gives the rate of an invoice, or else of the month.

    It raises BadInput for a rate that business/exchange_rates.csv lacks.
    """
    settings = warehouse.settings
    books = settings.reporting_currency
    rows = warehouse.sql(
        # Of daily rates the last counts: what is owed at the end of a month is worth that.
        "select coalesce(billing_period, substr(cast(date as varchar), 1, 7)) as billing_period, "
        "from_currency, arg_max(rate, coalesce(date, date '0001-01-01')) as rate "
        "from business.exchange_rates where to_currency = $books "
        "group by coalesce(billing_period, substr(cast(date as varchar), 1, 7)), from_currency",
        books=books,
    )
    known = {
        (row["billing_period"], row["from_currency"]): Decimal(row["rate"])
        for row in rows.to_dict("records")
    }

    def rate_of(period: str, invoice: str, currency: str) -> Decimal:
        payment = payments.get(invoice)
        if currency == books:
            return Decimal(1)
        if payment and payment.invoice_rate:
            return payment.invoice_rate
        if (period, currency) not in known:
            raise BadInput(
                f"{settings.project / 'business' / 'exchange_rates.csv'} has no rate from "
                f"{currency} to {books} for {period}; add it and run finops build."
            )
        return known[period, currency]

    return rate_of

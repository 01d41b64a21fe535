"""Read invoices as `aws invoicing list-invoice-summaries` gives them."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from finops.errors import BadInput
from finops.invoice.rows import Conversion, Invoice
from finops.json_text import BadJson, read_json
from finops.warehouse.as_of import moment

__all__ = ["read_summaries"]

_COMMAND = "Fetch it anew: aws invoicing list-invoice-summaries --selector … --output json"

# Parts of an invoice are rounded one by one.
_ROUNDING = Decimal("0.02")


def _number(value: object) -> object:
    """The API gives numbers as text, and an absent one as null or an empty text."""
    return value if value not in (None, "") else "0"


Amount = Annotated[Decimal, BeforeValidator(_number), Field(allow_inf_nan=False, max_digits=38)]


class _Part(BaseModel):
    """A block of the answer; what we don't read may be there."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Item(_Part):
    Description: str = ""
    Amount: Amount


class _Items(_Part):
    Breakdown: list[_Item] | None = None
    TotalAmount: Amount = Decimal(0)


class _Breakdown(_Part):
    SubTotalAmount: Amount
    Discounts: _Items | None = None
    Taxes: _Items | None = None
    Fees: _Items | None = None


class _Rate(_Part):
    SourceCurrencyCode: str = ""
    TargetCurrencyCode: str = ""
    Rate: Amount


class _Money(_Part):
    TotalAmount: Amount
    TotalAmountBeforeTax: Amount
    CurrencyCode: str
    AmountBreakdown: _Breakdown | None = None
    CurrencyExchangeDetails: _Rate | None = None


class _Entity(_Part):
    InvoicingEntity: str
    BillingEntity: str = "AWS"


class _Period(_Part):
    Month: int = Field(ge=1, le=12)
    Year: int = Field(ge=2006, le=9999)


class _Summary(_Part):
    AccountId: str = Field(min_length=1)
    InvoiceId: str = Field(min_length=1)
    Entity: _Entity
    BillingPeriod: _Period
    InvoiceType: str = "INVOICE"
    IssuedDate: Annotated[datetime | None, BeforeValidator(lambda value: value or None)] = None
    BaseCurrencyAmount: _Money
    TaxCurrencyAmount: _Money | None = None
    PaymentCurrencyAmount: _Money | None = None


def read_summaries(path: Path, text: str) -> list[Invoice]:
    """Return the invoices of the API's answer. Raises BadInput, with file and place in it."""
    return [_invoice(path, one) for one in _summaries(path, text)]


def _summaries(path: Path, text: str) -> list[_Summary]:
    try:
        answer = read_json(text)
    except BadJson as error:
        raise BadInput(
            f"{path} line {error.line}: no whole JSON: {error}. Is it cut off? {_COMMAND}"
        ) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("InvoiceSummaries"), list):
        raise BadInput(f"{path} has no list InvoiceSummaries, so it is no invoice. {_COMMAND}")
    if answer.get("NextToken"):
        raise BadInput(f"{path} is one page of several: it ends with a NextToken. {_COMMAND}")
    return [
        _summary(path, place, one) for place, one in enumerate(answer["InvoiceSummaries"], start=1)
    ]


def _summary(path: Path, place: int, one: Any) -> _Summary:
    try:
        return _Summary.model_validate(one)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"{path} invoice {place}: {where} {first['input']!r}: {first['msg']}."
        ) from error


def _invoice(path: Path, one: _Summary) -> Invoice:
    base = one.BaseCurrencyAmount
    # A credit memo gives money back, whichever sign its amounts have.
    sign = -1 if one.InvoiceType == "CREDIT_MEMO" and base.TotalAmount > 0 else 1
    return Invoice(
        path=path,
        from_csv=False,
        payer=one.AccountId,
        invoice_id=one.InvoiceId,
        billing_period=f"{one.BillingPeriod.Year}-{one.BillingPeriod.Month:02d}",
        seller=one.Entity.InvoicingEntity,
        is_marketplace=one.Entity.BillingEntity == "AWS_MARKETPLACE",
        kind=one.InvoiceType,
        currency=base.CurrencyCode,
        before_tax=sign * base.TotalAmountBeforeTax,
        total=sign * base.TotalAmount,
        credit=_credit(base.AmountBreakdown),
        issued=moment(one.IssuedDate).date() if one.IssuedDate else None,
        conversions=tuple(_conversions(path, one, sign)),
        does_not_add_up=_does_not_add_up(base),
    )


def _credit(parts: _Breakdown | None) -> Decimal | None:
    """Return the credits among the discounts, which only their description tells; negative."""
    if parts is None:
        return None
    discounts = parts.Discounts.Breakdown or [] if parts.Discounts else []
    found = [one.Amount for one in discounts if "credit" in one.Description.lower()]
    return -sum((abs(value) for value in found), Decimal(0))


def _does_not_add_up(base: _Money) -> tuple[str, ...]:
    """Return what breaks SubTotal − Discounts + Fees + Taxes = Total: the parts; empty if nothing.

    Discounts come with either sign: the one with which the sum is right counts.
    """
    parts = base.AmountBreakdown
    if parts is None:
        return ()
    discounts, fees, taxes = (_total(one) for one in (parts.Discounts, parts.Fees, parts.Taxes))
    either = [parts.SubTotalAmount + sign * discounts + fees for sign in (-1, 1)]
    wholes = all(abs(base.TotalAmount - one - taxes) > _ROUNDING for one in either)
    before = all(abs(base.TotalAmountBeforeTax - one) > _ROUNDING for one in either)
    if not wholes and not before:
        return ()
    found = (parts.SubTotalAmount, discounts, fees, taxes, base.TotalAmountBeforeTax)
    return tuple(f"{one:,.2f}" for one in (*found, base.TotalAmount))


def _total(items: _Items | None) -> Decimal:
    return items.TotalAmount if items else Decimal(0)


def _conversions(path: Path, one: _Summary, sign: int) -> list[Conversion]:
    """Return the amounts in other currencies. Raises BadInput where one has no rate."""
    blocks = {"tax": one.TaxCurrencyAmount, "payment": one.PaymentCurrencyAmount}
    found = []
    for purpose, block in blocks.items():
        if block is None or block.CurrencyCode == one.BaseCurrencyAmount.CurrencyCode:
            continue
        details = block.CurrencyExchangeDetails
        if details is None or details.Rate <= 0:
            raise BadInput(
                f"{path} invoice {one.InvoiceId}: its {purpose} amount is in {block.CurrencyCode}, "
                "and CurrencyExchangeDetails.Rate is missing. "
                f"{_COMMAND}"
            )
        before, total = sign * block.TotalAmountBeforeTax, sign * block.TotalAmount
        found.append(Conversion(purpose, block.CurrencyCode, details.Rate, total, before))
    return found

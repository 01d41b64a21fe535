"""What one difference between an invoice and the bill is, and how much rounding may move."""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["CLASSES", "Difference", "explains", "tolerance"]

_CENT = Decimal("0.01")
CLASSES = (
    "rounding",  # within tolerance
    "timing",  # the bill is not final yet, or was delivered again after the invoice
    "moved",  # the same money under another service, account or usage type
    "duplicate",  # a line is on the invoice twice
    "rate",  # another rate for the same quantity
    "quantity",  # another quantity
    "data_transfer",  # traffic that one of them lacks
    "marketplace",  # a Marketplace charge that one of them lacks
    "support",  # another support fee
    "credit",  # a credit that the bill lacks
    "expired_credit",  # the same, of a credit that has ended
    "missing_credit",  # a credit that the invoice lacks
    "tax",  # another tax
    "tax_entity",  # tax of another seller
    "fx",  # rate x amount is not what the invoice asks for
    "sum",  # the invoice's own sums are wrong
    "no_invoice",  # in the bill, and no file has the invoice
    "unknown_invoice",  # an invoice that the bill lacks
    "unexplained",
)


@dataclass(frozen=True)
class Difference:
    """One difference of a class of `CLASSES`; `x_difference` is invoice less bill.

    `x_part` says of what: charge, credit, tax, before_tax, total or all. Account, AWS service and
    usage type are empty where it is not of one line. `x_evidence` names the text of the evidence
    (`because_…` in finops/report/invoice/text.py) and `x_values` what it is about.
    """

    invoice_id: str
    invoice_issuer_name: str
    x_class: str
    x_part: str
    x_invoiced_cost: Decimal
    billed_cost: Decimal
    billing_currency: str
    x_evidence: str
    x_values: tuple[str, ...] = ()
    x_explained: bool = False
    sub_account_id: str = ""
    x_service_code: str = ""
    x_usage_type: str = ""

    @property
    def x_difference(self) -> Decimal:
        """How much more the invoice says than the bill."""
        return self.x_invoiced_cost - self.billed_cost


def tolerance(lines: int) -> Decimal:
    """Return what rounding of so many lines to cents may move: 0.01 by the root of the lines.

    Never a share of the amount: 0.01 % of a large invoice is money that somebody can ask for.
    """
    return _CENT * Decimal(max(lines, 1)).sqrt()


def explains(part: Decimal, difference: Decimal, allowed: Decimal) -> bool:
    """Return whether `part` is some of a `difference`: more than `allowed`, and not beyond it."""
    left = abs(difference - part)
    return abs(part) > allowed and left <= max(abs(difference) - abs(part), allowed)

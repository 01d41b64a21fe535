"""Every difference between invoice and bill has its class, and only some explain it."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops.inputs.contracts import Contract
from finops.invoice.classes import classified
from finops.invoice.difference import CLASSES, tolerance
from finops.invoice.files import Invoices
from finops.invoice.rows import Conversion, Invoice, InvoiceLine

KOREA, SEATTLE = "Amazon Web Services Korea LLC", "Amazon Web Services, Inc."


def head(invoice_id="A", **values):
    defaults = {
        "path": Path("a.json"),
        "from_csv": False,
        "payer": "1",
        "invoice_id": invoice_id,
        "billing_period": "2026-10",
        "seller": KOREA,
        "is_marketplace": False,
        "kind": "INVOICE",
        "currency": "USD",
        "before_tax": Decimal(1000),
        "total": Decimal(1100),
        "credit": Decimal(0),
    }
    return Invoice(**{**defaults, **values})


def position(part="charge", billed=0, invoiced=0, **values):
    """Return what bill and invoice have in one place; 10 units unless told else."""
    return {
        "invoice_id": "A",
        "x_part": part,
        "sub_account_id": "1",
        "x_service_code": "AmazonEC2",
        "x_usage_type": "BoxUsage",
        "x_lines": 4 if billed else 0,
        "pricing_quantity": Decimal(10) if billed else None,
        "billed_cost": Decimal(billed),
        "x_invoiced_quantity": Decimal(10) if invoiced else None,
        "x_invoiced_cost": Decimal(invoiced),
        "x_repeated_cost": Decimal(0),
        "x_issued_quantity": None,
        "x_issued_cost": Decimal(0),
        **values,
    }


LINE = InvoiceLine(2, "A", KOREA, "1", "", "", "", "", "", None, *[Decimal(0)] * 3)


def classes(heads, positions, *, lines=True, contracts=(), pending=(), again=()):
    """Return class, part, difference and whether it is explained, of each difference."""
    invoices = Invoices("2026-10", "1", "USD", heads, [LINE] if lines else [], [])
    sums = pd.DataFrame(positions).groupby("invoice_id")[["billed_cost", "x_lines"]].sum()
    bill = [
        {"invoice_id": invoice_id, "invoice_issuer_name": seller, **sums.loc[invoice_id]}
        for invoice_id in sums.index
        for seller in {one.seller for one in heads if one.invoice_id == invoice_id} or {KOREA}
    ]
    frame = classified(
        invoices, pd.DataFrame(positions), pd.DataFrame([*bill, *pending]), contracts, dict(again)
    )
    return [
        (one["x_class"], one["x_part"], one["x_difference"], one["x_explained"])
        for one in frame.to_dict("records")
    ]


RIGHT = [position(billed=1000, invoiced=1000), position("tax", 100, 100)]


def test_an_invoice_that_is_what_the_bill_says_has_no_difference():
    assert classes([head()], RIGHT) == []


def test_rounding_is_explained_up_to_the_tolerance():
    """A cent by the root of its 4 lines, whatever the amount."""
    near, far = (
        [position(billed=cost, invoiced=cost), position("tax", 100, 100)]
        for cost in ("1000.02", "1000.03")
    )
    assert classes([head()], near) == [("rounding", "charge", Decimal("-0.02"), True)]
    assert classes([head()], far) == [("unexplained", "charge", Decimal("-0.03"), False)]


def test_a_small_share_of_a_large_invoice_is_no_rounding():
    rows = [position(billed=1_999_850, invoiced=1_999_850, x_lines=10_000), position("tax", 0, 0)]
    found = classes([head(before_tax=Decimal(2_000_000), total=Decimal(2_000_000))], rows)
    assert found == [("unexplained", "charge", 150, False)]


def test_lines_may_all_be_rounded_the_same_way():
    """A cent each is five in all, where the root of their lines gives two."""
    rows = [
        position(billed=200, invoiced=Decimal("200.01"), x_lines=1, x_usage_type=str(place))
        for place in range(5)
    ]
    asked = head(before_tax=Decimal("1000.05"), total=Decimal("1100.05"))
    found = classes([asked], [*rows, position("tax", 100, 100)])
    assert found == [("rounding", "charge", Decimal("0.05"), True)]


@pytest.mark.parametrize(("lines", "allowed"), [(10_000, "1.00"), (4, "0.02"), (0, "0.01")])
def test_the_tolerance_grows_with_the_root_of_the_lines(lines, allowed):
    assert tolerance(lines) == Decimal(allowed)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"x_repeated_cost": Decimal(60)}, "duplicate"),
        ({}, "rate"),
        ({"x_invoiced_quantity": Decimal(11)}, "quantity"),
        ({"x_service_code": "AWSSupportEnterprise"}, "support"),
        ({"x_invoiced_quantity": None}, "unexplained"),
        ({"x_invoiced_quantity": None, "x_service_code": "AWSDataTransfer"}, "data_transfer"),
    ],
)
def test_a_line_that_differs_has_the_class_of_its_cause(changes, kind):
    rows = [
        position(billed=940, invoiced=1000, **changes),
        position("tax", 100, 100),
    ]
    assert classes([head()], rows) == [(kind, "charge", 60, False)]


def test_money_under_another_service_is_explained_if_it_adds_up():
    rows = [
        position(billed=940, invoiced=940),
        position(billed=60, x_usage_type="Other"),
        position(invoiced=60, x_service_code="AWSOther", x_usage_type="Other"),
        position("tax", 100, 100),
    ]
    assert classes([head()], rows) == [
        ("moved", "charge", -60, True),
        ("moved", "charge", 60, True),
    ]
    # A line that is dearer is no line that moved.
    dearer = [*rows[:2], position(billed=30, invoiced=90), rows[3]]
    dearer[0] = position(billed=910, invoiced=910)
    assert classes([head()], dearer) == [
        ("unexplained", "charge", -60, False),
        ("rate", "charge", 60, False),
    ]


def test_a_marketplace_charge_that_the_bill_lacks_is_named():
    rows = [
        position(billed=940, invoiced=940),
        position(invoiced=60, x_service_code="7h2w"),
        position("tax", 100, 100),
    ]
    assert classes([head(is_marketplace=True)], rows) == [("marketplace", "charge", 60, False)]


def test_a_support_fee_that_comes_later_is_explained_until_the_month_is_final():
    rows = [
        position(billed=940, invoiced=940),
        position(invoiced=60, x_service_code="AWSSupportBusiness"),
        position("tax", 100, 100),
    ]
    waiting = {
        "invoice_id": "",
        "invoice_issuer_name": SEATTLE,
        "billed_cost": Decimal(7),
        "x_lines": 3,
    }
    assert classes([head()], rows) == [("support", "charge", 60, False)]
    assert classes([head()], rows, pending=[waiting]) == [
        ("support", "charge", 60, True),
        ("timing", "all", -7, True),
    ]


AGAIN = {"A": "2026-11-15"}


@pytest.mark.parametrize(
    ("billed", "issued", "found"),
    [
        # The bill of the day of issue was what the invoice says.
        (940, 1000, [("timing", "charge", 60, True)]),
        (1060, 1000, [("timing", "charge", -60, True)]),
        # It was half of the difference; the other half is a rate.
        (940, 970, [("timing", "charge", 30, True), ("rate", "charge", 30, False)]),
        # What came later only made the bill what the invoice says, or left more of a difference.
        (1000, 900, []),
        (940, 900, [("rate", "charge", 60, False)]),
        (940, 1100, [("rate", "charge", 60, False)]),
        (940, 940, [("rate", "charge", 60, False)]),
    ],
)
def test_what_was_delivered_again_after_the_invoice_is_timing(billed, issued, found):
    issue = {"x_issued_cost": Decimal(issued), "x_issued_quantity": Decimal(10)}
    rows = [position(billed=billed, invoiced=1000, **issue), position("tax", 100, 100)]
    dated = head(issued=dt.date(2026, 11, 3))
    assert classes([dated], rows, again=AGAIN) == found
    # Nothing is timing where no newer delivery came.
    assert "timing" not in [one[0] for one in classes([dated], rows)]


@pytest.mark.parametrize("lines", [True, False])
def test_an_invoice_of_before_a_new_delivery_is_explained_in_all_its_parts(lines):
    rows = [
        position(billed=930, invoiced=1009, x_issued_cost=Decimal(1009)),
        position("credit", -6, -9, x_issued_cost=Decimal(-9)),
        position("tax", 94, 100, x_issued_cost=Decimal(100)),
    ]
    dated = head(credit=Decimal(-9), issued=dt.date(2026, 11, 3))
    assert classes([dated], rows, lines=lines, again=AGAIN) == [
        ("timing", "charge", 79, True),
        ("timing", "credit", -3, True),
        ("timing", "tax", 6, True),
    ]


def test_an_invoice_is_held_against_lines_that_have_no_invoice_yet():
    rows = [position(billed=5, invoice_id="B")]
    waiting = {"invoice_id": "", "invoice_issuer_name": KOREA, "x_lines": 3}
    near, far = (waiting | {"billed_cost": Decimal(cost)} for cost in ("1100.01", "1000"))
    missing = ("no_invoice", "all", -5, False)

    assert classes([head()], rows, pending=[near]) == [
        ("timing", "all", Decimal("-0.01"), True),
        missing,
    ]
    assert classes([head()], rows, pending=[far]) == [("timing", "all", 100, False), missing]


def test_an_invoice_that_the_bill_lacks_is_named():
    rows = [*RIGHT, position(billed=5, invoice_id="B")]
    assert classes([head(), head("C")], rows) == [
        ("unknown_invoice", "all", 1100, False),
        ("no_invoice", "all", -5, False),
    ]


def test_an_id_that_excel_cut_is_told_from_an_unknown_one():
    invoices = Invoices("2026-10", "1", "USD", [head("89")], [], [])
    bill = [
        {
            "invoice_id": "0089",
            "invoice_issuer_name": KOREA,
            "x_lines": 1,
            "billed_cost": Decimal(1100),
        }
    ]
    frame = classified(invoices, pd.DataFrame(), pd.DataFrame(bill), [], {})
    assert (frame["x_evidence"][0], frame["x_values"][0]) == ("cut_id", ("0089",))


def test_without_lines_a_difference_as_large_as_a_line_is_a_line_twice():
    rows = [position(billed=940), position(billed=30), position("tax", 100)]
    assert classes([head()], rows, lines=False) == [("duplicate", "charge", 30, False)]
    assert classes([head(before_tax=Decimal(980), total=Decimal(1080))], rows, lines=False) == [
        ("unexplained", "charge", 10, False)
    ]


def test_an_invoice_that_tells_no_credits_is_compared_in_one():
    rows = [position(billed=1050), position("credit", -50), position("tax", 100)]
    assert classes([head(credit=None)], rows, lines=False) == []


@pytest.mark.parametrize(
    ("ends", "kind"), [("2026-10-01", "expired_credit"), ("2026-11-01", "credit")]
)
def test_a_credit_that_the_bill_lacks_is_expired_if_its_contract_has_ended(ends, kind):
    contract = Contract(
        line=2, kind="credit", name="Migration", service="AmazonEC2", value="9", valid_to=ends
    )
    rows = [position(billed=1000, invoiced=1000), position("credit", 0, -9)]
    rows.append(position("tax", 100, 100))
    agreed = head(credit=Decimal(-9), before_tax=Decimal(991), total=Decimal(1091))

    assert classes([agreed], rows, contracts=[contract]) == [(kind, "credit", -9, False)]
    assert classes([agreed], rows, lines=False, contracts=[contract]) == [
        (kind, "credit", -9, False)
    ]


def test_a_credit_of_the_bill_that_the_invoice_lacks_is_named():
    rows = [*RIGHT, position("credit", -9)]
    assert classes([head()], rows) == [("missing_credit", "credit", 9, False)]


def test_tax_of_another_seller_is_named_on_both_invoices():
    other = head("B", seller=SEATTLE, before_tax=Decimal(50), total=Decimal(50))
    rows = [
        position(billed=1000, invoiced=1000),
        position("tax", 95, 100),
        position(billed=50, invoice_id="B"),
        position("tax", 5, invoice_id="B"),
    ]
    assert classes([head(), other], rows) == [
        ("tax_entity", "tax", 5, False),
        ("tax_entity", "tax", -5, False),
    ]
    assert classes([head()], rows[:2]) == [("tax", "tax", 5, False)]


def won(total, before_tax, rate="1372"):
    return (Conversion("payment", "KRW", Decimal(rate), Decimal(total), Decimal(before_tax)),)


def test_vat_of_a_million_dollars_at_1_372_is_137_200_000_won():
    million = {"before_tax": Decimal(1_000_000), "total": Decimal(1_100_000)}
    rows = [
        position(billed=1_000_000, invoiced=1_000_000),
        position("tax", 100_000, 100_000),
    ]
    right = head(**million, conversions=won(1_509_200_000, 1_372_000_000))
    rounded = head(**million, conversions=won(1_509_199_999, 1_371_999_999))
    wrong = head(**million, conversions=won(1_509_200_000, 1_372_005_000))

    assert classes([right], rows) == classes([rounded], rows) == []
    assert classes([wrong], rows) == [("fx", "tax", -5_000, False)]


def test_an_invoice_that_does_not_add_up_is_named_even_if_its_total_is_right():
    assert classes([head(does_not_add_up=("1", "2"))], RIGHT) == [("sum", "all", 0, False)]


CENTS = st.decimals(-5000, 5000, places=2)


@given(
    st.lists(st.tuples(st.sampled_from(["charge", "credit"]), CENTS, CENTS, CENTS), max_size=6),
    CENTS,
    st.booleans(),
    st.sampled_from([{}, AGAIN]),
)
def test_differences_sum_to_what_the_invoice_says_more(money, tax, has_lines, again):
    """Whatever the classes are, no money of an invoice is lost or told twice."""
    rows = [
        position(part, billed, invoiced, x_usage_type=str(place), x_issued_cost=issued)
        for place, (part, billed, invoiced, issued) in enumerate(money)
    ]
    rows += [position("tax", 7, 7)]
    credit = sum((one["x_invoiced_cost"] for one in rows if one["x_part"] == "credit"), Decimal(0))
    before = sum((one["x_invoiced_cost"] for one in rows if one["x_part"] != "tax"), Decimal(0))
    asked = head(before_tax=before, total=before + tax, credit=credit)

    told = sum((one[2] for one in classes([asked], rows, lines=has_lines, again=again)), Decimal(0))

    assert told == asked.total - sum((one["billed_cost"] for one in rows), Decimal(0))


def test_every_class_is_tested_here():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [one for one in CLASSES if f'"{one}"' not in text] == []

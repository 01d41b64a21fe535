"""Invoices are read as AWS writes them, and a wrong file is one clear line of error."""

import csv
import io
import json
from decimal import Decimal

import pytest

from finops.errors import BadInput, SourceNotFound
from finops.invoice.console_csv import COLUMNS
from finops.invoice.files import read_invoices


def summary(**changes):
    """Return one invoice of the API: 1,200 less 200 of discounts, 100 of tax, paid in won."""
    base = {
        "TotalAmount": "1100.00",
        "TotalAmountBeforeTax": "1000.00",
        "CurrencyCode": "USD",
        "AmountBreakdown": {
            "SubTotalAmount": "1200.00",
            "Discounts": {
                "Breakdown": [
                    {"Description": "Savings Plan", "Amount": "150.00", "Rate": ""},
                    {"Description": "Credits", "Amount": "50.00", "Rate": ""},
                ],
                "TotalAmount": "200.00",
            },
            "Taxes": {"Breakdown": [], "TotalAmount": "100.00"},
        },
    }
    payment = {
        "TotalAmount": "1518000",
        "TotalAmountBeforeTax": "1380000",
        "CurrencyCode": "KRW",
        "CurrencyExchangeDetails": {"Rate": "1380"},
    }
    return {
        "AccountId": "123456789012",
        "InvoiceId": "EXAMPLE-1",
        "Entity": {"InvoicingEntity": "Amazon Web Services Korea LLC", "BillingEntity": "AWS"},
        "BillingPeriod": {"Month": 7, "Year": 2026},
        "InvoiceType": "INVOICE",
        "BaseCurrencyAmount": base,
        "TaxCurrencyAmount": None,
        "PaymentCurrencyAmount": payment,
    } | changes


def api(folder, *summaries, name="invoices.json", **more):
    path = folder / name
    path.write_text(json.dumps({"InvoiceSummaries": list(summaries), **more}))
    return path


def row(**values):
    """Return a row of the console's CSV; costs that are left out are 0."""
    costs = {name: values.get(name, "0") for name in ("CostBeforeTax", "Credits", "TaxAmount")}
    total = str(sum(map(Decimal, costs.values())))
    return {
        "InvoiceID": "EXAMPLE-1",
        "PayerAccountId": "123456789012",
        "RecordType": "PayerLineItem",
        "BillingPeriodStartDate": "2026/07/01 00:00:00",
        "ProductCode": "AmazonEC2",
        "UsageType": "BoxUsage",
        "CurrencyCode": "USD",
        "TotalCost": total,
        **costs,
        **values,
    }


def bills(folder, *rows, columns=COLUMNS, name="bill.csv"):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    (folder / name).write_text(stream.getvalue())
    return folder / name


def test_an_invoice_of_the_api_is_read_with_its_credit_tax_and_rate(tmp_path):
    (head,) = read_invoices([api(tmp_path, summary())]).heads

    assert (head.invoice_id, head.billing_period, head.payer) == (
        "EXAMPLE-1",
        "2026-07",
        "123456789012",
    )
    assert (head.before_tax, head.tax, head.total) == (1000, 100, 1100)
    assert head.credit == -50
    assert [(one.purpose, one.currency, one.rate) for one in head.conversions] == [
        ("payment", "KRW", 1380)
    ]
    assert head.does_not_add_up == ()


def test_discounts_of_either_sign_add_up(tmp_path):
    base = json.loads(json.dumps(summary()["BaseCurrencyAmount"]))
    base["AmountBreakdown"]["Discounts"]["TotalAmount"] = "-200.00"
    base["AmountBreakdown"]["Discounts"]["Breakdown"][1]["Amount"] = "-50.00"

    (head,) = read_invoices([api(tmp_path, summary(BaseCurrencyAmount=base))]).heads

    assert head.does_not_add_up == ()
    assert head.credit == -50


def test_an_invoice_that_does_not_add_up_says_so(tmp_path):
    base = summary()["BaseCurrencyAmount"] | {"TotalAmount": "1150.00"}

    (head,) = read_invoices([api(tmp_path, summary(BaseCurrencyAmount=base))]).heads

    assert head.does_not_add_up == (
        "1,200.00",
        "200.00",
        "0.00",
        "100.00",
        "1,000.00",
        "1,150.00",
    )


def test_a_credit_memo_gives_money_back_and_a_payment_receipt_is_left_out(tmp_path):
    memo = summary(InvoiceId="MEMO", InvoiceType="CREDIT_MEMO")
    receipt = summary(InvoiceId="PAID", InvoiceType="PAYMENT_RECEIPT")

    found = read_invoices([api(tmp_path, memo, receipt)])

    assert [(one.invoice_id, one.total) for one in found.heads] == [("MEMO", -1100)]
    assert found.receipts == ["PAID"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"InvoiceSummaries": [{"AccountId": "1"', "line 1: no whole JSON"),
        ('{"Budgets": []}', "has no list InvoiceSummaries"),
        ('{"InvoiceSummaries": [], "NextToken": "x"}', "one page of several"),
        ('{"InvoiceSummaries": []}', "hold no invoice"),
        ('{"InvoiceSummaries": [{"AccountId": "1"}]}', "invoice 1: InvoiceId"),
    ],
)
def test_a_file_that_is_no_whole_answer_is_refused(tmp_path, text, said):
    path = tmp_path / "invoices.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        read_invoices([path])


def test_an_amount_that_is_no_number_is_refused_with_its_place(tmp_path):
    base = summary()["BaseCurrencyAmount"] | {"TotalAmount": "NaN"}
    with pytest.raises(BadInput, match=r"invoice 1: BaseCurrencyAmount\.TotalAmount 'NaN'"):
        read_invoices([api(tmp_path, summary(BaseCurrencyAmount=base))])


def test_an_amount_in_another_currency_without_a_rate_is_refused(tmp_path):
    payment = summary()["PaymentCurrencyAmount"] | {"CurrencyExchangeDetails": None}
    with pytest.raises(BadInput, match=r"in KRW, and CurrencyExchangeDetails\.Rate is missing"):
        read_invoices([api(tmp_path, summary(PaymentCurrencyAmount=payment))])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"AccountId": "999999999999"}, "more than one payer: 123456789012, 999999999999"),
        ({"BillingPeriod": {"Month": 8, "Year": 2026}}, "more than one month: 2026-07, 2026-08"),
        ({"InvoiceId": "EXAMPLE-1"}, "EXAMPLE-1 is in .* already"),
        (
            {
                "BaseCurrencyAmount": summary()["BaseCurrencyAmount"] | {"CurrencyCode": "KRW"},
                "PaymentCurrencyAmount": None,
            },
            "more than one currency: KRW, USD",
        ),
    ],
)
def test_invoices_that_do_not_belong_together_are_refused(tmp_path, change, said):
    other = summary(**({"InvoiceId": "EXAMPLE-2"} | change))
    with pytest.raises(BadInput, match=said):
        read_invoices([api(tmp_path, summary(), other)])


def test_one_month_is_taken_of_a_file_with_several(tmp_path):
    august = summary(InvoiceId="EXAMPLE-2", BillingPeriod={"Month": 8, "Year": 2026})

    found = read_invoices([api(tmp_path, summary(), august)], "2026-08")

    assert [one.invoice_id for one in found.heads] == ["EXAMPLE-2"]


def test_lines_of_payer_and_accounts_count_once_and_totals_never(tmp_path):
    path = bills(
        tmp_path,
        row(CostBeforeTax="12", UsageQuantity="6"),
        row(RecordType="LinkedLineItem", LinkedAccountId="1", CostBeforeTax="4", UsageQuantity="2"),
        row(RecordType="LinkedLineItem", LinkedAccountId="2", CostBeforeTax="5", UsageQuantity="3"),
        row(RecordType="PayerLineItem", ProductCode="AWSSupport", CostBeforeTax="3"),
        row(Credits="-2", UsageType="Credit"),
        row(TaxAmount="1", UsageType=""),
        row(RecordType="AccountTotal", LinkedAccountId="1", CostBeforeTax="4"),
        row(RecordType="InvoiceTotal", CostBeforeTax="15", Credits="-2", TaxAmount="1"),
        row(RecordType="StatementTotal", InvoiceID="", CostBeforeTax="15"),
    )
    found = read_invoices([path])

    (head,) = found.heads
    assert (head.before_tax, head.credit, head.tax, head.total) == (13, -2, 1, 14)
    assert [
        (one.sub_account_id, one.service_code, one.usage_type, one.charge, one.credit, one.tax)
        for one in found.lines
    ] == [
        ("1", "AmazonEC2", "BoxUsage", 4, 0, 0),
        ("2", "AmazonEC2", "BoxUsage", 5, 0, 0),
        # What no account has is the payer's own.
        ("123456789012", "AmazonEC2", "BoxUsage", 3, 0, 0),
        ("123456789012", "AWSSupport", "BoxUsage", 3, 0, 0),
        ("123456789012", "AmazonEC2", "Credit", 0, -2, 0),
        ("123456789012", "AmazonEC2", "", 0, 0, 1),
    ]


@pytest.mark.parametrize("kind", ["Rounding", "CBRounding"])
def test_what_cents_of_lines_leave_is_of_the_invoice_and_no_line(tmp_path, kind):
    path = bills(
        tmp_path,
        row(CostBeforeTax="0.34"),
        row(RecordType=kind, ProductCode="", UsageType="", CostBeforeTax="-0.01"),
        row(RecordType="LinkedLineItem", LinkedAccountId="1", CostBeforeTax="0.34"),
        row(RecordType="InvoiceTotal", CostBeforeTax="0.33"),
    )
    found = read_invoices([path])
    assert found.heads[0].total == Decimal("0.33")
    assert [(one.sub_account_id, one.charge) for one in found.lines] == [("1", Decimal("0.34"))]


def test_the_variant_with_tags_is_read_too(tmp_path):
    columns = [*COLUMNS[:17], "AvailabilityZone", *COLUMNS[17:], "user:team"]
    path = bills(tmp_path, row(CostBeforeTax="12"), columns=columns)
    assert read_invoices([path]).heads[0].total == 12


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ([row()], COLUMNS[:-1], "line 1: missing TotalCost"),
        ([row()], [*COLUMNS, "Blended"], "line 1: unknown Blended"),
        ([row(RecordType="Refund")], COLUMNS, "line 2: unknown RecordType 'Refund'"),
        ([row(TotalCost="1,2x")], COLUMNS, "line 2: TotalCost '1,2x' is no number"),
        ([row(TotalCost="inf")], COLUMNS, "line 2: TotalCost 'inf' is no number"),
        ([row(BillingPeriodStartDate="July")], COLUMNS, "line 2: BillingPeriodStartDate 'July'"),
        (
            [row(CostBeforeTax="12"), row(RecordType="InvoiceTotal", CostBeforeTax="20")],
            COLUMNS,
            "line 3: invoice EXAMPLE-1 is 20, but its lines sum to 12. Is the file cut off",
        ),
        (
            [row(CostBeforeTax="12"), row(CostBeforeTax="12", CurrencyCode="KRW")],
            COLUMNS,
            "more than one currency: KRW, USD",
        ),
    ],
)
def test_a_wrong_csv_is_refused_with_its_line(tmp_path, rows, columns, said):
    with pytest.raises(BadInput, match=said):
        read_invoices([bills(tmp_path, *rows, columns=columns)])


def test_a_csv_cut_off_in_a_line_is_refused(tmp_path):
    path = bills(tmp_path, row(CostBeforeTax="12"))
    path.write_text(path.read_text().rstrip()[:-40])
    with pytest.raises(BadInput, match="line 2: not as many values"):
        read_invoices([path])


def test_both_files_of_an_invoice_must_be_of_one_state_of_it(tmp_path):
    older = bills(tmp_path, row(CostBeforeTax="900"), row(TaxAmount="90", UsageType=""))
    with pytest.raises(BadInput, match=r"is 1100\.00 USD in .* and 990\.00 in .* fetch both anew"):
        read_invoices([api(tmp_path, summary()), older])


def test_other_files_are_refused(tmp_path):
    pdf = tmp_path / "invoice.pdf"
    pdf.write_text("%PDF")
    with pytest.raises(BadInput, match="no invoice that can be read"):
        read_invoices([pdf])
    with pytest.raises(SourceNotFound, match="is no file"):
        read_invoices([tmp_path / "nothing.json"])

"""Write the invoices that AWS would send for the bill: JSON of the API, CSV of the console."""

import csv
import io
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pandas as pd

from .business import exchange_rates
from .company import LEGACY_MONTHS, MONTHS, account_ids, month_end, month_start, table
from .cur2 import DELIVERIES
from .invoice_errors import PLANTED, plant, truth

Row = dict
DUE_AFTER = pd.Timedelta(days=30)
# On an invoice, traffic is a service of its own; in the bill it belongs to what caused it.
TRAFFIC = "({0} like '%DataTransfer%' or {0} like '%-AWS-Out-Bytes') and {1} <> 'AmazonCloudFront'"
# Covered usage and its negation add up to nothing, and an invoice shows neither.
LINES = """
select
    bill_invoice_id as invoice, line_item_legal_entity as seller,
    bill_billing_entity as billing_entity, bill_bill_type as bill_type,
    line_item_usage_account_id as account,
    case when {traffic} then 'AWSDataTransfer' else line_item_product_code end as code,
    case when {traffic} then 'AWS Data Transfer' else {name} end as product,
    coalesce(line_item_usage_type, '') as usage_type,
    coalesce(line_item_operation, '') as operation,
    line_item_line_item_type as kind,
    max(case when line_item_line_item_type in ('Usage', 'DiscountedUsage') then ''
        else line_item_line_item_description end) as description,
    sum(line_item_usage_amount)::decimal(28, 6) as quantity,
    sum({cost}::decimal(28, 10))::decimal(28, 6) as cost,
    sum(line_item_unblended_cost::decimal(28, 10))::decimal(28, 6) as list
from read_parquet('{path}', hive_partitioning = false)
where line_item_line_item_type not in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
group by all
having sum({cost}::decimal(28, 10)) <> 0
order by all"""


def write_invoices(project: Path, *, seed: int) -> None:
    """Write every month's invoices, and beside the truth those with planted errors."""
    rates = dict(exchange_rates(seed)[["billing_period", "rate"]].itertuples(index=False))
    planted = []
    for month in MONTHS:
        lines, rate = _lines(project / "bill", month), Decimal(str(rates[month]))
        _write(project / "invoices", month, lines, rate)
        if month in PLANTED:
            wrong = plant(month, lines)
            planted += wrong.errors
            _write(project / "truth" / "invoices", month, wrong.lines, rate)
    truth(planted).to_csv(project / "truth" / "invoice_errors.csv", index=False)


def _lines(bill: Path, month: str) -> list[Row]:
    """Return the month's invoice lines, summed from the bill's last delivery."""
    legacy = month in LEGACY_MONTHS
    query = LINES.format(
        traffic=TRAFFIC.format("line_item_usage_type", "line_item_product_code"),
        name="product_product_name" if legacy else "product['product_name']",
        cost="line_item_unblended_cost" if legacy else "line_item_net_unblended_cost",
        path=_path(bill, month, legacy=legacy),
    )
    rows = duckdb.sql(query)
    return [dict(zip(rows.columns, values, strict=True)) for values in rows.fetchall()]


def _path(bill: Path, month: str, *, legacy: bool) -> str:
    if legacy:
        return f"{bill}/cur/*/*/year={month[:4]}/month={int(month[5:])}/*.parquet"
    folder = [one.folder for one in DELIVERIES if one.month == month][-1]
    return f"{bill}/cur2/*/data/{folder}/*.parquet"


def _write(folder: Path, month: str, lines: list[Row], rate: Decimal) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ids = sorted({one["invoice"] for one in lines})
    summaries = [_summary(month, _of(lines, one), rate) for one in ids]
    text = json.dumps({"InvoiceSummaries": summaries}, indent=1, ensure_ascii=False)
    (folder / f"{month}.json").write_text(text + "\n", encoding="utf-8")
    stream = io.StringIO()
    writer = csv.DictWriter(
        stream, list(table("invoice_columns")["column"]), restval="", lineterminator="\n"
    )
    writer.writeheader()
    for one in ids:
        writer.writerows(_records(month, _of(lines, one)))
    writer.writerow(_total("StatementTotal", month, lines))
    (folder / f"{month}.csv").write_text(stream.getvalue(), encoding="utf-8")


def _of(lines: list[Row], invoice: str) -> list[Row]:
    return [one for one in lines if one["invoice"] == invoice]


def _sum(lines: list[Row], *kinds: str, column: str = "cost") -> Decimal:
    """Return the sum of a column in whole cents, of some kinds of lines or of all."""
    exact = sum((one[column] for one in lines if not kinds or one["kind"] in kinds), Decimal(0))
    return round(exact, 2)


def _summary(month: str, lines: list[Row], rate: Decimal) -> Row:
    """Return one invoice as `aws invoicing list-invoice-summaries` has it: amounts are strings."""
    first = lines[0]
    korean = "Korea" in first["seller"]
    purchase = first["bill_type"] == "Purchase"
    issued = pd.Timestamp(f"{month}-20" if purchase else f"{month_end(month):%Y-%m}-03")
    return {
        "AccountId": account_ids()["payer"],
        "InvoiceId": first["invoice"],
        "IssuedDate": f"{issued:%Y-%m-%d}T00:00:00+00:00",
        "DueDate": f"{issued + DUE_AFTER:%Y-%m-%d}T00:00:00+00:00",
        "Entity": {
            "InvoicingEntity": first["seller"],
            "BillingEntity": first["billing_entity"].upper().replace(" ", "_"),
        },
        "BillingPeriod": {"Month": int(month[5:]), "Year": int(month[:4])},
        "BillType": first["bill_type"].upper(),
        "InvoiceType": "INVOICE",
        "OriginalInvoiceId": "",
        "PurchaseOrderNumber": "",
        "BaseCurrencyAmount": _base(lines),
        # AWS Inc. charges no Korean tax in won, and leaves the block out.
        "TaxCurrencyAmount": _converted(lines, rate) if korean else None,
        "PaymentCurrencyAmount": _converted(lines, rate),
    }


def _base(lines: list[Row]) -> Row:
    total, tax = _sum(lines), _sum(lines, "Tax")
    given = -_sum(lines, "Credit")
    listed = [one for one in lines if one["kind"] not in ("Tax", "Credit", "EdpDiscount")]
    enterprise = _sum(listed, column="list") + _sum(lines, "Tax") - given - total
    discounts = [("Enterprise Discount Program", enterprise), ("Credits", given)]
    parts = [_part(text, value) for text, value in discounts if value]
    return {
        "TotalAmount": f"{total}",
        "TotalAmountBeforeTax": f"{total - tax}",
        "CurrencyCode": "USD",
        "AmountBreakdown": {
            "SubTotalAmount": f"{total - tax + enterprise + given}",
            "Discounts": {"Breakdown": parts, "TotalAmount": f"{enterprise + given}"},
            "Taxes": {
                "Breakdown": [_part("VAT", tax) | {"Rate": "10"}] if tax else [],
                "TotalAmount": f"{tax}",
            },
            "Fees": {"Breakdown": [], "TotalAmount": "0.00"},
        },
    }


def _part(text: str, value: Decimal) -> Row:
    return {"Description": text, "Amount": f"{value}", "Rate": ""}


def _converted(lines: list[Row], rate: Decimal) -> Row:
    """Return the invoice in won, at the rate of the day it was issued."""
    total, tax, daily = _sum(lines), _sum(lines, "Tax"), round(rate * Decimal("1.0019"), 2)
    return {
        "TotalAmount": f"{total * daily:.0f}",
        "TotalAmountBeforeTax": f"{(total - tax) * daily:.0f}",
        "CurrencyCode": "KRW",
        "CurrencyExchangeDetails": {
            "SourceCurrencyCode": "USD",
            "TargetCurrencyCode": "KRW",
            "Rate": f"{daily}",
        },
    }


def _records(month: str, lines: list[Row]) -> list[Row]:
    """Return one invoice as CSV rows: payer's lines, the same money by account, and totals.

    Each line is whole cents, as AWS writes them; the payer has a row of what that rounds away.
    """
    cents = [one | {"cost": in_cents(one["cost"])} for one in lines]
    linked = [_line("LinkedLineItem", month, one) for one in cents]
    payer = [_line("PayerLineItem", month, one | {"account": ""}) for one in _added(cents)]
    accounts = sorted({one["account"] for one in lines})
    totals = [
        _total("AccountTotal", month, [one for one in lines if one["account"] == account])
        for account in accounts
    ]
    total = _total("InvoiceTotal", month, lines)
    return [*payer, *_rounding(total, _sum(lines) - _sum(cents)), *linked, *totals, total]


def in_cents(cost: Decimal) -> Decimal:
    """Return an amount as a line of an invoice has it."""
    return cost.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _rounding(total: Row, rest: Decimal) -> list[Row]:
    """Return the payer's row of what the lines' cents leave of an invoice, if anything."""
    text = {"RecordType": "Rounding", "ItemDescription": "Rounding of lines to cents"}
    return [total | text | _amounts({"CostBeforeTax": rest})] if rest else []


def _added(lines: list[Row]) -> list[Row]:
    """Add lines up over accounts; lines that are there twice stay two."""
    keys = ("code", "product", "usage_type", "operation", "kind", "description", "copy")
    sums: dict[tuple, Row] = {}
    for one in lines:
        key = tuple(one.get(name, "") for name in keys)
        known = sums.setdefault(key, one | {"quantity": Decimal(0), "cost": Decimal(0)})
        known["quantity"] += one["quantity"]
        known["cost"] += one["cost"]
    return list(sums.values())


def _line(record: str, month: str, one: Row) -> Row:
    names = dict(table("accounts")[["account_id", "name"]].itertuples(index=False))
    column = {"Tax": "TaxAmount", "Credit": "Credits"}.get(one["kind"], "CostBeforeTax")
    usage = column == "CostBeforeTax" and one["kind"] != "EdpDiscount"
    rate = round(one["cost"] / one["quantity"], 10) if usage and one["quantity"] else Decimal(0)
    return _period(month) | {
        "InvoiceID": one["invoice"],
        "PayerAccountId": account_ids()["payer"],
        "PayerAccountName": names[account_ids()["payer"]],
        "LinkedAccountId": one["account"],
        "LinkedAccountName": names.get(one["account"], ""),
        "RecordType": record,
        "ProductCode": one["code"],
        "ProductName": one["product"],
        "SellerOfRecord": one["seller"],
        "UsageType": one["usage_type"],
        "Operation": one["operation"],
        "ItemDescription": one["description"] or f"{one['usage_type']}, {rate:f} USD per unit",
        "UsageQuantity": f"{one['quantity']:f}" if usage else "",
        "BlendedRate": f"{rate:f}" if usage else "",
        "CurrencyCode": "USD",
        **_amounts({column: one["cost"]}),
        "TaxType": "VAT" if column == "TaxAmount" else "None",
    }


def _total(record: str, month: str, lines: list[Row]) -> Row:
    sums = {
        "TaxAmount": _sum(lines, "Tax"),
        "Credits": _sum(lines, "Credit"),
        "CostBeforeTax": _sum(lines) - _sum(lines, "Tax") - _sum(lines, "Credit"),
    }
    return _period(month) | {
        "InvoiceID": "" if record == "StatementTotal" else lines[0]["invoice"],
        "PayerAccountId": account_ids()["payer"],
        "LinkedAccountId": lines[0]["account"] if record == "AccountTotal" else "",
        "RecordType": record,
        "ItemDescription": f"Total for {record.removesuffix('Total').lower()}",
        "CurrencyCode": "USD",
        **_amounts(sums),
    }


def _amounts(known: dict[str, Decimal]) -> dict[str, str]:
    zero = Decimal(0)
    parts = {name: known.get(name, zero) for name in ("CostBeforeTax", "Credits", "TaxAmount")}
    return {name: f"{value:f}" for name, value in parts.items()} | {
        "TotalCost": f"{sum(parts.values()):f}"
    }


def _period(month: str) -> dict[str, str]:
    start, end = f"{month_start(month):%Y/%m/%d} 00:00:00", f"{month_end(month):%Y/%m/%d} 00:00:00"
    return {
        "BillingPeriodStartDate": start,
        "BillingPeriodEndDate": end,
        "InvoiceDate": f"{month_end(month):%Y/%m}/03 00:00:00",
        "UsageStartDate": start,
        "UsageEndDate": end,
    }

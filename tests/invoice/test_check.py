"""Invoices of the sample company agree with its bill, and each planted error is found."""

import json
import shutil
from decimal import Decimal
from functools import cache

import pandas as pd
import pytest

import finops
from finops.errors import BadInput
from finops.invoice.check import check_invoices
from sample_data.maker.contracts import write_contracts
from sample_data.maker.invoices import write_invoices
from sample_data.maker.payments import write_payments
from tests.conftest import SAMPLE, line, write_bill
from tests.forecast.test_known import load

MONTHS = sorted(path.stem for path in (SAMPLE / "invoices").glob("*.json"))
ERRORS = pd.read_csv(SAMPLE / "truth" / "invoice_errors.csv", dtype=str, keep_default_na=False)
PLANTED = SAMPLE / "truth" / "invoices"


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with finops.connect(sample_project) as opened:
        yield opened


@pytest.fixture(scope="module")
def check(warehouse):
    """Return a function that checks the invoices in files, the same files once."""
    return cache(lambda *paths: check_invoices(warehouse, paths))


def files(folder, month):
    return [folder / f"{month}.{kind}" for kind in ("json", "csv")]


def test_the_sample_has_thirteen_months_of_invoices():
    assert len(MONTHS) == 13


@pytest.mark.parametrize("month", MONTHS)
def test_the_invoices_of_a_right_month_agree_and_no_rule_finds_anything(check, month):
    found = check(*files(SAMPLE / "invoices", month))

    assert found.agrees
    assert set(found.differences["x_class"]) == {"rounding"}
    assert found.differences["x_difference"].abs().max() < Decimal("0.005")
    assert {one.rule: len(one.rows) for one in found.findings if len(one.rows)} == {}


@pytest.mark.parametrize("month", MONTHS)
def test_each_planted_error_is_found_and_none_is_invented(check, month):
    folder = PLANTED if (PLANTED / f"{month}.json").exists() else SAMPLE / "invoices"
    found = check(*files(folder, month)).unexplained
    planted = ERRORS[ERRORS["billing_period"] == month]

    # What one seller bills too much for another is missing on the invoice of the other.
    named = found[~((found["x_class"] == "tax_entity") & (found["x_difference"] < 0))]
    kinds = named["x_class"].replace("tax_entity", "tax")
    keys = ["invoice_id", "sub_account_id", "x_service_code", "x_usage_type"]
    places = planted[["invoice_id", "sub_account_id", "service_code", "usage_type"]]
    assert list(kinds) == list(planted["kind"])
    assert named[keys].to_numpy().tolist() == places.to_numpy().tolist()
    excess = zip(named["x_difference"], planted["over_billed_usd"], strict=True)
    # Lines of an invoice are whole cents: half a cent each for the line and its error.
    assert all(abs(one - Decimal(truth)) <= Decimal("0.01") for one, truth in excess)


@pytest.mark.parametrize("month", sorted(ERRORS["billing_period"]))
def test_the_api_alone_shows_each_planted_error_too(warehouse, month):
    planted = ERRORS[ERRORS["billing_period"] == month]

    found = check_invoices(warehouse, [PLANTED / f"{month}.json"]).unexplained

    excess = (
        found["x_difference"].max()
        if planted["kind"].item() != "expired_credit"
        else (found["x_difference"].min())
    )
    assert abs(excess - Decimal(planted["over_billed_usd"].item())) < Decimal("0.01")
    assert set(found["invoice_id"]) >= set(planted["invoice_id"])


def test_differences_of_an_invoice_sum_to_all_that_it_says_more(warehouse, check):
    found = check(*files(PLANTED, "2026-10"))
    for head in found.invoices.heads:
        billed = warehouse.sql(
            "select sum(billed_cost) as billed from staging.charges where invoice_id = $id",
            id=head.invoice_id,
        )["billed"].item()
        rows = found.differences[found.differences["invoice_id"] == head.invoice_id]
        assert sum(rows["x_difference"]) == head.total - billed


def test_items_show_data_transfer_apart_and_sum_to_the_bill(warehouse, check):
    found = check(*files(SAMPLE / "invoices", "2026-10"))

    items = found.items.groupby("x_item")["billed_cost"].sum()
    bill = warehouse.sql(
        "select sum(billed_cost) as billed from facts.daily_cost where billing_period = '2026-10'"
    )["billed"].item()
    assert set(items.index) == {"services", "data_transfer", "support", "marketplace", "tax"}
    assert sum(items) == bill
    assert items["data_transfer"] > 90_000


def test_an_invoice_that_no_file_has_is_a_difference(warehouse, tmp_path):
    answer = json.loads((SAMPLE / "invoices" / "2026-10.json").read_text())
    first, second = answer["InvoiceSummaries"]
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"InvoiceSummaries": [first]}))

    (row,) = check_invoices(warehouse, [path]).unexplained.to_dict("records")

    assert (row["x_class"], row["invoice_id"]) == ("no_invoice", second["InvoiceId"])
    total = Decimal(second["BaseCurrencyAmount"]["TotalAmount"])
    assert abs(row["x_difference"] + total) < Decimal("0.01")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"310245678901"', '"999999999999"', "of payer 999999999999; the bill of 2026-10 has"),
        ('"Month": 10', '"Month": 11', "of 2026-11, and that month is not loaded"),
        ('"USD"', '"EUR"', "of currency EUR; the bill of 2026-10 has USD"),
    ],
)
def test_invoices_that_are_not_of_the_bill_are_refused(warehouse, tmp_path, old, new, said):
    text = (SAMPLE / "invoices" / "2026-10.json").read_text()
    path = tmp_path / "other.json"
    path.write_text(text.replace(old, new))
    with pytest.raises(BadInput, match=said):
        check_invoices(warehouse, [path])


@pytest.fixture
def redelivered(project, tmp_path):
    """October as it stood on 2 November, without invoice, and less of it a week later."""
    path, waiting = tmp_path / "bill.parquet", {"bill_invoice_id": ""}
    sold = {
        "line_item_legal_entity": "A",
        "bill_bill_type": "Anniversary",
        "bill_invoicing_entity": "A",
    }
    credit = {"line_item_line_item_type": "Credit", "line_item_unblended_cost": -60.0}
    with finops.connect(project) as opened:
        usage = line(line_item_unblended_cost=1000.0, **sold, **waiting)
        load(opened, write_bill(path, [usage]), "2026-11-02T12:00:00")
        lines = [line(line_item_unblended_cost=1000.0, **sold), line(**credit, **sold)]
        load(opened, write_bill(path, lines), "2026-11-09T12:00:00")
        opened.build()
        yield opened


@pytest.mark.parametrize(
    ("issued", "kinds"),
    [
        ("2026-11-03", ["timing"]),
        # On the 10th the newest delivery was there, and before the 2nd none.
        ("2026-11-10", ["missing_credit"]),
        ("2026-11-01", ["missing_credit"]),
        ("", ["missing_credit"]),
    ],
)
def test_a_bill_that_was_delivered_again_after_the_invoice_explains_it(
    redelivered, tmp_path, issued, kinds
):
    one = {
        "billing_period": "2026-10",
        "invoice_id": "INV-1",
        "billing_account_id": "000000000001",
        "invoice_issuer_name": "A",
        "billed_cost": 1000,
    }
    path = tmp_path / "invoice.json"
    breakdown = {"SubTotalAmount": "1000", "Discounts": {"TotalAmount": "0"}}
    summary = _summary(one) | {"IssuedDate": issued}
    summary["BaseCurrencyAmount"]["AmountBreakdown"] = breakdown
    path.write_text(json.dumps({"InvoiceSummaries": [summary]}))
    found = check_invoices(redelivered, [path])
    assert list(found.differences["x_class"]) == kinds
    assert list(found.differences["x_difference"]) == [60]
    assert found.agrees is (kinds == ["timing"])
    if found.agrees:
        row = found.differences.iloc[0]
        assert (row["x_evidence"], row["x_values"]) == (
            "delivered_again",
            ("2026-11-09", "2026-11-03"),
        )


def test_the_real_bill_breaks_no_rule(real_project, tmp_path):
    """A bill that AWS closed: rules that need no contract find nothing in it."""
    with finops.connect(real_project) as opened:
        bill = opened.sql(
            "select billing_period, invoice_id, billing_account_id, invoice_issuer_name, "
            "round(sum(billed_cost), 2) as billed_cost from staging.charges group by all"
        ).to_dict("records")
        for one in bill:
            path = tmp_path / f"{one['billing_period']}.json"
            path.write_text(json.dumps({"InvoiceSummaries": [_summary(one)]}))
            found = check_invoices(opened, [path])
            assert found.agrees
            assert {rule.rule: len(rule.rows) for rule in found.findings if len(rule.rows)} == {}
            assert sum(not rule.lacks for rule in found.findings) >= 7


def _summary(one):
    year, month = one["billing_period"].split("-")
    total = str(one["billed_cost"])
    return {
        "AccountId": one["billing_account_id"],
        "InvoiceId": one["invoice_id"],
        "Entity": {"InvoicingEntity": one["invoice_issuer_name"]},
        "BillingPeriod": {"Month": int(month), "Year": int(year)},
        "BaseCurrencyAmount": {
            "TotalAmount": total,
            "TotalAmountBeforeTax": total,
            "CurrencyCode": "USD",
        },
    }


def test_the_maker_writes_the_same_contracts_invoices_and_payments_from_the_bill(tmp_path):
    write_contracts(tmp_path, scale=1)
    kept = (SAMPLE / "business" / "contracts.csv").read_bytes()
    assert (tmp_path / "contracts.csv").read_bytes() == kept

    (tmp_path / "bill").symlink_to(SAMPLE / "bill")
    (tmp_path / "truth").mkdir()
    write_invoices(tmp_path, seed=2026)
    (tmp_path / "business").mkdir()
    write_payments(tmp_path, seed=2026)

    paid = (SAMPLE / "business" / "payments.csv").read_bytes()
    assert (tmp_path / "business" / "payments.csv").read_bytes() == paid
    for folder in ("invoices", "truth/invoices"):
        made = {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        kept = {path.name: path.read_bytes() for path in (SAMPLE / folder).iterdir()}
        assert made == kept
    shutil.rmtree(tmp_path / "truth")

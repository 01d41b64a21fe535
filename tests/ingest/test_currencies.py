"""A bill in several currencies is summed in each, and never across them."""

import pytest
from rich.console import Console

from finops import connect
from finops.errors import BadSource
from finops.ingest.deliveries import read_records
from finops.report.bill import deliveries as delivery_tables
from tests.conftest import line, usd, write_bill
from tests.ingest.bill_files import csv_text, write


def cur(tmp_path, *costs):
    """A bill in CUR 2.0 names of (currency, unblended cost, invoice)."""
    lines = [
        line(line_item_currency_code=code, line_item_unblended_cost=cost, bill_invoice_id=invoice)
        for code, cost, invoice in costs
    ]
    return write_bill(tmp_path / "bill.parquet", lines)


def focus(tmp_path, *costs):
    """The same as a FOCUS export."""
    header = "ChargePeriodStart", "BillingAccountId", "BillingCurrency", "BilledCost", "InvoiceId"
    rows = [["2026-10-05T00:00:00Z", "1", code, cost, invoice] for code, cost, invoice in costs]
    return write(tmp_path / "focus.csv", csv_text(header, rows))


MIXED = ("CNY", 7.0, "I-1"), ("USD", 2.0, ""), ("USD", 3.0, "I-2")


@pytest.mark.parametrize("make", [cur, focus])
def test_bill_of_two_currencies_is_whole_in_each(project, tmp_path, make):
    warehouse = connect(project)
    loaded = warehouse.load(make(tmp_path, *MIXED))
    warehouse.build()
    assert loaded["source_unblended_cost"].tolist() == [None]
    columns = ["billing_currency", "x_source_rows", "x_final_share", "billed_cost", "x_residual"]
    assert warehouse.status()[columns].values.tolist() == [
        ["CNY", 1, 1.0, usd(7), usd(0)],
        ["USD", 2, 0.5, usd(5), usd(0)],
    ]
    assert warehouse.check()["rows"].sum() == 0


def test_load_shows_the_sum_of_each_currency(project, tmp_path, capsys):
    Console(width=200).print(
        delivery_tables.deliveries(connect(project).load(cur(tmp_path, *MIXED)))
    )
    assert "7.00 CNY + 5.00 USD" in capsys.readouterr().out


def test_change_of_a_month_is_told_in_each_currency(project, tmp_path):
    warehouse = connect(project)
    for cost in (1.0, 4.0):
        warehouse.load(cur(tmp_path, ("CNY", cost, "I"), ("USD", 2.0, "I")))
    warehouse.build()
    columns = ["billing_currency", "x_source_rows_change", "x_source_unblended_cost_change"]
    assert warehouse.status()[columns].values.tolist() == [
        ["CNY", 0, usd(3)],
        ["USD", 0, usd(0)],
    ]


def test_record_of_an_early_version_has_the_sums_of_its_one_currency(project, tmp_path):
    connect(project).load(cur(tmp_path, ("USD", 2.0, "I")))
    (file,) = project.rglob("delivery.json")
    text = file.read_text()
    start, end = text.index(' "currencies"'), text.index(' "first_charge_date"')
    file.write_text(text[:start] + text[end:])
    (record,) = read_records(project / "warehouse")
    assert record["currencies"] == [
        {
            "billing_currency": "USD",
            "source_rows": 1,
            "final_rows": 1,
            "source_unblended_cost": "2.0000000000",
        }
    ]


@pytest.mark.parametrize("make", [cur, focus])
def test_line_without_a_currency_is_in_the_only_one_of_the_bill(project, tmp_path, make):
    warehouse = connect(project)
    warehouse.load(make(tmp_path, ("CNY", 700.0, "I"), ("", 42.0, "I"), ("", 0.0, "I")))
    warehouse.build()
    columns = ["billing_currency", "x_source_rows", "billed_cost", "x_residual"]
    assert warehouse.status()[columns].values.tolist() == [["CNY", 3, usd(742), usd(0)]]


@pytest.mark.parametrize("make", [cur, focus])
def test_line_that_may_be_in_any_of_several_currencies_is_refused(project, tmp_path, make):
    said = r"1 line\(s\) that cost 42\.\d* in all name no billing currency, .* CNY and USD"
    with pytest.raises(BadSource, match=said):
        connect(project).load(make(tmp_path, *MIXED, ("", 42.0, "I")))


def test_line_of_no_cost_needs_no_currency(project, tmp_path):
    loaded = connect(project).load(cur(tmp_path, *MIXED, ("", 0.0, "I")))
    assert loaded["source_rows"].tolist() == [4]

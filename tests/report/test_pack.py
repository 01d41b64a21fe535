"""The pack says what the close says, as page and workbook, and a spreadsheet gets the same cents."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

import finops
from finops.close.amortised import check_amortisation
from finops.close.last_week import last_week_jumps
from finops.close.ledger import COLUMNS
from finops.close.month import prepare
from finops.close.registers import exchange
from finops.errors import WarehouseBusy
from finops.lock import writer_lock
from finops.report import pack as close_files
from finops.report.close.opening import OPENING, expense
from finops.report.close.page import close_page, sections
from finops.report.close.tables import tables
from finops.report.close.workbook import close_workbook
from finops.report.pack import close, journal_csv
from tests.conftest import SAMPLE
from tests.report.statements.test_workbook import formulas, values


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with finops.connect(sample_project) as found:
        yield found


@pytest.fixture(scope="module")
def october(warehouse):
    return prepare(warehouse, "2026-10")


def test_what_is_recognised_is_the_bill_in_all_months(warehouse, october, sample_closes):
    months = warehouse.status().set_index("billing_period")
    bills = months["billed_cost"].astype(object) + months["x_billed_tax"].astype(object)
    assert sum(october.rows["billed_cost"]) == bills["2026-10"]
    for month, bill in bills.items():
        found = sample_closes[month].rows
        assert sum(found["billed_cost"]) == bill
        for _, invoice in found.groupby("invoice_id"):
            coins = Decimal(int(invoice["x_coins"].sum())).scaleb(-2)
            assert abs(coins - sum(invoice["billed_cost"])) <= Decimal("0.005")


def test_the_payables_of_the_journal_are_the_bill(october):
    lines = october.journal[october.journal["x_kind"] == "charges"]
    payable = lines[lines["entry"] == "accounts_payable"]
    assert sum(payable["billing_credit"]) == Decimal("2655785.77")
    assert sum(payable["credit"]) == sum(october.rows["x_book_coins"])


def test_prepaid_of_the_sample_is_by_hours(october):
    """Two fees: 546,153.06 USD from 2026-01-13T05 and 420,480 USD from 2026-04-20T02, a year each.

    A third one, 302,341.76 USD from 2025-11-10T02, is used by 4 and 6 instances since March.
    """
    assert list(october.prepaid["x_close"]) == [
        round(30_234_176 * 4 / 10 * 218 / 8760),
        round(30_234_176 * 6 / 10 * 218 / 8760),
        round(54_615_306 * 1757 / 8760),
        round(42_048_000 * 4082 / 8760),
    ]
    rates = [str(rate) for rate in october.prepaid["x_rate"]]
    assert rates == ["1389.47", "1389.47", "1380.93", "1384.99"]


def test_the_hours_amortise_what_the_bill_does_in_all_months(sample_closes):
    """From August the bill amortises net too; the fees were paid before that discount.

    One fee from November, one more from January; in March the first goes to two reservations.
    """
    fees = {"2025-10": 0, "2025-11": 1, "2025-12": 1, "2026-01": 2, "2026-02": 2}
    for month, found in sample_closes.items():
        check_amortisation(found.amortised, month)
        assert set(found.amortised["x_basis"]) <= {"bill"}
        assert len(found.amortised) == fees.get(month, 4)
        assert sum(found.amortised["x_own_coins"]) == sum(found.prepaid["x_amortised"])


def test_august_is_paid_and_september_valued(october):
    """What each invoice is in dollars, by the rates of payments.csv and exchange_rates.csv."""
    rates = {
        # Booked at 1,452.38, worth 1,451.68 at the end of September, paid at 1,433.85.
        "3648600810": ("2527508.81", "1452.38", "1451.68", "1433.85"),
        "0243535286": ("69992.70", "1452.38", "1451.68", "1433.85"),
    }
    found = exchange(october.moved).set_index("invoice_id")
    for invoice, (paid, booked, valued, at) in rates.items():
        row, dollars = found.loc[invoice], Decimal(paid)
        assert Decimal(int(row["x_coins"])).scaleb(-2) == dollars
        gain = row["x_book_exchange"] + row["x_book_revaluation"]
        assert row["x_book_exchange"] == pytest.approx(
            dollars * (Decimal(booked) - Decimal(at)), abs=1
        )
        assert gain == pytest.approx(dollars * (Decimal(valued) - Decimal(at)), abs=2)
    unpaid = found.loc[["0895494749", "7919158693"]]
    owed = sum(
        Decimal(one["BaseCurrencyAmount"]["TotalAmount"])
        for one in json.loads((SAMPLE / "invoices/2026-09.json").read_text())["InvoiceSummaries"]
    )
    worth = owed * (Decimal("1454.44") - Decimal("1438.46"))
    assert sum(unpaid["x_coins"]) == 0
    assert sum(unpaid["x_book_revaluation"]) == pytest.approx(worth, abs=2)
    gained = sum(
        Decimal(paid) * (Decimal(valued) - Decimal(at)) for paid, _, valued, at in rates.values()
    )
    total = sections(october, "en")["exchange"].texts()[-1][-1]
    assert Decimal(total.replace(",", "")) == pytest.approx(gained + worth, abs=4)


def test_tables_add_up_to_the_journal(october):
    for table in tables(october, "en"):
        if table.key == "recognition":
            assert table.sums()[5] == Decimal("2655785.77")
        if table.key == "variance":
            before, change, *parts, after = table.sums()[1:]
            assert before + change == after
            assert sum(parts) == change
    assert expense(october) == sum(
        (
            row["debit"] - row["credit"]
            for row in october.journal.to_dict("records")
            if row["entry"].endswith("_expense")
        ),
        Decimal(0),
    )


def test_the_opening_leads_from_the_bill_to_the_books_and_is_signed(october):
    first = {table.key: table for table in tables(october, "en")[:4]}
    assert tuple(first) == OPENING
    steps = first["bill_to_expense"]
    assert [column.title for column in steps.columns[1:3]] == [
        "October 2026, USD",
        "September 2026, USD",
    ]
    assert steps.sums()[1] == october.expenses["USD"].total
    assert steps.sums()[2] == october.expenses_before["USD"].total
    books = dict(first["in_books"].rows)
    rate = books["At the rate of the month (USD 1,438.46)"]
    assert rate == round(steps.sums()[1] * Decimal("1438.46"))
    assert rate + books["Exchange: invoices and upfront fees at rates of their own"] == expense(
        october
    )
    assert books["Month before"] + books["Change"] == expense(october)
    assert books["Budget less expense"] == books["Budget of the teams"] - expense(october)
    assert [row[0] for row in first["sign_off"].rows] == [
        "Prepared by",
        "Reviewed by",
        "Approved by",
    ]


def test_the_opening_of_a_workbook_is_one_sheet_of_numbers_and_each_sheet_prints_its_title(october):
    stored = close_workbook(october, "en")
    with zipfile.ZipFile(io.BytesIO(stored)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    bill = october.expenses["USD"].steps["bill"]
    assert re.search(f'<c r="B6" s="[0-9]+"><v>{float(bill):.16G}</v>'.encode(), sheets[0])
    assert all(b"Month-end close 2026-10&amp;R" in sheet for sheet in sheets)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_is_whole_and_loads_nothing(october, language):
    page = close_page(october, language)
    assert f'<html lang="{language}">' in page
    assert "2,655,785.77" in page
    assert not re.search(r"<script|src=|href=|https?://", page)


def test_text_of_a_bill_is_no_markup_and_no_formula(october):
    evil = '=HYPERLINK("<script>")'
    lines = october.journal.assign(invoice_issuer_name=evil)
    found = replace(october, journal=lines, rows=october.rows.assign(publisher_name=evil))
    assert "<script>" not in close_page(found, "en")
    written = list(csv.DictReader(io.StringIO(journal_csv(lines).decode("utf-8-sig"))))
    assert {row["invoice_issuer_name"] for row in written} == {f"'{evil}"}
    with zipfile.ZipFile(io.BytesIO(close_workbook(found, "en"))) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert not any(b"<f>HYPERLINK" in sheet for sheet in sheets)


def test_the_same_close_gives_the_same_bytes(october):
    assert close_workbook(october, "ko") == close_workbook(october, "ko")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_libreoffice_computes_the_values_that_are_stored(october, tmp_path, language):
    stored = close_workbook(october, language)
    cached = formulas(stored)
    assert len(cached) > 80
    blank = tmp_path / "blank.xlsx"
    with zipfile.ZipFile(io.BytesIO(stored)) as old, zipfile.ZipFile(blank, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"</f><v>.*?</v>", b"</f>", text)
            new.writestr(name, text)
    out = tmp_path / "out"
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(blank)], check=True, capture_output=True, timeout=180)
    computed = values((out / "blank.xlsx").read_bytes())
    for place, value in cached.items():
        assert computed[place] == pytest.approx(value, abs=1e-6), place


def test_a_closed_folder_has_the_hash_of_all_it_is_made_of(september, project):
    written = close(september, "2026-09")
    folder = project / "closed/2026-09"
    assert set(written) == {path for path in folder.rglob("*") if path.is_file()}
    record = json.loads((folder / "close.json").read_text())
    for name, digest in record["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {"finops.toml", "mappings/accounts.csv", "business/exchange_rates.csv"} < set(
        record["inputs"]
    )
    assert sum(name.endswith(".parquet") for name in record["inputs"]) == 2
    for name, digest in record["inputs"].items():
        assert hashlib.sha256((project / name).read_bytes()).hexdigest() == digest
    header = (folder / "transfers.csv").read_text().splitlines()[0]
    assert header == ",".join(COLUMNS)


def test_a_day_of_the_last_week_that_jumped_is_in_the_pack(october):
    row = {
        "charge_date": pd.Timestamp("2026-10-31"),
        "x_team": "order",
        "service_name": "Amazon EC2",
        "billing_currency": "USD",
        "effective_cost": 300.004,
        "x_expected": 100.001,
        "x_excess": 200.003,
        "x_announced": "holiday",
        "x_contributors": "APN2-BoxUsage +200.00",
    }
    page = sections(replace(october, jumps=pd.DataFrame([row])), "en")["jumps"]
    cells = ("2026‑10‑31", "order", "Amazon EC2", "300.00", "100.00", "200.00", "holiday")
    assert page.texts() == [(*cells, "APN2-BoxUsage +200.00")]


def test_the_last_week_of_the_sample_is_looked_at(warehouse):
    found = last_week_jumps(warehouse, "2026-09")
    assert set(found["charge_date"].astype(str).str[:10]) <= {
        f"2026-09-{day}" for day in range(24, 31)
    }
    assert len(found)


def test_what_a_close_that_died_left_is_removed(september, project):
    left = project / "closed/.2026-09.1"
    left.mkdir(parents=True)
    (left / "transfers.csv").write_text("half")
    close(september, "2026-09")
    left = sorted(path.name for path in (project / "closed").iterdir())
    assert left == ["2026-09", "chain.csv"]


def test_a_close_waits_for_no_build_and_says_who_writes(september, project):
    with writer_lock(project / "warehouse"), pytest.raises(WarehouseBusy, match="being written"):
        close(september, "2026-09")
    assert not (project / "closed").exists()


def test_a_close_that_breaks_off_leaves_nothing(september, project, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            close(september, "2026-09")
    assert list((project / "closed").iterdir()) == []
    written = close_files.close(september, "2026-09")
    assert len([path for path in written if path.parent.name == "2026-09"]) == 7

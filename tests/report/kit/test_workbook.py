"""Every workbook is written in one way: text is no formula, sums are, and sheets print."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

from finops.report.kit.table import Column, Table, written
from finops.report.kit.workbook import Book, new_workbook


def parts(*tables, **more):
    """Return the files of a workbook with a sheet per table, as text by name."""
    stream = io.BytesIO()
    with new_workbook(stream, "Title", dt.datetime(2026, 10, 31)) as made:
        book = Book(made, "A & B", page="Page", **more)
        for table in tables:
            book.table(table)
    with zipfile.ZipFile(stream) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


def costs(*rows, title="Costs"):
    columns = [
        Column("what"),
        Column("before", "USD", total=True),
        Column("now", "USD", total=True),
        Column("change", "USD", total=True, formula="{2}-{1}"),
    ]
    return Table("costs", title, columns, rows, "None.", total_word="all")


def test_sums_and_what_follows_from_other_cells_are_formulas_with_values():
    found = parts(costs(("a", Decimal(1), Decimal("1.5"), Decimal("0.5"))))
    sheet = found["xl/worksheets/sheet1.xml"]
    assert "<f>ROUND(C2-B2,2)</f><v>0.5</v>" in sheet
    assert "<f>ROUND(SUM(C2:C2),2)</f><v>1.5</v>" in sheet


def test_each_row_has_the_decimals_of_its_currency():
    columns = [
        Column("stated", currency_at=3),
        Column("expected", currency_at=3),
        Column("difference", currency_at=3, formula="{0}-{1}"),
        Column(""),
    ]
    rows = [
        (Decimal("2.50"), Decimal("1.25"), Decimal("1.25"), "USD"),
        (Decimal(2500), Decimal(1000), Decimal(1500), "KRW"),
    ]
    sheet = parts(Table("t", "Rates", columns, rows))["xl/worksheets/sheet1.xml"]
    assert "<f>ROUND(A2-B2,2)</f><v>1.25</v>" in sheet
    assert "<f>ROUND(A3-B3,0)</f><v>1500" in sheet


def test_text_never_is_a_formula():
    evil = Table("t", "Text", written(("a", "b"), ("b",)), [("=1+1", "=2+2")])
    found = parts(evil)
    assert "<f>" not in found["xl/worksheets/sheet1.xml"]
    assert "=1+1" in found["xl/sharedStrings.xml"] and "=2+2" in found["xl/sharedStrings.xml"]


def test_a_sheet_prints_its_name_and_what_it_is_of():
    found = parts(costs(), foot="ref-1")
    sheet = found["xl/worksheets/sheet1.xml"]
    assert "&amp;LA &amp;&amp; B&amp;RCosts" in sheet
    assert "&amp;Lref-1&amp;RPage &amp;P / &amp;N" in sheet
    assert "None." in found["xl/sharedStrings.xml"]


def test_names_of_sheets_are_short_whole_and_unlike():
    long = "What the invoices are made of, USD: all"
    found = parts(costs(title=long), costs(title=long), costs(title="Right? USD"))
    names = found["xl/workbook.xml"]
    for name in ("What the invoices are made of", "Right USD"):
        assert f'name="{name}"' in names
    assert 'name="What the invoices are made o 2"' in names

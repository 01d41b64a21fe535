"""A table holds values and tells them as a reader of page, notebook and terminal expects."""

from decimal import Decimal

from finops.report.kit.table import Column, Table, text_of, written


def test_values_are_told_by_their_kind():
    assert text_of(Decimal("1234.5"), "USD") == "1,234.50"
    assert text_of(Decimal("1234.5"), "KRW") == "1,235"
    assert [text_of(0.12345, kind) for kind in ("share", "weight")] == ["12.35 %", "12.3450 %"]
    assert text_of("unknown", "USD") == "unknown"
    assert text_of("2026-10", "code") == "2026\u201110"


def test_totals_are_the_last_row():
    columns = [Column("what"), Column("cost", "USD", total=True), Column("share", "share")]
    rows = [("a", Decimal("1.10"), 0.25), ("b", None, None), ("c", Decimal("2.20"), 0.75)]
    table = Table("t", "Costs", columns, rows, total_word="all")
    assert table.texts() == [
        ("a", "1.10", "25.00 %"),
        ("b", "–", "–"),
        ("c", "2.20", "75.00 %"),
        ("all", "3.30", ""),
    ]
    assert Table("t", "Costs", columns, [], "None.", total_word="all").texts() == []


def test_each_row_has_the_decimals_of_its_currency():
    columns = [Column("cost", currency_at=1), Column("")]
    table = Table("t", "Costs", columns, [(Decimal("1.5"), "USD"), (Decimal(1500), "KRW")])
    assert table.texts() == [("1.50", "USD"), ("1,500", "KRW")]
    assert columns[0].is_number


def test_cells_that_are_text_already_stay_and_figures_are_right_aligned():
    columns = written(("team", "cost"), ("cost",))
    assert [column.is_number for column in columns] == [False, True]
    assert Table("t", "Costs", columns, [("order", "+3")]).texts() == [("order", "+3")]


def test_a_notebook_shows_it_escaped():
    table = Table("t", "<b>", written(("a",), ()), [("<script>",)], lead=("First.",))
    shown = table._repr_html_()
    assert "&lt;script&gt;" in shown and "<script>" not in shown and "First." in shown

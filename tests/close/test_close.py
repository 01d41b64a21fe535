"""A month closes once, in the books to the last digit, and later changes are corrections."""

from decimal import Decimal

import pytest

from finops.close import frozen
from finops.close.journal import unbalanced
from finops.close.month import prepare, read_expenses
from finops.close.registers import exchange
from finops.errors import BadInput
from finops.report.close.tables import tables
from finops.report.close.workbook import close_workbook
from finops.report.pack import close, reopen
from tests.fixtures.books import charge, tax

pytestmark = pytest.mark.usefixtures("without_statements")


def balance(found):
    """Return debits less credits of each entry, in the books' currency."""
    lines = found.journal
    sums = lines.groupby("entry")[["debit", "credit"]].sum()
    return {entry: sums.loc[entry, "debit"] - sums.loc[entry, "credit"] for entry in sums.index}


def payments(project, *lines):
    header = "invoice_id,invoice_rate,payment_date,payment_rate\n"
    text = header + "".join(f"{one}\n" for one in lines)
    (project / "business/payments.csv").write_text(text)


def test_a_final_month_is_expense_tax_and_payable(close_project):
    found = prepare(close_project([charge("2026-09", 1000), tax("2026-09", 100)]), "2026-09")
    assert balance(found) == {
        "cloud_expense": 1_380_000,
        "vat_receivable": 138_000,
        "accounts_payable": -1_518_000,
    }
    assert sum(found.rows["billed_cost"]) == 1100
    assert unbalanced(found.journal).empty


def test_an_accrual_is_reversed_and_its_invoice_booked_at_its_own_rate(close_project, project):
    """Known answer: accrued 1,000,000 at 1,380, invoiced at 1,372: a true-up of -8,000,000 won.

    Paid at 1,401 it is an exchange loss of 29,000,000; the tax is 137,200,000.
    """
    warehouse = close_project([charge("2026-09", 1_000_000, bill_invoice_id=None)])
    first = prepare(warehouse, "2026-09", accrue=True)
    assert balance(first) == {"cloud_expense": 1_380_000_000, "accrued_liability": -1_380_000_000}
    close(warehouse, "2026-09", accrue=True)
    invoiced = [charge("2026-09", 1_000_000), tax("2026-09", 100_000, bill_invoice_id="INV-VAT")]
    payments(project, "INV-2026-09,1372,2026-10-20,1401", "INV-VAT,1372,,")
    warehouse = close_project(invoiced, [charge("2026-10", 0)])
    second = prepare(warehouse, "2026-10")
    assert balance(second) == {
        "accrued_liability": 1_380_000_000,
        "cloud_expense": -8_000_000,
        "vat_receivable": 137_200_000,
        "accounts_payable": -137_200_000,
        "bank": -1_401_000_000,
        "fx_loss": 29_000_000,
    }
    true_up = second.accruals.iloc[0]
    assert (true_up["x_true_up"], true_up["x_book_true_up"]) == (0, -8_000_000)
    kinds = set(second.journal["x_kind"])
    assert kinds == {"reversal", "invoiced", "payment", "exchange"}
    assert second.corrections.empty


def test_support_that_is_not_billed_yet_is_accrued_by_its_tiers(close_project):
    """Known answers of the plan's tiers: $1M is 64,500, $2M is 94,500."""

    def support(month, dollars):
        return charge(month, dollars, line_item_product_code="AWSSupportEnterprise")

    august = [charge("2026-08", 1_000_000), support("2026-08", 64_500)]
    open_lines = [charge("2026-09", 2_000_000, bill_invoice_id=None)]
    warehouse = close_project(august, open_lines)
    found = balance(prepare(warehouse, "2026-09", accrue=True))
    assert found["support_expense"] == 94_500 * 1380
    close(warehouse, "2026-09", accrue=True)
    billed = [charge("2026-09", 2_000_000), support("2026-09", 94_400)]
    october = prepare(close_project(billed, [charge("2026-10", 0)]), "2026-10")
    assert balance(october)["support_expense"] == -100 * 1380
    assert list(october.accruals["x_true_up"]) == [-100_00]


def test_an_unpaid_invoice_is_worth_the_rate_of_the_month(close_project, project):
    warehouse = close_project([charge("2026-08", 1000)])
    close(warehouse, "2026-08")
    payments(project, "INV-2026-08,,,")
    warehouse = close_project([charge("2026-09", 0)])
    # Owed at 1,300, worth 1,380.
    assert balance(prepare(warehouse, "2026-09")) == {
        "accounts_payable": -80_000,
        "unrealised_fx_loss": 80_000,
    }
    close(warehouse, "2026-09")
    payments(project, "INV-2026-08,,2026-10-03,1375")
    october = balance(prepare(close_project([charge("2026-10", 0)]), "2026-10"))
    # Of the loss of 80,000 that was booked as unrealised, paying at 1,375 took only 75,000.
    loss = {"unrealised_fx_loss": -80_000, "fx_loss": 75_000}
    assert october == {"accounts_payable": 1_380_000, "bank": -1_375_000, **loss}


@pytest.mark.parametrize(
    ("payment", "september"),
    [
        # Booked at 1,310 and paid at 1,390.
        (
            "2026-09-20,1390",
            {"accounts_payable": 1_310_000, "bank": -1_390_000, "fx_loss": 80_000},
        ),
        # Still owed: worth 1,380.
        (",", {"accounts_payable": -70_000, "unrealised_fx_loss": 70_000}),
        ("2026-08-31,1390", {}),
    ],
)
def test_the_first_close_takes_over_invoices_that_were_not_paid_before(
    close_project, project, payment, september
):
    warehouse = close_project([charge("2026-08", 1000)], [charge("2026-09", 0)])
    payments(project, f"INV-2026-08,1310,{payment}")
    assert balance(prepare(warehouse, "2026-09")) == september


def test_what_the_first_close_took_over_is_settled_by_the_next(close_project, project):
    warehouse = close_project([charge("2026-07", 1000)], [charge("2026-08", 0)])
    payments(project, "INV-2026-07,1310,,")
    # Worth 1,300 when September begins, as booked before, and 1,380 at its end.
    warehouse = close_project([charge("2026-09", 0)])
    assert balance(prepare(warehouse, "2026-09")) == {
        "accounts_payable": -80_000,
        "unrealised_fx_loss": 70_000,
        "unrealised_fx_gain": 10_000,
    }
    close(warehouse, "2026-09")
    payments(project, "INV-2026-07,1310,2026-10-03,1375")
    found = prepare(close_project([charge("2026-10", 0)]), "2026-10")
    assert balance(found) == {
        "accounts_payable": 1_380_000,
        "bank": -1_375_000,
        "unrealised_fx_loss": -70_000,
        "fx_loss": 65_000,
    }
    row = exchange(found.moved).iloc[0]
    assert (row["x_coins"], row["x_book_coins"]) == (1000_00, 1_310_000)
    # Paying lost 65 won a dollar against 1,310, of which 70 were a loss before.
    assert (row["x_book_exchange"], row["x_book_revaluation"]) == (-65_000, 70_000)


def test_of_daily_rates_the_last_of_the_month_counts(close_project, project):
    header = "date,from_currency,to_currency,rate,source\n"
    rates = "2026-09-30,USD,KRW,1400,b\n2026-09-01,USD,KRW,1300,b\n"
    warehouse = close_project([charge("2026-09", 1)])
    (project / "business/exchange_rates.csv").write_text(header + rates)
    warehouse.build()
    assert prepare(warehouse, "2026-09").rates == {"USD": 1400}


def test_two_billing_currencies_never_add_up(close_project, project):
    rates = project / "business/exchange_rates.csv"
    rates.write_text(rates.read_text() + "2026-09,EUR,KRW,1600,test\n")
    euros = charge("2026-09", 10, line_item_currency_code="EUR")
    found = prepare(close_project([charge("2026-09", 1000), euros]), "2026-09")
    assert balance(found)["accounts_payable"] == -(1000 * 1380 + 10 * 1600)
    assert unbalanced(found.journal).empty
    billed = [table.sums()[5] for table in tables(found, "en") if table.key == "recognition"]
    assert billed == [10, 1000]
    assert close_workbook(found, "en")


def test_tax_waits_for_its_invoice(close_project):
    lines = [
        charge("2026-09", 10, bill_invoice_id=None),
        tax("2026-09", 1, bill_invoice_id=None),
    ]
    found = prepare(close_project(lines), "2026-09", accrue=True)
    assert balance(found) == {"cloud_expense": 13_800, "accrued_liability": -13_800}
    assert sum(found.rows["billed_cost"]) == 11


def test_what_changes_after_the_close_is_a_correction_of_the_open_month(close_project):
    warehouse = close_project([charge("2026-09", 1000)])
    close(warehouse, "2026-09")
    credit = charge("2026-09", -100, line_item_line_item_type="Credit")
    warehouse = close_project([charge("2026-09", 1000), credit], [charge("2026-10", 500)])
    found = prepare(warehouse, "2026-10")
    assert list(found.corrections["x_book_coins"]) == [-138_000]
    assert balance(found)["cloud_expense"] == 500 * 1372 - 138_000
    restated = found.restated["2026-09"]
    assert list(restated["x_billed_cost_change"]) == [Decimal(-100)]
    signed = read_expenses(warehouse, "2026-09")["USD"]
    assert signed.total == 1000
    assert {step: amount for step, amount in signed.steps.items() if amount} == {
        "bill": 900,
        "since": 100,
    }


def test_support_marketplace_refunds_and_unused_commitment_have_entries_of_their_own(close_project):
    plan = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::1:savingsplan/abc"}
    used = {"savings_plan_savings_plan_effective_cost": 4.0}
    lines = [
        charge("2026-09", 100),
        charge("2026-09", 30, line_item_product_code="AWSSupportEnterprise"),
        charge("2026-09", 20, bill_billing_entity="AWS Marketplace", bill_invoice_id="MP"),
        charge("2026-09", -5, bill_bill_type="Refund", line_item_line_item_type="Refund"),
        charge("2026-09", 7, line_item_line_item_type="SavingsPlanCoveredUsage", **plan, **used),
        charge("2026-09", -7, line_item_line_item_type="SavingsPlanNegation", **plan),
        charge(
            "2026-09",
            10,
            line_item_line_item_type="SavingsPlanRecurringFee",
            savings_plan_total_commitment_to_date=10.0,
            savings_plan_used_commitment=4.0,
            **plan,
        ),
    ]
    found = balance(prepare(close_project(lines), "2026-09"))
    assert found == {
        "cloud_expense": (100 + 10 - 6 - 5) * 1380,
        "unused_commitment_expense": 6 * 1380,
        "support_expense": 30 * 1380,
        "marketplace_expense": 20 * 1380,
        "accounts_payable": -160 * 1380,
        "credit_receivable": 5 * 1380,
    }


def test_an_open_month_is_refused(close_project):
    lines = [charge("2026-09", 1), charge("2026-09", 2, bill_invoice_id=None)]
    with pytest.raises(BadInput, match=r"2026-09 is open: 1 of 2 lines have no invoice.*--accrue"):
        prepare(close_project(lines), "2026-09")


def test_an_already_closed_month_is_refused(closed_september, project):
    before = sorted(path.stat().st_mtime_ns for path in project.glob("closed/*/*"))
    with pytest.raises(BadInput, match=r"2026-09 is closed already.*correction in the close of"):
        close(closed_september, "2026-09")
    assert sorted(path.stat().st_mtime_ns for path in project.glob("closed/*/*")) == before


def test_the_last_close_can_be_taken_back_and_is_kept_with_the_reason(closed_september, project):
    before = (project / "closed/2026-09/transfers.csv").read_bytes()
    kept = reopen(closed_september, "2026-09", "an invoice came late")
    assert kept == project / "closed/reopened/2026-09.1"
    assert (kept / "transfers.csv").read_bytes() == before
    assert frozen.closed_months(closed_september.settings) == []
    assert closed_september.damage() == []
    close(closed_september, "2026-09")
    (first,) = frozen.read_record(closed_september.settings, "2026-09")["takes_the_place_of"]
    assert (first["folder"], first["reason"]) == ("reopened/2026-09.1", "an invoice came late")
    assert reopen(closed_september, "2026-09", "again").name == "2026-09.2"
    (kept / "transfers.csv").write_text("changed")
    (damage,) = closed_september.damage()
    assert "closed/reopened/2026-09.1 is not what was kept" in damage


def test_only_the_last_close_can_be_taken_back_and_for_a_reason(closed_september, close_project):
    with pytest.raises(BadInput, match=r"2026-08 is not closed\. Closed: 2026-09"):
        reopen(closed_september, "2026-08", "why not")
    with pytest.raises(BadInput, match="is taken back for a reason"):
        reopen(closed_september, "2026-09", " ")
    later = close_project([charge("2026-10", 1)])
    close(later, "2026-10")
    with pytest.raises(BadInput, match="2026-10 was closed after 2026-09"):
        reopen(later, "2026-09", "why not")


def test_months_are_closed_in_order(closed_september, close_project):
    later = close_project([charge("2026-11", 1)])
    with pytest.raises(BadInput, match="the next to close is 2026-10, not 2026-11"):
        prepare(later, "2026-11")


def test_a_month_that_is_not_loaded_is_refused(september):
    with pytest.raises(BadInput, match="No bill of 2026-10 is loaded: there are 2026-09 to"):
        prepare(september, "2026-10")


@pytest.mark.parametrize(
    ("file", "old", "problem"),
    [
        ("business/exchange_rates.csv", "2026-09,USD", "no rate from USD to KRW for 2026-09"),
        ("mappings/accounts.csv", "accounts_payable,", "no line for accounts_payable; add"),
    ],
)
def test_a_missing_rate_or_account_is_refused_and_nothing_written(
    september, project, file, old, problem
):
    path = project / file
    kept = [one for one in path.read_text().splitlines() if not one.startswith(old)]
    path.write_text("\n".join(kept) + "\n")
    september.build()
    with pytest.raises(BadInput, match=problem):
        close(september, "2026-09")
    assert not (project / "closed").exists()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("INV-9,1300,,", "line 2: no bill has an invoice 'INV-9'"),
        ("INV-2026-09,1300,2026-10-01,", "line 2: invoice INV-2026-09 has only one of"),
        ("INV-2026-09,0,,", "line 2: invoice_rate '0'"),
    ],
)
def test_a_wrong_payment_is_refused(september, project, line, problem):
    payments(project, line)
    with pytest.raises(BadInput, match=problem):
        prepare(september, "2026-09")


def test_a_signed_file_that_was_changed_stops_the_next_close(
    closed_september, project, close_project
):
    path = project / "closed/2026-09/transfers.csv"
    path.write_text(path.read_text().replace("138", "139"))
    with pytest.raises(
        BadInput, match=r"booked against what was signed. .*closed/2026-09 is not what was kept"
    ):
        prepare(close_project([charge("2026-10", 1)]), "2026-10")


def test_a_draft_of_any_month_can_be_read_and_needs_no_accounts(close_project, project):
    lines = [charge("2026-08", 1), charge("2026-08", 2, bill_invoice_id=None)]
    warehouse = close_project(lines, [charge("2026-09", 3)])
    (project / "mappings/accounts.csv").unlink()
    for month in ("2026-08", "2026-09"):
        found = prepare(warehouse, month, draft=True)
        assert set(found.journal["account_code"]) == {""}
        assert unbalanced(found.journal).empty
    assert not (project / "closed").exists()

"""A company that bears its tax books it as expense of what it is on."""

import pytest

from finops.close.month import prepare, read_expenses
from finops.close.registers import taxes
from tests.close.test_close import balance
from tests.fixtures.books import charge, tax


@pytest.fixture
def bearing(project, close_project):
    """Return `close_project` of a company that bears its tax."""
    settings = project / "finops.toml"
    settings.write_text(settings.read_text() + "tax_is_cost = true\n")
    return close_project


def test_tax_that_is_borne_is_expense(bearing):
    found = prepare(bearing([charge("2026-09", 1000), tax("2026-09", 100)]), "2026-09")
    assert balance(found) == {"cloud_expense": 1_518_000, "accounts_payable": -1_518_000}
    assert list(taxes(found.rows)["x_coins"]) == [100_00]


def test_tax_that_is_borne_is_accrued_before_its_invoice(bearing):
    lines = [
        charge("2026-09", 10, bill_invoice_id=None),
        tax("2026-09", 1, bill_invoice_id=None),
    ]
    found = prepare(bearing(lines), "2026-09", accrue=True)
    assert balance(found) == {"cloud_expense": 15_180, "accrued_liability": -15_180}


def test_tax_on_support_and_the_marketplace_goes_with_them(bearing):
    seller = {"bill_billing_entity": "AWS Marketplace", "bill_invoice_id": "MP"}
    support = {"line_item_product_code": "AWSSupportEnterprise"}
    lines = [charge("2026-09", 20, **seller), tax("2026-09", 2, **seller)]
    lines += [charge("2026-09", 30, **support), tax("2026-09", 3, **support)]
    expense = read_expenses(bearing(lines), "2026-09")["USD"]
    assert expense.coins["marketplace_expense"] == 22_00
    assert expense.coins["support_expense"] == 33_00
    assert (expense.steps["bill"], expense.steps["vat"], expense.total) == (55, 0, 55)

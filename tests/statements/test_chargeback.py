"""The journal of a chargeback: balanced, equal to the statements, refused where a code is missing."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

import finops
from finops.close.expense import ACCOUNTS, Expense
from finops.errors import BadInput
from finops.inputs.accounts import read_accounts
from finops.report.statements.all_months import all_months
from finops.report.statements.files import write_statements
from finops.report.statements.reconciliation import steps
from finops.statements import statement as module
from finops.statements.chargeback import COLUMNS, journal_csv, postings
from finops.statements.statement import Build, statements
from tests.statements.test_statement import EMPTY

PAYING = "CC-9000"


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with pytest.MonkeyPatch.context() as patch, finops.connect(sample_project) as one:
        patch.setattr(module, "find", lambda _: EMPTY)
        patch.setattr(module, "worklist", lambda _: EMPTY)
        yield one


@pytest.fixture(scope="module")
def every_month(warehouse):
    """The statements of each month of the sample."""
    months = sorted(set(warehouse.status()["billing_period"]))
    build = Build(warehouse)
    return {month: statements(warehouse, month, mode="chargeback", build=build) for month in months}


@pytest.fixture(scope="module")
def october(every_month):
    return every_month["2026-10"]


@pytest.fixture
def accounts(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text(
        "entry,account_code\ncloud_expense,53110\nsupport_expense,53120\ncloud_clearing,=53999\n"
    )
    return read_accounts(path)


def small(statement, *teams, currency="USD", books="USD", rate=1, **booked):
    """Return statements of teams that pay literal coins: (team, (entry, cost centre, coins), …).

    The close books the same by account, or the coins that `booked` gives, at one rate.
    """
    columns = ["x_entry", "x_cost_centre", "x_cents"]
    of_team = {
        team: pd.DataFrame(lines, columns=columns).assign(x_team=team) for team, *lines in teams
    }
    whole = pd.concat(of_team.values())
    sums = whole.groupby("x_entry")["x_cents"].sum()
    coins = {one: booked.get(one, int(sums.get(one, 0))) for one in ACCOUNTS}
    expense = Expense(
        currency, books, coins, {one: round(coins[one] * rate) for one in ACCOUNTS}, {}, rounded=1
    )
    month = replace(statement.month, currency=currency, lines=whole, expense=expense)
    return [
        replace(statement, month=month, team=team, lines=lines, total=int(lines["x_cents"].sum()))
        for team, lines in of_team.items()
    ]


def cloud(centre, coins):
    return ("cloud_expense", centre, coins)


def booked(rows):
    return [(row.cost_centre, row.entry, row.coins) for row in rows]


def read(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_month_debits_are_the_expense_of_the_close_by_account(sample_closes, every_month):
    """In the money of the bill and of the books; a bill of won would have no decimals."""
    for month, found in every_month.items():
        closed = sample_closes[month]
        lines = closed.journal[closed.journal["entry"].isin(ACCOUNTS)]
        sides = [["debit", "credit"], ["billing_debit", "billing_credit"]]
        books, bill = (
            lines.groupby("entry")[[debit, credit]]
            .sum()
            .pipe(lambda f, d=debit, c=credit: f[d] - f[c])
            for debit, credit in sides
        )
        rows = [row for row in postings(found, PAYING) if row.entry != "cloud_clearing"]
        for account in ACCOUNTS:
            own = [row for row in rows if row.entry == account]
            assert sum(row.book_coins for row in own) == books.get(account, 0)
            assert sum(row.coins for row in own) == bill.get(account, 0) * 100


def test_every_month_the_steps_lead_from_the_bill_to_the_statements(warehouse, every_month):
    for month, found in every_month.items():
        names, amounts = zip(*steps(found), strict=True)
        bill = warehouse.sql(
            "select sum(billed_cost) as cost from staging.charges where billing_period = $month",
            month=month,
        )["cost"].iloc[0]
        assert (names[0], amounts[0]) == ("step_bill", bill)
        assert sum(amounts[:-1]) == amounts[-1]
        assert amounts[names.index("rounded")] == 0
        # Nine in ten of the lines are invoices of whole cents: a cent for each booked amount.
        rounding = amounts[names.index("step_rounding")]
        assert abs(rounding) <= Decimal(found[0].month.expense.rounded) / 100


def test_tax_and_prepaid_fees_are_charged_to_nobody(october):
    lines = pd.concat(one.lines for one in october)
    assert set(lines["x_entry"]) <= set(ACCOUNTS)
    assert "Tax" not in set(lines["charge_category"])


def test_cost_centres_are_debited_by_account_and_who_pays_aws_is_credited(october):
    found = small(
        october[0],
        ("order", cloud("CC-1", 700), cloud("CC-2", 50), ("support_expense", "CC-1", 5)),
        ("search", cloud("CC-1", 100)),
    )
    rows = postings(found, PAYING)
    assert booked(rows) == [
        ("CC-1", "cloud_expense", 800),
        ("CC-2", "cloud_expense", 50),
        ("CC-1", "support_expense", 5),
        (PAYING, "cloud_clearing", -855),
    ]
    assert rows[0].references == (found[0].reference, found[1].reference)


def test_what_the_close_books_and_no_line_says_stays_with_who_pays_aws(october):
    found = small(october[0], ("order", cloud("CC-1", 700)), cloud_expense=500, support_expense=30)
    assert booked(postings(found, PAYING)) == [
        ("CC-1", "cloud_expense", 700),
        (PAYING, "cloud_expense", -200),
        (PAYING, "support_expense", 30),
        (PAYING, "cloud_clearing", -530),
    ]


def test_a_cost_centre_that_got_money_back_is_credited(october, accounts):
    found = small(october[0], ("order", cloud("CC-1", 700), cloud("CC-2", -50), cloud("CC-3", 0)))
    shown = read(journal_csv(postings(found, PAYING), accounts))
    sides = [(row["x_cost_centre"], row["debit"], row["credit"]) for row in shown]
    assert sides == [("CC-1", "7.00", ""), ("CC-2", "", "0.50"), (PAYING, "", "6.50")]


def test_what_nobody_owns_stays_with_who_pays_aws(october):
    found = small(october[0], ("unowned", cloud("unowned", 30)))
    expected = [(PAYING, "cloud_expense", 30), (PAYING, "cloud_clearing", -30)]
    assert booked(postings(found, PAYING)) == expected


def test_coins_of_the_books_add_up_to_the_expense(october, accounts):
    found = small(
        october[0],
        ("order", cloud("CC-1", 1), cloud("CC-2", 1), cloud("CC-3", 1)),
        books="KRW",
        rate=Decimal(100) / 3,
    )
    rows = postings(found, PAYING)
    assert [row.book_coins for row in rows] == [34, 33, 33, -100]
    shown = read(journal_csv(rows, accounts))[0]
    assert (shown["debit"], shown["currency"]) == ("34", "KRW")
    assert (shown["billing_debit"], shown["billing_currency"]) == ("0.01", "USD")


def test_currencies_are_booked_and_balanced_each(october):
    found = [
        *small(october[0], ("order", cloud("CC-1", 5))),
        *small(october[0], ("order", cloud("CC-1", 9000)), currency="KRW"),
    ]
    assert [row.coins for row in postings(found, PAYING)] == [5, -5, 9000, -9000]


def test_won_have_no_decimals_and_no_cell_is_a_formula(october, accounts):
    found = small(october[0], ("order", cloud("=CC()", 9000)), currency="KRW", books="KRW")
    debit, credit = read(journal_csv(postings(found, PAYING), accounts))
    assert tuple(debit) == COLUMNS
    assert (debit["x_cost_centre"], debit["debit"]) == ("'=CC()", "9000")
    assert (credit["account_code"], credit["credit"]) == ("'=53999", "9000")


def test_a_journal_lies_beside_the_statements_of_all_teams_only(warehouse, october, tmp_path):
    both = {"folder": tmp_path, "mode": "chargeback"}
    assert not any(
        path.suffix == ".csv"
        for path in write_statements(warehouse, "2026-10", team="order", **both)
    )
    write_statements(warehouse, "2026-10", **both)
    shown = read((tmp_path / "journal-2026-10.csv").read_bytes())
    debit = sum(Decimal(row["billing_debit"] or 0) for row in shown)
    credit = sum(Decimal(row["billing_credit"] or 0) for row in shown)
    # The bill of 2,655,785.77 less tax of 241,435.04, and 107,775.94 used of prepaid fees.
    assert debit == credit == Decimal("2522126.68")
    led = read((tmp_path / "reconciliation-2026-10.csv").read_bytes())
    assert led[1]["x_amount"] == "-241435.04"
    assert sum(Decimal(row["x_amount"]) for row in led[:-1]) == Decimal(led[-1]["x_amount"])


@pytest.mark.parametrize(
    ("lines", "paying", "words"),
    [
        ([cloud("CC-1", 1)], "", "add paying_cost_centre"),
        ([cloud("unowned", 1)], PAYING, "order has cost and no cost centre to charge"),
    ],
)
def test_a_missing_cost_centre_is_refused(october, lines, paying, words):
    with pytest.raises(BadInput, match=words):
        postings(small(october[0], ("order", *lines)), paying)


def test_a_missing_account_is_refused_with_its_file(october, tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("entry,account_code\ncloud_expense,53110\n")
    rows = postings(small(october[0], ("order", cloud("CC-1", 1))), PAYING)
    with pytest.raises(BadInput, match=r"accounts.csv has no line for cloud_clearing; add entry"):
        journal_csv(rows, read_accounts(path))


def test_all_months_lead_from_the_bill_to_teams_in_one_table(warehouse):
    (table,) = all_months(warehouse)
    assert len(table.rows) == 13
    names = [column.title for column in table.columns[1:]]
    amounts = {row[0]: dict(zip(names, row[1:], strict=True)) for row in table.rows}
    january = amounts["January 2026"]
    assert january["The bill, tax included"] == "2,894,586.13"
    assert january["Expense of the month"] == "2,139,085.39"
    for row in amounts.values():
        cells = [Decimal(cell.replace(",", "").replace("−", "-")) for cell in row.values()]
        *steps, expense, teams, kept = cells
        # Each step is rounded for reading.
        assert abs(sum(steps) - expense) <= Decimal("0.04")
        assert teams + kept == expense

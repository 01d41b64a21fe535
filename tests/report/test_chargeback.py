"""The journal of a chargeback: balanced, equal to the statements, refused where a code is missing."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

import finops
from finops.close.accounts import read_accounts
from finops.errors import BadInput
from finops.report.statements import statement as module
from finops.report.statements.chargeback import COLUMNS, journal_csv, postings
from finops.report.statements.files import write_statements
from finops.report.statements.statement import statements
from tests.report.test_statements import EMPTY

PAYING = "CC-9000"


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with pytest.MonkeyPatch.context() as patch, finops.connect(sample_project) as one:
        patch.setattr(module, "find", lambda _: EMPTY)
        patch.setattr(module, "worklist", lambda _: EMPTY)
        yield one


@pytest.fixture(scope="module")
def october(warehouse):
    return statements(warehouse, "2026-10", mode="chargeback")


@pytest.fixture
def accounts(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("entry,account_code\ncloud_expense,53110\ncloud_clearing,=53999\n")
    return read_accounts(path)


def small(statement, team, *lines):
    """Return the statement of a team that pays literal coins at cost centres."""
    frame = pd.DataFrame(lines, columns=["x_cost_centre", "x_cents"])
    return replace(statement, team=team, lines=frame, total=int(frame["x_cents"].sum()))


def booked(rows):
    return [(row.cost_centre, row.entry, row.coins) for row in rows]


def read(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_month_debits_equal_credits_and_the_statements(warehouse):
    for month in warehouse.status()["billing_period"]:
        found = statements(warehouse, month, mode="chargeback")
        coins = [row.coins for row in postings(found, PAYING)]
        assert sum(coins) == 0
        assert -coins[-1] == sum(one.total for one in found) == found[0].month.total


def test_cost_centres_are_debited_and_who_pays_aws_is_credited(october):
    one = small(october[0], "order", ("CC-1", 700), ("CC-2", 50))
    two = small(october[0], "search", ("CC-1", 100))
    rows = postings([one, two], PAYING)
    assert booked(rows) == [
        ("CC-1", "cloud_expense", 800),
        ("CC-2", "cloud_expense", 50),
        (PAYING, "cloud_clearing", -850),
    ]
    assert rows[0].references == (one.reference, two.reference)


def test_a_cost_centre_that_got_money_back_is_credited(october, accounts):
    one = small(october[0], "order", ("CC-1", 700), ("CC-2", -50), ("CC-3", 0))
    shown = read(journal_csv(postings([one], PAYING), accounts))
    sides = [(row["x_cost_centre"], row["debit"], row["credit"]) for row in shown]
    assert sides == [("CC-1", "7.00", ""), ("CC-2", "", "0.50"), (PAYING, "", "6.50")]


def test_what_nobody_owns_stays_with_who_pays_aws(october):
    one = small(october[0], "unowned", ("unowned", 30))
    expected = [(PAYING, "cloud_expense", 30), (PAYING, "cloud_clearing", -30)]
    assert booked(postings([one], PAYING)) == expected


def test_currencies_are_booked_and_balanced_each(october):
    won = replace(october[0].month, currency="KRW")
    one = small(october[0], "order", ("CC-1", 5))
    two = replace(small(october[0], "order", ("CC-1", 9000)), month=won)
    assert [row.coins for row in postings([one, two], PAYING)] == [5, -5, 9000, -9000]


def test_won_have_no_decimals_and_no_cell_is_a_formula(october, accounts):
    won = replace(october[0].month, currency="KRW")
    one = replace(small(october[0], "order", ("=CC()", 9000)), month=won)
    debit, credit = read(journal_csv(postings([one], PAYING), accounts))
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
    debit = sum(Decimal(row["debit"] or 0) for row in shown)
    credit = sum(Decimal(row["credit"] or 0) for row in shown)
    assert debit == credit == Decimal("2097672.07")


@pytest.mark.parametrize(
    ("lines", "paying", "words"),
    [
        ([("CC-1", 1)], "", "add paying_cost_centre"),
        ([("unowned", 1)], PAYING, "order has cost and no cost centre to charge"),
    ],
)
def test_a_missing_cost_centre_is_refused(october, lines, paying, words):
    with pytest.raises(BadInput, match=words):
        postings([small(october[0], "order", *lines)], paying)


def test_a_missing_account_is_refused_with_its_file(october, tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_text("entry,account_code\ncloud_expense,53110\n")
    rows = postings([small(october[0], "order", ("CC-1", 1))], PAYING)
    with pytest.raises(BadInput, match=r"accounts.csv has no line for cloud_clearing; add entry"):
        journal_csv(rows, read_accounts(path))

"""Every table and column of a build has a comment, and the database, `describe` and docs agree."""

import csv
import re

import duckdb
import pytest

import finops
from finops.errors import BadInput
from finops.report.bill.dictionary import page
from finops.warehouse import dictionary
from finops.warehouse.dictionary import EVERYWHERE, SCHEMAS, meaning, meanings
from tests.conftest import ROOT, line, write_bill

UNITS = {
    *("", "count", "days", "hours", "bytes", "orders", "share", "10^-15 share", "pricing unit"),
    *("billing currency", "billing currency per order", "billing currency per pricing unit"),
    *("reporting currency", "reporting currency per order"),
    *("reporting currency for one billing currency", "to_currency for one from_currency"),
    *("coins of the billing currency", "coins of the reporting currency"),
    *(
        "as currency says",
        "as x_revenue_currency says",
        "as driver says",
        "as x_driver says",
        "as x_unit says",
    ),
    *("UTC day", "UTC month", "UTC time", "day of x_day_zone", "day", "month"),
}
COMMENTS = (
    "select schema_name || '.' || table_name, column_name, comment from duckdb_columns() "
    "where not internal and database_name = current_database()"
)
TABLE_COMMENTS = (
    "select schema_name || '.' || table_name, comment from duckdb_tables() union all "
    "select schema_name || '.' || view_name, comment from duckdb_views() where not internal"
)


@pytest.fixture(autouse=True)
def uncommented():
    """Here a build has its comments."""


def read(project, query):
    path = project / "warehouse" / "finops.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        rows = con.execute(query).fetchall()
    return [row for row in rows if row[0].partition(".")[0] in SCHEMAS]


@pytest.fixture(scope="module")
def column_comments(sample_project):
    return {(table, column): said for table, column, said in read(sample_project, COMMENTS)}


def test_every_column_of_the_sample_has_its_comment(column_comments):
    assert {table.partition(".")[0] for table, _ in column_comments} == set(SCHEMAS)
    lacking = [f"{table}.{column}" for (table, column), said in column_comments.items() if not said]
    # A new column gets a line in finops/models/dictionary.csv.
    assert lacking == []
    assert all(said == meaning(*place).comment for place, said in column_comments.items())


def test_every_table_of_the_sample_has_its_comment(sample_project):
    comments = dict(read(sample_project, TABLE_COMMENTS))
    assert [table for table, said in comments.items() if not said] == []
    assert comments["marts.team_month"] == (
        "One row per month, team and billing currency: cost after shared cost is split, and budget "
        "against own cost. Cost is before recoverable tax, as budgets are."
    )
    assert comments["business.orders"] == (
        "One row per hour and service: orders that are known by the hour."
    )


def test_no_text_is_of_a_column_or_table_that_is_not_there(column_comments):
    tables = {table for table, _ in column_comments}
    own = [place for place in meanings() if place[0] != EVERYWHERE]
    assert [place for place in own if place not in column_comments and place[1]] == []
    assert [table for table, column in own if not column and table not in tables] == []
    # A meaning that holds everywhere holds somewhere.
    general = {column for table, column in column_comments if (table, column) not in meanings()}
    assert {column for table, column in meanings() if table == EVERYWHERE} == general


def test_a_text_says_unit_and_tax_in_the_same_words():
    for place, one in meanings().items():
        assert one.unit in UNITS, place
        assert one.text.endswith("."), place
        is_money = re.match("(coins of the )?(billing|reporting) currency( per|$)", one.unit)
        assert not is_money or re.search(r"\btax\b", one.text), place


def test_a_line_says_one_thing_once():
    header, *lines = csv.reader(dictionary.words().splitlines())
    assert header == ["column", "tables", "unit", "text"]
    # A text with a comma is in quotes.
    assert [one for one in lines if len(one) != len(header)] == []
    places = [(table, one[0]) for one in lines for table in one[1].split("|")]
    assert len(places) == len(set(places))


def test_describe_lists_tables_and_says_what_columns_mean(sample_project):
    with finops.connect(sample_project) as warehouse:
        tables = warehouse.describe().set_index("table")
        columns = warehouse.describe("marts.team_month").set_index("column")
        facts = warehouse.describe("facts.daily_cost").set_index("column")
    assert tables.index[0] == "marts.allocation_month"
    assert tables.loc["owners.rule_cost"].to_dict() == {
        "grain": "One row per month, rule and billing currency: the cost whose owner the rule "
        "decides.",
        "notes": "Cost is before recoverable tax.",
    }
    assert columns.loc["x_variance"].to_dict() == {
        "type": "decimal(38,10)",
        "unit": "billing currency",
        "text": "Budget less the team's own effective cost; below zero is over budget. Before "
        "recoverable tax.",
    }
    # The facts have lines of tax, marts have them beside their cost.
    assert columns["text"]["billed_cost"].endswith("Before recoverable tax.")
    assert facts["text"]["billed_cost"].endswith("With tax: `x_entry` tells its recoverable lines.")


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("team_month", "Did you mean marts.team_month?"),
        ("mart.unit_cost", "Did you mean marts.unit_cost?"),
        ("marts.untaged", "Did you mean marts.untagged?"),
        ("'; drop", "finops describe lists those that there are."),
    ],
)
def test_an_unknown_table_is_refused_with_close_names(sample_project, asked, advice):
    with (
        finops.connect(sample_project) as warehouse,
        pytest.raises(BadInput, match=re.escape(advice)),
    ):
        warehouse.describe(asked)


def test_docs_are_what_the_dictionary_says(sample_project):
    with finops.connect(sample_project) as warehouse:
        # make docs writes it.
        assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == page(warehouse)


@pytest.fixture
def project_of_two_months(project):
    """A project that was built with its first month, then with the second one beside it."""
    for month in ("2026-09", "2026-10"):
        bill = [line(bill_billing_period_start_date=f"{month}-01", line_item_unblended_cost=1.5)]
        with finops.connect(project) as warehouse:
            warehouse.load(write_bill(project / month / "bill.parquet", bill))
            warehouse.build()
    return project


def test_comments_are_those_of_the_dictionary_after_every_build(project_of_two_months):
    comments = read(project_of_two_months, COMMENTS)
    assert {period for (period,) in _periods(project_of_two_months)} == {"2026-09", "2026-10"}
    assert [row for row in comments if row[2] != meaning(*row[:2]).comment] == []


def test_other_words_get_into_the_comments_and_build_no_table(project_of_two_months, monkeypatch):
    before = read(project_of_two_months, _SIGNATURES)
    words = dictionary.words().replace("Account that used it.", "Account by another word.")
    monkeypatch.setattr(dictionary, "words", lambda: words)
    meanings.cache_clear()
    built = []
    with finops.connect(project_of_two_months) as warehouse:
        warehouse.build(progress=lambda name, *_: built.append(name))
    comments = {row[:2]: row[2] for row in read(project_of_two_months, COMMENTS)}
    monkeypatch.undo()
    meanings.cache_clear()
    assert comments["facts.daily_cost", "sub_account_id"] == "Account by another word."
    assert built == []
    assert read(project_of_two_months, _SIGNATURES) == before


_SIGNATURES = "select table_name, billing_period, signature from ledger.builds order by all"


def _periods(project):
    path = project / "warehouse" / "finops.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute("select distinct billing_period from facts.owned_cost").fetchall()

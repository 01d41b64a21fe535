"""A month that can't be built right is held back and named; the others are built all the same."""

import datetime as dt
import os
import shutil

import duckdb
import pytest
from sqlglot import parse_one

from finops import connect
from finops.errors import BadSource, CheckFailed, FinopsError
from finops.warehouse.models import Model, checks
from finops.warehouse.promises import broken, keep_promises
from tests.conftest import line, write_bill

SEPTEMBER, OCTOBER = dt.datetime(2026, 9, 5), dt.datetime(2026, 10, 5)


@pytest.fixture
def warehouse(project):
    with connect(project) as warehouse:
        yield warehouse


@pytest.fixture
def load(warehouse, tmp_path):
    """Load a bill of one line per payer; bills are as old as the alphabet has them."""

    def run(name, day, cost, payers=("1",)):
        values = {"day": day, "line_item_unblended_cost": cost}
        bill = write_bill(
            tmp_path / f"{name}.parquet",
            [line(**values, bill_payer_account_id=payer) for payer in payers],
        )
        os.utime(bill, (ord(name), ord(name)))
        warehouse.load(bill)

    return run


def billed(warehouse):
    rows = warehouse.sql(
        "select billing_period, sum(billed_cost) as billed_cost from marts.team_month group by all"
    )
    return dict(sorted(rows.values.tolist()))


def promise(limit, table="facts.daily_cost"):
    """A promise that no day costs `limit` or more."""
    sql = (
        "select billing_period, billing_currency, 0 as expected_billed_cost, "
        f"billed_cost as found_billed_cost from {table} where billed_cost >= {limit}"
    )
    return Model("daily_cost_is_small", "Days that cost much.", sql)


@pytest.fixture
def promised(monkeypatch):
    """Promise one thing instead of all."""
    return lambda one: monkeypatch.setattr("finops.warehouse.months.checks", lambda: [one])


def test_first_build_leaves_out_the_month_that_breaks_a_promise(warehouse, load, promised):
    load("a", SEPTEMBER, 3)
    load("b", OCTOBER, 50)
    promised(promise(50))
    with pytest.raises(CheckFailed) as error:
        warehouse.build()
    assert str(error.value).splitlines() == [
        "2026-10 not built. daily_cost_is_small: Days that cost much. In facts.daily_cost: "
        "2026-10, USD: billed_cost expected 0, found 50.",
        "Left out of every table: 2026-10.",
        "Built all the same: 2026-09.",
    ]
    assert billed(warehouse) == {"2026-09": 3}


def test_broken_month_keeps_its_last_state_and_others_move_on(warehouse, load, promised):
    load("a", SEPTEMBER, 3)
    load("b", OCTOBER, 5)
    warehouse.build()
    load("c", SEPTEMBER, 4)
    load("d", OCTOBER, 50)
    promised(promise(50))
    with pytest.raises(CheckFailed, match=r"As it was built last: 2026-10\.\nBuilt .*2026-09\."):
        warehouse.build()
    assert billed(warehouse) == {"2026-09": 4, "2026-10": 5}
    assert warehouse.status()["x_residual"].tolist() == [0, 0]
    # It is tried again, and built once it can be.
    promised(promise(51))
    warehouse.build()
    assert billed(warehouse) == {"2026-09": 4, "2026-10": 50}


def test_deliveries_that_cannot_be_combined_hold_back_their_month_alone(warehouse, load):
    load("a", SEPTEMBER, 3)
    load("b", OCTOBER, 5, payers=("1", "2"))
    load("c", OCTOBER, 7)
    with pytest.raises(BadSource, match=r"^2026-10 not built\. Two deliveries of 2026-10 may bill"):
        warehouse.build()
    assert billed(warehouse) == {"2026-09": 3}


def test_month_whose_refresh_cannot_be_combined_stays_as_it_was(warehouse, load):
    load("a", SEPTEMBER, 3)
    load("b", OCTOBER, 5, payers=("1", "2"))
    warehouse.build()
    load("c", OCTOBER, 7)
    with pytest.raises(BadSource, match=r"As it was built last: 2026-10\."):
        warehouse.build()
    assert billed(warehouse) == {"2026-09": 3, "2026-10": 10}
    assert len(warehouse.pending()) == 1


def test_only_month_that_breaks_a_promise_leaves_no_build(warehouse, load, promised):
    load("a", OCTOBER, 50)
    promised(promise(50))
    with pytest.raises(CheckFailed, match=r"Left out of every table: 2026-10\.$"):
        warehouse.build()
    assert not warehouse.is_built


def test_promise_about_all_months_stops_all(warehouse, load, promised):
    load("a", SEPTEMBER, 3)
    warehouse.build()
    load("b", OCTOBER, 50)
    promised(Model("months_are_few", "Too many.", "select 1 as found_months from facts.daily_cost"))
    with pytest.raises(CheckFailed, match=r"^months_are_few"):
        warehouse.build()
    assert billed(warehouse) == {"2026-09": 3}


def test_month_held_back_keeps_rows_of_another_version(warehouse, load, promised):
    load("a", SEPTEMBER, 3)
    load("b", OCTOBER, 5)
    warehouse.build()
    with duckdb.connect(str(warehouse.settings.database)) as con:
        con.execute("alter table marts.team_month drop column x_budget")
        con.execute("update ledger.builds set signature = 'older'")
    warehouse.close()
    promised(promise(5))
    with pytest.raises(CheckFailed, match=r"As it was built last: 2026-10\."):
        warehouse.build()
    assert billed(warehouse) == {"2026-09": 3, "2026-10": 5}


def test_month_whose_deliveries_are_gone_leaves_the_tables(warehouse, load):
    load("a", SEPTEMBER, 3)
    load("b", OCTOBER, 5)
    warehouse.build()
    shutil.rmtree(warehouse.settings.warehouse / "charges/billing_period=2026-09")
    with pytest.raises(FinopsError, match="2026-09"):
        warehouse.build()
    assert billed(warehouse) == {"2026-10": 5}


def test_broken_promise_shows_its_first_rows_and_what_differs():
    con = duckdb.connect()
    con.execute("create schema facts")
    con.execute(
        "create table facts.daily_cost as select * from (values "
        "('2026-10', 'USD', cast(7.50 as decimal(38, 10))), ('2026-10', 'USD', 8), "
        "('2026-10', 'USD', 9), ('2026-11', 'USD', 10)) as t (billing_period, billing_currency, "
        "billed_cost)"
    )
    assert broken(con, promise(7)) == (
        4,
        "daily_cost_is_small: Days that cost much. In facts.daily_cost: "
        "2026-10, USD: billed_cost expected 0, found 7.5; "
        "2026-10, USD: billed_cost expected 0, found 8; "
        "2026-10, USD: billed_cost expected 0, found 9; and 1 more.",
    )
    assert broken(con, promise(11)) == (0, "")
    with pytest.raises(CheckFailed) as error:
        keep_promises(con, [promise(7)])
    assert error.value.periods.keys() == {"2026-10", "2026-11"}


def test_what_a_promise_expects_it_also_finds():
    for one in checks():
        names = set(parse_one(one.sql, dialect="duckdb").named_selects)
        expected = {name[9:] for name in names if name.startswith("expected_")}
        assert {name[6:] for name in names if name.startswith("found_")} == expected, one.name

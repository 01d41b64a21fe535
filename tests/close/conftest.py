"""Projects of a few lines whose close can be worked out in one's head."""

import datetime as dt
import shutil

import duckdb
import pytest

import finops
from finops.close.bill_rules import findings
from finops.close.contracts import create_contracts, create_support_tiers, read_contracts
from finops.close.files import close
from finops.close.month import prepare
from finops.forecast.support import read_tiers
from tests.conftest import SAMPLE, insert_rows, line, write_bill

TOLD = "commitment_discount_id,valid_from,prepaid,note\n"
CONTRACTS = "kind,name,service,above,value,valid_from,valid_to,note\n"
RATES = {"2026-08": 1300, "2026-09": 1380, "2026-10": 1372, "2026-11": 1390}


@pytest.fixture
def close_project(project, tmp_path):
    """Return a function that loads bills (lists of lines), builds, and opens the project."""
    (project / "finops.toml").write_text('company = "Test"\nreporting_currency = "KRW"\n')
    for folder in ("mappings", "business"):
        (project / folder).mkdir()
    shutil.copyfile(SAMPLE / "mappings/accounts.csv", project / "mappings/accounts.csv")
    rates = "".join(f"{month},USD,KRW,{rate},test\n" for month, rate in RATES.items())
    header = "billing_period,from_currency,to_currency,rate,source\n"
    (project / "business/exchange_rates.csv").write_text(header + rates)

    def make(*bills):
        if make.warehouse:
            # DuckDB would go on reading the file that the next build replaces.
            make.warehouse.close()
        make.warehouse = warehouse = finops.connect(project)
        for lines in bills:
            day = lines[0]["line_item_usage_start_date"]
            folder = tmp_path / f"bill-{make.number}"
            make.number += 1
            path = write_bill(folder / f"{day:%Y-%m}.parquet", lines)
            warehouse.load(path)
        warehouse.build()
        return warehouse

    make.number, make.warehouse = 0, None
    return make


@pytest.fixture
def books(close_project, project):
    """Return a function that loads bills and gives a month's expense, prepaid and own amortisation."""
    (project / "finops.toml").write_text('company = "Test"\nreporting_currency = "USD"\n')

    def run(*bills, month=None, told="", closed=()):
        if told:
            (project / "business/prepaid.csv").write_text(TOLD + told)
        warehouse = close_project(*bills)
        for one in closed:
            close(warehouse, one)
        last = f"{bills[-1][0]['line_item_usage_start_date']:%Y-%m}"
        return prepare(warehouse, month or last)

    return run


def charge(month, dollars, **values):
    """Return a line of usage on the fifth of a month (YYYY-MM)."""
    day = dt.datetime.strptime(f"{month}-05", "%Y-%m-%d")
    values = {"bill_invoice_id": f"INV-{month}", "bill_bill_type": "Anniversary"} | values
    return line(day=day, line_item_unblended_cost=float(dollars), **values)


def tax(month, dollars, **values):
    """Return a line of tax."""
    return charge(month, dollars, line_item_line_item_type="Tax", **values)


@pytest.fixture
def find(empty_tables, tmp_path):
    """Return what one rule finds in literal charges, under literal contracts."""

    def run(rule, charges, *contracts, earlier=(), is_final=True):
        (tmp_path / "business").mkdir(exist_ok=True)
        text = CONTRACTS + "".join(f"{one}\n" for one in contracts)
        (tmp_path / "business" / "contracts.csv").write_text(text)
        con = duckdb.connect()
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"set file_search_path = '{empty_tables.parents[1]}'")
        con.execute(f"attach '{empty_tables}' as built (read_only)")
        for table in ("staging.charges", "facts.daily_cost"):
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            con.execute(f"create table {table} as from built.{table} limit 0")
        insert_rows(con, "staging.charges", [*charges, *earlier])
        con.execute(
            "insert into facts.daily_cost by name select distinct billing_period, region_id, "
            "billing_account_id from staging.charges"
        )
        con.execute(
            "create view month_charges as from staging.charges where billing_period = '2026-10'"
        )
        con.execute(
            "create table invoice_month as select '2026-10' as billing_period, "
            "'1' as billing_account_id, 'USD' as billing_currency, "
            "timestamp '2026-10-01' as starts_at, timestamp '2026-11-01' as ends_at, "
            f"{is_final} as is_final"
        )
        rows = read_contracts(tmp_path)
        create_contracts(con, rows)
        create_support_tiers(con, read_tiers(tmp_path))
        (found,) = [one for one in findings(con, rows) if one.rule == rule]
        return found

    yield run
    shutil.rmtree(tmp_path / "business", ignore_errors=True)

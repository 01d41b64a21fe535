"""A bill of a few literal rows that is asked as a warehouse is."""

import duckdb
import pandas as pd
import pytest

from finops.sql import answer
from tests.conftest import insert_rows

_TABLES = ("facts.owned_cost", "facts.daily_cost", "marts.team_day", "staging.charges")


class Bill:
    """Tables in memory that are asked as a warehouse is."""

    def __init__(self, con):
        self._con = con

    def sql(self, query, **params):
        return answer(self._con, query, params).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.fixture
def bill(empty_tables):
    """Return a function from rows of owned cost, one per day, to a bill."""

    def make(*rows):
        con = duckdb.connect()
        con.execute(f"set file_search_path = '{empty_tables.parents[1]}'")
        con.execute(f"attach '{empty_tables}' as built (read_only)")
        con.execute("create schema facts; create schema marts; create schema staging")
        for table in _TABLES:
            con.execute(f"create table {table} as from built.{table} limit 0")
        insert_rows(con, "facts.owned_cost", list(rows))
        con.execute(
            "insert into marts.team_day by name select distinct "
            "charge_date, x_team, service_name, billing_currency from facts.owned_cost"
        )
        return Bill(con)

    return make

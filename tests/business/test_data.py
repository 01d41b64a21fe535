"""The company's own numbers are read whole or refused with file and line."""

import datetime as dt

import duckdb
import pytest

from finops.allocation.mappings import load_mappings
from finops.business.data import load_business
from finops.errors import BadInput


def load(tmp_path, timezone="Asia/Seoul", **files):
    (tmp_path / "services.csv").write_text("service,name,name_ko,team,aliases\nfind,,,search,\n")
    (tmp_path / "teams.csv").write_text("team\nsearch\n")
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    con = duckdb.connect()
    load_mappings(con, tmp_path)
    load_business(con, tmp_path, timezone)
    return con


def refused(tmp_path, message, **files):
    with pytest.raises(BadInput, match=message):
        load(tmp_path, **files)


def test_absent_series_are_empty(tmp_path):
    assert load(tmp_path).execute("select count(*) from business.orders").fetchone() == (0,)


def test_header_alone_is_an_empty_series(tmp_path):
    con = load(tmp_path, orders="hour,service,orders\n")
    assert con.execute("select count(*) from business.orders").fetchone() == (0,)


def test_hours_are_kept_in_utc(tmp_path):
    orders = "hour,service,orders\n2026-10-01T12:00:00+09:00,*,5\n2026-10-01 13:00:00,find,7\n"
    rows = (
        load(tmp_path, orders=orders).execute("select hour, orders from business.orders").fetchall()
    )
    assert rows == [(dt.datetime(2026, 10, 1, 3), 5), (dt.datetime(2026, 10, 1, 4), 7)]


def test_bad_number_is_refused_with_its_line(tmp_path):
    orders = "hour,service,orders\n2026-10-01T12:00:00Z,*,5\n2026-10-01T13:00:00Z,*,many\n"
    refused(tmp_path, r"orders\.csv line 3: orders 'many' does not parse", orders=orders)


def test_same_hour_twice_is_refused(tmp_path):
    orders = "hour,service,orders\n2026-10-01T12:00:00Z,*,5\n2026-10-01T21:00:00+09:00,*,6\n"
    refused(tmp_path, r"orders\.csv line 3: same hour and service as line 2", orders=orders)


def test_unknown_service_is_refused(tmp_path):
    orders = "hour,service,orders\n2026-10-01T12:00:00Z,lost,5\n"
    refused(
        tmp_path, r"orders\.csv: service 'lost' is not in mappings/services\.csv", orders=orders
    )


def test_budget_of_an_unknown_team_is_refused(tmp_path):
    budgets = "billing_period,team,budget,currency,version\n2026-10,nobody,5,USD,1\n"
    refused(tmp_path, r"budgets\.csv: team 'nobody' is not in mappings/teams\.csv", budgets=budgets)


def test_month_must_be_a_month(tmp_path):
    budgets = "billing_period,team,budget,currency,version\n2026-13,search,5,USD,1\n"
    refused(tmp_path, "billing_period '2026-13' is not like 2026-10", budgets=budgets)


def test_missing_column_is_refused(tmp_path):
    refused(tmp_path, r"orders\.csv line 1: missing orders", orders="hour,service\n")

"""The company's own numbers are read whole or refused with file and line."""

import datetime as dt
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finops.errors import BadInput
from finops.inputs.business import load_business
from finops.inputs.mappings import load_mappings


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
    refused(tmp_path, r"orders\.csv line 2: unknown service 'lost'; known: find", orders=orders)


def test_budget_of_an_unknown_team_is_refused(tmp_path):
    budgets = "billing_period,team,budget,currency,version\n2026-10,nobody,5,USD,1\n"
    refused(tmp_path, r"budgets\.csv line 2: unknown team 'nobody'; known: search", budgets=budgets)


def test_month_must_be_a_month(tmp_path):
    budgets = "billing_period,team,budget,currency,version\n2026-13,search,5,USD,1\n"
    refused(tmp_path, "billing_period '2026-13' is not like 2026-10", budgets=budgets)


def test_missing_column_is_refused(tmp_path):
    refused(tmp_path, r"orders\.csv line 1: missing orders", orders="hour,service\n")


def rows(con, query):
    return con.execute(query).fetchall()


def test_orders_by_day_have_no_hours(tmp_path):
    con = load(tmp_path, orders="date,service,orders\n2026-10-05,*,4\n")
    assert rows(con, "select date, service, orders from business.daily_orders") == [
        (dt.date(2026, 10, 5), "*", 4)
    ]
    assert rows(con, "from business.orders") == rows(con, "from business.monthly_orders") == []


def test_orders_by_month_have_no_days(tmp_path):
    con = load(tmp_path, orders="billing_period,service,orders\n2026-10,find,310\n")
    assert rows(con, "from business.monthly_orders") == [("2026-10", "find", 310)]
    assert rows(con, "from business.orders") == rows(con, "from business.daily_orders") == []


def test_orders_of_two_grains_in_one_file_are_refused(tmp_path):
    orders = "hour,billing_period,service,orders\n2026-10-05T00:00:00Z,2026-10,*,4\n"
    refused(tmp_path, r"orders\.csv line 1: hour and billing_period both tell", orders=orders)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("5.5", "orders '5.5' does not parse"),
        ("-1", "orders -1 are below zero"),
        ("", "orders is empty"),
    ],
)
def test_orders_are_whole_and_not_below_zero(tmp_path, value, why):
    refused(
        tmp_path,
        rf"orders\.csv line 2: {why}",
        orders=f"date,service,orders\n2026-10-05,*,{value}\n",
    )


def test_parquet_is_read_like_csv(tmp_path):
    columns = {
        "date": pa.array([dt.date(2026, 10, 5)]),
        "service": pa.array(["*"]),
        "revenue": pa.array([Decimal("1234.5600")]),
        "currency": pa.array(["KRW"]),
    }
    pq.write_table(pa.table(columns), tmp_path / "revenue.parquet")
    hours = {
        "hour": pa.array([dt.datetime(2026, 10, 1, 3, tzinfo=dt.UTC)]),
        "service": pa.array(["find"]),
        "orders": pa.array([7]),
    }
    pq.write_table(pa.table(hours), tmp_path / "orders.parquet")
    con = load(tmp_path)
    assert rows(con, "select date, service, revenue, currency from business.revenue") == [
        (dt.date(2026, 10, 5), "*", Decimal("1234.5600"), "KRW")
    ]
    assert rows(con, "from business.orders") == [(dt.datetime(2026, 10, 1, 3), "find", 7)]


def test_parquet_errors_name_the_row(tmp_path):
    columns = {"date": ["2026-10-05", "2026-10-06"], "service": ["*", "*"], "orders": ["1", "x"]}
    pq.write_table(pa.table(columns), tmp_path / "orders.parquet")
    refused(tmp_path, r"orders\.parquet row 2: orders 'x' does not parse")


def test_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "orders.parquet").write_text("date,service,orders\n")
    refused(tmp_path, r"orders\.parquet can't be read as Parquet")


def test_a_series_in_two_files_is_refused(tmp_path):
    pq.write_table(pa.table({"date": ["2026-10-05"]}), tmp_path / "orders.parquet")
    refused(tmp_path, "are both there; keep one", orders="date,service,orders\n")


BUDGETS = "billing_period,team,service,cost_centre,budget,currency,version\n"


def test_a_budget_is_of_a_team_a_service_or_a_cost_centre(tmp_path):
    lines = "2026-10,search,,,5,USD,1\n2026-10,,find,,3,USD,1\n2026-10,,,CC-1,9,KRW,2\n"
    con = load(tmp_path, budgets=BUDGETS + lines)
    assert rows(con, "select team, service, cost_centre, budget from business.budgets") == [
        ("search", None, None, 5),
        (None, "find", None, 3),
        (None, None, "CC-1", 9),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-10,search,find,,5,USD,1", "fill exactly one of team, service, cost_centre"),
        ("2026-10,,,,5,USD,1", "fill exactly one of team, service, cost_centre"),
        ("2026-10,,lost,,5,USD,1", "unknown service 'lost'"),
        ("2026-10,search,,,7,USD,1", "same billing_period and team and version as line 2"),
    ],
)
def test_a_budget_of_nobody_of_two_or_twice_is_refused(tmp_path, line, why):
    budgets = f"{BUDGETS}2026-10,search,,,5,USD,1\n{line}\n"
    refused(tmp_path, rf"budgets\.csv line 3: {why}", budgets=budgets)


def test_rate_must_be_above_zero(tmp_path):
    rates = "date,from_currency,to_currency,rate,source\n2026-10-05,USD,KRW,0,bank\n"
    refused(
        tmp_path, r"exchange_rates\.csv line 2: rate 0\.0000000000 must be", exchange_rates=rates
    )


def rates_of(tmp_path, column, *lines):
    header = f"{column},from_currency,to_currency,rate,source\n"
    text = header + "".join(f"{time},USD,KRW,{rate},bank\n" for time, rate in lines)
    con = load(tmp_path, exchange_rates=text)
    return rows(con, "select billing_period, rate from business.monthly_rates order by all")


def test_month_has_its_own_rate(tmp_path):
    found = rates_of(tmp_path, "billing_period", ("2026-10", "1441.25"), ("2026-11", "1442"))
    assert found == [("2026-10", Decimal("1441.25")), ("2026-11", Decimal(1442))]


def test_days_make_the_mean_of_those_that_have_a_rate(tmp_path):
    days = {"2026-10-01": "1400", "2026-10-02": "1401", "2026-10-05": "1401", "2026-09-30": "1"}
    assert rates_of(tmp_path, "date", *days.items()) == [
        ("2026-09", Decimal(1)),
        ("2026-10", Decimal("1400.6666666667")),
    ]


def test_a_half_of_the_last_digit_of_a_rate_is_rounded_up(tmp_path):
    days = {"2026-10-01": "1.0000000000", "2026-10-02": "1.0000000001"}
    assert rates_of(tmp_path, "date", *days.items()) == [("2026-10", Decimal("1.0000000001"))]


def test_holidays_file_changes_the_public_calendar(tmp_path):
    holidays = "date,name,change\n2026-10-02,Founding day,add\n2026-10-09,We deliver,remove\n"
    con = load(tmp_path, holidays=holidays)
    october = rows(
        con,
        "select date, name, x_is_holiday, x_source from business.holidays "
        "where date between '2026-10-01' and '2026-10-10' order by date",
    )
    public, own = "public calendar", "business/holidays"
    assert october == [
        (dt.date(2026, 10, 2), "Founding day", True, own),
        (dt.date(2026, 10, 3), "National Foundation Day", True, public),
        (dt.date(2026, 10, 5), "Alternative holiday for National Foundation Day", True, public),
        (dt.date(2026, 10, 9), "We deliver", False, own),
    ]


def test_holiday_is_added_or_removed(tmp_path):
    holidays = "date,name,change\n2026-10-02,Founding day,yes\n"
    refused(tmp_path, r"holidays\.csv line 2: change 'yes' is neither add nor", holidays=holidays)


def test_rates_of_days_lack_no_weekend(tmp_path):
    days = ("2026-10-01", "2026-10-05", "2026-10-07")
    rates_of(tmp_path, "date", *[(day, 1400) for day in days])
    con = load(tmp_path)
    assert rows(con, "select x_missing, x_first_missing from business.series") == [
        (2, "2026-10-02")
    ]


def test_each_series_says_what_it_spans_and_lacks(tmp_path):
    con = load(
        tmp_path,
        orders="date,service,orders\n2026-10-05,*,4\n2026-10-08,*,4\n2026-10-06,find,1\n",
        exchange_rates="billing_period,from_currency,to_currency,rate,source\n"
        "2026-08,USD,KRW,1400,bank\n2026-10,USD,KRW,1401,bank\n",
        events="start,end,key,kind,name\n2026-10-01,2026-10-01,*,holiday,A\n",
    )
    columns = "x_series, x_key, x_grain, x_first, x_last, x_rows, x_missing, x_first_missing"
    assert rows(con, f"select {columns} from business.series order by all") == [
        ("events", "holiday", "day", "2026-10-01", "2026-10-01", 1, None, None),
        ("exchange_rates", "USD/KRW", "month", "2026-08", "2026-10", 2, 1, "2026-09"),
        ("orders", "*", "day", "2026-10-05", "2026-10-08", 2, 2, "2026-10-06"),
        ("orders", "find", "day", "2026-10-06", "2026-10-06", 1, 0, None),
    ]
    source, means = rows(
        con, "select x_source, x_missing_means from business.series where x_series = 'orders'"
    )[0]
    assert source == "business/orders.csv"
    assert means.startswith("unknown: no cost per order")


DAYS = "date,service,orders\n"
EVENTS = "start,end,key,kind,name\n"
HOURS = "hour,service,orders\n"
RATES = "billing_period,from_currency,to_currency,rate,source\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"orders": f"{DAYS}0026-09-15,*,5\n"}, r"orders\.csv line 2: date 0026-09-15 is not in"),
        (
            {"orders": f"{DAYS}2026-09-01,*,5\n26-09-15,*,5\n"},
            "line 3: date '26-09-15' does not parse as a time like",
        ),
        (
            {"orders": f"{DAYS}infinity,*,5\n"},
            "line 2: date 'infinity' does not parse as a time like",
        ),
        (
            {"orders": f"{DAYS}2026-09-01 12:00,*,5\n"},
            "line 2: date '2026-09-01 12:00' does not parse as a time like",
        ),
        (
            {"orders": f"{DAYS}9/1/2026,*,5\n"},
            "line 2: date '9/1/2026' does not parse as a time like",
        ),
        ({"orders": f"{DAYS}#2026-09-01,*,5\n"}, "line 2 begins with #"),
        ({"orders": f"{HOURS}9999-12-31T00:00:00Z,*,5\n"}, "line 2: hour 9999-12-31"),
        (
            {"orders": f"{HOURS}2026-10-01,*,5\n"},
            "line 2: hour '2026-10-01' does not parse as a time like",
        ),
        ({"orders": f"{HOURS}2026-10-01T09:00,*,-1\n"}, "line 2: orders -1 are below zero"),
        ({"orders": f"{HOURS}epoch,*,5\n"}, "line 2: hour 'epoch' does not parse as a time like"),
        ({"orders": f"{DAYS}2026-09-01,*,0x10\n"}, "line 2: orders '0x10' does not parse"),
        ({"orders": f'{DAYS}2026-09-01,*,"1,001"\n'}, "line 2: orders '1,001' does not parse"),
        ({"orders": f"{DAYS}2026-09-01,*,1e999999\n"}, "line 2: orders '1e999999' does not parse"),
        ({"orders": f"{DAYS}2026-09-01,*,nan\n"}, "line 2: orders 'nan' does not parse"),
        ({"orders": "date,service,orders,note\n"}, "line 1: unknown note; remove it"),
        ({"orders": "date,servce,orders\n"}, "line 1: missing service"),
        ({"orders": "date;service;orders\n"}, "line 1: semicolons part the columns"),
        ({"events": f"{EVENTS}2026-09-10,9999-12-31,*,promotion,x\n"}, "line 2: end 9999-12-31 is"),
        (
            {"events": f"{EVENTS}2026-09-10,2026-09-01,*,one_off,x\n"},
            "it ends on 2026-09-01, before",
        ),
        (
            {"budgets": "billing_period,team,budget,currency,version\n0026-10,search,5,USD,1\n"},
            "line 2: billing_period 0026-10 is not in the years 2000 to 2099",
        ),
        (
            {"budgets": "billing_period,team,budget,currency,version\n2026-10,search,$5,USD,1\n"},
            r"line 2: budget '\$5' does not parse",
        ),
        (
            {"budgets": "billing_period,team,budget,currency,version\n2026-10,search,5,US$,1\n"},
            r"line 2: currency 'US\$' is not like USD",
        ),
        (
            {
                "budgets": "billing_period,team,budget,currency,version\n2026-10,search,.00001,USD,1\n"
            },
            "line 2: budget '.00001' does not parse as a number like 1234.5 with at most 4 decimals",
        ),
        (
            {"drivers": "date,driver,team,quantity\n2026-10-01,jobs,search,0.0000001\n"},
            "line 2: quantity '0.0000001' does not parse",
        ),
        ({"holidays": "date,name,change\n9999-10-01,x,add\n"}, "line 2: date 9999-10-01 is not in"),
        ({"order_plan": "billing_period,service,orders\n2026-10,*,-\n"}, "line 2: orders '-' does"),
    ],
)
def test_what_no_company_means_is_refused(tmp_path, files, said):
    refused(tmp_path, said, **files)


@pytest.mark.parametrize("second", ["2026-11-01T01:00:00", "2026-11-01T01:00:00-05:00"])
def test_an_hour_that_clocks_show_twice_needs_its_offset(tmp_path, second):
    orders = f"{HOURS}2026-11-01T01:00:00,*,5\n{second},*,6\n"
    said = (
        "line 3: same hour and service as line 2; clocks in America/New_York show this hour twice: "
        "give each its offset, as in 2026-11-01T01:00:00-04:00 and 2026-11-01T01:00:00-05:00"
    )
    with pytest.raises(BadInput, match=said):
        load(tmp_path, "America/New_York", orders=orders)
    orders = f"{HOURS}2026-11-01T01:00:00-04:00,*,5\n2026-11-01T01:00:00-05:00,*,6\n"
    con = load(tmp_path, "America/New_York", orders=orders)
    assert con.execute("select sum(orders) from business.orders").fetchall() == [(11,)]


def test_an_hour_that_clocks_never_show_needs_its_offset(tmp_path):
    orders = f"{HOURS}2026-03-08T01:00:00,*,5\n2026-03-08T02:00:00,*,6\n"
    said = "line 3: clocks in America/New_York never show '2026-03-08T02:00:00'"
    with pytest.raises(BadInput, match=said):
        load(tmp_path, "America/New_York", orders=orders)


def test_two_counts_of_one_day_are_not_dropped(tmp_path):
    orders = f"{DAYS}2026-10-01,*,5\n2026-10-01,*,6\n"
    refused(tmp_path, "same date and service as line 2; add them up, or keep one", orders=orders)


def test_a_quote_late_in_a_long_file_is_read(tmp_path):
    first = dt.date(2000, 1, 1)
    days = [f"{first + dt.timedelta(days=number)},*,1\n" for number in range(30_000)]
    con = load(tmp_path, orders=DAYS + "".join(days) + '2099-01-01,"*","1"\n')
    assert con.execute("select count(*) from business.daily_orders").fetchone() == (30_001,)


def test_currencies_are_read_in_any_case(tmp_path):
    con = load(tmp_path, exchange_rates=f"{RATES}2026-10,usd,Krw,1400.5,bank\n")
    assert con.execute(
        "select from_currency, to_currency, rate from business.monthly_rates"
    ).fetchall() == [("USD", "KRW", Decimal("1400.5"))]


def test_a_link_that_leads_nowhere_is_no_absent_file(tmp_path):
    (tmp_path / "orders.csv").symlink_to("gone.csv")
    refused(tmp_path, r"orders\.csv can't be read: No such file")


def test_a_rate_keeps_ten_decimals(tmp_path):
    rates = f"{RATES}2026-10,KRW,USD,0.0007231445,bank\n"
    days = "date,from_currency,to_currency,rate,source\n"
    days += "2026-10-01,KRW,USD,0.0007231445,bank\n2026-10-02,KRW,USD,0.0007231446,bank\n"
    for text, mean in ((rates, "0.0007231445"), (days, "0.0007231446")):
        con = load(tmp_path, exchange_rates=text)
        assert con.execute("select rate from business.monthly_rates").fetchall() == [
            (Decimal(mean),)
        ]
    refused(
        tmp_path,
        "rate '1.00000000001'",
        exchange_rates=f"{RATES}2026-10,A,B,1.00000000001,x\n".replace("A,B", "KRW,USD"),
    )

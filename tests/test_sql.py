"""Every query file runs when pasted, and takes its parameters from variables."""

import datetime as dt
import re
from decimal import Decimal
from itertools import takewhile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import finops
from finops.errors import BadInput
from finops.sql import answer
from finops.warehouse.database import open_database

PACKAGE = Path(finops.__file__).parent
FILES = {str(path.relative_to(PACKAGE)): path.read_text() for path in PACKAGE.rglob("*.sql")}
# These read what their command puts beside a build, such as the lines of an invoice.
BESIDE = (
    *("allocation/explain_", "allocation/what_if_", "invoice/"),
    *("ingest/", "models/bill/", "warehouse/delivery_change"),
)
PASTED = sorted(name for name in FILES if not name.startswith(BESIDE))
# What each query with parameters is of when it is pasted; the sample bill ends on 31 October 2026.
NEWEST_WEEK = {
    "x_asked": 0,
    "first_date": dt.date(2026, 9, 27),
    "start_date": dt.date(2026, 10, 25),
    "end_date": dt.date(2026, 10, 31),
}
EC2_BEFORE = {
    "x_asked": 0,
    "start_date": dt.date(2026, 10, 31),
    "least": 100,
    "service_name": "Amazon Elastic Compute Cloud",
}
DEFAULTS = {
    "business/bridge_items": {"base": "2026-09", "period": "2026-10"},
    "business/bridge_shared": {"base": "2026-09", "period": "2026-10"},
    "close/bill_entries": {"period": "2026-10"},
    "close/commitments": {"period": "2026-10"},
    "close/recognition": {"period": "2026-10"},
    "forecast/expiries": {"period": "2026-10", "last": dt.date(2026, 10, 31)},
    "forecast/jumps": {"day": dt.date(2026, 10, 31), "weeks": 8},
    "incidents/cause_leaves": {"asked": [NEWEST_WEEK], "in_detail": False},
    "incidents/earlier_use": {"asked": [EC2_BEFORE]},
    "incidents/level_series": {"share": 0.001},
    "statements/lines": {"period": "2026-10", "currency": "USD"},
}


@pytest.fixture(scope="module")
def warehouse(sample_project):
    with finops.connect(sample_project) as found:
        yield found


@pytest.mark.parametrize("name", PASTED)
def test_query_runs_when_pasted(name, warehouse):
    assert len(warehouse.sql(FILES[name]).columns)


@pytest.mark.parametrize("name", sorted(FILES))
def test_query_needs_no_parameter(name):
    (statement,) = duckdb.extract_statements(FILES[name])
    assert not statement.named_parameters


def test_each_query_with_parameters_is_tested():
    names = {name.removesuffix(".sql") for name in PASTED if "getvariable" in FILES[name]}
    assert names == DEFAULTS.keys()


@pytest.mark.parametrize("name", DEFAULTS)
def test_first_lines_say_what_can_be_set(name, warehouse):
    query = FILES[f"{name}.sql"]
    lines = takewhile(lambda line: line.startswith("--"), query.splitlines())
    examples = re.findall("set variable .*?;", " ".join(line[3:] for line in lines))
    assert {one.split()[2] for one in examples} == set(re.findall(r"getvariable\('(\w+)'\)", query))
    with open_database(warehouse.settings.database, warehouse.settings) as con:
        for one in examples:
            con.execute(one)
        assert con.execute(query).fetchone()


@pytest.mark.parametrize("name", DEFAULTS)
def test_pasted_query_is_of_the_newest(name, warehouse):
    query = f"select * from ({FILES[f'{name}.sql']}) as rows order by all"
    pasted, asked = warehouse.sql(query), warehouse.sql(query, **DEFAULTS[name])
    assert len(pasted)
    # What a leaf was expected to cost is a weighted mean, and no exact money.
    pd.testing.assert_frame_equal(pasted, asked, check_exact=name != "incidents/cause_leaves")


def test_keyword_changes_what_a_query_is_of(warehouse):
    query = FILES["close/recognition.sql"]
    months = set(warehouse.sql(query, period="2026-08")["billing_period"])
    assert max(months) == "2026-08" and max(warehouse.sql(query)["billing_period"]) == "2026-10"


@pytest.mark.parametrize(
    "value",
    [
        1,
        Decimal("0.1000000001"),
        dt.date(2026, 10, 1),
        True,
        ["a", "b"],
        "'; drop table x; --",
    ],
)
def test_variable_keeps_value_and_type(value):
    query = "select getvariable('asked') = $same, typeof(getvariable('asked')) = typeof($same)"
    rows = answer(duckdb.connect(), query, {"asked": value, "same": value})
    assert rows.to_pylist() == [dict.fromkeys(rows.column_names, True)]


def test_variable_is_gone_after_a_query_even_one_that_failed(warehouse):
    query = "select getvariable('asked') as asked"
    assert list(warehouse.sql(query, asked=1)["asked"]) == [1]
    assert warehouse.sql(query)["asked"].isna().all()
    with pytest.raises(BadInput):
        warehouse.sql(f"{query} from nowhere", asked=1)
    assert warehouse.sql(query)["asked"].isna().all()


def test_keyword_that_no_query_asks_for_is_refused(warehouse):
    with pytest.raises(BadInput, match="Expected 0, got 1"):
        warehouse.sql(FILES["close/recognition.sql"], perod="2026-08")


def test_query_takes_parameters_and_variables_at_once(warehouse):
    query = "select $one + getvariable('two') as three"
    assert list(warehouse.sql(query, one=1, two=2)["three"]) == [3]

"""The warehouse of another day is built from what AWS had delivered by then."""

import datetime as dt
import os
import shutil

import pytest

from finops import connect
from finops.errors import BadInput, SourceNotFound
from finops.warehouse.as_of import moment
from tests.conftest import line, usd, write_bill

BILLED = "select sum(billed_cost) as b from facts.daily_cost"


@pytest.fixture(scope="module")
def delivered_twice(tmp_path_factory):
    """October as delivered on 3 October with 1 USD, and on 15 October with 5 USD."""
    project = tmp_path_factory.mktemp("twice")
    (project / "finops.toml").write_text('company = "Test"\n')
    with connect(project) as warehouse:
        for day, cost in ((3, 1.0), (15, 5.0)):
            bill = write_bill(project / "bill.parquet", [line(line_item_unblended_cost=cost)])
            when = dt.datetime(2026, 10, day, 12, tzinfo=dt.UTC).timestamp()
            os.utime(bill, (when, when))
            warehouse.load(bill)
        warehouse.build()
    return project


@pytest.fixture
def warehouse(project, delivered_twice):
    shutil.copytree(delivered_twice, project, dirs_exist_ok=True)
    return connect(project)


def billed(warehouse):
    return warehouse.sql(BILLED)["b"].tolist()


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-09-10", dt.datetime(2026, 9, 10, 23, 59, 59)),
        ("2026-09-10T12:00:00", dt.datetime(2026, 9, 10, 12)),
        ("2026-09-10T08:00:00+09:00", dt.datetime(2026, 9, 9, 23)),
        (dt.date(2026, 9, 10), dt.datetime(2026, 9, 10, 23, 59, 59)),
        (dt.datetime(2026, 9, 10, 1), dt.datetime(2026, 9, 10, 1)),
        (dt.datetime(2026, 9, 10, 1, tzinfo=dt.UTC), dt.datetime(2026, 9, 10, 1)),
    ],
)
def test_a_day_means_its_end_and_a_time_is_utc(text, utc):
    assert moment(text) == utc


def test_other_text_is_refused():
    with pytest.raises(BadInput, match=r"'last week' is no date or time.*2026-09-10"):
        moment("last week")


def test_day_between_two_deliveries_reads_the_first(warehouse, project):
    assert billed(connect(project, as_of="2026-10-10")) == [usd(1)]
    assert billed(connect(project, as_of="2026-10-15")) == [usd(5)]
    assert billed(warehouse) == [usd(5)]


def test_other_moments_leave_the_warehouse_as_it_is(warehouse, project):
    before = warehouse.settings.database.read_bytes()
    connect(project, as_of="2026-10-10").status()
    assert warehouse.settings.database.read_bytes() == before
    assert [file.name for file in (project / "warehouse" / "as_of").iterdir()] == [
        "2026-10-10T235959.duckdb"
    ]


def test_same_moment_is_built_once_and_again_for_new_mappings(warehouse, project):
    file = project / "warehouse" / "as_of" / "2026-10-10T235959.duckdb"
    built = []
    for _ in range(2):
        connect(project, as_of="2026-10-10").status()
        built.append(file.stat().st_mtime_ns)
    (project / "mappings").mkdir()
    (project / "mappings" / "teams.csv").write_text("team,name,kind\nsearch,Search,team\n")
    teams = connect(project, as_of="2026-10-10").table("mappings.teams")["team"].tolist()
    assert built[0] == built[1] < file.stat().st_mtime_ns
    assert "search" in teams


def test_late_loaded_delivery_counts_from_when_aws_wrote_it(warehouse, project, tmp_path):
    assert billed(connect(project, as_of="2026-10-10")) == [usd(1)]
    bill = write_bill(tmp_path / "late.parquet", [line(line_item_unblended_cost=2.0)])
    when = dt.datetime(2026, 10, 5, tzinfo=dt.UTC).timestamp()
    os.utime(bill, (when, when))
    warehouse.load(bill)
    assert billed(connect(project, as_of="2026-10-10")) == [usd(2)]


def test_day_before_the_first_delivery_says_so(warehouse, project):
    with pytest.raises(SourceNotFound, match=r"No delivery .* had come by 2026-10-02 23:59:59 UTC"):
        connect(project, as_of="2026-10-02").status()


def test_other_moment_can_only_be_read(warehouse, project, tmp_path):
    then = connect(project, as_of="2026-10-10")
    for write in (lambda: then.load(tmp_path / "bill.parquet"), then.build):
        with pytest.raises(BadInput, match="can only be read"):
            write()


def test_only_deliveries_of_then_are_compared(warehouse, project):
    assert len(connect(project, as_of="2026-10-20").diff("2026-10")) == 1
    assert connect(project, as_of="2026-10-10").diff("2026-10").empty


def test_sample_month_gives_its_first_delivery_then_and_its_second_now(sample_project):
    query = "select * from marts.trust_header where billing_period = '2026-08'"
    with connect(sample_project, as_of="2026-09-10") as then, connect(sample_project) as now:
        first, second = then.sql(query).to_dict("records")[0], now.sql(query).to_dict("records")[0]
        old, new = now.sql(
            "select source_unblended_cost as cost from ledger.deliveries "
            "where billing_period = '2026-08' order by delivered_at"
        )["cost"]
    assert (first["x_source_unblended_cost"], second["x_source_unblended_cost"]) == (old, new)
    assert (first["x_residual"], second["x_residual"]) == (0, 0)
    assert (first["x_final_share"], second["x_final_share"]) == (0, 1)
    assert str(first["x_incomplete_from"]) == str(first["x_incomplete_until"]) == "2026-08-31"

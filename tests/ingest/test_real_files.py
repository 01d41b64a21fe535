"""Real bills give the rows and the sum that a plain reading of their files gives."""

import tarfile
from decimal import Decimal

import duckdb
import pytest

from finops import connect
from finops.errors import BadSource
from tests.conftest import REAL_BILL

DATA = REAL_BILL.parent


@pytest.fixture
def real_file():
    """Return the path of a real file, where there is one."""

    def find(name):
        if not (DATA / name).exists():
            pytest.skip(f"no {name} at {DATA}")
        return DATA / name

    return find


def plain(scan, cost, where="true"):
    """Rows and the exact sum of a column, by a plain reading of the text of a file."""
    total = f"coalesce(sum(cast(nullif({cost}, '') as decimal(38, 18))), 0)"
    query = f"select count(*), {total} from {scan} where {where}"
    return duckdb.execute(query).fetchall()[0]


def loaded(warehouse, source):
    """(month, rows, sum) of each delivery of a source."""
    found = warehouse.load(source).to_dict("records")
    return [
        (one["billing_period"], one["source_rows"], Decimal(one["source_unblended_cost"]))
        for one in found
    ]


def csv(path):
    return f"read_csv('{path}', all_varchar = true, header = true)"


def test_sample_of_the_focus_project_is_two_months_to_the_last_digit(project, real_file):
    file = real_file("focus-project-sample/focus_sample.csv")
    months = [
        (month, *plain(csv(file), "BilledCost", f"BillingPeriodStart like '{month}%'"))
        for month in ("2024-09", "2024-10")
    ]
    assert loaded(connect(project), file.parent) == months
    assert months[0][1:] == (999, Decimal("20.28022672899"))


def test_daily_report_of_an_open_month(project, real_file):
    file = real_file("aws-daily-anonymous/aws.csv.gz")
    rows, cost = plain(csv(file), '"lineItem/UnblendedCost"')
    assert (rows, cost) == (1281, Decimal("1.6823086974"))
    assert loaded(connect(project), file) == [("2023-11", rows, cost)]


def test_bucket_of_another_tool(project, real_file, tmp_path):
    with tarfile.open(real_file("other-cur-buckets/test_local_bucket_prefix.tar.gz")) as archive:
        archive.extractall(tmp_path / "bucket", filter="data")
    [report] = (tmp_path / "bucket").rglob("my-report-1.csv.gz")
    rows, cost = plain(csv(report), '"lineItem/UnblendedCost"')
    # Its amounts are doubles as text, of up to 21 decimals: the eighteenth is the last that counts.
    assert loaded(connect(project), tmp_path / "bucket") == [("2018-08", rows, cost)]


def test_report_whose_rows_are_one_value_short_is_refused_with_its_line(project, real_file):
    file = real_file("other-cur-buckets/test_cur.csv")
    with pytest.raises(BadSource, match=r"test_cur\.csv line 2 has 130 values and the header 131"):
        connect(project).load(file)


def test_report_in_another_currency(project, real_file):
    file = real_file("other-cur-buckets/2023-06-01.csv")
    rows, cost = plain(csv(file), '"lineItem/UnblendedCost"')
    warehouse = connect(project)
    assert loaded(warehouse, file) == [("2023-06", rows, cost)]
    assert warehouse.files()["billing_currencies"].iloc[0] == ["NOK"]


def test_demo_months_of_aws(real_project, real_bill):
    files = sorted(real_bill.glob("*.parquet"))
    with connect(real_project) as warehouse:
        found = warehouse.sql(
            "select source_rows, source_unblended_cost from ledger.deliveries "
            "where status = 'current' order by billing_period"
        )
    expected = [
        plain(f"'{file}'", "cast(line_item_unblended_cost as varchar)")
        for file in sorted(files, key=lambda file: "OctNovDec".index(file.name[:3]))
    ]
    assert found.values.tolist() == [list(row) for row in expected]

"""What is asked of a warehouse reads it, reads nothing else, and changes nothing."""

import hashlib
import shutil

import pytest

import finops
from finops.errors import BadInput
from tests.conftest import line, write_bill

NO_SELECT = [
    "explain analyze copy (select 1) to 'stolen.csv'",
    "explain copy (select 1) to '{charges}/x.csv'",
    "explain analyze copy (select 1) to '{database}' (format csv, use_tmp_file false)",
    "explain analyze create table memory.main.t as select 1",
    "-- a comment\nexplain analyze copy (select 1) to '{charges}/x.csv'",
    "/* /* */ select 1 */ explain analyze copy (select 1) to '{charges}/x.csv'",
    "explain analyze /* /* */ select 1 */ copy (select 1) to '{charges}/x.csv'",
    "explain analyze execute p",
    "copy facts.daily_cost to 'stolen.csv'",
    "copy facts.daily_cost from '/etc/hostname'",
    "attach '/etc/hostname' as other",
    "detach finops",
    "use memory",
    "export database 'stolen'",
    "import database '/etc'",
    "install httpfs",
    "load httpfs",
    "pragma database_list",
    "set lock_configuration = false",
    "set variable finops_project = '/etc/'",
    "reset memory_limit",
    "call pragma_version()",
    "checkpoint",
    "prepare p as select 1",
    "execute p",
    "create temp table t as select 1",
    "create macro f() as 1",
    "begin",
    "vacuum",
    "select 1; select 2",
    "select 1; copy (select 1) to '{charges}/x.csv'",
    "select 1 --\n; drop table facts.daily_cost",
    "",
    "-- nothing",
]
WRITING = [
    "with a as (copy (select 1) to '{charges}/x.csv') select 1",
    "with a as (copy (select 1) to '{database}' (format csv, use_tmp_file false)) from a",
    "with a as materialized (COPY (select 1) to '{charges}/x.csv') from a",
    "with a as\u00a0(\u00a0cOpY\u00a0(select 1) to '{charges}/x.csv') from a",
    "with a as (with b as (copy (select 1) to '{charges}/x.csv') from b) from a",
    "explain analyze with a as (copy (select 1) to '{charges}/x.csv') from a",
]
REFUSED = [
    "-- a\rexplain analyze copy (select 1) to '{charges}/x.csv' --\nexplain select 1",
    "with a as (insert into facts.daily_cost default values returning 1) from a",
    "with a as (delete from facts.daily_cost returning 1) from a",
    "explain analyze with a as (delete from facts.daily_cost returning 1) from a",
    "select * from query('with a as (copy (select 1) to ''{charges}/x.csv'') from a')",
    "select * from query('drop table facts.daily_cost')",
    "select getenv('HOME')",
    "from hidden_frame",
    "select * from enable_logging()",
]
OUTSIDE = [
    "select * from read_text('/etc/hostname')",
    "select * from read_blob('/proc/self/environ')",
    "select * from read_text('{project}/finops.toml')",
    "select * from read_text('{charges}/../../finops.toml')",
    "select * from glob('/etc/*')",
    "select * from glob('{project}/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "select * from read_json('/etc/hostname')",
    "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "from 'http://127.0.0.1:9/x.parquet'",
    "select * from read_parquet('s3://bucket/x.parquet')",
    "select * from parquet_metadata('/etc/hostname')",
    "select * from read_duckdb('/etc/hostname', table_name = 'x')",
    "from '{project}/bill.parquet'",
    "from 'bill.parquet'",
    "select * from duckdb_secrets()",
    "select * from duckdb_extensions()",
    "select * from which_secret('s3://bucket', 's3')",
]
FINE = [
    "select sum(billed_cost) as b from staging.charges",
    "with a as (select 1 as copy) select a.copy, 'copy' as said from a",
    "explain select * from staging.charges",
    " explain  analyze\nselect * from staging.charges",
    "explain (select 1)",
    "explain -- which files?\n select * from staging.charges",
    "describe facts.daily_cost",
    "summarize facts.daily_cost",
    "show all tables",
    "from facts.daily_cost",
    "values (1);",
    "pivot facts.daily_cost on billing_period in ('2026-10') using sum(billed_cost)",
    "select count(*) from finops.facts.daily_cost",
    "select * from duckdb_tables()",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    (project / "finops.toml").write_text('company = "Test"\n')
    with finops.connect(project) as warehouse:
        warehouse.load(write_bill(project / "bill.parquet", [line(line_item_unblended_cost=3.5)]))
        warehouse.build()
    return project


def hashes(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def ask(project, query):
    with finops.connect(project) as warehouse:
        return warehouse.sql(
            query.replace("{project}", str(project))
            .replace("{charges}", str(project / "warehouse/charges"))
            .replace("{database}", str(warehouse.settings.database))
        )


@pytest.mark.parametrize(
    ("query", "message"),
    [(query, "Only one select") for query in NO_SELECT]
    + [(query, "can't copy to a file") for query in WRITING]
    + [(query, "no file or setting beside it") for query in OUTSIDE]
    + [(query, "The query failed|no file or setting") for query in REFUSED],
)
def test_query_that_does_more_than_read_the_warehouse_is_refused(
    query, message, built, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(built / "bill.parquet", tmp_path / "bill.parquet")
    hidden_frame = [1]
    before = hashes(built)
    with pytest.raises(BadInput, match=message):
        ask(built, query)
    assert hashes(built) == before, hidden_frame
    assert [path.name for path in tmp_path.iterdir()] == ["bill.parquet"]


@pytest.mark.parametrize("query", FINE)
def test_query_that_reads_the_warehouse_runs(query, built):
    assert len(ask(built, query))


def test_charges_are_read_from_any_folder(built, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    rows = ask(built, "select sum(billed_cost) as b from staging.charges")
    assert rows["b"].tolist() == [3.5]


def test_setting_of_one_reader_is_not_that_of_another(built):
    with finops.connect(built) as one, finops.connect(built) as other:
        assert one.sql("select getvariable('x') as x", x=1)["x"].tolist() == [1]
        assert other.sql("select getvariable('x') as x")["x"].isna().all()


@pytest.mark.parametrize(
    "name", ["a,b", "costs?", "a\\b", "d[1]", "d*", "it's", "sp ace", "비용", "{a}", "%41", "x\\"]
)
def test_project_of_any_name_works(name, tmp_path):
    # A pattern would match the other project too.
    for folder in ("d1", name) if name.startswith("d") else (name,):
        project = tmp_path / folder
        project.mkdir()
        (project / "finops.toml").write_text('company = "Test"\n')
        cost = 1.0 if folder == name else 2.0
        with finops.connect(project) as warehouse:
            warehouse.load(
                write_bill(tmp_path / f"{cost}.parquet", [line(line_item_unblended_cost=cost)])
            )
            warehouse.build()
            rows = "select sum(billed_cost) as b from staging.charges"
            assert warehouse.sql(rows)["b"].tolist() == [cost]
            assert warehouse.diff("2026-10").empty
    left = sorted(path.name for path in (tmp_path / name / "warehouse").iterdir())
    assert left == ["charges", "files", "finops.duckdb", "writer.lock"]

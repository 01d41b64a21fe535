"""Series come from real PostgreSQL and MySQL servers, read-only, and no password is ever shown."""

import datetime as dt
import time
from decimal import Decimal

import pg8000.exceptions
import pg8000.native
import pyarrow.parquet as pq
import pymysql
import pytest

import finops
from finops.allocation.what_if import what_if
from finops.errors import BadInput, SourceNotFound
from finops.inputs.database_settings import Query, read_queries
from finops.inputs.databases import Address, fetch_series
from tests.conftest import line, write_bill
from tests.inputs.conftest import PASSWORD, QUOTED

SELECT = "select hour, service, orders from orders"
BY_DAY = (
    "select cast(hour as date) as date, service, cast(sum(orders) as bigint) as orders "
    "from orders group by 1, 2"
)
TABLE = "create table orders (hour timestamp, service varchar(20), orders bigint)"
ROWS = "insert into orders values ('2026-10-05 03:00:00', '*', 4), ('2026-10-05 02:00:00', '*', 6)"


def let_in(connect):
    """Return a connection as soon as PostgreSQL lets one in: it listens before it has started."""
    for _ in range(300):
        try:
            return pg8000.native.Connection("finops", database="postgres", **connect)
        except pg8000.exceptions.DatabaseError as error:
            if "starting up" not in str(error):
                raise
            time.sleep(0.1)
    raise AssertionError("PostgreSQL still starts up after 30 s")


@pytest.fixture(scope="module")
def postgresql_url(postgresql):
    """The address of a database shop with orders."""
    connect = {"host": "127.0.0.1", "port": postgresql, "password": PASSWORD}
    with let_in(connect) as con:
        con.run("create database shop")
    with pg8000.native.Connection("finops", database="shop", **connect) as con:
        con.run(TABLE)
        con.run(ROWS)
    return f"postgresql://finops:{QUOTED}@127.0.0.1:{postgresql}/shop"


@pytest.fixture(scope="module")
def mysql_url(mariadb):
    """The address of a database shop with orders."""
    con = pymysql.connect(
        host="127.0.0.1", port=mariadb, user="finops", password=PASSWORD, database="shop"
    )
    with con, con.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute(ROWS)
        con.commit()
    return f"mysql://finops:{QUOTED}@127.0.0.1:{mariadb}/shop"


@pytest.fixture(params=["postgresql_url", "mysql_url"])
def url(request):
    """The address of each kind of server in turn."""
    return request.getfixturevalue(request.param)


def fetch(folder, url, query=SELECT, series="orders"):
    fetch_series({series: Query("SHOP_URL", query)}, folder, {"SHOP_URL": url})
    return pq.read_table(folder / f"{series}.parquet").to_pylist()


def test_rows_are_fetched_as_text_in_one_order(tmp_path, url):
    expected = [
        {"hour": "2026-10-05 02:00:00", "service": "*", "orders": "6"},
        {"hour": "2026-10-05 03:00:00", "service": "*", "orders": "4"},
    ]
    assert fetch(tmp_path, url) == fetch(tmp_path, url, f"{SELECT} order by orders") == expected


def test_money_stays_exact_and_instants_have_an_offset(tmp_path, postgresql_url):
    query = (
        "select date '2026-10-05' as date, '*' as service, 0.1 + 1234567890123.4567 as revenue, "
        "timestamptz '2026-10-05 03:00+09' as at"
    )
    assert fetch(tmp_path, postgresql_url, query, "revenue") == [
        {
            "date": "2026-10-05",
            "service": "*",
            "revenue": "1234567890123.5567",
            "at": "2026-10-04 18:00:00+00:00",
        }
    ]


def test_same_rows_leave_the_file_as_it_is(tmp_path, url):
    fetch(tmp_path, url)
    before = (tmp_path / "orders.parquet").stat()
    fetch(tmp_path, url)
    after = (tmp_path / "orders.parquet").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    "query",
    [
        "delete from orders",
        "insert into orders values ('2026-10-06 03:00:00', '*', 1)",
        "create table stolen as select * from orders",
        "drop table orders",
        "commit; delete from orders",
        "select 1; delete from orders",
    ],
)
def test_nothing_can_be_written(tmp_path, url, query):
    with pytest.raises(BadInput) as refused:
        fetch(tmp_path, url, query)
    assert_no_secret(refused)
    assert len(fetch(tmp_path, url)) == 2


def assert_no_secret(raised):
    error = raised.value
    assert error.__cause__ is None and error.__context__ is None
    for secret in (PASSWORD, QUOTED):
        assert secret not in f"{error!r} {error}"


def test_wrong_password_is_one_clear_error_without_it(tmp_path, url):
    wrong = url.replace(QUOTED, "Wr0ngGuess")
    with pytest.raises(BadInput, match=r"\[business\.orders\]: the database 'shop' at 127") as no:
        fetch(tmp_path, wrong)
    assert "Wr0ngGuess" not in str(no.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_database_that_is_not_there_is_one_clear_error(tmp_path, kind):
    with pytest.raises(SourceNotFound, match=r"at 127\.0\.0\.1:1 gave no rows: .*refused") as no:
        fetch(tmp_path, f"{kind}://finops:{QUOTED}@127.0.0.1:1/shop")
    assert_no_secret(no)


def test_wrong_query_says_what_the_database_says(tmp_path, url):
    with pytest.raises(BadInput, match="ordres") as no:
        fetch(tmp_path, url, "select * from ordres")
    assert_no_secret(no)


def test_nothing_is_written_unless_all_answer(tmp_path, postgresql_url):
    queries = {
        "orders": Query("SHOP_URL", SELECT),
        "revenue": Query("SHOP_URL", "select nothing from nowhere"),
    }
    with pytest.raises(BadInput, match=r"\[business\.revenue\]"):
        fetch_series(queries, tmp_path, {"SHOP_URL": postgresql_url})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "address",
    [
        f"oracle://finops:{QUOTED}@host/shop",
        f"postgresql://finops:{QUOTED}@host",
        f"postgresql://finops:{PASSWORD}@host/shop",
        f"finops:{QUOTED}@host/shop",
        f"postgresql://finops:{QUOTED}@host/shop?sslmode=none",
        f"postgresql://finops:{QUOTED}@host/shop?passfile=/etc/passwd",
        f"postgresql://finops:{QUOTED}@host:{QUOTED}/shop",
    ],
)
def test_wrong_address_is_refused_and_never_repeated(tmp_path, address):
    with pytest.raises(BadInput, match="SHOP_URL") as no:
        fetch(tmp_path, address)
    assert_no_secret(no)
    assert "s3cret" not in str(no.value)


def test_encryption_that_is_asked_for_is_never_left_out(tmp_path, mysql_url):
    with pytest.raises((BadInput, SourceNotFound), match="gave no rows") as no:
        fetch(tmp_path, f"{mysql_url}?sslmode=require")
    assert_no_secret(no)


def test_server_is_checked_against_its_certificate(tmp_path, postgresql_url, certificate):
    assert len(fetch(tmp_path, f"{postgresql_url}?sslmode=require")) == 2
    full = f"{postgresql_url}?sslmode=verify-full"
    assert len(fetch(tmp_path, f"{full}&sslrootcert={certificate / 'server.crt'}")) == 2
    with pytest.raises((BadInput, SourceNotFound), match="certificate verify failed"):
        fetch(tmp_path, full)


@pytest.mark.parametrize(
    ("host", "is_encrypted"), [("db.example.com", True), ("127.0.0.1", False), ("::1", False)]
)
def test_other_machines_are_reached_encrypted(host, is_encrypted):
    address = Address("postgresql", host, 5432, "finops", PASSWORD, "shop", {})
    assert (address.ssl_context() is not None) == is_encrypted
    assert PASSWORD not in repr(address)


def test_variable_that_is_not_set_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"ORDERS_DB_URL, named in \[business\.orders\], is not set"):
        fetch_series({"orders": Query("ORDERS_DB_URL", SELECT)}, tmp_path, {})


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"ordres": {}}, "there is no series 'ordres'"),
        ({"orders": {"url_env": "A"}}, "has the keys url_env and query"),
        ({"orders": {"url_env": "A", "query": ""}}, "must be text"),
        ({"orders": {"url_env": f"mysql://a:{QUOTED}@b/c", "query": "select 1"}}, "name of an env"),
        ("orders", "must be tables"),
    ],
)
def test_wrong_settings_are_refused_without_repeating_values(tmp_path, tables, why):
    with pytest.raises(BadInput, match=why) as no:
        read_queries(tmp_path / "finops.toml", tables)
    assert QUOTED not in str(no.value)


@pytest.fixture
def shop(project, postgresql_url, monkeypatch):
    """A project whose orders come from the database, built; its bill is of one day."""
    (project / "finops.toml").write_text(
        f'[business.orders]\nurl_env = "SHOP_URL"\nquery = "{BY_DAY}"\n'
    )
    monkeypatch.setenv("SHOP_URL", postgresql_url)
    write_bill(project / "bill.parquet", [line(line_item_unblended_cost=5.0)])
    with finops.connect(project) as warehouse:
        warehouse.load(project / "bill.parquet")
        warehouse.build()
    return project


def cost_per_order(project):
    with finops.connect(project) as warehouse:
        frame = warehouse.sql(
            "select charge_date, x_orders, x_effective_cost_per_order as x from marts.unit_cost "
            "where x_service = '*'"
        )
        return [tuple(row) for row in frame.astype(object).itertuples(index=False)]


def test_build_divides_by_orders_of_the_database(shop):
    assert cost_per_order(shop) == [(dt.date(2026, 10, 5), 10, 0.5)]
    with finops.connect(shop) as warehouse:
        series = warehouse.sql("select x_source, x_rows from business.series")
    assert series.values.tolist() == [["[business.orders]", 1]]


def test_last_build_and_its_rows_stay_when_the_database_is_gone(shop, monkeypatch):
    monkeypatch.setenv("SHOP_URL", f"postgresql://finops:{QUOTED}@127.0.0.1:1/shop")
    with finops.connect(shop) as warehouse, pytest.raises(SourceNotFound, match="last build stays"):
        warehouse.build()
    assert cost_per_order(shop) == [(dt.date(2026, 10, 5), 10, 0.5)]


def test_new_rows_are_built_and_old_rows_make_no_build(shop, postgresql):
    database = shop / "warehouse" / "finops.duckdb"
    before = database.stat().st_mtime_ns
    with finops.connect(shop) as warehouse:
        warehouse.build()
    assert database.stat().st_mtime_ns == before
    connect = {"host": "127.0.0.1", "port": postgresql, "password": PASSWORD, "database": "shop"}
    with pg8000.native.Connection("finops", **connect) as con:
        con.run("insert into orders values ('2026-10-05 04:00:00', '*', 15)")
        try:
            with finops.connect(shop) as warehouse:
                warehouse.build()
            assert cost_per_order(shop) == [(dt.date(2026, 10, 5), 25, 0.2)]
        finally:
            con.run("delete from orders where orders = 15")


def test_past_is_asked_without_the_database(shop, monkeypatch):
    monkeypatch.delenv("SHOP_URL")
    with finops.connect(shop, as_of="2100-01-01") as warehouse:
        assert warehouse.sql("select sum(orders) as n from business.daily_orders")["n"][
            0
        ] == Decimal(10)


def test_what_if_reads_the_rows_that_were_fetched(shop, tmp_path, monkeypatch):
    monkeypatch.delenv("SHOP_URL")
    teams = tmp_path / "teams.csv"
    teams.write_text("team\nsearch\n")
    with finops.connect(shop) as warehouse:
        assert what_if(warehouse, [teams]).periods == ["2026-10"]


def test_file_beside_the_query_is_refused(shop):
    (shop / "business").mkdir()
    (shop / "business" / "orders.csv").write_text("date,service,orders\n")
    with finops.connect(shop) as warehouse, pytest.raises(BadInput, match="both have it; keep one"):
        warehouse.build()


def test_no_file_of_the_project_holds_the_password(shop):
    for path in shop.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert PASSWORD.encode() not in content and QUOTED.encode() not in content, path

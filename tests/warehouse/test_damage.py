"""What a crash or a hand can leave of a project is noticed, said with what to do, and mended."""

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys

import pandas as pd
import pytest

import finops
from finops import chain
from finops.close import frozen
from finops.errors import BadInput, BadSource, SourceNotFound
from finops.forecast import vintages
from finops.incidents.store import open_store
from finops.ingest.integrity import damage, seal
from finops.memory import available_bytes, duckdb_bytes
from tests.conftest import line, write_bill

SEPTEMBER = dt.datetime(2026, 9, 5)
TOTAL = "select cast(sum(billed_cost) as integer) as b from facts.daily_cost"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project of two months, 1 USD in September and 2 in October, and its bills."""
    project = tmp_path_factory.mktemp("made")
    (project / "finops.toml").write_text('company = "Test"\n')
    write_bill(project / "9.parquet", [line(line_item_unblended_cost=1.0, day=SEPTEMBER)])
    write_bill(project / "10.parquet", [line(line_item_unblended_cost=2.0)])
    with finops.connect(project) as warehouse:
        for month in (9, 10):
            warehouse.load(project / f"{month}.parquet")
        warehouse.build()
    return project


@pytest.fixture
def project(made, tmp_path):
    return shutil.copytree(made, tmp_path / "project")


def delivery(project, period="2026-10"):
    (folder,) = (project / f"warehouse/charges/billing_period={period}").iterdir()
    return folder


def run(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", "from finops.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "300"},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def change_end(path):
    content = bytearray(path.read_bytes())
    content[-30] ^= 255
    path.write_bytes(content)


def change_middle(path):
    """Change a byte that is neither in the end nor changes the size."""
    content = bytearray(path.read_bytes())
    content[10] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), cut, change_end])
def test_damaged_charges_are_noticed_and_loaded_again(harm, project):
    harm(delivery(project) / "charges.parquet")
    with finops.connect(project) as warehouse:
        with pytest.raises(BadSource, match=r"2026-10: .*charges.parquet .*finops load /"):
            warehouse.build()
        assert "charges.parquet" in warehouse.damage()[0]
        loaded = warehouse.load(project / "10.parquet")
        assert loaded["is_new"].tolist() == [True]
        warehouse.build()
        assert warehouse.damage(whole=True) == []
        assert warehouse.sql("select sum(billed_cost) as b from staging.charges")["b"][0] == 3
    assert not list(project.rglob(".*"))


def test_changed_byte_that_size_and_end_hide_is_found_by_check(tmp_path):
    write_bill(
        tmp_path / "x.parquet", [line(line_item_resource_id=f"{n:x}" * 9) for n in range(9999)]
    )
    record = {"sealed": seal(tmp_path)}
    assert damage(tmp_path, record, whole=True) == ""
    change_middle(tmp_path / "x.parquet")
    assert damage(tmp_path, record) == ""
    assert "x.parquet is not what was loaded" in damage(tmp_path, record, whole=True)


def test_status_and_check_name_damage_and_fail(project):
    (delivery(project) / "charges.parquet").unlink()
    for command in ("status", "check", "build"):
        code, printed = run(command, "--project", project)
        assert code == 1
        assert "charges.parquet is gone. Load its bill again: finops load" in printed, command


def test_removed_delivery_is_told_and_the_next_build_is_without_it(project):
    shutil.rmtree(delivery(project, "2026-09"))
    with finops.connect(project) as warehouse:
        assert "2026-09: the folder delivery=" in warehouse.damage()[0]
        with pytest.raises(BadSource, match=r"Built without what is gone\. 2026-09"):
            warehouse.build()
        assert warehouse.sql(TOTAL)["b"].tolist() == [2]
        assert warehouse.damage() == []
        warehouse.build()
        warehouse.load(project / "9.parquet")
        warehouse.build()
        assert warehouse.sql(TOTAL)["b"].tolist() == [3]


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_database_that_is_none_is_said_and_built_again(content, project):
    database = project / "warehouse/finops.duckdb"
    database.write_bytes(database.read_bytes()[:100_000] if content is None else content)
    with finops.connect(project) as warehouse:
        with pytest.raises((SourceNotFound, BadInput)):
            warehouse.sql(TOTAL)
        warehouse.close()
        warehouse.build()
        assert warehouse.sql(TOTAL)["b"].tolist() == [3]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"delivery_id": 5}', None])
def test_damaged_record_is_said_and_loaded_again(text, project):
    record = delivery(project) / "delivery.json"
    record.unlink() if text is None else record.write_text(text)
    with finops.connect(project) as warehouse:
        with pytest.raises(BadSource, match=r"delivery.json can't be read .* of 2026-10 again"):
            warehouse.build()
        warehouse.load(project / "10.parquet")
        warehouse.build()
        assert warehouse.sql(TOTAL)["b"].tolist() == [3]


def test_damaged_incidents_say_what_to_do(project):
    with open_store(project):
        pass
    (project / "incidents/incidents.sqlite").write_bytes(b"no database at all" * 100)
    with (
        pytest.raises(BadInput, match=r"incidents.sqlite can't be read .* move it away"),
        open_store(project),
    ):
        pass
    assert issubclass(sqlite3.OperationalError, sqlite3.DatabaseError)


def test_leftovers_of_the_dead_are_removed_by_any_writer_and_not_those_of_the_living(project):
    folder = project / "warehouse"
    host = os.uname().nodename
    dead = subprocess.Popen(["true"])
    dead.wait()
    (folder / "as_of").mkdir()
    (folder / f".finops.{dead.pid}.duckdb.tmp").mkdir()
    (folder / f".read.{host}.{dead.pid}.1.tmp").mkdir()
    living = folder / f".read.{host}.{os.getpid()}.1.tmp", folder / ".read.elsewhere.1.1.tmp"
    for one in living:
        one.mkdir()
    for name in (f".finops.{dead.pid}.duckdb", f"as_of/.finops.{dead.pid}.duckdb"):
        (folder / name).touch()
    alive = folder / f"as_of/.finops.{os.getpid()}.duckdb"
    alive.touch()
    with finops.connect(project) as warehouse:
        warehouse.build()
    assert sorted(folder.rglob(".*")) == sorted([alive, *living])


def test_moments_of_the_past_are_bounded_and_readers_need_no_lock(project):
    with finops.lock.writer_lock(project / "warehouse"):
        for day in range(1, 6):
            with finops.connect(project, as_of=f"2099-01-0{day}") as warehouse:
                assert warehouse.sql(TOTAL)["b"].tolist() == [3]
    kept = sorted(path.name[:10] for path in (project / "warehouse/as_of").glob("*.duckdb"))
    assert kept == ["2099-01-03", "2099-01-04", "2099-01-05"]


def closed(settings, *periods):
    for period in periods:
        moved = pd.DataFrame(columns=frozen.COLUMNS)
        frozen.freeze(settings, period, {"pack.html": b"<p>signed</p>"}, moved, {"period": period})


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: (folder / "pack.html").write_text("x"), "is not what was kept"),
        (lambda folder: (folder / "close.json").write_text("{}"), "is not what was kept"),
        (lambda folder: (folder / "more.txt").touch(), "is not what was kept"),
        (shutil.rmtree, "is gone"),
    ],
)
@pytest.mark.parametrize("period", ["2026-08", "2026-09"])
def test_changed_close_is_named_even_with_its_own_hash(harm, words, period, project):
    with finops.connect(project) as warehouse:
        closed(warehouse.settings, "2026-08", "2026-09")
        assert warehouse.damage() == []
        harm(project / "closed" / period)
        (found,) = warehouse.damage()
        assert f"closed/{period} {words}" in found
        with pytest.raises(BadInput, match="Later months are booked against"):
            frozen.read_booked(warehouse.settings, ["2026-08"])


def test_changed_chain_is_named(project):
    with finops.connect(project) as warehouse:
        closed(warehouse.settings, "2026-08", "2026-09")
        before = chain.altered(project / "closed")
        file = project / "closed/chain.csv"
        digest = file.read_text().splitlines()[1].split(",")[1]
        file.write_text(file.read_text().replace(digest, "0" * 64))
        assert before == []
        assert "chain.csv was changed at 2026-08" in warehouse.damage()[0]


def test_changed_estimate_is_named(project):
    empty = pd.DataFrame({"billing_period": []})
    made = {"lines": empty, "summary": empty, "as_of": "2026-10-05", "vintage": "a", "notes": {}}
    vintages.keep(project / "estimates/2026-10-05-a", made)
    with finops.connect(project) as warehouse:
        assert warehouse.damage() == []
        cut(project / "estimates/2026-10-05-a/lines.parquet")
        assert "estimates/2026-10-05-a is not what was kept" in warehouse.damage()[0]


def test_memory_of_a_build_follows_the_machine(monkeypatch, tmp_path):
    assert 0 < available_bytes() < 10**15
    for group, limit in ((10**9, 525), (7 * 10**8, 300), (10**8, 100), (10**11, 3000)):
        monkeypatch.setattr("finops.memory.available_bytes", lambda limit=group: limit)
        assert duckdb_bytes(3 * 10**9) == limit * 10**6


def test_limits_of_both_kinds_of_groups_count(monkeypatch, tmp_path):
    (tmp_path / "memory/a/b").mkdir(parents=True)
    (tmp_path / "memory/a/memory.limit_in_bytes").write_text("900000000\n")
    (tmp_path / "memory/a/b/memory.limit_in_bytes").write_text("9223372036854771712\n")
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "x/memory.max").write_text("800000000\n")
    (tmp_path / "self").write_text("4:memory:/a/b\n3:cpu:/\n0::/x\n")
    monkeypatch.setattr("finops.memory._CGROUPS", tmp_path)
    monkeypatch.setattr("finops.memory._MEMBERSHIP", tmp_path / "self")
    assert available_bytes() == 800_000_000

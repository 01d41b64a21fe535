"""A build is seen whole or not at all, and readers can't harm it."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time

import duckdb
import pyarrow.parquet as pq
import pytest

import finops
from finops.errors import BadInput, CheckFailed, FinopsError, SourceNotFound, WarehouseBusy
from finops.lock import writer_lock
from finops.warehouse.models import Model, models_in_order
from tests.conftest import line, write_bill


@pytest.fixture
def warehouse(built):
    return finops.connect(built)


def billed(warehouse):
    return warehouse.sql("select sum(billed_cost) as billed_cost from facts.daily_cost")[
        "billed_cost"
    ].tolist()


def test_folder_without_settings_is_no_project(tmp_path):
    with pytest.raises(SourceNotFound, match=r"has no finops\.toml.*finops init"):
        finops.connect(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 'red'", "unknown key 'colour'"),
        ("timezone = 'Asia/Soul'", "timezone 'Asia/Soul' is unknown"),
        ("company = 5", "company must be text in quotes"),
        ("company = ", "not valid TOML"),
    ],
)
def test_wrong_setting_is_refused(tmp_path, text, message):
    (tmp_path / "finops.toml").write_text(text)
    with pytest.raises(BadInput, match=message):
        finops.connect(tmp_path)


def test_build_without_charges_says_what_to_do(project):
    with pytest.raises(SourceNotFound, match="finops load"):
        finops.connect(project).build()


def test_question_before_the_first_build_says_what_to_do(project):
    with pytest.raises(SourceNotFound, match="finops build"):
        finops.connect(project).sql("select 1")


def test_amounts_stay_exact_decimals(warehouse):
    frame = warehouse.table("facts.daily_cost")
    assert str(frame["billed_cost"].dtype) == "decimal128(38, 10)[pyarrow]"
    assert str(frame["billed_cost"].sum()) == "3.5000000000"


def test_parameters_are_values(warehouse):
    rows = warehouse.sql("select $text as text", text="'; drop table facts.daily_cost")
    assert rows["text"].tolist() == ["'; drop table facts.daily_cost"]


@pytest.mark.parametrize(
    "query",
    [
        "drop table facts.daily_cost",
        "insert into facts.daily_cost default values",
        "copy (select 1) to 'stolen.csv'",
        "attach 'other.duckdb'",
        "select 1; select 2",
        "install httpfs",
        "set memory_limit = '1MB'",
    ],
)
def test_user_sql_only_reads(warehouse, query, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="Only one select"):
        warehouse.sql(query)
    assert not (tmp_path / "stolen.csv").exists()


def test_failing_query_is_one_clear_error(warehouse):
    with pytest.raises(BadInput, match=r"The query failed.*nothing"):
        warehouse.sql("select * from facts.nothing")


def test_project_folder_can_move(warehouse, project, tmp_path):
    warehouse.close()
    moved = project.rename(tmp_path / "moved")
    rows = finops.connect(moved).sql("select sum(billed_cost) as b from staging.charges")
    assert rows["b"].tolist() == [3.5]


def test_broken_promise_leaves_the_last_build(warehouse, project, monkeypatch):
    (project / "mappings").mkdir()
    (project / "mappings" / "teams.csv").write_text("team\nsearch\n")
    broken = Model("always_broken", "Never kept.", "select 1 as rows")
    monkeypatch.setattr("finops.warehouse.months.checks", lambda: [broken])
    with pytest.raises(CheckFailed, match=r"always_broken: Never kept\. rows 1\."):
        warehouse.build()
    assert billed(warehouse) == [3.5]
    assert not list(warehouse.settings.warehouse.glob(".finops.*"))


def test_nothing_is_built_where_nothing_changed(warehouse):
    before = warehouse.settings.database.stat().st_mtime_ns
    warehouse.build()
    assert warehouse.settings.database.stat().st_mtime_ns == before


def test_changed_month_gives_the_tables_of_a_full_build(warehouse, project, tmp_path):
    other = dt.datetime(2026, 9, 5)
    warehouse.load(
        write_bill(tmp_path / "b.parquet", [line(line_item_unblended_cost=2, day=other)])
    )
    warehouse.build()
    warehouse.load(
        write_bill(tmp_path / "c.parquet", [line(line_item_unblended_cost=9, day=other)])
    )
    built = []
    warehouse.build(progress=lambda name, *_: built.append(name))
    assert "facts.daily_cost, 1 month(s)" in built
    tables = [model.name for model in models_in_order() if "staging" not in model.name]
    increment = {name: warehouse.table(name) for name in tables}
    warehouse.close()
    warehouse.settings.database.unlink()
    warehouse.build()
    for name, rows in increment.items():
        assert rows.equals(warehouse.table(name)), name


def test_table_that_the_last_build_did_not_know_is_built(warehouse):
    with duckdb.connect(str(warehouse.settings.database)) as con:
        con.execute("drop table owners.rule_keys")
        con.execute("delete from ledger.builds where table_name = 'owners.rule_keys'")
    warehouse.build()
    assert warehouse.sql("select count(*) as n from owners.rule_keys")["n"].tolist() == [0]


def test_changed_mapping_builds_owners_and_not_daily_cost(warehouse, project):
    (project / "mappings").mkdir()
    (project / "mappings" / "teams.csv").write_text("team\nec2\n")
    rule = "rule_id,priority,service_code,team\nr1,1,AmazonEC2,ec2\n"
    (project / "mappings" / "rules.csv").write_text(rule)
    warehouse.build()
    owners = warehouse.sql("select distinct x_team from facts.allocated_cost")["x_team"].tolist()
    assert owners == ["ec2"]


def test_changed_plan_of_orders_is_read_although_no_table_is_made_of_it(warehouse, project):
    (project / "business").mkdir(exist_ok=True)
    (project / "business" / "order_plan.csv").write_text(
        "billing_period,service,orders\n2026-12,*,500\n"
    )
    (project / "business" / "planned_changes.csv").write_text(
        "start,aws_service,monthly,currency,name\n2026-12-01,AWS Glue,5,USD,ours\n"
    )
    warehouse.build()
    assert warehouse.table("business.order_plan")["orders"].tolist() == [500]


def test_another_version_reads_the_mappings_again(warehouse, monkeypatch):
    with duckdb.connect(str(warehouse.settings.database)) as con:
        con.execute("drop table mappings.teams")
    monkeypatch.setattr("finops.warehouse.signatures.code_of", lambda _: "another")
    warehouse.build()
    assert warehouse.table("mappings.teams").empty


def test_changed_inventory_builds_owners_again(project, tmp_path):
    for name, text in (
        ("mappings/teams.csv", "team\nsearch\norder\n"),
        ("mappings/tag_keys.csv", "tag_key,dimension\nteam,team\n"),
    ):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    (project / "inventory").mkdir()
    warehouse = finops.connect(project)
    warehouse.load(
        write_bill(tmp_path / "bill.parquet", [line(line_item_resource_id="i-0a1b2c3d")])
    )
    for team in ("search", "order"):
        (project / "inventory" / "list.csv").write_text(
            f"resource_id,belongs_to,relation,tag:Team\ni-0a1b2c3d,,,{team}\n"
        )
        warehouse.build()
        owners = warehouse.sql("select x_team, x_owner_source from facts.owned_cost")
        assert owners.values.tolist() == [[team, "inventory_tags i-0a1b2c3d"]]


def test_wrong_inventory_leaves_the_last_build(warehouse, project):
    (project / "inventory").mkdir()
    (project / "inventory" / "list.csv").write_text("resource_id,belongs_to,relation\na,a,\n")
    with pytest.raises(BadInput, match=r"list\.csv line 2: a belongs to a"):
        warehouse.build()
    assert billed(warehouse) == [3.5]


def test_wrong_mapping_leaves_the_last_build(warehouse, project):
    (project / "mappings").mkdir()
    (project / "mappings" / "services.csv").write_text("service,team\nfind,nobody\n")
    with pytest.raises(BadInput, match=r"services\.csv line 2"):
        warehouse.build()
    assert billed(warehouse) == [3.5]


def test_reader_keeps_its_build_while_another_is_swapped_in(warehouse, project, tmp_path):
    script = (
        "import finops, sys; reader = finops.connect(sys.argv[1]); "
        "q = 'select sum(billed_cost) as b from facts.daily_cost'; print(reader.sql(q).b[0], flush=True); "
        "input(); print(reader.sql(q).b[0]); reader.close(); print(reader.sql(q).b[0])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(project)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout.readline().strip() == "3.5000000000"
        warehouse.load(write_bill(tmp_path / "new.parquet", [line(line_item_unblended_cost=9.0)]))
        warehouse.build()
        output, _ = reader.communicate("\n")
    assert output.split() == ["3.5000000000", "9.0000000000"]


def test_second_writer_is_told_who_writes(project):
    with (
        writer_lock(project / "warehouse"),
        pytest.raises(WarehouseBusy, match=f"process {os.getpid()}"),
        writer_lock(project / "warehouse"),
    ):
        pass


def test_lock_of_a_dead_process_is_free(project):
    script = (
        "import sys, time; from pathlib import Path; from finops.lock import writer_lock\n"
        "with writer_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    folder = project / "warehouse"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout.readline().strip() == "held"
        with pytest.raises(WarehouseBusy), writer_lock(folder):
            pass
        owner.send_signal(signal.SIGKILL)
    with writer_lock(folder):
        pass


def test_killed_writer_leaves_the_last_build(warehouse, project, tmp_path):
    lines = [line(line_item_unblended_cost=1.0) for _ in range(2000)]
    bill = write_bill(tmp_path / "other.parquet", lines)
    script = (
        "import finops, sys; w = finops.connect(sys.argv[1]); print('go', flush=True); "
        "w.load(sys.argv[2]); w.build(); print('done', flush=True)"
    )
    for pause in (0.02, 0.1, 0.2, 0.3, 0.5):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(project), str(bill)],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            writer.stdout.readline()
            time.sleep(pause)
            writer.kill()
        warehouse.close()
        assert billed(warehouse) in ([3.5], [2000])
    warehouse.load(bill)
    warehouse.build()
    assert billed(warehouse) == [2000]


def test_every_error_is_one_of_ours():
    names = (
        "SourceNotFound",
        "BadSource",
        "MissingColumns",
        "BadInput",
        "CheckFailed",
        "WarehouseBusy",
    )
    assert all(issubclass(getattr(finops.errors, name), FinopsError) for name in names)
    assert all(name in finops.errors.__doc__ for name in names)


def test_table_name_is_no_query(warehouse):
    with pytest.raises(BadInput, match="is no table name"):
        warehouse.table("facts.daily_cost; select 1")


def test_leftovers_of_a_dead_build_are_removed_by_the_next_load(warehouse, tmp_path):
    folder = warehouse.settings.warehouse
    (folder / ".finops.99.duckdb.tmp").mkdir()
    (folder / ".finops.99.duckdb.tmp" / "spill").touch()
    (folder / ".finops.99.duckdb").touch()
    warehouse.load(write_bill(tmp_path / "b.parquet", [line(bill_payer_account_id="9")]))
    assert not list(folder.glob(".finops.*"))


def test_charges_loaded_by_an_older_version_lack_columns_and_still_build(project, tmp_path):
    line_of_plan = line(
        line_item_unblended_cost=3.0,
        savings_plan_start_time="2026-01-15T10:00:00.000Z",
        savings_plan_end_time="2027-01-15T09:59:59.000Z",
    )
    with finops.connect(project) as warehouse:
        warehouse.load(write_bill(tmp_path / "bill.parquet", [line_of_plan]))
        warehouse.build()
        terms = "select x_commitment_start, x_commitment_end, x_billing_entity from staging.charges"
        start, end, entity = warehouse.sql(terms).iloc[0]
        assert (str(start), str(end)) == ("2026-01-15 10:00:00", "2027-01-15 09:59:59")
        assert entity == "AWS"
    for path in project.glob("warehouse/charges/*/*/*.parquet"):
        old = pq.read_table(path)
        pq.write_table(
            old.drop_columns(["x_commitment_start", "x_commitment_end", "x_billing_entity"]), path
        )
    for path in project.glob("warehouse/charges/*/*/delivery.json"):
        record = json.loads(path.read_text())
        del record["sealed"]
        path.write_text(json.dumps(record))
    (project / "warehouse/finops.duckdb").unlink()
    with finops.connect(project) as warehouse:
        warehouse.build()
        assert warehouse.sql(terms).isna().all().all()

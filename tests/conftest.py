"""Fixtures that several test folders share."""

import datetime as dt
import fcntl
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings

import finops
from finops.warehouse import dictionary
from finops.warehouse.models import models_in_order

pytest_plugins = ["tests.fixtures.allocated", "tests.fixtures.books"]

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
REAL_BILL = ROOT.parent / "shared" / "data" / "aws-demo-2018"

# More examples of everything: pytest --hypothesis-profile many
settings.register_profile("few", max_examples=40, deadline=None)
settings.register_profile("many", max_examples=1000, deadline=None)
settings.load_profile("few")

Rows = list[dict[str, Any]]
# Up to minutes each: they begin first, so that no core is left alone with one at the end.
LONGEST = [
    *("test_executed.py", "test_crash.py", "test_close.py", "test_pack.py", "test_amortised.py"),
    *("test_fuzz.py", "test_check.py", "test_chargeback.py", "test_sample_close.py"),
    *("test_kept.py", "test_bridge_truth.py", "test_connect.py", "test_whole_files.py"),
    *("test_bare_bill.py", "test_read_only.py", "test_damage.py", "test_failure.py"),
]


# What `make test-fast` leaves out: whoever asks for a built project or one to build, and these.
SLOW_FIXTURES = {"project", "sample_project", "real_project", "real_bill"}
SLOW = {
    *("test_executed.py", "test_bare_bill.py", "test_crash.py", "test_fuzz.py", "test_money.py"),
    *("test_sample_close.py", "test_whole_files.py", "test_failure.py", "test_benchmarks.py"),
    *("test_read_only.py", "test_tax.py", "test_month_end.py", "test_twelve_months.py"),
    *("test_intervals.py", "test_budget_and_anomalies.py", "test_sample.py", "test_check.py"),
    *("test_open_months.py", "test_formats.py", "test_traps_columns.py", "test_traps_values.py"),
    *("test_s3.py", "test_s3_cache.py", "test_s3_client.py", "test_amounts.py", "test_times.py"),
    *("test_allocated_cost.py", "test_rule_matches.py", "test_related_owners.py"),
    *("test_statement_lines.py", "test_tag_owners.py", "test_scorecard_month.py"),
    *("test_by_service.py", "test_causality.py", "test_suggest.py", "test_what_if.py"),
    *("test_report.py", "test_databases.py", "test_elasticity.py", "test_owners_of_then.py"),
    *("test_explain.py", "test_tiers.py", "test_imports_of_commands.py", "test_planned_changes.py"),
    *("test_vintages.py", "test_kpis.py", "test_delivery_diff.py", "test_localise.py"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))
    for item in items:
        if item.path.name in SLOW or SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def uncommented() -> Iterator[None]:
    """Let the builds of a test leave out comments on columns: they take a quarter of a small one.

    Projects that tests share have them, and so have those of test_dictionary.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dictionary, "comment", lambda _: None)
        yield


@pytest.fixture(scope="session")
def real_bill() -> Path:
    """The folder of a real bill, where there is one."""
    if not REAL_BILL.is_dir():
        pytest.skip(f"no real bill at {REAL_BILL}")
    return REAL_BILL


@pytest.fixture(scope="session")
def real_project(real_bill, tmp_path_factory) -> Path:
    """A project of the real bill, loaded and built."""
    return _built_once(tmp_path_factory, "real", lambda project: _built(project, real_bill))


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory) -> Path:
    """A project of the sample company, loaded and built. Only read it."""
    return _built_once(tmp_path_factory, "sample", _build_sample)


@pytest.fixture(scope="session")
def sample_anomalies(sample_project, tmp_path_factory) -> Any:
    """What `anomalies.find` finds in the sample company. Only read it."""
    from finops.incidents.find import find

    return _worked_out_once(tmp_path_factory, sample_project, "anomalies", find)


@pytest.fixture(scope="session")
def sample_closes(sample_project, tmp_path_factory) -> Any:
    """The close of each month of the sample company, as a draft. Only read them."""
    return _worked_out_once(tmp_path_factory, sample_project, "closes", _closes)


@pytest.fixture
def project(tmp_path) -> Path:
    """An empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "finops.toml").write_text('company = "Test"\n')
    return folder


@pytest.fixture(scope="session")
def one_line_project(tmp_path_factory) -> Path:
    """A project of the bill of one line, loaded and built. Only read it."""
    return _built_once(tmp_path_factory, "one-line", _build_one_line)


@pytest.fixture
def built(project, one_line_project) -> Path:
    """The empty project with the bill of one line loaded and built, to change."""
    shutil.copytree(one_line_project / "warehouse", project / "warehouse")
    return project


@pytest.fixture(name="finops")
def run_finops(monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Run `finops` with arguments; return (exit code, stdout, stderr)."""
    # Here, because most tests run no command.
    from finops.cli import main

    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["finops", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def bill(tmp_path) -> Path:
    """A line whose service is named as a formula."""
    return write_bill(tmp_path / "bill" / "bill.parquet", [formula_line()])


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory) -> Path:
    """A database with every table of a build, to take their columns from."""
    project = _built_once(tmp_path_factory, "tables", _build_tables)
    return project / "warehouse" / "finops.duckdb"


@pytest.fixture
def run_model(empty_tables) -> Callable[[str, dict[str, Rows]], Rows]:
    """Run one model over literal rows; columns that a row leaves out are NULL (costs are 0)."""

    def run(name: str, inputs: dict[str, Rows]) -> Rows:
        con = duckdb.connect()
        con.execute(f"set file_search_path = '{empty_tables.parents[1]}'")
        con.execute(f"attach '{empty_tables}' as built (read_only)")
        model = next(one for one in models_in_order() if one.name == name)
        for table in sorted(model.reads | inputs.keys()):
            con.execute(f"create schema if not exists {table.partition('.')[0]}")
            rows = "" if table.startswith("seeds.") else "limit 0"
            con.execute(f"create table {table} as from built.{table} {rows}")
        for table, rows in inputs.items():
            insert_rows(con, table, rows)
        result = con.sql(model.sql)
        if model.transform:
            return model.transform(result.to_arrow_table()).to_pylist()
        return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]

    return run


def line(**values: Any) -> dict[str, Any]:
    """Return one line of a bill in CUR 2.0 names: an hour of on-demand usage unless told else."""
    day = values.pop("day", dt.datetime(2026, 10, 5))
    defaults = {
        "identity_line_item_id": f"id-{next(_ids)}",
        "identity_time_interval": "2026-10-05T00:00:00Z/2026-10-05T01:00:00Z",
        "bill_payer_account_id": "000000000001",
        "bill_billing_entity": "AWS",
        "bill_invoice_id": "INV-1",
        "bill_billing_period_start_date": day.replace(day=1),
        "line_item_usage_account_id": "012345678901",
        "line_item_line_item_type": "Usage",
        "line_item_usage_start_date": day,
        "line_item_usage_end_date": day + dt.timedelta(hours=1),
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": "APN2-BoxUsage:m5.large",
        "line_item_operation": "RunInstances",
        "line_item_usage_amount": 1.0,
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": 0.0,
    }
    return defaults | values


def formula_line() -> dict[str, Any]:
    """Return a line of 3.50 USD whose service is named as a formula."""
    return line(line_item_unblended_cost=3.5, product={"product_name": "=HYPERLINK(1)"})


def write_bill(path: Path, lines: Rows) -> Path:
    """Write lines as a Parquet file of a bill and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = dict.fromkeys(name for one in lines for name in one)
    columns = {name: [one.get(name) for one in lines] for name in names}
    maps = ("product", "resource_tags", "cost_category")
    arrays = {
        name: pa.array(values, pa.map_(pa.string(), pa.string()) if name in maps else None)
        for name, values in columns.items()
    }
    pq.write_table(pa.table(arrays), path)
    return path


def usd(text: str | int) -> Decimal:
    """Return an exact amount, to compare with what DuckDB returns."""
    return Decimal(text)


def _numbers():
    number = 0
    while True:
        yield (number := number + 1)


_ids = _numbers()


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """Insert rows into a table; costs that a row leaves out are 0, other columns NULL."""
    kinds = dict(con.execute(f"select column_name, column_type from (describe {table})").fetchall())
    for row in rows:
        costs = {name: 0 for name, kind in kinds.items() if _is_cost(name, kind)}
        values = {**costs, **(_split_tax(row) if "x_pretax_billed_cost" in kinds else {}), **row}
        unknown = values.keys() - kinds.keys()
        assert not unknown, f"{table} has no {unknown}"
        marks = ", ".join(f"cast(? as {kinds[name]})" for name in values)
        names = ", ".join(f'"{name}"' for name in values)
        con.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))


def _split_tax(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row's cost before recoverable tax and that tax, as facts.owned_cost has them."""
    is_tax = row.get("x_entry") == "vat_receivable"
    parts = {}
    for name in ("list", "billed", "effective"):
        cost = row.get(f"{name}_cost", 0)
        parts[f"x_pretax_{name}_cost"] = 0 if is_tax else cost
        parts[f"x_{name}_tax"] = cost if is_tax else 0
    del parts["x_list_tax"]
    return parts


def _is_cost(name: str, kind: str) -> bool:
    return kind.startswith("DECIMAL") and (name.endswith("_cost") or name.startswith("x_commit"))


def _built(project: Path, bill: Path) -> Path:
    settings = project / "finops.toml"
    if not settings.exists():
        settings.write_text('company = "Test"\n')
    with finops.connect(project) as warehouse:
        warehouse.load(bill, all_versions=True)
        warehouse.build()
    return project


def _build_one_line(project: Path) -> None:
    _built(project, write_bill(project / "bill" / "bill.parquet", [formula_line()]))


def _build_tables(project: Path) -> None:
    (project / "finops.toml").write_text('reporting_currency = "KRW"\n')
    _built(project, write_bill(project / "bill.parquet", [line()]))


def _build_sample(project: Path) -> None:
    for name in ("mappings", "business", "inventory", "invoices"):
        shutil.copytree(SAMPLE / name, project / name)
    shutil.copyfile(SAMPLE / "finops.toml", project / "finops.toml")
    _built(project, SAMPLE / "bill")


def _closes(warehouse: Any) -> dict[str, Any]:
    from finops.close.month import prepare

    months = warehouse.status()["billing_period"]
    return {month: prepare(warehouse, month, draft=True) for month in months}


def _worked_out_once(
    factory: pytest.TempPathFactory, project: Path, name: str, work_out: Callable[[Any], object]
) -> Any:
    """Ask the warehouse of a project once for all processes of a run."""

    def keep(folder: Path) -> None:
        with finops.connect(project) as warehouse:
            (folder / "found.pickle").write_bytes(pickle.dumps(work_out(warehouse)))

    found = _built_once(factory, name, keep) / "found.pickle"
    return pickle.loads(found.read_bytes())  # noqa: S301


def _built_once(
    factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]
) -> Path:
    """Build a project once for all processes of a run; return a copy for this one alone."""
    base = factory.getbasetemp()
    # The folder of a process of pytest-xdist lies in that of the run.
    run = base.parent if base.name.startswith("popen-") else base
    original = run / f"{name}-built"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not original.exists():
            part = run / f"{name}-part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            build(part)
            part.rename(original)
    return shutil.copytree(original, factory.mktemp(name) / "project")
